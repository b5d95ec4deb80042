"""What was scanned or typed, and the records of one's sites that it names."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Q, QuerySet, Value
from django.db.models.functions import Concat

from apps.audit.models import Record
from apps.core.errors import Objection
from apps.identity.facts import DataStructure, Element, Standard, Structure, Symbol
from apps.identity.rules.symbols import read_symbol

# The kinds of records a number may name without its kind; those with a page of their own come first.
PAGES = {
    "batch": "batches:detail",
    "event": "quality:event",
    "deviation": "quality:deviation",
    "capa": "quality:capa",
    "oos": "testing:investigation",
    "sample": "testing:sample",
    "run": "testing:run",
    "lot": "materials:lot",
    "equipment": "facility:instrument",
    "donor": "donation:donor",
    "donation": "donation:donation",
    "unit": "units:unit",
    "disposal": "disposal:disposal",
    "shipment": "transport:shipment",
    "lookback": "lookback:look_back",
    "recall": "recall:recall",
    "complaint": "vigilance:complaint",
    "adverse": "vigilance:adverse_event",
    "study": "stability:study",
    "extension": "stability:extension",
    "product": "products:version",
    "order": "dosing:detail",
    "recipient": "dosing:recipient",
    "store": "storage:store",
    "supply": "supply:supply",
}
KINDS = (*PAGES, "probe", "vessel", "room", "chain", "document")
SHOWN = 50
LOOKED_AT = 2000  # of the newest records, for words from the middle of a number
LAST = "\U0010ffff"  # sorts after every character of an address


@dataclass(frozen=True)
class Found:
    """What a search shows, and whether there is more of it."""

    records: list[Record]
    more: bool = False


def records_meant(symbol: Symbol, text: str, sites: Collection[str]) -> list[Record]:
    """The records that a scan names: by what its structures say, or the number as it stands."""
    if symbol.standard is Standard.HOUSE:
        named = [text, *(f"{kind}/{text.upper()}" for kind in KINDS)]
    else:
        named = [address for one in symbol.said for address in _addresses(one)]
    return list(Record.objects.filter(site__in=sites, address__in=named).order_by("address"))


def records_found(words: str, sites: Collection[str]) -> Found:
    """The record that was scanned or typed whole, else those whose number has the words in it.

    What begins with the words is looked up among all records, what has them further on among the newest only:
    no search reads more than the same few rows, however many records there are.
    """
    symbol = read_symbol(words)
    exact = [] if isinstance(symbol, Objection) else records_meant(symbol, words, sites)
    if exact:
        return Found(exact)
    found = {one.address: one for one in (*_beginning_with(words, sites), *_among_the_newest(words, sites))}
    return Found([found[address] for address in sorted(found)[:SHOWN]], more=len(found) > SHOWN)


def _beginning_with(words: str, sites: Collection[str]) -> Iterator[Record]:
    """By the index of addresses, kind by kind; of an address that was typed with its kind, only that one."""
    written = dict.fromkeys((words, words.upper()))
    starts = [words] if "/" in words else [f"{kind}/{number}" for kind in KINDS for number in written]
    for start in starts:
        yield from _of(sites).filter(_begins(start)).order_by("address")[: SHOWN + 1]


def _of(sites: Collection[str]) -> QuerySet[Record]:
    # Not by the index of sites: without figures of its tables SQLite takes that for the shortest way, and reads it all.
    return Record.objects.alias(where=Concat("site", Value(""))).filter(where__in=sites)


def _begins(start: str) -> Q:
    # LIKE reads SQLite's index from end to end, and PostgreSQL has an index for LIKE alone.
    if connection.vendor == "sqlite":
        return Q(address__gte=start, address__lt=start + LAST)
    return Q(address__startswith=start)


def _among_the_newest(words: str, sites: Collection[str]) -> Iterator[Record]:
    newest = Record.objects.aggregate(pk=Max("pk"))["pk"] or 0
    looked_at = _of(sites).filter(pk__gt=newest - LOOKED_AT)
    yield from looked_at.filter(address__icontains=words).order_by("-pk")[: SHOWN + 1]


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
