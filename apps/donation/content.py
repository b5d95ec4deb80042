"""What a physician signs about a donation, and what labels say because of the donor."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.text import N_
from apps.documents.content import reprint
from apps.documents.facts import Barcode, Bilingual, DocumentContent, DocumentKind, Field, Label
from apps.documents.rules import instant
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.rules.labelling import words_on_label
from apps.donation.selectors import (
    chain_of,
    definition_for,
    donor_status,
    latest_decision,
    medical_answers,
    objections_to_eligibility,
    screened_tests,
)
from apps.identity.rules.contents import write_donation_number
from apps.products.definition import Definition
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.signatures.facts import Line, SignedContent

KEPT = Bilingual("In quarantine until found eligible", "判定合格前待验")


@dataclass(frozen=True)
class OnLabel:
    """What a label says because of the donor: its statements, and whether the biohazard legend is drawn."""

    statements: tuple[Bilingual, ...] = ()
    hazard: bool = False


def on_label(donation: Donation | None, definition: Definition) -> OnLabel:
    """The statements for everything that bears cells of this donation, as the donor stands now."""
    if donation is None:
        return OnLabel()
    words = words_on_label(donor_status(donation, definition))
    return OnLabel(tuple(Bilingual(one.en, one.zh) for one in words), any(one.is_biohazard for one in words))


def donation_labels(donation: Donation, copies: int, printing: int) -> DocumentContent:
    """One sheet for the bags or vessels of a collection; its symbol is the donation number as ISBT 128 writes it."""
    site = donation.site
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number=f"DL-{donation.din}-{printing}",
        version=1,
        title=Bilingual("Labels of a donation", "捐献标签"),
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=donation.record.address,
        caption=donation.din,
        blocks=(_label(donation, printing),) * copies,
        demo=settings.QCS_MODE != "server",
        data={"donation": donation.record.address, "copies": copies, "printing": printing},
    )


def _label(donation: Donation, printing: int) -> Label:
    definition, chain = definition_for(donation), chain_of(donation)
    donor = on_label(donation, definition) if definition else OnLabel()
    words = [one.label for one in definition.donation.tissues if one.key == donation.tissue] if definition else []
    tissue = Bilingual(words[0].en, words[0].zh) if words else Bilingual(donation.tissue)
    said = [
        (Bilingual("Tissue", "组织"), tissue),
        (Bilingual("Donor code", "供者代码"), donation.donor.number),
        (Bilingual("Collected", "采集时间"), instant(donation.collected_at, ZoneInfo(donation.site.timezone))),
        *([(Bilingual("Chain of identity", "身份链编码"), chain.number)] if chain else []),
    ]
    return Label(
        title=Bilingual("Donation", "捐献"),
        identity=donation.printed,
        fields=tuple(Field(label, value) for label, value in said),
        barcode=Barcode(write_donation_number(donation.din).text),
        warnings=(
            *donor.statements,
            *(() if donation.eligibility == Eligibility.ELIGIBLE else (KEPT,)),
            *reprint(printing),
        ),
        height_mm=70,
        hazard=donor.hazard,
    )


def eligibility_content(
    donation: Donation, product_version: ProductVersion, decision: Eligibility, reason: str = ""
) -> SignedContent:
    """The decision about a donation, with everything it rests on."""
    definition = definition_of(product_version)
    screened = screened_tests(donation.donor, definition)
    labels = {test.key: test.label.en for test in definition.donation.screening}
    against = objections_to_eligibility(donation, definition)
    lines = (
        Line(N_("Donation"), donation.din),
        Line(N_("Donor"), donation.donor.number),
        Line(N_("Judged by"), product_version.record.address),
        *(Line(labels[key], ", ".join(sorted(test.verdicts.values()))) for key, test in screened.items()),
        *_medical_lines(donation, definition),
        *(Line(N_("Against"), objection.text) for objection in against),
        Line(N_("Decision"), decision.value, reason),
    )
    meaning = N_("I have reviewed the consent, the history and the tests of this donor and decide as shown.")
    return SignedContent("donor_eligibility", donation.record.address, meaning, lines)


def countersign_content(donation: Donation) -> SignedContent:
    """The decision that quality assurance stands beside, exactly as the physician signed it."""
    decision = latest_decision(donation)
    said = (
        (
            Line(N_("Judged by"), decision.product_version),
            Line(N_("Decision"), decision.decision, decision.reason),
            Line(N_("Decided by"), decision.signature.printed_name),
            Line(N_("Signed content"), decision.signature.content_hash),
        )
        if decision
        else ()
    )
    meaning = N_("I have reviewed how this decision was reached and countersign it for quality assurance.")
    lines = (Line(N_("Donation"), donation.din), Line(N_("Donor"), donation.donor.number), *said)
    return SignedContent("donor_eligibility_countersigned", donation.record.address, meaning, lines)


def _medical_lines(donation: Donation, definition: Definition) -> tuple[Line, ...]:
    asked, answers = definition.donation.eligibility, medical_answers(donation, definition)
    questions = (*asked.criteria, *asked.exclusions)
    return tuple(Line(one.label.en, answers[one.key].text) for one in questions if one.key in answers)
