"""A lot of kits is tested, reviewed, certified and released for supply; a bag of it is given by who knows no arm."""

from datetime import timedelta
from typing import Any

import time_machine

from apps.audit.services import sequence_entries
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.documents.models import Document
from apps.documents.selectors import due_documents
from apps.documents.services import issue_document
from apps.release.content.signed import certify_content, release_content, review_content
from apps.release.services import certify_batch, release_for_supply, review_batch
from apps.testing.content import approve_coa_content
from apps.testing.selectors import lines_of
from apps.testing.services import approve_coa, draw_sample, open_run, put_on_run, receive_sample, record_result
from apps.units.facts import Counted
from apps.units.models import Unit
from apps.units.selectors import units_of
from apps.units.services import fill_units, issue_containers, print_labels, reconcile
from tests.blinding.story import KIT_DOSE, PACKED, kept, sealed
from tests.blinding.story import lines_of as list_lines
from tests.cast import Cast, actor, sign_as
from tests.dosing.story import END, confirmed, ended, prepared, started, thawed
from tests.supply.story import accepted
from tests.testing.story import as_if, released_lot, reviewed, signed

HOUR = timedelta(hours=1)
LOOKED, DECIDED = PACKED + HOUR, PACKED + 2 * HOUR


def packed(cast: Cast, lot: Batch) -> None:
    """The list sealed, its bags packed and labelled, both balances closed."""
    sealed(cast, lot, list_lines())
    olga: dict[str, Any] = {"actor": actor(cast.olga), "at": PACKED}
    issue_containers(batch=lot, lot=released_lot(cast, "OS-1", "opaque_sleeve"), count=12, **olga)
    print_labels(batch=lot, **olga)
    fill_units(batch=lot, filled_at=PACKED, **olga)
    for counted in Counted:
        reconcile(batch=lot, counted=counted, **olga)


def found_alike(cast: Cast, lot: Batch, **answers: str) -> None:
    """Anna looks at all kits side by side, Vera reviews it; no holder of the code has a hand in it."""
    anna: dict[str, Any] = {"actor": actor(cast.anna), "at": LOOKED}
    sample = draw_sample(
        batch=lot,
        kind="kits_shown",
        source=lot.record,
        tests=["kits_alike"],
        drawn_at=PACKED,
        actor=actor(cast.olga),
        at=PACKED,
    )
    sample = receive_sample(sample=sample, received_at=LOOKED, **anna)
    run = open_run(
        number="AR-0001", batch=lot, test="kits_alike", started_at=LOOKED, instruments={}, reagents={}, **anna
    )
    put_on_run(run=run, samples=[sample], **anna)
    (line,) = lines_of(run)
    for parameter, text in {"alike": "alike", "label_text": "yes", **answers}.items():
        record_result(line=line, parameter=parameter, text=text, tested_at=LOOKED, **anna)
    reviewed(cast, signed(cast, run, at=LOOKED), at=LOOKED, by="hugo")


def released(cast: Cast, lot: Batch) -> Batch:
    """Hugo approves the analysis, Quentin reviews, Cora certifies, Quentin lets the kits go."""
    at, now = DECIDED, as_if(lot, BatchState.FINISHED)
    signing = sign_as(cast.hugo, approve_coa_content(now), at=at)
    approve_coa(batch=now, signing=signing, actor=actor(cast.hugo), at=at)
    accepted(cast, batch_now(lot))
    steps: list[tuple[Any, Any, Any]] = [
        (cast.quentin, review_content, review_batch),
        (cast.cora, certify_content, certify_batch),
        (cast.quentin, release_content, release_for_supply),
    ]
    for person, content, service in steps:
        now = batch_now(lot)
        service(batch=now, signing=sign_as(person, content(now), at=at), actor=actor(person), at=at)
        sequence_entries(at=at)
        for document in due_documents():
            issue_document(document=document, at=at)
    return batch_now(lot)


def test_a_lot_of_kits_is_released_and_a_nurse_gives_a_bag_and_learns_no_arm(
    web_client: Any, cast: Cast, lot: Batch
) -> None:
    packed(cast, lot)
    found_alike(cast, lot)
    assert released(cast, lot).state == "RELEASED"
    assert {unit.disposition for unit in units_of(lot)} == {"RELEASED"}

    order = kept(cast)
    thawed(cast, order)
    prepared(cast, order, KIT_DOSE)
    confirmed(cast, order)
    started(cast, order)
    ended(cast, order)

    assert Unit.objects.get(number="BK-0001-K001-1").custody == "ADMINISTERED"
    with time_machine.travel(END + HOUR, tick=False):
        nils = web_client(cast.nils)
        pages = [nils.get(f"/dosing/{page}/").content.decode() for page in ("orders/R-0001-T01", "recipients/R-0001")]
    assert all("R-0001-T01" in page for page in pages)
    assert "BK-0001-K001" in pages[0]
    assert [word for page in pages for word in ("PB-0001", "CT-0042", "_placebo") if word in page] == []
    papers = dict(Document.objects.filter(number__contains="BK-0001").values_list("number", "wording__text"))
    assert {"BC-BK-0001", "COA-BK-0001"} <= set(papers)
    assert [text for text in papers.values() for line in list_lines() if line.unit in str(text)] == []
