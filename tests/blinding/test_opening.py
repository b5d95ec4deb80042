"""A code is read by its holders, opened for one patient in an emergency, and by two people when the trial has ended."""

import pytest

from apps.alerts.services import raise_due_alerts
from apps.audit.models import Entry
from apps.audit.selectors import Verification
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.blinding.content import end_content
from apps.blinding.models import CodeBreak, KitAllocation
from apps.blinding.selectors import list_of, opened_list, told_to
from apps.blinding.services import end_holder
from apps.core.errors import NotAllowed, RuleBroken
from apps.core.roles import Role
from apps.identity.models import Recipient
from apps.quality.content import close_event_content
from apps.quality.models import Event
from apps.quality.services import close_event
from apps.signatures.models import Signature
from apps.units.facts import Custody
from apps.units.models import Unit
from apps.units.selectors import units_now
from tests.blinding.story import BROKEN, NOW, broken, kept, lines_of, named, opened, read
from tests.cast import Cast, actor, give_role, sign_as
from tests.dosing.story import patient

SORTED = sorted(lines_of(), key=lambda line: line.bag)


@pytest.fixture
def treated(cast: Cast, kits: list[Unit]) -> Recipient:
    """R-0001 has the first kit, of which the list says placebo."""
    return kept(cast).recipient


# --- read -----------------------------------------------------------------------------------------------------------
def test_a_holder_reads_the_list_and_that_is_written_down(cast: Cast, lot: Batch, kits: list[Unit]) -> None:
    assert read(cast, lot, cast.stella) == SORTED

    signed = Signature.objects.get(verb="code_read")
    assert (signed.username, signed.about) == ("stella", "batch/BK-0001")


