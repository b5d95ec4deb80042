"""What is signed when a recall is opened and closed, and the report of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.text import N_
from apps.documents.facts import (
    Bilingual,
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
from apps.documents.rules import instant
from apps.documents.selectors import next_version
from apps.recall.facts import Begun, Coverage, Outcome
from apps.recall.models import Recall, RecallLine
from apps.recall.selectors import Begins, coverage_of, lines_of, reached_from
from apps.recall.table import class_named, clock_for
from apps.signatures.facts import Line, SignedContent
from apps.signatures.models import Signature
from apps.units.facts import Custody

OPENED = N_("I open this recall: what is in stock is held, what is out is called back.")
EXERCISED = N_("I open this mock recall: an exercise by which no unit is held or moved.")
CLOSED = N_("I have read what became of each unit and who was reached, and close this recall.")
MOCK, EARNEST = Bilingual("Report of a mock recall", "模拟召回报告"), Bilingual("Report of a recall", "召回报告")
WORDS = {
    Outcome.LOCATED: Bilingual("Seen where recorded", "在记录位置确认"),
    Outcome.CAME_BACK: Bilingual("Came back", "已退回"),
    Outcome.DESTROYED: Bilingual("Destroyed", "已销毁"),
    Outcome.ADMINISTERED: Bilingual("Administered", "已使用"),
    Outcome.DRAWN: Bilingual("Drawn for another batch", "已用于另一批次"),
    Outcome.NOT_FOUND: Bilingual("Not found", "未找到"),
}
CUSTODY = {
    Custody.IN_STORE: Bilingual("In store", "在库"),
    Custody.RESERVED: Bilingual("Reserved", "已预留"),
    Custody.SET_APART: Bilingual("Set apart for a study", "留作考察"),
    Custody.IN_TRANSIT: Bilingual("In transit", "运输中"),
    Custody.AT_SITE: Bilingual("At the site", "已到现场"),
    Custody.ADMINISTERED: Bilingual("Administered", "已使用"),
    Custody.DRAWN: Bilingual("Drawn for another batch", "已用于另一批次"),
    Custody.DESTROYED: Bilingual("Destroyed", "已销毁"),
}
COLUMNS = (
    Column(Bilingual("Unit", "单元"), width=16),
    Column(Bilingual("At the opening", "启动时"), width=20),
    Column(Bilingual("Patient", "患者"), width=10),
    Column(Bilingual("Reached", "已联系"), width=24),
    Column(Bilingual("What became of it", "去向"), width=30),
)


def open_content(begins: Begins, said: Begun) -> SignedContent:
    """What it is opened from, why, its class and clock, and every unit that it reaches, with where that is."""
    reached, (hours, _source) = reached_from(begins), clock_for(said)
    address = f"{begins.record.address}/{begins.place}" if begins.place else begins.record.address
    found = class_named(said.classification)
    lines = (
        Line(N_("Opened from"), address),
        Line(N_("Why"), said.why),
        *([Line(N_("Class"), found.label.en)] if found else []),
        Line(N_("To be accounted for within"), f"{hours} h"),
        *(Line(N_("Unit"), unit.number, unit.custody) for unit in reached.units),
    )
    return SignedContent("recall_open", begins.record.address, EXERCISED if said.is_mock else OPENED, lines)


def close_content(recall: Recall, conclusion: str) -> SignedContent:
    """The coverage, each unit with what became of it, and the conclusion."""
    lines = lines_of(recall)
    found = coverage_of(lines)
    shown = (
        Line(N_("Opened from"), recall.source_address),
        Line(N_("Units found"), f"{found.found} / {found.units}", f"{found.units_percent} %"),
        Line(N_("Patients reached"), f"{found.reached} / {found.patients}", f"{found.patients_percent} %"),
        *(Line(one.unit.number, one.outcome or N_("no answer"), one.note) for one in lines),
        Line(N_("Conclusion"), conclusion),
    )
    return SignedContent("recall_close", recall.record.address, CLOSED, shown)


def recall_report(recall: Recall, signature: Signature, conclusion: str, at: datetime) -> DocumentContent:
    """The report of a recall: the stopwatch, the coverage, one line for each unit."""
    site, lines = recall.site, lines_of(recall)
    found, number = coverage_of(lines), f"RR-{recall.number}"
    return DocumentContent(
        kind=DocumentKind.REPORT,
        number=number,
        version=next_version(number),
        title=MOCK if recall.is_mock else EARNEST,
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=recall.record.address,
        caption=f"{recall.number} · {recall.source_address}",
        demo=settings.QCS_MODE != "server",
        blocks=(
            _about(recall, at),
            _covered(recall, found),
            Table(Bilingual("Units", "单元"), COLUMNS, tuple(_row(one, recall) for one in lines)),
            Statement((conclusion,), Bilingual("Conclusion", "结论")),
            Signatures(Bilingual("Closed", "关闭"), (_block(signature, recall),)),
        ),
        data={"recall": recall.number, "coverage": _data(found), "units": [_unit(one) for one in lines]},
    )


def _about(recall: Recall, at: datetime) -> Section:
    zone, found = ZoneInfo(recall.site.timezone), class_named(recall.classification)
    label = Bilingual(found.label.en, found.label.zh) if found else "–"
    return Section(
        Bilingual("Recall", "召回"),
        (
            Field(Bilingual("Number", "编号"), recall.number),
            Field(Bilingual("Opened from", "起因"), recall.source_address),
            Field(Bilingual("Opened", "启动时间"), instant(recall.opened_at, zone, seconds=True)),
            Field(Bilingual("Opened by", "启动人"), recall.opened_name),
            Field(Bilingual("Due", "期限"), instant(recall.due_at, zone)),
            Field(Bilingual("Closed", "关闭时间"), instant(at, zone, seconds=True)),
            Field(Bilingual("Class", "级别"), label, wide=True),
            Field(Bilingual("Why", "原因"), recall.why, wide=True),
            Field(Bilingual("Batches", "批次"), ", ".join(recall.batches), wide=True),
        ),
    )


def _covered(recall: Recall, found: Coverage) -> Section:
    last = str(found.last_at - recall.opened_at).split(".")[0] if found.last_at else "–"
    missing = ", ".join(found.missing) or "–"
    return Section(
        Bilingual("Coverage", "覆盖率"),
        (
            Field(Bilingual("Units found", "找到的单元"), f"{found.found} / {found.units} = {found.units_percent} %"),
            Field(
                Bilingual("Patients reached", "已联系的患者"),
                f"{found.reached} / {found.patients} = {found.patients_percent} %",
            ),
            Field(Bilingual("Opening to last answer", "启动至最后答复"), last),
            Field(Bilingual("Not found", "未找到"), missing),
        ),
    )


def _row(one: RecallLine, recall: Recall) -> tuple[str | Bilingual, ...]:
    zone = ZoneInfo(recall.site.timezone)
    was, place = CUSTODY[Custody(one.custody)], f" · {one.whereabouts}" if one.whereabouts else ""
    told = f"{instant(one.contacted_at, zone)}: {one.contact_note}" if one.contacted_at else "–"
    word = WORDS[Outcome(one.outcome)] if one.outcome else Bilingual("no answer", "无答复")
    when = f", {instant(one.found_at, zone)}: {one.note}" if one.found_at else ""
    patient = one.recipient.number if one.recipient else "–"
    return (
        one.unit.number,
        Bilingual(f"{was.en}{place}", was.zh),
        patient,
        told,
        Bilingual(f"{word.en}{when}", word.zh),
    )


def _block(signature: Signature, recall: Recall) -> SignatureBlock:
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=Bilingual("Recall closed", "召回关闭"),
        signed_at=signature.signed_at,
        title=Bilingual(signature.title_en, signature.title_zh),
        covers=recall.number,
        content_hash=signature.content_hash,
        principal=True,
    )


def _data(found: Coverage) -> dict[str, object]:
    shares = {"units_percent": str(found.units_percent), "patients_percent": str(found.patients_percent)}
    counted = {"units": found.units, "found": found.found, "patients": found.patients, "reached": found.reached}
    return counted | shares


def _unit(one: RecallLine) -> dict[str, object]:
    return {"unit": one.unit.number, "outcome": one.outcome, "found_at": one.found_at, "contacted_at": one.contacted_at}
