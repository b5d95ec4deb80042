"""Everything that the site of a trial answers: every address there is, with what the trial holds in its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from django.db import connection
from django.test import Client
from pypdf import PdfReader

from apps.audit.models import Entry
from apps.core.roles import Role
from apps.documents.models import Document
from apps.organisation.models import User
from apps.signatures.models import Signature
from tests.access.world import NOUNS, Place, _noun, every_place
from tests.cast import ApiPerson, Cast, give_role

# Entries of one instant stand in no order there, so a page of them is another each time. All are compared one by one.
IN_NO_ORDER = (
    "/api/v1/audit/entries/",
    "/inspection/audit/",
    "/inspection/audit/export.csv",
    "/inspection/audit/export.json",
)
BAG, UNITS = "BK-0001-K001-1", ("CT-0042-U01", "PB-0001-U01")
NAMED: Mapping[str, Sequence[str]] = {
    "batch": ("BK-0001", "CT-0042", "PB-0001"),
    "unit": (BAG, "BK-0001-K002-1", *UNITS),
    "order": ("R-0001-T01", "R-0002-T01"),
    "recipient": ("R-0001", "R-0002"),
    "product": ("msc_covid19_kit-v1", "msc_covid19_placebo-v1"),
}
OF_THE_REQUEST = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}"  # an entry, a request, a challenge
    r"|[0-9a-fA-F]{12,64}|(?:[0-9a-f]{2,4} ){6,}[0-9a-f]{2,4}"  # hashes, their beginnings, and in groups
    r"|[A-Za-z0-9+/_-]{43,}=*"  # tokens of the form and of the content policy
    r"|(?<=code_key)\\*\":\\*\"[0-9A-Z]+"  # a code as it is compared
    r"|\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2}\b|\b[0-9A-Z]{5}-[0-9A-Z]{5}\b"  # codes of papers
    r"|(?<=/)\d+(?=/)|(?<=[#=\"])\d+(?=\")|(?<=\"id\":)\d+|(?<=\"row\":\")\d+"  # keys of rows
)

FIRST_KEY = 1_000_000


def begin_keys_alike() -> None:
    """PostgreSQL does not take its sequences back with a change that is undone: each telling begins with one key."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(oid::regclass, %s) FROM pg_class WHERE relkind = 'S'", [FIRST_KEY])


def addresses() -> Iterator[Place]:
    """Every address; what names a thing names each that the trial holds of that kind."""
    for place in every_place():
        kind = NOUNS.get(_noun(place.route), "")
        numbers = NAMED.get(kind, ()) if "<str:number>" in place.route else ()
        if "<path:address>" in place.route or "<str:address>" in place.route:
            numbers = [f"{kind}%2F{number}" for kind, some in NAMED.items() for number in some]
        yield from (_with(place, number) for number in numbers) if numbers else (place,)


def _with(place: Place, number: str) -> Place:
    """The same address of that thing."""
    plain = re.sub(r"\(\?P<(\w+)>\[\^/\]\+\)", r"<str:\1>", place.route)
    plain = re.sub(r"\(\?P<\w+>(\w+)(?:\|\w+)*\)", r"\1", plain).replace("^", "").replace("$", "")
    said = re.sub(r"<(?:str|path):(?:number|address)>", number, plain)
    words = {"place": "packing", "code": "ST-001", "version": "1", "page": "step", "chapter": "preparation"}
    return replace(place, path="/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: words.get(found[1], "1"), said))


def person_of_every_role(cast: Cast) -> User:
    """Nora holds every role that there is, and no code."""
    for role in Role:
        give_role(cast.nora, role)
    return cast.nora


class Reader:
    """One person who reads every address; failures come back as replies."""

    def __init__(self, person: User) -> None:
        self.api, self.pages = ApiPerson(raise_request_exception=False), Client(raise_request_exception=False)
        assert self.api.sign_in(person).status_code == 200
        self.pages.force_login(person)

    def read(self, place: Place) -> tuple[int, str]:
        """Status and text of an answer, without what differs between any two requests."""
        reply: Any = (self.api if place.is_api else self.pages).get(place.path)
        body = b"".join(reply.streaming_content) if reply.streaming else reply.content
        return reply.status_code, _bare(_text(body))


def everything_told(person: User) -> dict[str, tuple[int, str]]:
    """What every address answers this person, and what stands in the trail, under signatures and in papers."""
    reader = Reader(person)
    told = {place.path: reader.read(place) for place in addresses() if place.path not in IN_NO_ORDER}
    rows = Entry.objects.order_by("record__address", "n").values_list("record__address", "n", "text")
    told |= {f"trail {address}#{n}": (0, _bare(text)) for address, n, text in rows}
    signed = Signature.objects.order_by("about", "verb", "username").values_list("about", "verb", "username", "content")
    told |= {f"signed {about} {verb} {who}": (0, _bare(text)) for about, verb, who, text in signed}
    papers = Document.objects.values_list("number", "version", "wording__text")
    return told | {f"paper {number} {version}": (0, _bare(str(text))) for number, version, text in papers}


def _text(body: bytes) -> str:
    """What a reader finds in it: every file of an archive, every page of a paper."""
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as archive:
            return "\n".join(f"{name}\n{_text(archive.read(name))}" for name in sorted(archive.namelist()))
    if body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return body.decode("utf-8", "replace")


def _bare(text: str) -> str:
    return OF_THE_REQUEST.sub("·", text)
