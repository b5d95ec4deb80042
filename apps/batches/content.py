"""What is signed in a batch record: built from current rows, shown to the signer, and hashed as shown."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.facts.inputs import ValueInput
from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Amendment, Attachment, Batch, RecordedValue, RiskDecision, Vessel
from apps.batches.rules.completion import StepView, to_check, to_sign_by
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.batches import chain_of_batch
from apps.batches.selectors.lapsing import lapses_before_the_end
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.pooling import manifest_of
from apps.batches.selectors.situation import hold_key, holds_named, place_of, process_holds
from apps.batches.selectors.steps import Full, section_sheet, step_sheet
from apps.batches.selectors.vessels import SHEET
from apps.core.canonical import canonical, instant_text
from apps.core.errors import BadInput
from apps.core.text import N_
from apps.documents.facts import Barcode, DocumentContent, DocumentKind, Field
from apps.documents.facts import Bilingual as Both
from apps.documents.facts import Label as LabelBlock
from apps.donation.content import OnLabel, on_label
from apps.identity.models import Chain
from apps.products.definition import Definition, Recordable
from apps.products.definition import Step as ProductStep
from apps.products.facts import BadPlace, Place
from apps.signatures.facts import Line, SignedContent

PERFORMED = N_("I did this as recorded here.")
WITNESSED = N_("I was present and saw this done as recorded here.")
CHECKED = N_("I have checked these steps against what was done; they are complete and right.")
CONFIRMED = N_("I confirm that this was done as stated, at the time stated.")
AUTHORED = N_("I propose this change of the master record for this batch only.")
AMENDED = N_("I approve this change of the master record for this batch only.")
AGREED = N_("I agree that this batch departs here from its master record as described.")
AT_RISK = N_("I go on in spite of the holds shown; the person named agrees and will ratify it.")
RATIFIED = N_("I ratify the decision to go on in spite of the holds shown.")
VESSEL_LABELS = Both("Labels of in-process vessels", "中间容器标签")
LOW, TALLER = 50, 70  # mm: with the statements of its donor a label of a vessel needs more room
IN_PROCESS = Both("In process, not for use in patients", "中间产品，不得用于患者")
TRUE_COPY = N_("I compared this image with the paper; it is a true and complete copy.")


def donation_words(batch: Batch) -> str | Both:
    """The donation that a batch is made from, as documents name it; of a pool, how many there are."""
    if batch.donation:
        return (
            Both(f"{batch.din}, cell bank {batch.bank}", f"{batch.din}，细胞库 {batch.bank}")
            if batch.bank
            else batch.din
        )
    if batch.bank:
        return Both(f"Cell bank {batch.bank}", f"细胞库 {batch.bank}")  # of several donors: its own record names them
    n = len(manifest_of(batch))
    return Both(f"Pool of {n} donations", f"{n} 份血浆混合")


def move_content(verb: Verb, batch: Batch, reason: str = "", lines: Sequence[Line] = ()) -> SignedContent:
    """A verb of the life cycle, on the batch as it stands."""
    version, chain = batch.product_version, chain_of_batch(batch)
    shown = [
        Line(N_("Batch"), batch.number),
        Line(N_("Product"), f"{version.title_en} / {version.title_zh}", version.record.address),
        Line(N_("Master record"), batch.definition_sha256),
        *([Line(N_("Donation"), batch.din)] if batch.din else []),
        *([Line(N_("Cell bank"), batch.bank.number)] if batch.bank else []),
        *([Line(N_("Chain of identity"), chain.number)] if chain else []),
        Line(N_("Site"), batch.site.code),
        Line(N_("State"), batch.state, f"→ {move_for(verb).target}"),
        *lines,
        *(_lapsing(batch) if verb is Verb.START else ()),
    ]
    if reason:
        shown.append(Line(N_("Reason"), reason))
    return SignedContent(verb.lower(), batch.record.address, move_for(verb).meaning, tuple(shown))


def _lapsing(batch: Batch) -> list[Line]:
    """What the starter is warned of: quality assurance can extend a calibration before it."""
    zone = ZoneInfo(batch.site.timezone)
    found = lapses_before_the_end(batch)
    return [
        Line(N_("Lapses before the planned end"), what, f"{ends_at.astimezone(zone):%Y-%m-%d %H:%M}")
        for what, ends_at in found
    ]


def step_content(batch: Batch, step: Place) -> SignedContent:
    """A step, signed by the person who did it."""
    return _of_steps("perform_step", PERFORMED, batch, step, step_sheet(batch, step))


def witness_content(batch: Batch, step: Place) -> SignedContent:
    """A step, signed by the second person who was present."""
    return _of_steps("witness_step", WITNESSED, batch, step, step_sheet(batch, step))


def section_content(batch: Batch, section: Place, username: str) -> SignedContent:
    """The steps of a section that this person completed, as one shown list."""
    sheet = section_sheet(batch, section)
    views = to_sign_by(username, sheet.views.values())
    return _of_steps("perform_section", PERFORMED, batch, section, sheet, views)


def check_content(batch: Batch, section: Place) -> SignedContent:
    """The steps of a section that await their check, as one shown list."""
    sheet = section_sheet(batch, section)
    return _of_steps("check_section", CHECKED, batch, section, sheet, to_check(sheet.views.values()))


def late_content(batch: Batch, inputs: Iterable[ValueInput], reason: str) -> SignedContent:
    """Values entered long after the event, confirmed by a second person."""
    definition = plan_of(batch).definition
    lines = [
        Line(
            label_at(definition, given.place),
            f"{given.text} {given.unit}".strip(),
            instant_text(given.performed_at) if given.performed_at else "",
        )
        for given in inputs
    ]
    lines.append(Line(N_("Reason"), reason))
    return SignedContent("confirm_late_entry", batch.record.address, CONFIRMED, tuple(lines))


def amendment_content(
    batch: Batch, changes: Sequence[Mapping[str, object]], reason: str, sha256: str, number: str, *, approving: bool
) -> SignedContent:
    """A change of the master record for one batch, as its author and QA sign it."""
    verb, meaning = ("approve_amendment", AMENDED) if approving else ("propose_amendment", AUTHORED)
    lines = [Line(N_("Amendment"), number), Line(N_("Batch"), batch.number), Line(N_("Reason"), reason)]
    lines += [Line(N_("Change"), canonical(change)) for change in changes]
    lines.append(Line(N_("Amended master record"), sha256))
    return SignedContent(verb, batch.record.address, meaning, tuple(lines))


def approval_content(amendment: Amendment) -> SignedContent:
    """A proposed amendment, as QA approves it."""
    return amendment_content(
        amendment.batch, amendment.changes, amendment.reason, amendment.sha256, amendment.number, approving=True
    )


def deviation_content(batch: Batch, step: Place, what: str, why: str) -> SignedContent:
    """A departure agreed before it is done."""
    lines = (
        Line(N_("Batch"), batch.number),
        Line(N_("Step"), label_at(plan_of(batch).definition, step), str(step)),
        Line(N_("What"), what),
        Line(N_("Why"), why),
    )
    return SignedContent("plan_deviation", f"{batch.record.address}/{step}", AGREED, lines)


def risk_content(batch: Batch, named_qa: str, reason: str) -> SignedContent:
    """The decision to go on in spite of the holds that block the process now."""
    holds = process_holds(batch)
    lines = [Line(N_("Hold"), hold.text, hold_key(hold)) for hold in holds]
    lines += [Line(N_("Agreed with"), named_qa), Line(N_("Reason"), reason)]
    return SignedContent("proceed_at_risk", batch.record.address, AT_RISK, tuple(lines))


def ratify_content(decision: RiskDecision) -> SignedContent:
    """A decision at risk, as the named QA ratifies it."""
    lines = [Line(N_("Hold"), hold.text, key) for key, hold in holds_named(decision.holds).items()]
    lines += [Line(N_("Decided at"), instant_text(decision.decided_at)), Line(N_("Reason"), decision.reason)]
    return SignedContent("ratify_risk", decision.batch.record.address, RATIFIED, tuple(lines))


def true_copy_content(attachment: Attachment) -> SignedContent:
    """A photographed paper, certified by a second person."""
    lines = (
        Line(N_("Place"), attachment.place),
        Line(N_("File"), attachment.name, f"{attachment.size} bytes"),
        Line("SHA-256", attachment.sha256),
        Line(N_("Attached by"), attachment.attached_by),
    )
    return SignedContent("certify_true_copy", attachment.batch.record.address, TRUE_COPY, lines)


def vessel_labels(batch: Batch, vessels: Sequence[Vessel], n: int) -> DocumentContent:
    """One sheet of vessel labels: a label each, with the number that is scanned at every step."""
    definition = plan_of(batch).definition
    kinds = {kind.key: Both(kind.label.en, kind.label.zh) for kind in definition.preparation.vessels}
    chain, donor = chain_of_batch(batch), on_label(batch.donation, definition)
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number=SHEET.format(batch=batch.number, n=n),
        version=1,
        title=VESSEL_LABELS,
        issuer=Both(batch.site.name_en, batch.site.name_zh),
        issuer_address=Both(batch.site.address_en, batch.site.address_zh),
        timezone=batch.site.timezone,
        subject=batch.record.address,
        caption=f"{batch.number} · {definition.band.word.en}",
        blocks=tuple(_vessel_label(batch, vessel, kinds[vessel.kind], chain, donor) for vessel in vessels),
        demo=settings.QCS_MODE != "server",
        data={"vessels": [vessel.number for vessel in vessels]},
    )


def _vessel_label(batch: Batch, vessel: Vessel, kind: Both, chain: Chain | None, donor: OnLabel) -> LabelBlock:
    opened = vessel.opened_at.astimezone(ZoneInfo(batch.site.timezone)).strftime("%Y-%m-%d %H:%M")
    fields = (
        Field(Both("Batch", "批号"), batch.number),
        *([Field(Both("Donor code", "供者编码"), batch.donor_code)] if batch.donor_code else []),
        Field(Both("Opened in", "启用步骤"), vessel.opened_in),
        Field(Both("Opened", "启用时间"), opened),
        *([Field(Both("Chain of identity", "身份链"), chain.number)] if chain else []),
    )
    said, height = (*donor.statements, IN_PROCESS), TALLER if donor.statements else LOW
    return LabelBlock(kind, vessel.number, fields, Barcode(vessel.number), said, height_mm=height, hazard=donor.hazard)


def label_at(definition: Definition, place: Place) -> str:
    """The label of a place in both languages, with its row: what stands beside the value. Raises BadInput."""
    try:
        return _label_at(definition, place)
    except BadPlace as error:
        raise BadInput(no_such_place(place)) from error


def _label_at(definition: Definition, place: Place) -> str:
    words = [_both(definition.step(place))]
    if place.row:
        words.append(f"{place.row_kind} {place.row}")
    if place.parameter:
        words.append(_both(definition.parameter(place)))
    return " · ".join(words)


def _both(part: ProductStep | Recordable) -> str:
    return f"{part.label.en} / {part.label.zh}"


def _of_steps(
    verb: str, meaning: str, batch: Batch, about: Place, sheet: Full, views: Iterable[StepView] | None = None
) -> SignedContent:
    chosen = list(sheet.views.values() if views is None else views)
    places = {view.place for view in chosen}
    definition = sheet.plan.definition
    values = [value for place, value in sorted(sheet.values.items()) if place.step_place in places]
    lines = tuple(_line(definition, value) for value in values)
    members = tuple(view.member for view in chosen)
    return SignedContent(verb, f"{batch.record.address}/{about}", meaning, lines, members)


def _line(definition: Definition, value: RecordedValue) -> Line:
    place = place_of(value.place)
    try:
        label = _label_at(definition, place)
    except BadPlace:  # a place that an amendment took away after it was filled
        label = value.place
    note = f"{value.verdict} · {instant_text(value.performed_at)} · {value.printed_name}"
    return Line(label, f"{value.text} {value.unit}".strip(), note)
