"""What stands on the label of a unit, and the sheet of labels that is printed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.canonical import instant_text
from apps.documents.facts import Barcode, Bilingual, DocumentContent, DocumentKind, Field
from apps.documents.facts import Label as LabelBlock
from apps.documents.rules import instant, scientific
from apps.donation.content import OnLabel, on_label
from apps.donation.selectors import group_found
from apps.identity.facts import DataStructure
from apps.identity.rules.contents import write_moment
from apps.products.definition import Bilingual as Words
from apps.products.definition import Definition, Quantity
from apps.products.loader import units as unit_table
from apps.units import rules
from apps.units.facts import LabelCode, TradeItem
from apps.units.models import Label, Unit
from apps.units.selectors import state_of_label

HEIGHT, TALLER = 90, 110  # mm: with the biohazard legend and its warnings a label needs more room
SHEET = Bilingual("Unit labels", "单元标签")
SPECIMEN = Bilingual("SPECIMEN", "样张")
VIABLE_CELLS = Bilingual("Viable cells", "活细胞数")
VOLUME = Bilingual("Volume", "装量")
QUARANTINE = Bilingual("Quarantined until released", "放行前待验")


def label_content(label: Label, donor: OnLabel | None = None) -> LabelBlock:
    """One label as it is drawn: the fields the master names, the symbol, the statements of the donor and the master."""
    batch = label.batch
    definition = definition_of_batch(batch)
    donor = donor or on_label(batch.donation, definition)
    values = _values(label, definition)
    statements = [Bilingual(text.en, text.zh) for text in definition.units.label.statements]
    return LabelBlock(
        title=_bilingual(definition.title),
        identity=label.unit_number or "SPECIMEN",
        fields=tuple(
            Field(Bilingual(field.label.en, field.label.zh), values.get(field.key, ""))
            for field in definition.units.label.fields
        ),
        barcode=Barcode(rules.code_text(_code(label)), gs1=True),
        warnings=(*([] if label.unit_number else [SPECIMEN]), *donor.statements, QUARANTINE, *statements),
        hazard=donor.hazard,
        width_mm=100,
        height_mm=TALLER if donor.hazard else HEIGHT,
    )


def labels_document(batch: Batch, labels: Sequence[Label], printing: int) -> DocumentContent:
    """One printing of labels, a page each, with the same data for machines."""
    definition = definition_of_batch(batch)
    donor = on_label(batch.donation, definition)
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number=f"LB-{batch.number}-{printing}",
        version=1,
        title=SHEET,
        issuer=Bilingual(batch.site.name_en, batch.site.name_zh),
        issuer_address=Bilingual(batch.site.address_en, batch.site.address_zh),
        timezone=batch.site.timezone,
        subject=batch.record.address,
        caption=f"{batch.number} · {definition.band.word.en}",
        blocks=tuple(label_content(label, donor) for label in labels),
        demo=settings.QCS_MODE != "server",
        data={"labels": [_data(label) for label in labels]},
    )


def _values(label: Label, definition: Definition) -> dict[str, str | Bilingual]:
    """Every field a master may ask for on a label, by its key."""
    batch, unit, nominal = label.batch, label.unit, definition.units.fill
    chain, state = chain_of_batch(batch), state_of_label(label, definition)
    return {
        "product": Bilingual(definition.strength.en, definition.strength.zh),
        "trial": ", ".join(trial.number for trial in definition.authorisation.trials),
        "unit_number": label.unit_number or batch.number,
        "donor_code": batch.donor_code,
        "donation": batch.din,
        "cells": cells_amount(unit) if unit else quantity_amount(nominal.viable_cells),
        "volume": amount(unit.volume if unit else nominal.volume.value, nominal.volume.unit),
        "expires_at": _local(label.expires_at, batch),
        "storage": _bilingual(state.label),
        "component": _bilingual(state.component or definition.title),
        "blood_group": _group(batch, definition),
        "collected_at": _local(batch.donation.collected_at, batch) if batch.donation else "",
        "manufacturer": Bilingual(batch.site.name_en, batch.site.name_zh),
        "authorisation": definition.authorisation.number,
        "chain_of_identity": chain.number if chain else "",
    }


def _group(batch: Batch, definition: Definition) -> str | Bilingual:
    group = group_found(batch.donation, definition) if batch.donation else None
    return _bilingual(group.label) if group else ""


def amount(value: Decimal, unit: str, language: str = "en") -> str:
    """A quantity as it is printed: 5.0×10⁷, 10 mL."""
    return f"{scientific(value)} {unit_table().display(unit, language)}".strip()


def quantity_amount(quantity: Quantity | None) -> str:
    """What the master record names, as it is printed; empty where it names none."""
    return amount(quantity.value, quantity.unit) if quantity else ""


def cells_amount(unit: Unit, language: str = "en") -> str:
    """The viable cells of a unit as they are printed; empty where none are counted."""
    return "" if unit.viable_cells is None else amount(unit.viable_cells, unit.cells_unit, language)


def holds_title(definition: Definition) -> Bilingual:
    """The head of the column that says what each unit holds."""
    return VIABLE_CELLS if definition.units.fill.viable_cells else VOLUME


def holds(unit: Unit) -> str:
    """What one unit holds, under that head: cells where they are counted, else its volume."""
    if unit.viable_cells is not None:
        return scientific(unit.viable_cells)
    return amount(unit.volume, unit.volume_unit)


def _local(at: datetime, batch: Batch) -> str:
    return instant(at, ZoneInfo(batch.site.timezone))


def _code(label: Label) -> LabelCode:
    number = label.unit_number or f"{label.batch.number}-SPECIMEN"
    chain = chain_of_batch(label.batch)
    return LabelCode(f"unit/{number}", label.expires_at, chain.number if chain else "", _item(label, number))


def _item(label: Label, number: str) -> TradeItem | None:
    gtin, batch = definition_of_batch(label.batch).units.gtin, label.batch
    last_day = label.expires_at.astimezone(ZoneInfo(batch.site.timezone)).date()
    return TradeItem(gtin, last_day, batch.number, number.removeprefix(f"{batch.number}-")) if gtin else None


def _data(label: Label) -> dict[str, object]:
    zone = ZoneInfo(label.batch.site.timezone)
    return {
        "serial": label.serial,
        "unit": label.unit_number,
        "copy": label.copy,
        "expires_at": instant_text(label.expires_at),
        "isbt_expiry": write_moment(DataStructure.EXPIRY_TIME, label.expires_at, zone).text,
        "code": rules.code_text(_code(label)),
    }


def _bilingual(text: Words) -> Bilingual:
    return Bilingual(text.en, text.zh)
