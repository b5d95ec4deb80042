"""Who took part in a batch: every kind of act that leaves a trace is looked at, on every path."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from apps.audit.models import Entry, Record
from apps.audit.services import audited
from apps.batches.lifecycle import MOVES
from apps.batches.models import Batch, RecordedValue, Vessel
from apps.core.actor import SYSTEM
from apps.core.roles import Role
from apps.materials.models import MaterialLot
from apps.materials.services import prepare_reagent
from apps.organisation.models import User
from apps.release.selectors import all_records_of, hands_on_batch
from apps.signatures.facts import SignedContent, Signer
from apps.signatures.services import sign
from apps.units.facts import UnitVerb
from tests.architecture.source import Source, product
from tests.cast import AT, Cast, actor, give_role, site_of
from tests.testing.prologue import batch, cast, prologue
from tests.testing.story import HOUR, filled, opened_run, put_on_run, received_sample, released_lot

__all__ = ["batch", "cast", "prologue"]
pytestmark = pytest.mark.django_db
ACTION = re.compile(
    r"(access|analysis|batch|containers|deviation|document|event|finding|hold|labels?|lineage|record|results?|risk|runs?"
    r"|samples?|signature|signing|units?|vessel)(\.[a-z_]+)+"
)
PATHS = (".number", ".address", ".site")  # of a field, not of an act
VERB = re.compile(r"[a-z]+(_[a-z]+)+|hold\.lifted")
STAGES = ("batches", "testing", "units", "release", "supply", "quality", "signatures", "documents", "lineage")
# Whoever did only this answered for quality, spoke, stopped, was refused, or decided on the whole before.
NO_PART = {
    "access.refused", "batch.amendment.approved", "batch.certified", "batch.commented", "batch.deviation.planned",
    "batch.finished",
    "batch.refused.not_the_performer", "batch.refused.out_of_order", "batch.refused.same_person", "batch.rejected",
    "batch.released", "batch.risk.ratified", "deviation.closed", "deviation.impact.signed", "deviation.opened",
    "document.issued", "document.requested", "document.superseded", "document.withdrawn", "document.worded",
    "event.closed", "event.opened", "event.reported", "finding.accepted", "hold.lifted", "hold.placed",
    "deviation.reopened", "signature.investigation_approve_plan", "signature.investigation_assess",
    "signature.investigation_conclude", "signature.investigation_extend", "signature.investigation_invalidate",
    "signature.investigation_review_production",
    "record.stopped", "results.review.refused", "signature.approve_amendment", "signature.certify",
    "signature.decide_conditionally", "signature.decide_exceptionally",
    "signature.hold.lifted", "signature.plan_deviation", "signature.ratify_risk", "signature.recall",
    "signature.reject", "signature.release_for_supply",
    "signature.release_to_named_conditionally", "signature.release_to_named_exceptionally",
    "signature.reopen", "signing.failed", "unit.recall", "unit.reject", "unit.release", "unit.release_conditionally",
}  # fmt: skip
BELOW = {"access.refused", "signing.failed"}  # written by what stands below the stages
LATER = AT + 3 * HOUR
REVIEW_ONLY = {"batch.reviewed", "signature.review", "signature.withdraw_review"}


def kinds_of_act() -> list[str]:
    """Every action that the stages write to a trail, read from their source and from the tables of moves."""
    written = {name for source in product() if _of_a_stage(source.path) for name in _actions(source)}
    moves = {f"batch.{move.target.lower()}" for move in MOVES}
    units = {f"unit.{verb.lower()}" for verb in UnitVerb}
    signed = {f"signature.{move.verb.lower()}" for move in MOVES if move.is_signed}
    return sorted(written | moves | units | signed)


def _of_a_stage(path: str) -> bool:
    return path.startswith(tuple(f"apps/{stage}/" for stage in STAGES)) and "/migrations/" not in path


def _actions(source: Source) -> Iterator[str]:
    """Everything that reads like an action; in the files of signed content also everything that reads like a verb."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if ACTION.fullmatch(node.value) and not node.value.endswith(PATHS):
                yield node.value
            elif "content" in source.path and VERB.fullmatch(node.value):
                yield f"signature.{node.value}"


def does(person: User, action: str, record: Record) -> None:
    """One entry of a kind, by a person who did nothing else."""
    with audited(actor=actor(person), action=action, at=AT, touching=[record]) as change:
        change.note(record, action)


