"""The sections of the top bar: key, word, address and the letter that goes there after G."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """One entry of the navigation; `spaces` are the URL namespaces in which it lights up."""

    key: str
    label: str | Promise
    name: str
    letter: str
    spaces: tuple[str, ...] = ()


SECTIONS = (
    Section("desk", _("My work"), "desk:my_work", "w"),
    Section(
        "batches", _("Batches"), "batches:list", "b", ("batches", "release", "units", "disposal", "banks", "blinding")
    ),
    Section("testing", _("Samples"), "testing:samples", "s", ("testing", "stability")),
    Section("storage", _("Storage"), "storage:list", "t"),
    Section("materials", _("Materials"), "materials:list", "m", ("materials", "facility")),
    Section("donation", _("Donors"), "donation:list", "d", ("donation", "identity", "lookback")),
    Section("transport", _("Shipments"), "transport:list", "h"),
    Section("dosing", _("Treatments"), "dosing:list", "n", ("dosing", "supply")),
    Section("quality", _("Quality"), "quality:list", "q", ("quality", "vigilance", "recall")),
    Section("documents", _("Documents"), "documents:list", "o", ("documents", "products", "register")),
    Section("inspection", _("Inspection"), "inspection:audit", "i"),
)


@dataclass(frozen=True)
class Entry:
    """A section as the page shows it."""

    key: str
    label: str | Promise
    url: str
    letter: str
    current: bool


@lru_cache(maxsize=500)
def address_of(name: str, *args: object) -> str:
    """The address behind a URL name, or nothing when no app answers to it. Every page asks for the same dozen."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def entries(request: HttpRequest | None, section: str = "") -> list[Entry]:
    """The sections that exist, the present one marked."""
    match = getattr(request, "resolver_match", None)
    space = section or (match.namespace if match else "")
    return [
        Entry(s.key, s.label, url, s.letter, space == s.key or space in s.spaces)
        for s in SECTIONS
        if (url := address_of(s.name))
    ]
