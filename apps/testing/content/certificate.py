"""What the certificate of analysis says (WHO TRS 1010 annex 4, ICH Q7 11.4), as frozen data."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from apps.batches.content import donation_words
from apps.batches.models import Batch
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
from apps.documents.rules import figures
from apps.documents.selectors import newest_document
from apps.products.definition import Bilingual as Words
from apps.products.definition import Definition, Parameter
from apps.products.facts import ReleaseVerb
from apps.products.loader import units
from apps.products.rules.limits import elapsed_text, limit_text
from apps.quality.models import Event
from apps.signatures.models import Signature
from apps.testing.content.machine import machine_data
from apps.testing.content.reporting import reportable, results_table, runs_table
from apps.testing.content.wording import both, printed
from apps.testing.facts import RunState, SampleState
from apps.testing.models import Approval, Sample
from apps.testing.selectors import TestOutcome, investigations_of, outcomes_of, samples_of
from apps.units.facts import UnitKind
from apps.units.models import Unit
from apps.units.rules import labelled_state
from apps.units.selectors import units_of

B = Bilingual
COMPLIES = B(
    "The batch complies with the specification in every required test.", "本批产品全部必检项目均符合质量标准规定。"
)
ROUNDING = B(
    "Results are rounded half up, once, to the decimals of the specification, where the limit is compared rounded; "
    "otherwise the value as found is compared. Both are shown where they differ.",
    "限度规定按修约值比较的，检验结果按四舍五入一次修约至标准规定的位数；其余按实测值比较。二者不同时均予列出。",
)
REVIEWED = B(
    "Every result was reviewed by a second person against the complete data of its run.",
    "全部检验结果均由第二人依据该次检验的完整数据复核。",
)


def certificate_of_analysis(batch: Batch, approval: Approval) -> DocumentContent:
    """The certificate as approved, frozen at this moment."""
    definition = definition_of_batch(batch)
    outcomes = [outcome for outcome in outcomes_of(batch) if outcome.samples or outcome.required]
    number = f"COA-{batch.number}"
    former = newest_document(number)
    return DocumentContent(
        kind=DocumentKind.CERTIFICATE_OF_ANALYSIS,
        number=number,
        version=former.version + 1 if former else 1,
        title=B("Certificate of analysis", "检验报告书"),
        issuer=B(batch.site.name_en, batch.site.name_zh),
        issuer_address=B(batch.site.address_en, batch.site.address_zh),
        timezone=batch.site.timezone,
        subject=batch.record.address,
        caption=f"{batch.number} · {definition.band.word.en}",
        supersedes=f"{former.number} v{former.version}" if former else "",
        reason=N_("Results were added or corrected.") if former else "",
        blocks=tuple(_blocks(batch, definition, outcomes, approval)),
        demo=settings.QCS_MODE != "server",
        data=machine_data(batch, outcomes),
    )


def _blocks(
    batch: Batch, definition: Definition, outcomes: Sequence[TestOutcome], approval: Approval
) -> Iterable[Section | Table | Statement | Signatures]:
    bags = units_of(batch)
    yield _product(batch, definition)
    yield _batch(batch, definition, bags)
    yield _samples(batch, definition)
    yield results_table(batch, outcomes)
    yield runs_table(batch, outcomes)
    said = (COMPLIES, _counts(outcomes), *_pending(outcomes), *_references(batch), ROUNDING, REVIEWED)
    yield Statement(said, title=B("Conclusion", "结论"))
    yield _signatures(definition, outcomes, approval)


# --- what it is about -----------------------------------------------------------------------------------------------
def _product(batch: Batch, definition: Definition) -> Section:
    version = batch.product_version.record.number
    return Section(
        B("Product", "产品"),
        (
            Field(B("Name", "名称"), both(definition.title), wide=True),
            Field(B("Specification", "质量标准"), version),
            Field(B("Stage", "阶段"), B("Finished product", "成品")),
            Field(B("Dosage form", "剂型"), both(definition.dosage_form)),
            Field(B("Strength", "规格"), both(definition.strength)),
            Field(B("Authorisation", "批准文件"), definition.authorisation.number),
            Field(B("Specification, SHA-256", "质量标准 SHA-256"), batch.definition_sha256, wide=True),
        ),
    )


def _batch(batch: Batch, definition: Definition, bags: Sequence[Unit]) -> Section:
    state = labelled_state(definition)
    kept = [bag.expires_at for bag in bags if bag.kind == UnitKind.PRODUCT]
    container = definition.units.container
    return Section(
        B("Batch", "批"),
        (
            Field(B("Batch number", "批号"), batch.number),
            Field(B("Units", "单元编号"), f"{bags[0].number} … {bags[-1].number} ({len(bags)})" if bags else ""),
            Field(B("Manufacturer", "生产单位"), _maker(batch)),
            Field(B("Donation number", "捐献识别码"), donation_words(batch)),
            Field(B("Made on", "生产日期"), printed(min(bag.filled_at for bag in bags), batch) if bags else ""),
            Field(B("Expires", "有效期至"), printed(min(kept), batch) if kept else ""),
            Field(B("Storage", "贮存条件"), _storage(state.label, state.temperature)),
            Field(
                B("Container and closure", "包装容器"),
                B(f"{container.label.en}, {container.closure.en}", f"{container.label.zh}，{container.closure.zh}"),
            ),
        ),
    )


def _maker(batch: Batch) -> Bilingual:
    site = batch.site
    return B(f"{site.name_en}, {site.address_en}", f"{site.name_zh}，{site.address_zh}")


def _storage(label: Words, temperature: Parameter) -> Bilingual:
    limit = limit_text(temperature.limit) if temperature.limit else ""
    unit = units().display(getattr(temperature, "unit", ""))
    return B(f"{label.en}, {figures(limit)} {unit}".strip(), label.zh)


def _samples(batch: Batch, definition: Definition) -> Table:
    kinds = {kind.key: kind for kind in definition.testing.samples}
    rows = [
        (
            sample.number,
            both(kinds[sample.kind].label),
            f"{sample.amount} {units().display(sample.amount_unit)}".strip(),
            printed(sample.drawn_at, batch),
            _received(sample, batch),
            "" if sample.age_received is None else elapsed_text(sample.age_received),
        )
        for sample in samples_of(batch)
        if not sample.point
    ]
    titles = (
        B("Sample", "样品编号"),
        B("Kind", "样品"),
        B("Amount", "数量"),
        B("Drawn", "取样"),
        B("Received", "收样"),
        B("Age", "收样时龄"),
    )
    return Table(B("Samples", "样品"), tuple(Column(title) for title in titles), tuple(rows))


def _received(sample: Sample, batch: Batch) -> str | Bilingual:
    if sample.received_at is None:
        return B("not received", "未收样")
    at = printed(sample.received_at, batch)
    return B(f"refused {at}", f"拒收 {at}") if sample.state == SampleState.REFUSED else at


def _counts(outcomes: Sequence[TestOutcome]) -> Bilingual:
    """How many of the required tests are reported, on how many runs: a list without its count proves nothing."""
    required = [outcome for outcome in outcomes if outcome.required]
    reported = sum(bool(reportable(outcome)) for outcome in required)
    runs = {run.pk: run for outcome in outcomes for run in outcome.runs}
    invalid = sum(run.state == RunState.INVALID for run in runs.values())
    gone, retests = sum(len(one.invalidated) for one in outcomes), sum(one.retests for one in outcomes)
    return B(
        f"Required tests reported: {reported} of {len(required)}. Runs: {len(runs)}, of which {invalid} invalid."
        + (f" Results invalidated: {gone}; retests by plan: {retests}." if gone or retests else ""),
        f"必检项目 {len(required)} 项，已报告 {reported} 项；检验 {len(runs)} 次，其中无效 {invalid} 次。"
        + (f"判为无效的结果 {gone} 个，按方案复验 {retests} 次。" if gone or retests else ""),
    )


def _pending(outcomes: Sequence[TestOutcome]) -> list[Bilingual]:
    """Informative tests that were begun and are not done: they are no condition of release, and are not passed over."""
    open_ones = [outcome.test.label for outcome in outcomes if not outcome.required and not reportable(outcome)]
    if not open_ones:
        return []
    en, zh = ", ".join(label.en for label in open_ones), "、".join(label.zh for label in open_ones)
    return [B(f"Informative tests not yet reported: {en}.", f"尚未报告的参考项目：{zh}。")]


def _references(batch: Batch) -> list[Bilingual]:
    numbers = [event.record.number for event in Event.objects.filter(subject=batch.record).select_related("record")]
    if not numbers:
        return [B("No event is on record for this batch.", "本批无事件记录。")]
    numbers += [one.number for one in investigations_of(batch)]
    listed = ", ".join(sorted(numbers))
    return [B(f"Events and deviations on record: {listed}.", f"相关事件与偏差：{listed}。")]


# --- who signed -----------------------------------------------------------------------------------------------------
def _signatures(definition: Definition, outcomes: Sequence[TestOutcome], approval: Approval) -> Signatures:
    reported = [result for outcome in outcomes for result in reportable(outcome)]
    tested = _one_each([result.tested_signature for result in reported])
    reviewed = _one_each([result.reviewed_signature for result in reported])
    wanted = definition.release.signature(ReleaseVerb.APPROVE_COA)
    title = both(wanted.title) if wanted else B("Head of QC", "质量控制负责人")
    blocks = [
        *(_signature(signature, B("Tested", "检验"), B("Analyst", "检验人")) for signature in tested),
        *(_signature(signature, B("Results reviewed", "复核"), B("Reviewer", "复核人")) for signature in reviewed),
        _signature(approval.signature, B("Analysis approved", "检验批准"), title, principal=True),
    ]
    return Signatures(B("Signatures", "签名"), tuple(blocks))


def _one_each(signatures: Iterable[Signature | None]) -> list[Signature]:
    """The last signature of each person: what they signed run by run stands in the record."""
    given = sorted({signature.pk: signature for signature in signatures if signature is not None}.items())
    last = {signature.username: signature for _, signature in given}
    return list(last.values())


def _signature(
    signature: Signature, meaning: Bilingual, title: Bilingual, *, principal: bool = False
) -> SignatureBlock:
    held = B(signature.title_en, signature.title_zh) if signature.title_en else title
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=meaning,
        title=held,
        signed_at=signature.signed_at,
        content_hash=signature.content_hash,
        principal=principal,
    )
