"""Corrective and preventive actions: owner, date, evidence; an effect judged by somebody else; what is critical."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.audit.models import Record
from apps.core.errors import NotAllowed, RuleBroken
from apps.core.roles import Role
from apps.quality import content
from apps.quality.facts import Blocks, CapaKind, CapaState, DeviationState, Planned, RootCause
from apps.quality.lifecycle import CAPA_MOVES, QualityVerb, may_not_move
from apps.quality.models import Capa, Deviation, Event
from apps.quality.selectors import open_holds, overdue_capas
from apps.quality.services import (
    cancel_capa,
    carry_out_capa,
    check_capa,
    plan_capa,
    postpone_capa,
    reopen_capa,
    reopen_deviation,
)
from tests.cast import AT, Cast, actor, give_role, sign_as
from tests.quality.test_events import deviate, end, sign_impact

DAY = timedelta(days=1)
DUE, CHECK = AT + 10 * DAY, AT + 40 * DAY
EFFECTIVE, INEFFECTIVE = QualityVerb.FIND_EFFECTIVE, QualityVerb.FIND_INEFFECTIVE


def planned(**more: Any) -> Planned:
    said = {"kind": CapaKind.CORRECTIVE, "what": "Change the door seal", "owner": "olga", "due_at": DUE}
    return Planned(**{**said, "criterion": "No alarm of INC-07 for a month", "check_at": CHECK, **more})


@pytest.fixture
def deviation(cast: Cast, batch: Record, happen: Callable[..., Event]) -> Deviation:
    return deviate(cast, happen(batch))


@pytest.fixture
def capa(cast: Cast, deviation: Deviation) -> Capa:
    cast.olga  # noqa: B018  she opens her account
    return plan(cast, deviation)


def plan(cast: Cast, deviation: Deviation, name: str = "quinn", **more: Any) -> Capa:
    who = actor(getattr(cast, name))
    return plan_capa(source=deviation.record, subject=deviation.subject, planned=planned(**more), actor=who, at=AT)


def carried_out(cast: Cast, capa: Capa, name: str = "olga", evidence: str = "Work order 17") -> Capa:
    return carry_out_capa(capa=capa, evidence=evidence, actor=actor(getattr(cast, name)), at=AT + DAY)


def judged(cast: Cast, capa: Capa, verb: QualityVerb = EFFECTIVE, name: str = "quinn", at: datetime = CHECK) -> Capa:
    person, said = getattr(cast, name), {"verb": verb, "finding": "No alarm in forty days."}
    signing = sign_as(person, content.check_capa_content(capa=capa, **said), at=at)
    return check_capa(capa=capa, signing=signing, actor=actor(person), at=at, **said)


def codes(refused: Any) -> list[str]:
    return [one.code for one in refused.value.objections]


def test_an_action_is_carried_out_by_its_owner_and_judged_by_another(cast: Cast, capa: Capa) -> None:
    done = carried_out(cast, capa)
    ended = judged(cast, done)

    assert (done.state, done.done_by, done.evidence) == (CapaState.DONE, "olga", "Work order 17")
    assert (ended.state, ended.checked_by) == (CapaState.EFFECTIVE, "quinn")


def test_nobody_but_its_owner_says_that_it_is_done(cast: Cast, capa: Capa) -> None:
    with pytest.raises(RuleBroken) as refused:
        carried_out(cast, capa, "oscar")
    assert codes(refused) == ["not_the_owner"]

    with pytest.raises(RuleBroken) as refused:
        carried_out(cast, capa, evidence=" . ")
    assert codes(refused) == ["text_missing"]


def test_who_carried_it_out_does_not_judge_its_effect(cast: Cast, deviation: Deviation) -> None:
    give_role(cast.olga, Role.QA)
    done = carried_out(cast, plan(cast, deviation))
    with pytest.raises(RuleBroken) as refused:
        judged(cast, done, name="olga")

    assert codes(refused) == ["own_action"]


def test_an_effect_shows_after_its_time_but_its_lack_at_any(cast: Cast, capa: Capa) -> None:
    done = carried_out(cast, capa)
    with pytest.raises(RuleBroken) as refused:
        judged(cast, done, at=CHECK - DAY)
    assert codes(refused) == ["too_early"]

    again = judged(cast, done, INEFFECTIVE, at=AT + 2 * DAY)
    assert (again.state, again.reopened) == (CapaState.OPEN, 1)


def test_what_was_not_effective_gets_its_time_anew(cast: Cast, capa: Capa) -> None:
    again = judged(cast, carried_out(cast, capa), INEFFECTIVE, at=CHECK)
    done = carry_out_capa(capa=again, evidence="Work order 18", actor=actor(cast.olga), at=CHECK)
    with pytest.raises(RuleBroken) as refused:
        judged(cast, done, at=CHECK + 29 * DAY)

    assert codes(refused) == ["too_early"]
    assert judged(cast, done, at=CHECK + 30 * DAY).state == CapaState.EFFECTIVE


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"what": " . "}, "text_missing"),
        ({"criterion": ""}, "text_missing"),
        ({"owner": "nobody"}, "unknown_number"),
        ({"due_at": AT}, "not_ahead"),
        ({"check_at": DUE - DAY}, "checked_before"),
    ],
)
def test_an_action_has_an_owner_a_date_and_a_criterion(
    cast: Cast, deviation: Deviation, more: dict[str, Any], code: str
) -> None:
    cast.olga  # noqa: B018
    with pytest.raises(RuleBroken) as refused:
        plan(cast, deviation, **more)

    assert codes(refused) == [code]


def test_only_quality_plans_an_action(cast: Cast, deviation: Deviation) -> None:
    with pytest.raises(NotAllowed):
        plan(cast, deviation, "olga")


def test_postponing_is_counted_and_moves_the_judgement(cast: Cast, capa: Capa) -> None:
    later = postpone_capa(capa=capa, due_at=CHECK + DAY, reason="Part on order", actor=actor(cast.quinn), at=AT + DAY)
    assert (later.postponed, later.due_at, later.check_at) == (1, CHECK + DAY, CHECK + 31 * DAY)

    with pytest.raises(RuleBroken) as refused:
        postpone_capa(capa=capa, due_at=DUE, reason="Sooner", actor=actor(cast.quinn), at=AT + DAY)
    assert codes(refused) == ["not_later"]


def test_an_effective_action_is_opened_again_with_a_new_date(cast: Cast, capa: Capa) -> None:
    ended = judged(cast, carried_out(cast, capa))
    again = reopen_capa(
        capa=ended, due_at=CHECK + 9 * DAY, reason="It alarmed again", actor=actor(cast.quinn), at=CHECK + DAY
    )
    assert (again.state, again.reopened, again.due_at) == (CapaState.OPEN, 1, CHECK + 9 * DAY)


def test_a_cancelled_action_is_not_overdue_and_an_unjudged_one_is(cast: Cast, capa: Capa, deviation: Deviation) -> None:
    other = plan(cast, deviation)
    cancel_capa(capa=other, reason="Incubator scrapped", actor=actor(cast.quinn), at=AT)
    assert list(overdue_capas(DUE, ["NANHU"])) == [capa]

    done = carried_out(cast, capa)
    assert list(overdue_capas(DUE, ["NANHU"])) == []
    assert list(overdue_capas(CHECK, ["NANHU"])) == [done]


# --- what an action may outlast, and a root cause may not -----------------------------------------------------------
def test_a_critical_root_cause_keeps_from_certification_and_an_open_action_does_not(
    cast: Cast, batch: Record, deviation: Deviation, capa: Capa
) -> None:
    signed = sign_impact(cast, deviation)
    assert [hold.key for hold in open_holds([batch], Blocks.CERTIFY)] == [f"root_cause:{signed.record.number}"]

    with pytest.raises(RuleBroken) as refused:
        end(cast, signed, RootCause.UNKNOWN)
    assert codes(refused) == ["root_cause_unknown"]

    end(cast, signed)
    assert open_holds([batch], Blocks.CERTIFY) == []
    assert Capa.objects.get(pk=capa.pk).state == CapaState.OPEN


def test_a_deviation_opened_again_holds_certification_anew(cast: Cast, batch: Record, deviation: Deviation) -> None:
    ended = end(cast, sign_impact(cast, deviation))
    said = {"reason": "The seal was not it"}
    signing = sign_as(cast.quinn, content.reopen_deviation_content(deviation=ended, **said))
    again = reopen_deviation(deviation=ended, signing=signing, actor=actor(cast.quinn), at=AT, **said)

    assert (again.state, again.reopened, again.closed_at) == (DeviationState.OPEN, 1, None)
    assert [hold.code for hold in open_holds([batch], Blocks.CERTIFY)] == ["deviation_open"]


@pytest.mark.parametrize("state", CapaState)
@pytest.mark.parametrize("verb", CAPA_MOVES)
def test_every_verb_of_an_action_leads_on_from_its_own_state_only(verb: QualityVerb, state: CapaState) -> None:
    allowed = {
        QualityVerb.CARRY_OUT: CapaState.OPEN,
        QualityVerb.FIND_EFFECTIVE: CapaState.DONE,
        QualityVerb.FIND_INEFFECTIVE: CapaState.DONE,
        QualityVerb.POSTPONE: CapaState.OPEN,
        QualityVerb.REOPEN_CAPA: CapaState.EFFECTIVE,
        QualityVerb.CANCEL_CAPA: CapaState.OPEN,
    }
    assert (may_not_move(verb, state) is None) == (state is allowed[verb])


def test_an_action_is_planned_carried_out_and_judged_at_the_api(
    cast: Cast, deviation: Deviation, api_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(AT, tick=False)
    quinn, olga = api_client(cast.quinn), api_client(cast.olga)
    body = {"kind": "CORRECTIVE", "what": "Change the seal", "owner": "olga", "criterion": "No alarm"}
    body |= {"due_at": DUE.isoformat(), "check_at": DUE.isoformat()}
    made = quinn.post(f"/api/v1/deviations/{deviation.record.number}/capas/", body)
    assert made.status_code == 201, made.content
    url = f"/api/v1/capas/{made.json()['number']}/"

    assert quinn.post(f"{url}evidence/", {"evidence": "Done"}).status_code == 409
    assert olga.post(f"{url}evidence/", {"evidence": "Work order 17"}).json()["state"] == "DONE"
    time_machine.move_to(DUE, tick=False)
    quinn = api_client(cast.quinn)
    version = quinn.get(url)["ETag"]
    reply = quinn.sign(f"{url}effect/", {"finding": "No alarm"}, person=cast.quinn, if_match=version)
    assert (reply.status_code, reply.json()["state"]) == (200, "EFFECTIVE")


def test_an_action_is_planned_carried_out_and_shown_on_its_pages(
    cast: Cast, deviation: Deviation, web_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(AT, tick=False)
    quinn, olga = web_client(cast.quinn), web_client(cast.olga)
    number = deviation.record.number
    said = {"kind": "PREVENTIVE", "what": "Seal check", "owner": "olga", "criterion": "No alarm"}
    dates = {"due_at": "2026-12-01T09:00", "check_at": "2026-12-20T09:00"}
    past = quinn.post(f"/quality/deviations/{number}/capa/", {**said, **dates, "due_at": "2025-01-01T09:00"})
    assert past.status_code == 409
    assert quinn.post(f"/quality/deviations/{number}/capa/", {**said, **dates}).status_code == 302

    page = f"/quality/capas/{number}-A01/"
    assert "done/" in olga.get(page).content.decode()
    assert olga.post(f"{page}done/", {"evidence": "Sheet 4"}).status_code == 302
    assert "Sheet 4" in quinn.get(page).content.decode()
    assert quinn.post(f"{page}effective/", {"finding": "No alarm"}).status_code == 200
    assert f"{number}-A01" in quinn.get("/quality/?show=capas").content.decode()
    assert f"{number}-A01" in quinn.get(f"/quality/deviations/{number}/").content.decode()
