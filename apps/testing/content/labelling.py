"""What stands on the label of a sample (EU GMP 6.13; WHO TRS 1010 annex 4): from what, when, how kept, until when."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.batches.selectors.plans import definition_of_batch
from apps.documents.content import reprint
from apps.documents.facts import Barcode, Bilingual, DocumentContent, DocumentKind, Field, Label, Phrase
from apps.documents.rules import instant
from apps.donation.content import on_label
from apps.organisation.selectors import printed_names
from apps.products.definition import Definition, Test
from apps.products.facts import BadPlace, Place
from apps.products.loader import units
from apps.testing.content.wording import both
from apps.testing.models import Sample

HEIGHT, TALLER = 90, 110  # mm: with the biohazard legend and its warnings a label needs more room
SHEET = Bilingual("Labels of a sample", "样品标签")
FOR_QC = Bilingual("For QC only, not for use in patients", "仅供质量检验，不得用于患者")
NAMED = 6  # tests that stand on the label; what is beyond is counted and stands in the record behind the symbol


def sample_labels(sample: Sample, copies: int, printing: int) -> DocumentContent:
    """One sheet of labels for the containers of a sample; they are all alike."""
    site = sample.batch.site
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number=f"SL-{sample.number}-{printing}",
        version=1,
        title=SHEET,
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=sample.record.address,
        caption=sample.number,
        blocks=(_label(sample, printing),) * copies,
        demo=settings.QCS_MODE != "server",
        data={"sample": sample.record.address, "copies": copies, "printing": printing},
    )


def _label(sample: Sample, printing: int) -> Label:
    definition = definition_of_batch(sample.batch)
    kind = next((kind for kind in definition.testing.samples if kind.key == sample.kind), None)
    donor = on_label(sample.batch.donation, definition)
    tests = [test for key in sample.tests if (test := definition.test(key))]
    said: list[tuple[Bilingual, Phrase]] = [
        (Bilingual("Product", "产品"), both(definition.title)),
        (Bilingual("Batch", "批号"), sample.batch.number),
        (Bilingual("Taken from", "取样来源"), _source(sample, definition)),
        *_taken(sample, tests),
        (Bilingual("Container", "容器"), both(kind.container) if kind else ""),
        (Bilingual("Storage", "贮存条件"), both(kind.storage) if kind else ""),
        (Bilingual("Tests", "检验项目"), _named(tests)),
        (Bilingual("Site", "场地"), Bilingual(sample.batch.site.name_en, sample.batch.site.name_zh)),
    ]
    return Label(
        title=both(kind.label) if kind else Bilingual(sample.kind),
        identity=sample.number,
        fields=tuple(Field(label, value) for label, value in said if value),
        barcode=Barcode(sample.record.address),
        warnings=(*donor.statements, FOR_QC, *reprint(printing)),
        hazard=donor.hazard,
        width_mm=100,
        height_mm=TALLER if donor.hazard else HEIGHT,
    )


def _source(sample: Sample, definition: Definition) -> Phrase:
    """The thing it was taken from, with the step where the record names one."""
    if not sample.place:
        return sample.source.number
    try:
        step = both(definition.step(Place.parse(sample.place).step_place).label)
    except BadPlace:  # a step that an amendment took away afterwards
        return f"{sample.source.number}, {sample.place}"
    return Bilingual(f"{sample.source.number}, {step.en}", step.zh)


def _taken(sample: Sample, tests: Sequence[Test]) -> list[tuple[Bilingual, Phrase]]:
    zone = ZoneInfo(sample.batch.site.timezone)
    ends = _ends(sample.drawn_at, tests)
    return [
        (Bilingual("Taken", "取样时间"), instant(sample.drawn_at, zone)),
        (Bilingual("Taken by", "取样人"), printed_names([sample.drawn_by])[sample.drawn_by]),
        (Bilingual("Test by", "检验期限"), instant(ends, zone) if ends else ""),
        (Bilingual("Amount", "取样量"), f"{sample.amount} {units().display(sample.amount_unit)}".strip()),
    ]


def _ends(drawn_at: datetime, tests: Sequence[Test]) -> datetime | None:
    """When it is too old for the first of its tests."""
    return min((test.sample_age.after(drawn_at) for test in tests if test.sample_age), default=None)


def _named(tests: Sequence[Test]) -> Phrase:
    shown, beyond = tests[:NAMED], len(tests) - NAMED
    en, zh = "; ".join(test.label.en for test in shown), "；".join(test.label.zh for test in shown)
    if beyond <= 0:
        return Bilingual(en, zh)
    return Bilingual(f"{en}; and {beyond} more, see the record", f"{zh}等共 {len(tests)} 项，详见记录")
