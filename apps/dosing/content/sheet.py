"""The dose sheet: order, recipient by pseudonym, units with their clock, the computation, who signed for it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.documents.facts import (
    Bilingual,
    Cell,
    Column,
    DocumentContent,
    DocumentKind,
    Field,
    Section,
    SignatureBlock,
    Signatures,
    Statement,
    Table,
)
from apps.documents.rules import instant, scientific
from apps.documents.selectors import next_version
from apps.dosing.content.words import LINES, TITLES, VERDICTS, rounding_of
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.rules.saying import said
from apps.dosing.selectors import PreparedDose, is_blinded, kit_named, thaws_of, trials_of
from apps.products.loader import units as unit_table
from apps.products.rules.rounding import plain, round_half_up
from apps.products.selectors import definition_of
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of
from apps.testing.content.reporting import SIGNS
from apps.testing.content.wording import both, entered_of, limit_of

B = Bilingual
LEFT_OVER = B("What is left over is destroyed; nothing thawed is frozen again.", "剩余部分须销毁；复苏后不得再次冻存。")
EXACT_DECIMALS = 6  # a share that never ends is printed to here, with dots


def number_of(order: TreatmentOrder) -> str:
    """The number of the dose sheet of an order."""
    return f"DS-{order.number}"


def dose_sheet(order: TreatmentOrder, dose: Dose, prepared: PreparedDose) -> DocumentContent:
    """The sheet as it is frozen when the second person has signed."""
    definition, number, zone = definition_of(order.product_version), number_of(order), ZoneInfo(order.site.timezone)
    return DocumentContent(
        kind=DocumentKind.DOSE_SHEET,
        number=number,
        version=next_version(number),
        title=B("Dose sheet", "剂量单"),
        issuer=B(order.site.name_en, order.site.name_zh),
        issuer_address=B(order.site.address_en, order.site.address_zh),
        timezone=order.site.timezone,
        subject=order.record.address,
        caption=f"{order.number} · {definition.band.word}",
        demo=settings.QCS_MODE != "server",
        blocks=(
            _order(order, zone),
            _dose(order, dose, zone),
            _units(order, prepared, zone),
            _readings(prepared),
            _workings(B("How the order was worked out", "医嘱剂量计算"), order.workings),
            _workings(B("How the volume was worked out", "体积计算"), dose.workings),
            Statement((LEFT_OVER,)),
            _signatures(order),
        ),
        data=_data(order, dose),
    )


def _order(order: TreatmentOrder, zone: ZoneInfo) -> Section:
    definition = definition_of(order.product_version)
    arm = definition.dosing.arm(order.arm)
    route = next((both(one.label) for one in definition.dosing.routes if arm and one.key == arm.route), B(""))
    indication = next(
        (both(one) for one in definition.authorisation.indications if one.en == order.indication), B(order.indication)
    )
    planned = f"{instant(order.planned_start, zone)} – {instant(order.planned_end, zone)}"
    return Section(
        B("Order", "医嘱"),
        (
            Field(B("Product", "产品"), both(definition.title), wide=True),
            Field(B("Order", "医嘱号"), order.number),
            Field(B("Recipient", "受者代码"), order.recipient.number),
            *_kit(order),
            Field(B("Arm", "方案"), both(arm.label) if arm else order.arm, wide=True),
            Field(B("Indication", "适应症"), indication, wide=True),
            Field(B("Body weight", "体重"), said(order.weight, "kg")),
            Field(B("Dose number", "第几次"), str(order.n)),
            Field(B("Ordered amount", "医嘱剂量"), said(order.amount, order.amount_unit)),
            Field(B("Route", "给药途径"), route),
            Field(B("Planned", "计划输注时间"), planned, wide=True),
            Field(B("Master record", "工艺规程"), order.product_version.record.number),
        ),
    )


def _kit(order: TreatmentOrder) -> tuple[Field, ...]:
    """Trial and kit, where nobody at the bed knows what is given."""
    if not is_blinded(order):
        return ()
    return Field(B("Trial", "试验编号"), trials_of(order)), Field(B("Kit", "试剂盒"), kit_named(order))


def _dose(order: TreatmentOrder, dose: Dose, zone: ZoneInfo) -> Section:
    return Section(
        B("Dose", "剂量"),
        (
            Field(B("To be drawn up", "抽取体积"), said(dose.volume, "mL")),
            Field(B("It holds", "含量"), said(dose.amount, order.amount_unit)),
            Field(B("To be used until", "使用截止"), instant(dose.expires_at, zone)),
            Field(B("Left over, to be destroyed", "剩余量，须销毁"), said(dose.remainder, "mL")),
        ),
    )


def _units(order: TreatmentOrder, prepared: PreparedDose, zone: ZoneInfo) -> Table:
    thawed = {row.unit_id: row for row in thaws_of(order)}
    rows = []
    for unit in prepared.units:
        row = thawed.get(unit.pk)
        at = f"{instant(row.thawed_at, zone)}\n{row.thawed_name}" if row else "–"
        rows.append(
            (unit.number, unit.batch.number, said(unit.volume, unit.volume_unit), at, instant(unit.expires_at, zone))
        )
    columns = (
        Column(B("Unit", "单元"), width=22),
        Column(B("Batch", "批号"), width=14),
        Column(B("Volume", "体积"), width=12),
        Column(B("Thawed at, by", "复苏时间及人员"), width=27),
        Column(B("Expires", "有效期至"), width=25),
    )
    return Table(B("Units", "单元"), columns, tuple(rows))


def _readings(prepared: PreparedDose) -> Table:
    rows = tuple(
        (
            both(parameter.label),
            limit_of(parameter) if parameter.limit else "",
            Cell(entered_of(parameter, entered), sign=SIGNS.get(entered.verdict)),
        )
        for parameter, entered in prepared.readings
        if entered.done
    )
    columns = (
        Column(B("Reading", "项目"), width=40),
        Column(B("Limit", "限度"), width=25),
        Column(B("Recorded", "记录"), width=35),
    )
    return Table(B("Found after thawing", "复苏后检查"), columns, rows)


def _workings(title: Bilingual, rows: Sequence[Mapping[str, object]]) -> Table:
    columns = (
        Column(B("What", "项目"), width=26),
        Column(B("How", "算式"), width=34),
        Column(B("Exact", "精确值"), width=16),
        Column(B("Result", "结果"), width=24),
    )
    return Table(title, columns, tuple(_working(row) for row in rows))


def _working(row: Mapping[str, object]) -> tuple[Bilingual | str, ...]:
    """What, how, the exact value, and the reportable one with the rounding that made it."""
    exact, unit = Decimal(str(row["exact"])), unit_table().display(str(row["unit"]))
    shown = f"{scientific(Decimal(str(row['shown'])))} {unit}".strip()
    rounding = rounding_of(row)
    result: Bilingual | str = B(f"{shown}, {rounding.en}", rounding.zh) if rounding.en else shown
    return LINES[str(row["what"])], str(row["how"]), _exact(exact), result


def _exact(value: Decimal) -> str:
    short = round_half_up(value, EXACT_DECIMALS)
    return scientific(value) if value == short else f"{plain(short)}…"


def _signatures(order: TreatmentOrder) -> Signatures:
    """The newest signature of each meaning: an order, its check, the dose, its check."""
    newest = {one.verb: one for one in signatures_of(order.record).filter(verb__in=list(VERDICTS)).order_by("pk")}
    blocks = tuple(_block(newest[verb]) for verb in TITLES if verb in newest)
    return Signatures(B("Signatures", "签名"), tuple(sorted(blocks, key=lambda one: one.signed_at)))


def _block(signature: Signature) -> SignatureBlock:
    title = B(signature.title_en, signature.title_zh) if signature.title_en else TITLES[signature.verb]
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=VERDICTS[signature.verb],
        signed_at=signature.signed_at,
        title=title,
        content_hash=signature.content_hash,
        principal=signature.verb == "dose_confirmed",
    )


def _data(order: TreatmentOrder, dose: Dose) -> dict[str, object]:
    return {
        "order": order.number,
        "recipient": order.recipient.number,
        "volume_ml": plain(dose.volume),
        "amount": plain(dose.amount),
        "amount_unit": order.amount_unit,
        "remainder_ml": plain(dose.remainder),
        "expires_at": dose.expires_at.isoformat(),
        "workings": [dict(row) for row in dose.workings],
    }
