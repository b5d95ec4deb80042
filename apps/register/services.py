"""Entering a decision into the register of its site, inside the door of the decision: the only writer."""

from apps.audit.models import Record
from apps.audit.services import Change
from apps.register.facts import CERTIFYING, Registered, RegisterKind
from apps.register.models import RegisterEntry
from apps.register.rules import kind_after
from apps.register.selectors import earlier_kinds
from apps.signatures.models import Signature

ENTERED = "register.entered"


def enter(
    change: Change,
    said: Registered,
    *,
    register: Record,
    batch: Record,
    signature: Signature,
    document: tuple[Record, str, str] | None = None,
    corrects: RegisterEntry | None = None,
) -> RegisterEntry:
    """Enter one decision under the next number. The door has locked `register`: no two decisions take one number.

    `document`: record, name and hash of the certificate that the decision requested, or takes out of force.
    """
    newest = RegisterEntry.objects.filter(record=register).order_by("-n").first()
    kind = kind_after(said.kind, earlier_kinds(batch))
    if kind is not said.kind:
        corrects = RegisterEntry.objects.filter(batch=batch, kind__in=CERTIFYING).order_by("-pk").first()
    entry = RegisterEntry(record=register, n=newest.n + 1 if newest else 1, kind=kind, batch=batch, corrects=corrects)
    entry.product, entry.title_en, entry.title_zh = said.product, said.title_en, said.title_zh
    entry.units, entry.quantity, entry.reason = list(said.units), len(said.units), said.reason[:1000]
    entry.decided_at, entry.entered_at, entry.signature = signature.signed_at, change.at, signature
    entry.username, entry.printed_name = signature.username, signature.printed_name
    entry.printed_name_zh = signature.printed_name_zh
    entry.person_title_en, entry.person_title_zh = signature.title_en, signature.title_zh
    if document:
        entry.document, entry.document_name, entry.document_hash = document
    return change.create(entry, action=ENTERED)


def strike(change: Change, *, document: Record, signature: Signature, reason: str) -> RegisterEntry | None:
    """A certificate is taken out of force: one that says so follows its entry. Nothing for other documents."""
    former = RegisterEntry.objects.filter(document=document).select_related("record", "batch").order_by("-pk").first()
    if former is None:
        return None
    said = Registered(
        RegisterKind.WITHDRAWN, former.product, former.title_en, former.title_zh, tuple(former.units), reason
    )
    return enter(
        change,
        said,
        register=former.record,
        batch=former.batch,
        signature=signature,
        document=(document, former.document_name, former.document_hash),
        corrects=former,
    )
