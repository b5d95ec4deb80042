"""Departing from the master record in one batch: amendments with two signatures, deviations agreed beforehand."""

from typing import Any

import pytest

from apps.batches import content
from apps.batches.facts.words import AmendmentState, BatchState, StepState
from apps.batches.models import Amendment, Batch, Step
from apps.batches.rules.amending import change_in_words, is_skipped
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.missing import what_is_missing
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.services.amending import (
    amended_record,
    approve_amendment,
    next_amendment,
    plan_deviation,
    propose_amendment,
)
from apps.core.errors import BadInput, NotAllowed
from apps.core.roles import Role
from apps.organisation.models import User
from apps.products.facts import Place
from tests.batches.refusals import codes
from tests.batches.story import Room, small_record, start
from tests.batches.test_lifecycle import put_in
from tests.cast import actor, give_role, sign_as

WIDER = {
    "change": "limit",
    "at": "receipt.arrive.temperature",
    "limit": {
        "kind": "range",
        "low": "2.0",
        "high": "15.0",
        "compare": "rounded",
        "decimals": 1,
        "source": "site_practice CP",
    },
}
SKIP = {"change": "skip_step", "at": "receipt.arrive"}
REASON = "The box of this donor was packed at room temperature"


def propose(room: Room, *changes: dict[str, Any], who: User | None = None) -> Amendment:
    person = who or room.cast.arthur
    batch = batch_now(room.batch)
    sha256 = amended_record(batch, changes).sha256
    shown = content.amendment_content(batch, changes, REASON, sha256, next_amendment(batch), approving=False)
    signing = sign_as(person, shown, at=room.now)
    return propose_amendment(
        batch=batch, changes=changes, reason=REASON, signing=signing, actor=actor(person), at=room.now
    )


def approve(room: Room, amendment: Amendment, *, who: User | None = None) -> Amendment:
    person = who or room.cast.quinn
    amendment = Amendment.objects.select_related("batch__record", "batch__site", "authored").get(pk=amendment.pk)
    signing = sign_as(person, content.approval_content(amendment), at=room.now)
    return approve_amendment(amendment=amendment, signing=signing, actor=actor(person), at=room.now)


def amend(room: Room, *changes: dict[str, Any]) -> Batch:
    approve(room, propose(room, *changes))
    room.batch = batch_now(room.batch)
    return room.batch


def test_an_amendment_is_in_force_when_both_have_signed(room: Room) -> None:
    proposed = propose(room, WIDER)
    assert proposed.number == "CT-0042-A01"
    room.enter("receipt.arrive.arrived_at", "2026-11-05 13:50")
    assert definition_of_batch(batch_now(room.batch)) == small_record().definition

    approved = approve(room, proposed)
    assert approved.state == AmendmentState.APPROVED
    assert batch_now(room.batch).definition_sha256 == approved.sha256
    assert room.enter("receipt.arrive.temperature", "14.0").verdict == "PASS"


PLACE = "receipt.arrive.temperature"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (WIDER, f"The limit of {PLACE} is 2.0 \N{EN DASH} 15.0."),
        ({**WIDER, "limit": {"kind": "at_most", "high": "15.0"}}, f"The limit of {PLACE} is ≤ 15.0."),
        ({**WIDER, "limit": {"kind": "at_least", "low": "0"}}, f"The limit of {PLACE} is ≥ 0."),
        (
            {**WIDER, "limit": {"kind": "range", "low": "2", "high": "15", "low_open": True, "action": {"high": "9"}}},
            f"The limit of {PLACE} is > 2, ≤ 15; action ≤ 9.",
        ),
        (
            {**WIDER, "limit": {"kind": "at_least", "action": {"low": "3"}, "alert": {"low": "5"}}},
            f"The limit of {PLACE} is alert ≥ 5; action ≥ 3.",
        ),
        (
            {**WIDER, "limit": {"kind": "equals", "value": "yes"}},
            f'The limit of {PLACE} is {{"kind":"equals","value":"yes"}}.',
        ),
        (SKIP, "receipt.arrive is left out."),
        (
            {"change": "parameter", "at": "receipt.arrive", "parameter": {"key": "smell"}},
            "Parameter smell of receipt.arrive is changed or added.",
        ),
        ({"change": "add_step", "stage": "receipt", "step": {"key": "look"}}, "Step look is added to receipt."),
    ],
)
def test_a_change_is_shown_in_words(change: dict[str, Any], words: str) -> None:
    assert change_in_words(change).text == words


def test_an_amendment_changes_this_batch_and_no_other(room: Room) -> None:
    amend(room, WIDER)

    assert definition_of_batch(room.batch) != small_record().definition
    assert room.batch.product_version.sha256 == small_record().sha256


def test_who_proposed_does_not_approve(room: Room) -> None:
    give_role(room.cast.arthur, Role.QA)
    proposed = propose(room, WIDER)

    assert codes(lambda: approve(room, proposed, who=room.cast.arthur)) == ["same_person"]


@pytest.mark.parametrize("name", ["olga", "quinn"])
def test_only_an_author_proposes(room: Room, name: str) -> None:
    with pytest.raises(NotAllowed):
        propose(room, WIDER, who=getattr(room.cast, name))


def test_only_qa_approves(room: Room) -> None:
    with pytest.raises(NotAllowed):
        approve(room, propose(room, WIDER), who=room.cast.vera)


def test_an_amendment_is_decided_once(room: Room) -> None:
    proposed = propose(room, WIDER)
    approve(room, proposed)

    assert "decided_already" in codes(lambda: approve(room, proposed))


