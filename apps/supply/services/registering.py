"""Supply to a named patient in the register; and what was decided before there was a register, from its signatures."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.documents.content import WITHDRAWN
from apps.documents.facts import DocumentKind
from apps.documents.models import Document
from apps.register.facts import RegisterKind
from apps.register.selectors import registers_naming, unregistered
from apps.register.services import strike
from apps.release.services.registering import REGISTERED, certifiable_units, enter_decision
from apps.signatures.models import Signature
from apps.signatures.selectors import signed_reason
from apps.supply.content.certificate import KINDS as PAPERS
from apps.supply.content.signed import VERBS
from apps.supply.facts import Route, SupplyState
from apps.supply.models import NamedSupply
from apps.supply.selectors import units_in

Late = tuple[Signature, Record, Callable[[Change], object]]


def enter_supply(change: Change, supply: NamedSupply, document: Document) -> None:
    """Enter what was let go to a named patient, under the name of the authorised person who decided it."""
    units, kind = [unit.number for unit in units_in(supply)], RegisterKind(supply.route)
    enter_decision(change, supply.batch, units, document=document, kind=kind, signature=decision_of(supply))


def decision_of(supply: NamedSupply) -> Signature:
    """The signature of the authorised person who decided."""
    verb, who = VERBS[Route(supply.route)][1], {"username": supply.decided_by, "signed_at": supply.decided_at}
    return Signature.objects.filter(record=supply.batch.record, verb=verb, **who).latest("pk")


def fill_register(*, at: datetime) -> int:
    """Enter the decisions that are older than the register, in the order of their signatures. Twice is harmless.

    Certificates that were withdrawn come last: what is withdrawn must stand in the register.
    """
    decided = sorted([*_decisions(), *_supplies()], key=lambda one: (one[0].signed_at, one[0].pk))
    entered = 0
    for signature, register, enter_it in chain(decided, _withdrawals()):
        with audited(actor=SYSTEM, action="register.entered", at=at, touching=[register]) as change:
            if not Signature.objects.filter(pk=signature.pk, register_entry=None).exists():
                continue  # another sweep was here first
            enter_it(change)
            entered += 1
    return entered


def _decisions() -> Iterator[Late]:
    batches = Batch.objects.select_related("record", "site__record", "product_version__record")
    for signed in unregistered([verb.lower() for verb in REGISTERED], "batch"):
        batch = batches.get(record=signed.record)
        yield signed, batch.site.record, partial(_enter_decision, batch=batch, signed=signed)


def _enter_decision(change: Change, *, batch: Batch, signed: Signature) -> None:
    paper = _paper(batch, DocumentKind.BATCH_CERTIFICATE, signed.signed_at) if signed.verb == "certify" else None
    units, reason = certifiable_units(batch), signed_reason(signed)
    enter_decision(change, batch, units, document=paper, reason=reason, signature=signed)


def _supplies() -> Iterator[Late]:
    let_go = NamedSupply.objects.filter(state=SupplyState.SUPPLIED)
    for supply in let_go.select_related("batch__record", "batch__site__record", "batch__product_version__record"):
        decided = decision_of(supply)
        if not hasattr(decided, "register_entry"):
            yield decided, supply.batch.site.record, partial(_enter_late_supply, supply=supply)


def _enter_late_supply(change: Change, *, supply: NamedSupply) -> None:
    paper = _paper(supply.batch, PAPERS[Route(supply.route)], supply.supplied_at or change.at)
    if paper:
        enter_supply(change, supply, paper)


def _withdrawals() -> Iterator[Late]:
    for signed in unregistered([WITHDRAWN], "document"):
        for register in registers_naming(signed.record):
            yield signed, register, partial(_enter_withdrawal, signed=signed)


def _enter_withdrawal(change: Change, *, signed: Signature) -> None:
    strike(change, document=signed.record, signature=signed, reason=signed_reason(signed))


def _paper(batch: Batch, kind: DocumentKind, requested_at: datetime) -> Document | None:
    """The certificate that a decision requested, at its instant."""
    asked = Document.objects.filter(subject=batch.record, kind=kind, requested_at=requested_at)
    return asked.select_related("record", "wording").first()
