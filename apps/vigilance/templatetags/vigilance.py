"""{% load vigilance %}: what was reported of a record, as a card on its own page; words of vigilance."""

from django import template

from apps.audit.models import Record
from apps.core.ui.wording import translated
from apps.vigilance.facts import WORDS
from apps.vigilance.selectors import adverse_events_about, complaints_about

register = template.Library()


@register.filter
def in_words(key: object) -> str:
    """A category, an outcome, a judgement in the reader's language."""
    return translated(WORDS.get(str(key), str(key)))


@register.inclusion_tag("vigilance/parts/signals.html")
def signals(record: Record) -> dict[str, object]:
    """Complaints and adverse events about a batch, a unit, an order or a patient."""
    complaints, events = complaints_about(record), adverse_events_about(record)
    return {"complaints": complaints, "events": events, "events_n": len(events)}
