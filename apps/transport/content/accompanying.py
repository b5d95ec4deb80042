"""What accompanies material whose donor is not decided about: 21 CFR 1271.60(c), without any name (1271.55(c))."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import (
    Bilingual,
    Column,
    DocumentContent,
    DocumentKind,
    Field,
    Section,
    Statement,
    Table,
)
from apps.documents.rules import instant
from apps.documents.selectors import next_version
from apps.transport.models import Shipment
from apps.transport.selectors import batches_in, mode_of, units_in
from apps.units.models import Unit

B = Bilingual
NOT_COMPLETED = B(
    "The determination of donor eligibility has not been completed.",
    "供者适合性判定尚未完成。",
)
NOT_TO_BE_USED = B(
    "This material must not be implanted, transplanted, infused or transferred until the determination is completed. "
    "It stays in quarantine at the establishment that receives it.",
    "判定完成前，本材料不得植入、移植、输注或转移；接收机构须将其置于待验状态。",
)
IN_QUARANTINE = B("In quarantine: donor eligibility not completed", "待验：供者适合性判定未完成")


def accompanying_record(shipment: Shipment) -> DocumentContent:
    """Frozen when the shipment is asked for: which donor by code, that nothing is decided, that nobody may use it."""
    site, zone, units = shipment.batch.site, ZoneInfo(shipment.batch.site.timezone), units_in(shipment)
    number = f"AR-{shipment.number}"
    return DocumentContent(
        kind=DocumentKind.ACCOMPANYING_RECORD,
        number=number,
        version=next_version(number),
        title=B("Accompanying record: material in quarantine", "随行记录：待验材料"),
        issuer=B(site.name_en, site.name_zh),
        issuer_address=B(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=shipment.record.address,
        caption=f"{shipment.number} · {IN_QUARANTINE.en}",
        demo=settings.QCS_MODE != "server",
        blocks=(
            Statement((NOT_COMPLETED, NOT_TO_BE_USED, *_of_the_masters(shipment)), IN_QUARANTINE),
            _way(shipment, zone),
            _donors(units, zone),
        ),
        data=_data(shipment, units),
    )


def _of_the_masters(shipment: Shipment) -> list[Bilingual]:
    """What each frozen master asks to be said of material that is not decided about."""
    said = [definition_of_batch(batch).donation.eligibility.pending_statements for batch in batches_in(shipment)]
    return list(dict.fromkeys(B(one.en, one.zh) for statements in said for one in statements))


def _way(shipment: Shipment, zone: ZoneInfo) -> Section:
    site, mode = shipment.batch.site, mode_of(shipment)
    return Section(
        B("From one establishment to another", "发出机构与接收机构"),
        (
            Field(B("Shipment", "运输单号"), shipment.number),
            Field(B("Planned departure", "计划发运"), instant(shipment.departs_at, zone)),
            Field(B("Sent by", "发出机构"), B(site.name_en, site.name_zh), wide=True),
            Field(B("Address", "地址"), B(site.address_en, site.address_zh), wide=True),
            Field(B("Received by", "接收机构"), shipment.establishment, wide=True),
            Field(B("Attention", "接收人"), shipment.receiver),
            Field(B("Telephone day and night", "24 小时联系电话"), shipment.contact),
            Field(B("Way of transport", "运输方式"), B(mode.label.en, mode.label.zh), wide=True),
        ),
    )


def _donors(units: Sequence[Unit], zone: ZoneInfo) -> Table:
    columns = (
        Column(B("Unit", "单元"), width=22),
        Column(B("Donor code", "供者代码"), width=16),
        Column(B("Donation", "捐献编号"), width=22),
        Column(B("Donor eligibility", "供者适合性"), width=20),
        Column(B("Expires", "有效期至"), width=20),
    )
    rows = tuple(
        (unit.number, *_donor(unit), B("not completed", "未完成"), instant(unit.expires_at, zone)) for unit in units
    )
    return Table(B("Units and donors", "单元与供者"), columns, rows)


def _donor(unit: Unit) -> tuple[str, str]:
    donation = unit.batch.donation
    return (unit.batch.donor_code, donation.printed) if donation else ("", "")


def _data(shipment: Shipment, units: Sequence[Unit]) -> dict[str, object]:
    """The same for machines."""
    lines = [{"unit": one.number, "donor": one.batch.donor_code, "donation": one.batch.din} for one in units]
    return {"shipment": shipment.number, "donor_eligibility": "NOT_COMPLETED", "units": lines}
