"""A bank fails after its units were drawn: what was made from them is looked back upon, and goes to nobody."""

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.lookback.services import open_late_failures
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.supply.facts import Route
from apps.supply.models import NamedSupply
from apps.supply.selectors import why_not
from apps.units.services import fill_units, issue_containers, print_labels
from tests.banks.story import LATER, drawn, started
from tests.cast import Cast, actor
from tests.supply.story import out
from tests.testing.story import as_if, released_lot


def test_what_was_made_from_a_bank_that_failed_late_is_recalled_with_it(cast: Cast, bank: Batch, batch: Batch) -> None:
    drawn(cast, batch, "CT-0900-U01")
    by = {"actor": actor(cast.olga), "at": LATER}
    issue_containers(batch=started(cast, batch), lot=released_lot(cast, "CV-2", "cryovial"), count=3, **by)
    print_labels(batch=batch, units=[f"WB-0001-U{n:02}" for n in (1, 2, 3)], **by)
    counts = {"product": 1, "retained": 1, "qc": 1}
    (given, *_kept) = out(fill_units(batch=batch, filled_at=LATER, counts=counts, **by)[:1])

    with audited(actor=SYSTEM, action="test.failed", at=LATER, touching=[bank.record]) as change:
        place_hold(
            change,
            record=bank.record,
            key="failed:mycoplasma",
            blocks=[Blocks.USE],
            code="late_failure",
            template="It.",
        )
    (opened,) = open_late_failures(at=LATER)

    assert [duty.unit.number for duty in opened.duties.all()] == [given.number]
    assert opened.batches == [bank.number, batch.number]


def test_what_is_made_from_a_bank_that_is_recalled_goes_to_no_named_patient_either(bank: Batch, batch: Batch) -> None:
    as_if(bank, BatchState.REJECTED)

    against = why_not(NamedSupply(batch=batch, route=Route.CONDITIONAL))

    assert "bank_not_released" in {one.code for one in against}
