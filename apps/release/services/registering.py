"""The register of certified batches: what each decision over a batch enters, and a sealed copy of a period."""

from collections.abc import Iterable, Sequence

from apps.audit.services import Change
from apps.batches.facts.words import Verb
from apps.batches.models import Batch
from apps.documents.models import Document
from apps.register.facts import CERTIFYING, Registered, RegisterKind
from apps.register.models import RegisterEntry
from apps.register.services import enter
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of
from apps.units.facts import Custody, Disposition, UnitKind
from apps.units.models import Unit
from apps.units.selectors import units_of

REGISTERED = {
    Verb.CERTIFY: RegisterKind.CERTIFIED,
    Verb.REJECT: RegisterKind.REJECTED,
    Verb.RECALL: RegisterKind.RECALLED,
    Verb.REOPEN: RegisterKind.REOPENED,
}


def enter_decision(
    change: Change,
    batch: Batch,
    units: Sequence[str],
    *,
    document: Document | None = None,
    reason: str = "",
    kind: RegisterKind | None = None,
    signature: Signature | None = None,
) -> RegisterEntry:
    """Enter the decision that was just signed on the batch, or an earlier one by its signature."""
    signed = signature or signatures_of(batch.record).last()
    if signed is None:
        raise LookupError(f"no decision was signed on {batch.number}")
    version = batch.product_version
    said = Registered(
        kind or REGISTERED[Verb(signed.verb.upper())],
        version.record.number,
        version.title_en,
        version.title_zh,
        tuple(units),
        reason,
    )
    paper = (document.record, document.name, document.content_hash) if document else None
    return enter(change, said, register=batch.site.record, batch=batch.record, signature=signed, document=paper)


def product_units(units: Iterable[Unit]) -> list[str]:
    """The numbers of the units that are for patients."""
    return [unit.number for unit in units if unit.kind == UnitKind.PRODUCT]


def certifiable_units(batch: Batch) -> list[str]:
    """The units that a certification is about: those for patients, neither refused nor destroyed."""
    refused = (Disposition.REJECTED, Disposition.RECALLED)
    found = [unit for unit in units_of(batch) if unit.custody != Custody.DESTROYED and unit.disposition not in refused]
    return product_units(found)


def certified_units(batch: Batch) -> list[str]:
    """The units that the last certification of a batch named."""
    last = RegisterEntry.objects.filter(batch=batch.record, kind__in=CERTIFYING).order_by("-pk").first()
    return list(last.units) if last else []
