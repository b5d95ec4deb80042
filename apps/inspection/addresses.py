"""Addresses of the system in addresses of the web: percent-encoded, one segment of the path."""

from urllib.parse import quote

from django.urls import reverse


def address_url(name: str, address: str) -> str:
    """The page or API of an address: `/inspection/trace/batch%2FCT-0042%2Fexpansion%5B3%5D.harvest.viability/`."""
    return reverse(name, args=["ADDRESS"]).replace("ADDRESS", quote(address, safe=""))
