"""What QA signs about a lot, and what stands on the label of a reagent that is prepared here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.text import N_
from apps.documents.content import reprint
from apps.documents.facts import Barcode, Bilingual, DocumentContent, DocumentKind, Field, Label
from apps.documents.rules import instant
from apps.materials.facts import KnownMaterial, LotState, LotVerb
from apps.materials.lifecycle import MOVES
from apps.materials.models import MaterialLot
from apps.products.definition import Bilingual as Words
from apps.signatures.facts import Line, SignedContent

SHEET = Bilingual("Labels of a prepared reagent", "自配试剂标签")
PREPARED = Bilingual("Prepared reagent, not for use in patients", "自配试剂，不得用于患者")
QUARANTINE = Bilingual("Quarantined until released", "放行前待验")
NAMED = (
    120  # characters of lot numbers on the label; what is beyond is counted and stands in the record behind the symbol
)


def lot_content(lot: MaterialLot, verb: LotVerb, reason: str = "") -> SignedContent:
    """The decision about a lot, with what the label and the certificate say."""
    lines = [
        Line(N_("Lot"), lot.number),
        Line(N_("Material"), lot.material),
        Line(N_("Supplier"), lot.supplier, lot.supplier_lot),
        Line(N_("Certificate"), lot.certificate),
        Line(N_("Expiry"), lot.expires_text),
        Line(N_("State"), lot.state),
    ]
    if reason:
        lines.append(Line(N_("Reason"), reason))
    return SignedContent(f"lot_{verb.lower()}", lot.record.address, MOVES[verb].meaning, tuple(lines))


@dataclass(frozen=True)
class Preparation:
    """What the label of a prepared lot says beyond the lot's own row."""

    material: KnownMaterial | None
    components: Sequence[str]
    prepared_by: str


def lot_labels(lot: MaterialLot, made: Preparation, copies: int, printing: int) -> DocumentContent:
    """One sheet of labels for the containers of a prepared lot; they are all alike."""
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number=f"RL-{lot.number}-{printing}",
        version=1,
        title=SHEET,
        issuer=Bilingual(lot.site.name_en, lot.site.name_zh),
        issuer_address=Bilingual(lot.site.address_en, lot.site.address_zh),
        timezone=lot.site.timezone,
        subject=lot.record.address,
        caption=lot.number,
        blocks=(_label(lot, made, printing),) * copies,
        demo=settings.QCS_MODE != "server",
        data={"lot": lot.record.address, "copies": copies, "printing": printing},
    )


def _label(lot: MaterialLot, made: Preparation, printing: int) -> Label:
    zone, known = ZoneInfo(lot.site.timezone), made.material
    said: list[tuple[Bilingual, str | Bilingual]] = [
        (Bilingual("Content", "成分"), _both(known.specification) if known and known.specification else ""),
        (Bilingual("Made from lots", "所用批号"), _named(made.components)),
        (Bilingual("Prepared", "配制时间"), instant(lot.received_at, zone)),
        (Bilingual("Prepared by", "配制人"), made.prepared_by),
        (Bilingual("Use before", "使用期限"), instant(lot.expires_at, zone)),
        (Bilingual("Storage", "贮存条件"), _both(known.storage) if known and known.storage else ""),
        (Bilingual("Site", "场地"), Bilingual(lot.site.name_en, lot.site.name_zh)),
    ]
    return Label(
        title=_both(known.label) if known else Bilingual(lot.material),
        identity=lot.number,
        fields=tuple(Field(label, value) for label, value in said if value),
        barcode=Barcode(lot.record.address),
        warnings=(
            PREPARED,
            *([QUARANTINE] if lot.state == LotState.QUARANTINED else []),
            *reprint(printing),
        ),
        width_mm=100,
        height_mm=90,
    )


def _named(components: Sequence[str]) -> str | Bilingual:
    lengths = accumulate(len(number) + 2 for number in components)
    fitting = max(1, sum(length <= NAMED for length in lengths))
    shown, beyond = ", ".join(components[:fitting]), len(components) - fitting
    if beyond <= 0:
        return shown
    return Bilingual(f"{shown} and {beyond} more, see the record", f"等共 {len(components)} 批，详见记录")


def _both(text: Words) -> Bilingual:
    return Bilingual(text.en, text.zh)
