"""The certificate of a conditional release, "tests pending", and the statement of an exceptional supply."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import (
    Bilingual,
    Cell,
    Column,
    DocumentContent,
    DocumentKind,
    Entry,
    Field,
    Section,
    Sign,
    SignatureBlock,
    Signatures,
    Statement,
    Table,
)
from apps.documents.rules import instant
from apps.documents.selectors import newest_document, next_version
from apps.release.content.described import product_and_batch, units_table
from apps.signatures.models import Signature
from apps.signatures.selectors import signatures_of
from apps.supply.content.donors import donor_blocks
from apps.supply.content.signed import VERBS
from apps.supply.facts import Route, TestFacts
from apps.supply.models import NamedSupply
from apps.supply.rules import FAILING
from apps.supply.selectors import excused_tests, units_in
from apps.testing.content.reporting import results_table
from apps.testing.facts import Standing
from apps.testing.selectors import outcomes_of

B = Bilingual
KINDS = {
    Route.CONDITIONAL: DocumentKind.CONDITIONAL_CERTIFICATE,
    Route.EXCEPTIONAL: DocumentKind.EXCEPTIONAL_SUPPLY,
    Route.URGENT: DocumentKind.URGENT_USE,
}
PREFIXES = {Route.CONDITIONAL: "CR", Route.EXCEPTIONAL: "ES", Route.URGENT: "UU"}
TITLES = {
    Route.CONDITIONAL: B("Conditional release: tests pending", "有条件放行单（检验未完成）"),
    Route.EXCEPTIONAL: B("Exceptional supply outside the specification", "超标产品特殊供应说明"),
    Route.URGENT: B("Urgent use: donor not found eligible", "紧急使用：供者未判定为合格"),
}
STATEMENTS = {
    Route.CONDITIONAL: B(
        "Released conditionally for the patient named here only. The tests listed as pending are not in; the batch is "
        "not certified until they are.",
        "仅对本单所载患者有条件放行。所列检验尚未完成，完成前本批未获最终放行。",
    ),
    Route.EXCEPTIONAL: B(
        "This product does not meet its specification and is not certified. It is supplied at the request of the "
        "treating physician to the patient named here only.",
        "本产品不符合质量标准，未经批准放行。应主治医师申请，仅供本单所载患者使用。",
    ),
    Route.URGENT: B(
        "The donor of this product is not found eligible. It is used at the documented request of the treating "
        "physician, in urgent medical need, by the patient named here only. Where the determination is not completed, "
        "it is completed afterwards and the physician is told of its result.",
        "本产品供者尚未判定为合格。因紧急医疗需要，应主治医师书面申请，仅供本单所载患者使用。"
        "判定未完成者，使用后须继续完成并将结果告知医师。",
    ),
}
NOT_PASSED = {
    Route.CONDITIONAL: B("Tests pending", "待完成检验"),
    Route.EXCEPTIONAL: B("Out of specification, or pending", "超标或待完成项目"),
    Route.URGENT: B("Tests pending", "待完成检验"),
}
SECOND = B("Second signature", "第二签名")
MEANINGS = (
    {
        Route.CONDITIONAL: B("Agreed as physician", "医师同意"),
        Route.EXCEPTIONAL: B("Requested", "医师申请"),
        Route.URGENT: B("Requested", "医师申请"),
    },
    {
        Route.CONDITIONAL: B("Released conditionally", "有条件放行"),
        Route.EXCEPTIONAL: B("Risk assessed", "风险评估"),
        Route.URGENT: B("Urgent use agreed", "同意紧急使用"),
    },
    dict.fromkeys(Route, SECOND),
)
STANDINGS = {
    Standing.AWAITED: B("Result awaited", "结果未出"),
    Standing.UNREVIEWED: B("Not reviewed", "未复核"),
    Standing.FAILED: B("Fails its limit", "不合格"),
    Standing.NOT_EVALUABLE: B("Not evaluable", "无法判定"),
}


def certificate_of(supply: NamedSupply) -> DocumentContent:
    """Frozen when the second person signs: results so far, what is pending until when, for whom, on whose agreement."""
    batch, route = supply.batch, Route(supply.route)
    definition, site, bags = definition_of_batch(batch), batch.site, units_in(supply)
    number = f"{PREFIXES[route]}-{supply.number}"
    former = newest_document(number)
    pending = excused_tests(supply)
    return DocumentContent(
        kind=KINDS[route],
        number=number,
        version=next_version(number),
        title=TITLES[route],
        issuer=B(site.name_en, site.name_zh),
        issuer_address=B(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=batch.record.address,
        caption=f"{batch.number} · {definition.band.word}",
        supersedes=former.name if former else "",
        demo=settings.QCS_MODE != "server",
        blocks=(
            product_and_batch(batch, definition, bags),
            _for_whom(supply),
            *(donor_blocks(batch) if route is Route.URGENT else ()),
            *((_not_passed(pending, ZoneInfo(site.timezone), route),) if pending else ()),
            results_table(batch, outcomes_of(batch)),
            units_table(batch, definition, bags),
            Statement((STATEMENTS[route],), B("Conditions", "条件")),
            _signatures(supply),
        ),
        data=_data(supply, pending),
    )


def _data(supply: NamedSupply, pending: Iterable[TestFacts]) -> dict[str, object]:
    """The same for machines."""
    due = {one.key: f"{one.due_at:%Y-%m-%dT%H:%M:%SZ}" if one.due_at else one.standing.value for one in pending}
    said = {"batch": supply.batch.number, "route": supply.route, "certified": False, "pending": due}
    return said | {"recipient": supply.recipient.number, "order": supply.order.number}


def _for_whom(supply: NamedSupply) -> Section:
    fields = [
        Field(B("Patient", "患者"), supply.recipient.number),
        Field(B("Treatment order", "医嘱"), supply.order.number),
        Field(B("Physician", "医师"), supply.agreed_name),
        Field(B("Agreement", "同意书编号"), supply.number),
        Field(B("The patient was informed", "患者知情"), supply.informed, wide=True),
    ]
    if supply.need:
        fields += [
            Field(B("Need", "临床必需"), supply.need, wide=True),
            Field(B("Risk", "风险"), supply.risk, wide=True),
        ]
    return Section(B("For this patient only", "仅供该患者使用"), tuple(fields))


def _not_passed(pending: Iterable[TestFacts], zone: ZoneInfo, route: Route) -> Table:
    """What has not passed, and until when it must be in; what has failed has no such day."""

    def row(one: TestFacts) -> tuple[Entry, ...]:
        sign = Sign.FAIL if one.standing in FAILING else Sign.PENDING
        due = instant(one.due_at, zone) if one.due_at else ""
        return (B(one.label, one.label_zh), Cell(STANDINGS[one.standing]), Cell(sign=sign), due)

    columns = (
        Column(B("Test", "检验项目"), width=38),
        Column(B("Standing", "状态"), width=22),
        Column(B("Verdict", "结论"), width=14),
        Column(B("Due", "应完成时间"), width=26),
    )
    return Table(NOT_PASSED[route], columns, tuple(row(one) for one in pending))


def _signatures(supply: NamedSupply) -> Signatures:
    """Those of this supply: a batch, and an order, may carry the same words for another one."""
    route = Route(supply.route)
    found = [*signatures_of(supply.order), *signatures_of(supply.batch.record)]
    given: dict[tuple[str, str, datetime | None], Signature] = {
        (one.verb, one.username, one.signed_at): one for one in found
    }
    signers = (
        (supply.agreed_by, supply.agreed_at),
        (supply.decided_by, supply.decided_at),
        (supply.supplied_by, supply.supplied_at),
    )
    blocks = tuple(
        _block(given[verb, *signer], meanings[route], supply)
        for verb, meanings, signer in zip(VERBS[route], MEANINGS, signers, strict=True)
    )
    return Signatures(B("Signatures", "签名"), blocks, statement=STATEMENTS[route])


def _block(signature: Signature, meaning: Bilingual, supply: NamedSupply) -> SignatureBlock:
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=meaning,
        signed_at=signature.signed_at,
        title=B(signature.title.en, signature.title.zh),
        covers=f"supply {supply.number}",
        content_hash=signature.content_hash,
    )