def test_of_two_proposals_on_one_version_the_second_is_made_anew(room: Room) -> None:
    other = {**WIDER, "limit": {**WIDER["limit"], "high": "20.0"}}
    parameter = {
        "change": "parameter",
        "at": "receipt.arrive",
        "parameter": {"key": "colour", "kind": "text", "label": {"en": "Colour", "zh": "颜色"}},
    }
    first, second = propose(room, other), propose(room, parameter)
    approve(room, first)

    assert "amended_meanwhile" in codes(lambda: approve(room, second))


def test_an_added_parameter_is_asked_for_in_this_batch(room: Room) -> None:
    amend(
        room,
        {
            "change": "parameter",
            "at": "receipt.arrive",
            "parameter": {"key": "colour", "kind": "text", "label": {"en": "Colour", "zh": "颜色"}},
        },
    )
    room.enter("receipt.arrive.arrived_at", "2026-11-05 13:50")
    room.enter("receipt.arrive.temperature", "4.1")

    assert codes(lambda: room.complete("receipt.arrive")) == ["value_missing"]
    room.enter("receipt.arrive.colour", "white")
    assert room.complete("receipt.arrive").state == StepState.DONE


def test_a_skipped_step_keeps_nobody_waiting_and_takes_no_values(room: Room) -> None:
    amend(room, SKIP)

    assert Step.objects.get(batch=room.batch, place="receipt.arrive").state == StepState.SKIPPED
    assert "step_skipped" in codes(lambda: room.enter("receipt.arrive.temperature", "4.1"))
    assert room.enter("culture[1].clear.clean", "yes").text == "yes"
    assert not [one for one in what_is_missing(room.batch) if one.place.startswith("receipt")]


def test_a_step_skipped_before_the_start_is_skipped_at_the_start(planned: Room) -> None:
    amend(planned, SKIP)
    start(planned)

    assert Step.objects.get(batch=planned.batch, place="receipt.arrive").state == StepState.SKIPPED


def test_a_skip_names_one_occurrence_or_all() -> None:
    second = Place.parse("culture[2].clear")

    assert is_skipped(second, Place("culture", None, "clear"))
    assert is_skipped(second, second)
    assert not is_skipped(second, Place.parse("culture[1].clear"))


def test_an_added_step_is_opened_in_the_running_batch(room: Room) -> None:
    step = {
        "key": "weigh",
        "label": {"en": "Weigh", "zh": "称重"},
        "record": "entry",
        "check": "none",
        "sign_at": "step",
        "contemporaneous_within": "30 min",
        "parameters": [
            {"key": "mass", "kind": "number", "label": {"en": "Mass", "zh": "质量"}, "unit": "g", "decimals": 1}
        ],
    }
    amend(room, {"change": "add_step", "stage": "receipt", "step": step})
    room.receipt()

    assert room.enter("receipt.weigh.mass", "17.5").unit == "g"


@pytest.mark.parametrize(
    "change",
    [
        {"change": "erase_step", "at": "receipt.arrive"},
        {"change": "limit", "at": "receipt.arrive.colour", "limit": {}},
        {"change": "limit", "at": "receipt.arrive.temperature"},
        {"change": "skip_step", "at": "receipt.unpack"},
        {"change": "add_step", "stage": "freezing", "step": {"key": "x"}},
        {"change": "limit", "at": "receipt.arrive.temperature", "limit": {"kind": "range", "low": "9", "high": "2"}},
        {"change": "limit", "at": "receipt.arrive.temperature", "limit": {"kind": "at_least", "low": 2.5}},
        {"change": "skip_step", "at": "receipt.arrive", "because": 1.5},
    ],
)
def test_an_amendment_that_makes_no_sense_is_refused_with_its_place(room: Room, change: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        propose(room, change)

    assert caught.value.objections[0].place in ("changes", "changes[0]")


def test_after_the_batch_is_finished_nothing_is_amended(room: Room) -> None:
    put_in(room.batch, BatchState.FINISHED)

    assert codes(lambda: propose(room, WIDER)) == ["batch_not_running"]


def test_a_batch_does_not_finish_over_an_undecided_amendment(room: Room) -> None:
    propose(room, WIDER)

    assert "amendment_open" in [one.code for one in what_is_missing(room.batch)]


STEP = Place.parse("culture[1].prepare")


def plan(room: Room, step: Place = STEP, *, who: User | None = None) -> Any:
    person = who or room.cast.quinn
    what, why = "12 % lysate in the medium", "The lot of lysate is weak by its certificate"
    signing = sign_as(person, content.deviation_content(room.batch, step, what, why), at=room.now)
    return plan_deviation(
        batch=room.batch, step=step, what=what, why=why, signing=signing, actor=actor(person), at=room.now
    )


def test_a_planned_deviation_makes_its_event_a_minor_one_that_names_it(room: Room) -> None:
    plan(room)
    room.receipt().enter("culture[1].prepare.share", "12.0")

    events = list(room.batch.record.events.order_by("pk").values_list("kind", "severity"))
    assert events == [("REPORTED", "MINOR"), ("ACTION_LIMIT", "MINOR")]
    assert room.holds() == []


def test_a_deviation_is_planned_only_where_the_master_allows_it(room: Room) -> None:
    assert codes(lambda: plan(room, Place.parse("culture[1].clear"))) == ["no_planned_deviation"]


def test_a_deviation_is_agreed_by_qa(room: Room) -> None:
    with pytest.raises(NotAllowed):
        plan(room, who=room.cast.olga)


def test_what_is_done_already_is_no_planned_deviation(room: Room) -> None:
    room.receipt().medium()

    assert codes(lambda: plan(room)) == ["step_done"]
