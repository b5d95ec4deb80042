"""A sealed copy of the register of certified batches: every entry of a period, and that no number is missing."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.documents.facts import (
    Align,
    Bilingual,
    Cell,
    Column,
    DocumentContent,
    DocumentKind,
    Field,
    Section,
    Statement,
    Table,
)
from apps.documents.rules import instant
from apps.documents.selectors import newest_document, next_version
from apps.organisation.models import Site
from apps.register.facts import RegisterKind
from apps.register.models import RegisterEntry

WORDS = {
    RegisterKind.CERTIFIED: Bilingual("Certified", "批准放行"),
    RegisterKind.CERTIFIED_AGAIN: Bilingual("Certified again after a correction", "更正后重新批准"),
    RegisterKind.CONDITIONAL: Bilingual("Conditional release", "有条件放行"),
    RegisterKind.EXCEPTIONAL: Bilingual("Exceptional supply, not certified", "例外供应，未批准放行"),
    RegisterKind.URGENT: Bilingual("Urgent use, donor not found eligible", "紧急使用，供者未判定为合格"),
    RegisterKind.REJECTED: Bilingual("Rejected", "拒绝放行"),
    RegisterKind.RECALLED: Bilingual("Recalled", "召回"),
    RegisterKind.REOPENED: Bilingual("Reopened for a correction", "为更正而重新打开"),
    RegisterKind.WITHDRAWN: Bilingual("Certificate withdrawn", "证书撤回"),
}
COLUMNS = (
    Column(Bilingual("No.", "序号"), Align.RIGHT, width=5),
    Column(Bilingual("Batch and product", "批号与产品"), width=19),
    Column(Bilingual("Decision", "决定"), width=17),
    Column(Bilingual("Units", "单元数"), Align.RIGHT, width=7),
    Column(Bilingual("Decided", "决定时间"), width=14),
    Column(Bilingual("By", "决定人"), width=16),
    Column(Bilingual("Document", "文件"), width=22),
)
SAID = Bilingual(
    "Every entry of the period is shown, in the order of the numbers. Entries are never changed or deleted.",
    "本副本按序号列出该期间的全部记录；记录不得更改或删除。",
)
CLAUSE = Bilingual("EU GMP Annex 16: register kept by the certifying person", "欧盟 GMP 附录 16：由放行人保存的登记册")


def register_copy(
    site: Site, since: date, until: date, entries: Sequence[RegisterEntry], gaps: Sequence[int]
) -> DocumentContent:
    """What the register of a site says of these days."""
    number = f"REG-{site.code}-{since:%Y%m%d}-{until:%Y%m%d}"
    former = newest_document(number)
    return DocumentContent(
        kind=DocumentKind.REPORT,
        number=number,
        version=next_version(number),
        title=Bilingual("Register of certified batches", "已放行批次登记册"),
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=site.record.address,
        caption=f"{site.code} · {since} – {until}",
        supersedes=former.name if former else "",
        demo=settings.QCS_MODE != "server",
        blocks=(
            _head(site, since, until, entries, gaps),
            Table(Bilingual("Entries", "记录"), COLUMNS, tuple(_row(one, site) for one in entries)),
            Statement((SAID,)),
        ),
        data={"site": site.code, "since": since, "until": until, "entries": [_data(one) for one in entries]},
    )


def _head(site: Site, since: date, until: date, entries: Sequence[RegisterEntry], gaps: Sequence[int]) -> Section:
    numbers = f"{entries[0].n} – {entries[-1].n}" if entries else "–"
    missing = ", ".join(map(str, gaps))
    whole = Bilingual(f"no: {missing}", f"否：{missing}") if gaps else Bilingual("yes", "是")
    return Section(
        Bilingual("Register", "登记册"),
        (
            Field(Bilingual("Site", "场地"), site.code),
            Field(Bilingual("Period", "期间"), f"{since} – {until}"),
            Field(Bilingual("Entries", "记录数"), str(len(entries))),
            Field(Bilingual("Numbers", "序号"), numbers),
            Field(Bilingual("Numbers unbroken", "序号连续"), whole),
            Field(Bilingual("Kept under", "依据"), CLAUSE, wide=True),
        ),
    )


def _row(one: RegisterEntry, site: Site) -> tuple[str | Bilingual | Cell, ...]:
    word = WORDS[RegisterKind(one.kind)]
    after = f" ({one.corrects.n})" if one.corrects else ""
    why = f": {one.reason}" if one.reason else ""
    name = f"{one.printed_name} {one.printed_name_zh}".strip()
    paper = f"{one.document_name} · {one.document_hash[:16]}" if one.document_name else "–"
    return (
        str(one.n),
        Bilingual(f"{one.batch.number}, {one.title_en}", f"{one.batch.number}，{one.title_zh}"),
        Bilingual(f"{word.en}{after}{why}", f"{word.zh}{after}"),
        str(one.quantity),
        instant(one.decided_at, ZoneInfo(site.timezone)),
        Bilingual(f"{name}, {one.person_title_en}".rstrip(", "), one.person_title_zh),
        paper,
    )


def _data(one: RegisterEntry) -> dict[str, object]:
    """The same for machines, with every unit."""
    said = {"n": one.n, "kind": one.kind, "batch": one.batch.number, "product": one.product, "units": one.units}
    paper = {"document": one.document_name, "document_sha256": one.document_hash}
    return said | paper | {"decided_at": one.decided_at, "by": one.username, "entry": str(one.last_entry_id)}
