"""{% load inspection %}: links to the chain and the lineage of a record and the trace of a value."""

from django import template
from django.utils.translation import gettext_lazy as _

from apps.inspection.addresses import address_url

register = template.Library()
# How the master asks and how a value came, in words; the keys are those of the definition and of the record.
WORDS = {
    "NUMBER": _("number"), "CHOICE": _("choice"), "YES_NO": _("yes or no"), "INSTANT": _("day and time"),
    "DATE": _("day"), "TEXT": _("words"), "FILE": _("file"), "MATERIAL_LOT": _("lot of material"),
    "EQUIPMENT": _("equipment"), "VESSEL": _("vessel"), "COMPUTED": _("worked out"),
    "ENTRY": _("entry, attributed"), "PERFORMED": _("signed by the person who did it"),
    "NONE": _("no second person"), "WITNESS": _("a second person is present"),
    "AFTER": _("a second person checks afterwards"), "MACHINE": _("by machine"),
    "USED": _("used"), "EXCURSION": _("excursion"), "CLEARED FOR A BATCH": _("cleared for a batch"),
    "TYPED": _("typed"), "SCANNED": _("scanned"),
}  # fmt: skip


@register.filter
def said(key: object) -> str:
    """The word for a kind, a way of recording or an origin."""
    return str(WORDS.get(str(key).upper(), key))


@register.simple_tag
def chain_url(address: str) -> str:
    """The chain of a record, at one entry when the address ends in #n."""
    return address_url("inspection:record", address)


@register.simple_tag
def lineage_url(address: str) -> str:
    """What a record was made from and what was made from it."""
    return address_url("inspection:lineage", address)


@register.simple_tag
def trace_url(address: str) -> str:
    """The five hops of a value."""
    return address_url("inspection:trace", address)