def test_the_kinds_of_act_are_found() -> None:
    found = set(kinds_of_act())

    assert len(found) > 60
    assert {"batch.value.corrected", "sample.drawn", "result.recorded", "signature.check_section"} <= found
    assert found | BELOW >= NO_PART | REVIEW_ONLY  # fmt: skip


@pytest.mark.parametrize("action", kinds_of_act())
def test_whoever_did_anything_but_answer_for_quality_took_part(batch: Batch, cast: Cast, action: str) -> None:
    does(cast.cora, action, batch.record)

    assert ("cora" in hands_on_batch(batch)) is (action not in NO_PART)
    assert ("cora" in hands_on_batch(batch, but_review=True)) is (action not in NO_PART | REVIEW_ONLY)


@pytest.mark.parametrize("kind", ["batch", "vessel", "sample", "run", "unit"])
def test_hands_are_found_on_everything_that_carries_traces(batch: Batch, cast: Cast, kind: str) -> None:
    filled(cast, batch)
    sample = received_sample(cast, batch)
    put_on_run(run=opened_run(cast, batch, "endotoxin"), samples=[sample], actor=actor(cast.anna), at=LATER)
    vessel_of(batch)

    does(cast.cora, "test.touched", next(record for record in all_records_of(batch) if record.kind == kind))

    assert "cora" in hands_on_batch(batch)


def vessel_of(batch: Batch) -> Vessel:
    with audited(actor=SYSTEM, action="test.vessel", at=AT, touching=[batch.record]) as change:
        record = change.open_record("vessel", f"{batch.number}-V01", site="NANHU")
        vessel = Vessel(record=record, batch=batch, number=record.number, kind="flask", section="x", row="01")
        vessel.opened_at = AT
        return change.create(vessel)


def test_whoever_prepared_a_reagent_for_the_batch_took_part(batch: Batch, cast: Cast) -> None:
    give_role(cast.cora, Role.OPERATOR)
    give_role(cast.quentin, Role.OPERATOR)
    bought = released_lot(cast, "BM-1", "basal_medium")
    mixed = prepared("CM-1", "complete_medium", bought, cast.cora)
    warmed = prepared("CM-2", "complete_medium", mixed, cast.quentin)
    unused = prepared("CM-3", "complete_medium", bought, cast.oscar)
    assert {"cora", "quentin", "oscar"} & hands_on_batch(batch) == set()

    use(batch, warmed, cast.olga)

    assert {"cora", "quentin"} <= hands_on_batch(batch)
    assert {"oscar", "quinn", "stella"} & hands_on_batch(batch) == {"quinn"}  # she planned it; no part by her lots
    assert unused.is_prepared


def prepared(number: str, material: str, of: MaterialLot, by: User) -> MaterialLot:
    return prepare_reagent(
        number=number,
        material=material,
        components=[of],
        own_life=timedelta(days=7),
        site=site_of("NANHU"),
        prepared_at=AT,
        actor=actor(by),
        at=AT,
    )


def use(batch: Batch, lot: MaterialLot, by: User) -> None:
    with audited(actor=actor(by), action="batch.value.recorded", at=AT, touching=[batch.record]) as change:
        step = batch.steps.first()
        row = RecordedValue(record=batch.record, batch=batch, step=step, place=f"{step.place}.medium", text=lot.number)
        row.kind, row.field, row.origin, row.verdict = "MATERIAL_LOT", "medium", "TYPED", "RECORDED"
        row.lot, row.performed_at, row.recorded_at = lot, AT, AT
        change.create(row)


def test_whoever_signed_on_anothers_screen_took_part(batch: Batch, cast: Cast) -> None:
    """The entry is Olga's, for the act is hers; the second person stands in the signature alone."""
    shown = SignedContent("confirm_late_entry", batch.record.address, "I was there.")
    signer = Signer(actor(cast.cora), uuid4(), shown.hash)
    with audited(actor=actor(cast.olga), action="batch.value.recorded", at=AT, touching=[batch.record]) as change:
        sign(change, signer=signer, record=batch.record, content=shown, site="NANHU")

    assert not Entry.objects.filter(record=batch.record, username="cora").exists()
    assert "cora" in hands_on_batch(batch)


def test_certifying_a_true_copy_is_taking_part_although_certifying_a_batch_is_not(batch: Batch, cast: Cast) -> None:
    does(cast.cora, "signature.certify", batch.record)
    assert "cora" not in hands_on_batch(batch)

    does(cast.cora, "signature.certify_true_copy", batch.record)
    assert "cora" in hands_on_batch(batch)
