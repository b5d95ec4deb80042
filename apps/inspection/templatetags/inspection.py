"""{% load inspection %}: links to the chain and the lineage of a record and the trace of a value."""

from django import template

from apps.inspection.addresses import address_url

register = template.Library()


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
