"""What stands behind a finding, in the words of who reads it."""

from django.utils import translation

from apps.quality.facts import kept_facts
from apps.quality.models import Event
from apps.release.facts import Check, Finding, FindingKind
from apps.release.views.naming import Behind, row_of
from tests.cast import AT
from tests.testing.story import definition

TEMPLATE = "Shipment {shipment} is in quarantine: {findings}"


def test_an_event_that_keeps_sentences_is_read_as_sentences_in_both_languages() -> None:
    inner = {"template": "The seal number differs: {seal}", "facts": {"seal": "S-1"}, "text": "The seal differs."}
    facts = kept_facts({"shipment": "CT-1-T01", "findings": "The seal differs.", "findings_zh": [inner, inner]})
    told = Behind(definition(), {}, {}, {"E01": Event(template=TEMPLATE, facts=facts)}, {})
    finding = Finding(FindingKind.EVENT, "", "", AT, "nils", check=Check.EVENTS, key=f"{Check.EVENTS}:E01")

    assert row_of(1, finding, told).title == "Shipment CT-1-T01 is in quarantine: The seal differs."
    with translation.override("zh-hans"):
        read = row_of(1, finding, told).title
    assert read.endswith("The seal number differs: S-1 The seal number differs: S-1")  # not in the catalogue
    assert read.startswith("发运 CT-1-T01")
