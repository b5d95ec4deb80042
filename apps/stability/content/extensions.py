"""What is signed about a later expiry and its relabelling, and the report of it that is sealed."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.selectors.plans import definition_of_batch
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
from apps.signatures.facts import Line, SignedContent
from apps.signatures.selectors import signatures_of
from apps.stability import rules
from apps.stability.facts import ExtensionVerb, RelabelState
from apps.stability.lifecycle import EXTENSION_MOVES
from apps.stability.models import ExtendedUnit, Extension
from apps.stability.selectors import columns_of, extended_units, extension_now, support_of

B = Bilingual
STATEMENT = B(
    "The later expiry of a unit counts from its confirmed relabelling on; until then the date on its old label does.",
    "每个单元的新有效期自重新贴签并经确认之时起生效；此前以原标签所载日期为准。",
)
MEANINGS = {
    "endorse_extension": B("The data support it", "数据支持"),
    "authorise_extension": B("Approved", "批准"),
}


def endorse_content(extension: Extension) -> SignedContent:
    """What quality signs: the data as they stand, the ground, every unit with its old and its new date."""
    return _decision("endorse_extension", ExtensionVerb.ENDORSE, extension)


def authorise_content(extension: Extension) -> SignedContent:
    """What the authorised person signs: the same, and who signed for quality."""
    now = extension_now(extension)
    endorsed = (Line(N_("Signed as quality assurance"), now.endorsed_name),)
    return _decision("authorise_extension", ExtensionVerb.AUTHORISE, now, endorsed)


def _decision(verb: str, move: ExtensionVerb, extension: Extension, more: tuple[Line, ...] = ()) -> SignedContent:
    study = extension.study
    columns = columns_of(study)
    lines = (
        Line(N_("Batch"), extension.batch.number),
        Line(N_("Study"), study.number, study.record.address),
        Line(N_("Months of life"), str(extension.months)),
        Line(N_("What the data support"), rules.said(support_of(study, columns)).text),
        Line(N_("Ground"), extension.ground),
        Line(N_("Proposed by"), extension.proposed_name),
        *more,
        *_dates(extended_units(extension)),
    )
    return SignedContent(verb, extension.record.address, EXTENSION_MOVES[move].meaning, lines)


def _dates(rows: Iterable[ExtendedUnit]) -> tuple[Line, ...]:
    return tuple(Line(row.unit.number, _day(row.new_expires_at), _day(row.old_expires_at)) for row in rows)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def relabel_content(row: ExtendedUnit) -> SignedContent:
    """What the first person signs at the unit: which label came off, which is on it now."""
    lines = (
        Line(N_("Unit"), row.unit.number),
        Line(N_("Old label, destroyed"), _day(row.old_expires_at)),
        Line(N_("New label, applied"), _day(row.new_expires_at), str(row.label.serial) if row.label else ""),
    )
    meaning = EXTENSION_MOVES[ExtensionVerb.RELABEL].meaning
    return SignedContent("relabel_unit", row.extension.record.address, meaning, lines)


def confirm_content(extension: Extension) -> SignedContent:
    """What the second person signs: every unit that was relabelled since, and by whom."""
    rows = extended_units(extension, RelabelState.APPLIED)
    lines = tuple(Line(row.unit.number, _day(row.new_expires_at), row.applied_name) for row in rows)
    meaning = EXTENSION_MOVES[ExtensionVerb.CONFIRM].meaning
    return SignedContent("confirm_relabelling", extension.record.address, meaning, lines)


def extension_report(extension: Extension) -> DocumentContent:
    """Frozen when the authorised person signs: the ground, the units with both dates, both signatures."""
    study, batch = extension.study, extension.batch
    site = batch.site
    definition, zone = definition_of_batch(batch), ZoneInfo(site.timezone)
    return DocumentContent(
        kind=DocumentKind.REPORT,
        number=f"EX-{extension.number}",
        version=1,
        title=B("Extension of the expiry", "有效期延长报告"),
        issuer=B(site.name_en, site.name_zh),
        issuer_address=B(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=batch.record.address,
        caption=f"{extension.number} · {definition.band.word.en}",
        demo=settings.QCS_MODE != "server",
        blocks=(
            _ground(extension),
            _units(extended_units(extension), zone),
            Statement((STATEMENT,), B("From when it counts", "生效时间")),
            _signatures(extension),
        ),
        data={"extension": extension.number, "study": study.number, "months": extension.months},
    )


def _ground(extension: Extension) -> Section:
    study = extension.study
    version = extension.batch.product_version
    fields = (
        Field(B("Product", "产品"), B(version.title_en, version.title_zh)),
        Field(B("Batch", "批号"), extension.batch.number),
        Field(B("Stability study", "稳定性考察"), study.number),
        Field(B("Months of life", "有效期（月）"), str(extension.months)),
        Field(B("Data support, months", "数据支持（月）"), str(support_of(study).months)),
        Field(B("Ground", "依据"), extension.ground, wide=True),
    )
    return Section(B("Ground", "依据"), fields)


def _units(rows: Iterable[ExtendedUnit], zone: ZoneInfo) -> Table:
    columns = (
        Column(B("Unit", "单元"), width=40),
        Column(B("Expiry until now", "原有效期"), width=30),
        Column(B("Expiry from relabelling on", "新有效期"), width=30),
    )
    told = [(row.unit.number, instant(row.old_expires_at, zone), instant(row.new_expires_at, zone)) for row in rows]
    return Table(B("Units", "单元"), columns, tuple(told))


def _signatures(extension: Extension) -> Signatures:
    blocks = tuple(
        SignatureBlock(
            printed_name=one.printed_name,
            printed_name_zh=one.printed_name_zh,
            meaning=MEANINGS[one.verb],
            signed_at=one.signed_at,
            title=B(one.title_en, one.title_zh),
            covers=f"extension {extension.number}",
            content_hash=one.content_hash,
        )
        for one in signatures_of(extension.record)
        if one.verb in MEANINGS
    )
    return Signatures(B("Signatures", "签名"), blocks, statement=STATEMENT)
