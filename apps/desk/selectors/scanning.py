"""What was scanned or typed, and the records of one's sites that it names."""

from collections.abc import Collection, Iterator

from apps.audit.models import Record
from apps.core.errors import Objection
from apps.identity.facts import DataStructure, Element, Standard, Structure, Symbol
from apps.identity.rules.symbols import read_symbol

# The kinds of records a number may name without its kind; those with a page of their own come first.
PAGES = {
    "batch": "batches:detail",
    "event": "quality:event",
    "deviation": "quality:deviation",
    "sample": "testing:sample",
    "run": "testing:run",
    "lot": "materials:lot",
    "equipment": "facility:instrument",
    "donor": "donation:donor",
    "donation": "donation:donation",
    "unit": "units:unit",
    "disposal": "disposal:disposal",
    "shipment": "transport:shipment",
    "product": "products:version",
}
KINDS = (*PAGES, "vessel", "room", "chain")
MOST = 51


def records_meant(symbol: Symbol, text: str, sites: Collection[str]) -> list[Record]:
    """The records that a scan names: by what its structures say, or the number as it stands."""
    if symbol.standard is Standard.HOUSE:
        named = [text, *(f"{kind}/{text.upper()}" for kind in KINDS)]
    else:
        named = [address for one in symbol.said for address in _addresses(one)]
    return list(Record.objects.filter(site__in=sites, address__in=named).order_by("address"))


def records_found(words: str, sites: Collection[str]) -> list[Record]:
    """The record that was scanned or typed whole, else those that have the words in their address."""
    symbol = read_symbol(words)
    exact = [] if isinstance(symbol, Objection) else records_meant(symbol, words, sites)
    known = Record.objects.filter(site__in=sites)
    return exact or list(known.filter(address__icontains=words).order_by("address")[:MOST])


def _addresses(said: Structure | Element) -> Iterator[str]:
    if isinstance(said, Element):
        if said.identifier == "91":  # our own labels: the address of the unit
            yield said.content
        elif said.identifier == "93":
            yield f"chain/{said.content}"
        elif said.identifier == "10":
            yield f"lot/{said.content}"
    elif said.kind is DataStructure.DONATION_NUMBER:
        yield f"donation/{said.content[:13]}"
    elif said.kind is DataStructure.CHAIN_OF_IDENTITY:
        yield f"chain/{said.content}"
