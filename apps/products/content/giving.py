"""The chapter of giving: consent, screening, eligibility with its intervals, collection."""

from collections.abc import Iterator

from apps.documents.facts import Bilingual, Block, Column, Entry, Heading, Statement
from apps.products.content.phrases import (
    FIELD_COLUMNS,
    both,
    confirmed,
    field_row,
    field_table,
    joined,
    list_table,
    marked,
    section,
    source_text,
)
from apps.products.definition.donation import Donation, Eligibility


def donation_blocks(donation: Donation | None) -> Iterator[Block]:
    """Consent, screening, eligibility, collection; or that nothing of a donor is in it by itself."""
    yield Heading(Bilingual("Donation", "捐献"))
    if donation is None:
        yield Statement((Bilingual("The product is made from no donation.", "本产品不由捐献物制备。"),))
        return
    consent = donation.consent
    yield section(
        Bilingual("Consent", "知情同意"),
        ("Tissue", "组织来源", joined(tissue.label for tissue in donation.tissues)),
        ("Donors", "供者类型", joined(donor.label for donor in donation.donor_classes)),
        ("Who is tested", "检测对象", both(donation.tested_person.label)),
        ("Signed by", "签署人", both(consent.signatory.label)),
        ("Scopes", "同意范围", joined(scope.label for scope in consent.scopes)),
        ("Source", "依据", source_text(consent.source)),
    )
    for test in donation.screening:
        within = f"−{test.specimen_before} … +{test.specimen_after}"
        title = Bilingual(f"Screening: {test.label.en} ({within})", f"筛查：{test.label.zh}（{within}）")
        yield confirmed(title, FIELD_COLUMNS, tuple(field_row(result) for result in test.results))
    yield field_table(Bilingual("Eligibility", "供者适合性"), donation.eligibility.criteria)
    yield from _intervals(donation.eligibility)
    yield list_table(Bilingual("Exclusions", "排除情形"), donation.eligibility.exclusions)
    yield field_table(Bilingual("Collection", "采集"), donation.collection)


def _intervals(medical: Eligibility) -> Iterator[Block]:
    """What the system counts from dated facts."""
    labels = {one.key: one.label for one in medical.criteria}
    rows: list[tuple[Entry, ...]] = [
        (both(labels[one.criterion]), marked(f"≥ {one.at_least_days} d", one.source)) for one in medical.intervals
    ]
    history = medical.history
    if history:
        rows.append((Bilingual("Last donation", "上次捐献"), marked(f"≥ {history.at_least_days} d", history.source)))
    if history and history.most_in_a_year:
        most = marked(f"≤ {history.most_in_a_year}", history.source)
        rows.append((Bilingual("Donations within a year", "一年内捐献次数"), most))
    if rows:
        columns = (Column(Bilingual("From", "起算"), width=70), Column(Bilingual("Before the collection", "距采集")))
        yield confirmed(Bilingual("Intervals", "间隔"), columns, rows)