@pytest.mark.parametrize("name", ["quinn", "olga", "quentin"])
def test_nobody_else_reads_it_whatever_their_role(cast: Cast, lot: Batch, kits: list[Unit], name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        read(cast, lot, getattr(cast, name))
    assert refused.value.code == "no_holder"
    assert Entry.objects.filter(record=lot.record, action="access.refused", username=name).count() == 1
    with pytest.raises(NotAllowed):
        list_of(lot, actor(getattr(cast, name)))


@pytest.mark.parametrize("name", ["paula", "nils", "ines", "adam"])
def test_who_must_stay_blind_has_no_role_to_read_it(cast: Cast, lot: Batch, kits: list[Unit], name: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        read(cast, lot, getattr(cast, name))
    assert refused.value.code == "role_missing"


def test_who_holds_the_code_no_more_reads_it_no_more(cast: Cast, lot: Batch, kits: list[Unit]) -> None:
    holder = lot.code_holders.select_related("batch__record", "batch__site", "person").get(person=cast.stella)
    signing = sign_as(cast.quinn, end_content(lot, cast.stella, "Left the trial"), at=NOW)
    end_holder(holder=holder, reason="Left the trial", signing=signing, actor=actor(cast.quinn), at=NOW)

    with pytest.raises(NotAllowed):
        read(cast, lot, cast.stella)
    assert named(cast, lot, cast.stella, at=NOW).pk  # and may be named again


def test_a_holder_who_has_come_to_the_bed_since_reads_it_no_more(cast: Cast, lot: Batch, kits: list[Unit]) -> None:
    give_role(cast.stella, Role.NURSE)

    with pytest.raises(NotAllowed) as refused:
        read(cast, lot, cast.stella)
    assert refused.value.code == "must_stay_blind"


# --- opened for one patient -----------------------------------------------------------------------------------------
def test_the_physician_opens_the_code_of_one_patient_and_they_alone_are_told(cast: Cast, treated: Recipient) -> None:
    other = kept(cast, "R-0002").recipient

    (done,) = broken(cast, treated)

    assert [(kit, arm.en) for kit, arm in told_to(treated, "paula")] == [("BK-0001-K001", "Placebo")]
    assert told_to(treated, "quinn") == told_to(treated, "nils") == told_to(other, "paula") == []
    assert opened_list(done.allocation.batch) == []
    kept_words = [*Entry.objects.filter(action__contains="code.broken").values_list("text", flat=True)]
    kept_words += Signature.objects.filter(verb="code_broken").values_list("content", flat=True)
    assert len(kept_words) > 1
    assert "lacebo" not in "".join(kept_words)
    assert list(Verification().findings()) == []


def test_quality_is_told_by_an_alert_until_they_have_judged_the_event(cast: Cast, treated: Recipient) -> None:
    (done,) = broken(cast, treated)

    (alert,) = [one for one in raise_due_alerts(at=BROKEN) if one.kind == "CODE_BROKEN"]
    assert (alert.role, alert.facts["recipient"], alert.facts["kit"]) == ("QA", "R-0001", "BK-0001-K001")
    event = Event.objects.select_related("record", "subject").get(pk=done.event_id)
    reason = "The treatment depended on it"
    signing = sign_as(cast.quinn, close_event_content(event=event, reason=reason), at=BROKEN)
    close_event(event=event, reason=reason, signing=signing, actor=actor(cast.quinn), at=BROKEN)
    raise_due_alerts(at=BROKEN)
    alert.refresh_from_db()
    assert alert.closed_at == BROKEN


def test_it_needs_a_reason_a_physician_a_kit_and_is_told_once(cast: Cast, treated: Recipient) -> None:
    with pytest.raises(RuleBroken) as unfounded:
        broken(cast, treated, reason=" ")
    with pytest.raises(RuleBroken) as without_kit:
        broken(cast, patient(cast, "R-0009"))
    broken(cast, treated)
    with pytest.raises(RuleBroken) as again:
        broken(cast, treated)

    assert [one.value.code for one in (unfounded, without_kit, again)] == ["reason_missing", "no_kit", "told_already"]
    assert CodeBreak.objects.count() == 1


def test_who_opened_the_code_of_one_trial_opens_that_of_the_next_of_the_same_patient(
    cast: Cast, treated: Recipient
) -> None:
    broken(cast, treated)
    with audited(actor=actor(cast.nils), action="test.kit", at=BROKEN, touching=[treated.record]) as change:
        first = KitAllocation.objects.get(recipient=treated)
        other = KitAllocation(record=treated.record, batch=first.batch, kit="BK-0001-K002", product="another_trial")
        other.recipient, other.allocated_at, other.allocated_by = treated, BROKEN, "nils"
        change.create(other, action="kit.allocated")

    (done,) = broken(cast, treated)

    assert done.allocation.kit == "BK-0001-K002"
    told = [("BK-0001-K001", "Placebo"), ("BK-0001-K002", "Cells")]
    assert [(kit, arm.en) for kit, arm in told_to(treated, "paula")] == told
    with pytest.raises(RuleBroken):
        broken(cast, treated)


# --- opened for everybody -------------------------------------------------------------------------------------------
def test_two_people_open_the_code_of_the_lot_and_everybody_reads_it(cast: Cast, lot: Batch, kits: list[Unit]) -> None:
    assert opened_list(lot) == []
    for second in (cast.quinn, cast.stella):
        with pytest.raises((RuleBroken, NotAllowed)) as refused:
            opened(cast, lot, second=second)
        assert refused.value.code in ("same_person", "role_missing")

    opened(cast, lot)

    assert opened_list(lot) == SORTED
    with pytest.raises(RuleBroken) as again:
        opened(cast, lot)
    assert again.value.code == "open_already"


def test_the_code_stays_closed_while_a_bag_waits_for_its_patient(cast: Cast, lot: Batch, treated: Recipient) -> None:
    with pytest.raises(RuleBroken) as refused:
        opened(cast, lot)

    assert refused.value.code == "being_given"
    assert opened_list(lot) == []


def test_a_bag_that_stands_at_a_ward_keeps_the_code_closed_as_well(cast: Cast, lot: Batch, kits: list[Unit]) -> None:
    with audited(actor=actor(cast.nils), action="test.shipped", at=NOW, touching=[kits[0].record]) as change:
        change.update(units_now(kits[:1])[0], custody=Custody.AT_SITE)

    with pytest.raises(RuleBroken) as refused:
        opened(cast, lot)

    assert refused.value.code == "being_given"
