"""Every verb in every state; only the table moves a batch."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import BY_VERB, MOVES, as_markdown, moves_from
from apps.batches.models import Batch, Step
from apps.batches.selectors.batches import batch_now
from apps.batches.services.moving import move_batch
from apps.batches.services.planning import plan_batch, start_batch, terminate_batch
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, Objection, RuleBroken, Stale
from apps.core.roles import Role
from apps.donation.facts import Eligibility
from apps.products.facts import VersionState
from apps.products.loader import standard_tables, validated
from apps.products.reading import Reading
from apps.quality.models import Hold
from apps.signatures.models import Signature
from apps.signatures.services import admit_signer
from tests.batches.refusals import codes, refused
from tests.batches.story import (
    Room,
    approved,
    collected,
    decide,
    donor,
    planned_room,
    screened,
    small_data,
    small_record,
    start,
)
from tests.cast import AT, Cast, actor, give_role, sign_as, site_of, train

SIGNED = [move for move in MOVES if move.is_signed]


def put_in(batch: Batch, state: BatchState) -> Batch:
    """A batch that stands in a state, whatever led there: only for asking what may follow."""
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[batch.record]) as change:
        return change.update(batch_now(batch), state=state)


def move(
    cast: Cast, batch: Batch, verb: Verb, *, reason: str = "Asked for in a test", role: Role | None = None, **more: Any
) -> Batch:
    """Sign a verb the way an app above does: in its own door, by somebody who holds the role."""
    person = cast.holding(role or BY_VERB[verb].roles[0])
    shown = move_content(verb, batch_now(batch), reason)
    signing = sign_as(person, shown)
    signer = admit_signer(signing=signing, actor=actor(person), role=list(Role), site=batch.site.code, at=AT)
    with audited(actor=signer.actor, action="test.moved", at=AT, reason=reason, touching=[batch.record]) as change:
        now = batch_now(batch)
        content = move_content(verb, now, reason)
        return move_batch(change, verb=verb, batch=now, signer=signer, content=content, reason=reason, **more)


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("verb", [move.verb for move in SIGNED])
def test_every_verb_in_every_state_does_what_the_table_says(planned: Room, verb: Verb, state: BatchState) -> None:
    batch = put_in(planned.batch, state)

    if state in BY_VERB[verb].sources:
        moved = move(planned.cast, batch, verb)
        assert moved.state == BY_VERB[verb].target
        assert Signature.objects.filter(record=batch.record, verb=verb.lower()).count() == 1
    else:
        with pytest.raises(RuleBroken) as caught:
            move(planned.cast, batch, verb)
        assert caught.value.code == "wrong_state"
        assert batch_now(batch).state == state
        assert not Signature.objects.filter(record=batch.record).exists()


@pytest.mark.parametrize("verb", [move.verb for move in SIGNED])
def test_no_verb_is_done_under_a_role_that_is_not_in_its_line(planned: Room, verb: Verb) -> None:
    batch = put_in(planned.batch, BY_VERB[verb].sources[0])
    outsider = next(role for role in (Role.STOREKEEPER, Role.ANALYST) if role not in BY_VERB[verb].roles)

    with pytest.raises(NotAllowed):
        move(planned.cast, batch, verb, role=outsider)
    assert Entry.objects.filter(record=batch.record, action="access.refused").count() == 1


@pytest.mark.parametrize("verb", [move.verb for move in SIGNED if move.needs_reason])
def test_ending_and_taking_back_say_why(planned: Room, verb: Verb) -> None:
    batch = put_in(planned.batch, BY_VERB[verb].sources[0])

    assert codes(lambda: move(planned.cast, batch, verb, reason=" ")) == ["reason_missing"]


@pytest.mark.parametrize("verb", [move.verb for move in SIGNED if move.stamps])
def test_each_move_stamps_its_instant(planned: Room, verb: Verb) -> None:
    batch = put_in(planned.batch, BY_VERB[verb].sources[0])

    assert getattr(move(planned.cast, batch, verb), BY_VERB[verb].stamps) == AT


def test_an_app_above_hands_in_its_own_objections(planned: Room) -> None:
    batch = put_in(planned.batch, BatchState.FINISHED)
    own = Objection("trail_unread", "The audit trail was not read.")

    assert codes(lambda: move(planned.cast, batch, Verb.REVIEW, objections=[own, None])) == ["trail_unread"]


def test_open_holds_stop_certification(room: Room) -> None:
    batch = put_in(room.batch, BatchState.REVIEWED)

    assert codes(lambda: move(room.cast, batch, Verb.CERTIFY)) == ["open_holds"]


def test_what_is_signed_is_the_batch_as_it_stands(planned: Room) -> None:
    cast, batch = planned.cast, planned.batch
    signing = sign_as(cast.quinn, move_content(Verb.TERMINATE, batch, "Nobody needs it"))
    put_in(batch, BatchState.RUNNING)

    with pytest.raises(Stale):
        terminate_batch(batch=batch, reason="Nobody needs it", signing=signing, actor=actor(cast.quinn), at=AT)


def test_the_database_knows_the_states(planned: Room) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE batches_batch SET state = 'FORGOTTEN'")


def test_every_state_but_the_first_is_reached_by_a_verb() -> None:
    assert {move.target for move in MOVES} == set(BatchState)
    assert moves_from(BatchState.REJECTED) == moves_from(BatchState.TERMINATED) == ()


def test_the_table_is_printed_with_every_verb() -> None:
    assert all(f"| {move.label} |" in as_markdown() for move in MOVES)


def test_starting_opens_every_step_and_a_hold_for_each_required_test(planned: Room) -> None:
    start(planned)

    definition = small_record().definition
    assert Step.objects.filter(batch=planned.batch).count() == len(definition.walk())
    keys = set(Hold.objects.filter(record=planned.batch.record).values_list("key", flat=True))
    assert keys == {f"test:{test.key}" for test in definition.required_tests()}


def undecided(cast: Cast) -> Room:
    """Planned from a cord that nobody has decided about: a test of the donor is not in."""
    version, of = approved(small_record()), donor(cast)
    donation = collected(cast, of)
    screened(cast, of, but="hiv")
    train(cast.olga, version.record.address)
    particulars = {"product_version": version, "site": site_of("NANHU"), "donation": donation}
    return Room(cast, plan_batch(number="CT-0042", **particulars, actor=actor(cast.olga), at=AT))


def test_material_in_quarantine_holds_the_start(cast: Cast) -> None:
    assert codes(lambda: start(undecided(cast))) == ["open_holds"]


def test_a_batch_never_starts_from_a_donation_that_was_decided_against(cast: Cast) -> None:
    room = undecided(cast)
    decide(cast, room.batch.donation, room.batch.product_version, Eligibility.INELIGIBLE, "Reactive")

    assert codes(lambda: start(room)) == ["donor_not_eligible", "open_holds"]


def test_a_batch_of_another_product_asks_for_the_consent_of_its_own(cast: Cast) -> None:
    room, data = planned_room(cast), deepcopy(small_data())
    scopes = data["donation"]["consent"]["scopes"]
    data["key"] = "another"
    scopes.append({"key": "gene_editing", "label": {"en": "Editing of genes", "zh": "基因编辑"}})
    data["donation"]["consent"]["required_scopes"].append("gene_editing")
    version = approved(validated(Reading(data), standard_tables()))
    train(cast.olga, version.record.address)
    given, who = room.batch.donation, actor(cast.olga)
    site = site_of("NANHU")
    other = plan_batch(number="CT-0099", product_version=version, site=site, donation=given, actor=who, at=AT)

    refused_start = refused(lambda: start(Room(cast, other)))

    assert [(one.code, one.facts["scopes"]) for one in refused_start.objections] == [
        ("consent_scope", "Editing of genes")
    ]
    assert start(room).batch.state == BatchState.RUNNING  # its own was asked when it was found eligible


def test_a_donation_that_is_found_ineligible_later_holds_the_running_batch(room: Room) -> None:
    decide(room.cast, room.batch.donation, room.batch.product_version, Eligibility.INELIGIBLE, "A late positive test")

    assert codes(lambda: room.enter("receipt.arrive.temperature", "4.1")) == ["open_holds"]


def test_an_untrained_operator_starts_nothing(planned: Room) -> None:
    give_role(planned.cast.nora, Role.OPERATOR)
    shown = move_content(Verb.START, planned.batch)
    signing = sign_as(planned.cast.nora, shown)

    with pytest.raises(RuleBroken) as caught:
        start_batch(batch=planned.batch, signing=signing, actor=actor(planned.cast.nora), at=AT)
    assert caught.value.code == "training_missing"


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.AUTHOR_SIGNED])
def test_a_batch_is_planned_on_an_approved_version_only(cast: Cast, state: VersionState) -> None:
    version = approved(small_record(), state=state)
    donation = collected(cast, donor(cast))

    def plan() -> Batch:
        return plan_batch(
            number="CT-0042",
            product_version=version,
            site=site_of("NANHU"),
            donation=donation,
            actor=actor(cast.olga),
            at=AT,
        )

    assert codes(plan) == ["version_not_approved"]


@pytest.mark.parametrize("number", ["ct-1", "CT/0042", "CT.0042", "CT#42", "CT[1]", "", "C", "批-1"])
def test_a_batch_number_is_capitals_digits_and_hyphens(planned: Room, number: str) -> None:
    def plan() -> Batch:
        return plan_batch(
            number=number,
            product_version=planned.batch.product_version,
            site=planned.batch.site,
            donation=planned.batch.donation,
            actor=actor(planned.cast.olga),
            at=AT,
        )

    assert codes(plan) == ["number_malformed"]


def test_a_batch_number_is_given_once(planned: Room) -> None:
    def plan() -> Batch:
        return plan_batch(
            number="CT-0042",
            product_version=planned.batch.product_version,
            site=planned.batch.site,
            donation=planned.batch.donation,
            actor=actor(planned.cast.olga),
            at=AT,
        )

    assert codes(plan) == ["number_taken"]


def test_a_batch_starts_on_the_last_day_of_its_authorisation_and_not_after(planned: Room) -> None:
    until = small_record().definition.authorisation.valid_until
    day_after = AT.replace(year=until.year, month=until.month, day=until.day) + timedelta(days=1)
    planned.now = day_after

    assert "authorisation_ended" in codes(lambda: start(planned))
    planned.now = day_after - timedelta(days=1)
    assert start(planned).batch.state == BatchState.RUNNING


def test_finishing_lists_everything_that_is_missing(room: Room) -> None:
    room.receipt()

    found = codes(room.finish)
    assert set(found) == {"signature_missing", "step_open", "value_missing", "witness_missing", "criterion_not_met"}


def test_a_whole_record_is_finished_and_waits_for_its_review(cast: Cast) -> None:
    room = start(planned_room(cast))
    room.whole_record()
    batch = room.finish()

    assert batch.state == BatchState.FINISHED
    assert room.holds() == ["review"]
