"""Symbols of ISBT 128: single data structures and compound messages, read by identifier and by length. Pure.

The lists of product codes and facilities are licensed and not ours to ship: what a code stands for is not said here.
Structures of which the length was not certain are left out, so that they are refused and never guessed at.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.facts import DataStructure as Of
from apps.identity.facts import Structure
from apps.identity.rules.donation_numbers import FACILITY, read_number


class Form(NamedTuple):
    """How one structure is recognised: the characters that begin it, how many follow, and which."""

    kind: Of
    identifier: str
    length: int
    characters: str


_ANY = "[0-9A-Za-z]"
FORMS = (
    Form(Of.BLOOD_GROUP, "=%", 4, "[0-9A-Z][0-9A-Za-z]{2}0"),
    Form(Of.PRODUCT_CODE, "=<", 8, "[A-Z][0-9A-Z]{4}[0-9A-Z][0-9A-Z][0-9a-z]"),
    Form(Of.EXPIRY_DATE, "=>", 6, "[0-9]{6}"),
    Form(Of.EXPIRY_TIME, "&>", 10, "[0-9]{10}"),
    Form(Of.COLLECTION_DATE, "=*", 6, "[0-9]{6}"),
    Form(Of.COLLECTION_TIME, "&*", 10, "[0-9]{10}"),
    Form(Of.PRODUCTION_DATE, "=}", 6, "[0-9]{6}"),
    Form(Of.PRODUCTION_TIME, "&}", 10, "[0-9]{10}"),
    Form(Of.SPECIAL_TESTING, "&(", 5, _ANY + "{5}"),
    Form(Of.CONTAINER_CATALOGUE, "=)", 10, _ANY + "{10}"),
    Form(Of.CONTAINER_LOT, "&)", 10, _ANY + "{10}"),
    Form(Of.DONOR, "=;", 21, FACILITY + _ANY + "{16}"),
    Form(Of.STAFF, "='", 11, FACILITY + _ANY + "{6}"),
    Form(Of.ITEM_CATALOGUE, "=-", 10, _ANY + "{10}"),
    Form(Of.ITEM_LOT, "&-", 10, _ANY + "{10}"),
    Form(Of.COMPOUND, "=+", 5, "[0-9]{5}"),
    Form(Of.CONSIGNMENT, "=$", 16, _ANY + "{16}"),
    Form(Of.DIVISIONS, "=,", 6, _ANY + "{6}"),
    Form(Of.SINGLE_EUROPEAN_CODE, "&,4", 40, _ANY + "{40}"),
    Form(Of.DONOR_REGISTRATION, "&:", 19, "[0-9]{4}[0-9A-Z]{13}[0-9]{2}"),
    Form(Of.CHAIN_OF_IDENTITY, "&/", 15, f"CH{FACILITY}[0-9]{{2}}[0-9A-Z]{{6}}"),
)
_BY_LENGTH = sorted(FORMS, key=lambda form: -len(form.identifier))  # the longest identifier is tried first
_DONATION_NUMBER = Form(Of.DONATION_NUMBER, "=", 15, f"{FACILITY}[0-9]{{8}}{_ANY}{{2}}")


def without_symbology(text: str) -> str:
    """What the symbol holds, where the scanner tells its kind first: ]C0 a Code 128, ]d1 and ]d2 a Data Matrix."""
    return re.sub("^\\][A-Za-z][0-9A-Za-z]", "", text)


def read_structures(text: str) -> tuple[Structure, ...] | Objection:
    """Everything a symbol says: one structure, or the structures of a compound message without its head."""
    first = _read_at(text, 0)
    if isinstance(first, Objection):
        return first
    if first.kind is not Of.COMPOUND:
        return (first,) if len(first.text) == len(text) else _left_over(len(first.text))
    return _read_compound(text, first)


def read_structure(text: str, kind: Of) -> Structure | Objection:
    """The one structure that is asked for, alone or within a compound message. Another one is never read as this."""
    found = read_structures(text)
    if isinstance(found, Objection):
        return found
    fitting = [one for one in found if one.kind is kind]
    if len(fitting) == 1:
        return fitting[0]
    facts = {"said": ", ".join(one.kind for one in found), "wanted": kind.value}
    return Objection("other_symbol", N_("This symbol holds {said}; data structure {wanted} is asked for."), facts)


def write_compound(structures: Sequence[Structure]) -> str:
    """A compound message in any order: its head with the number of structures, and the structures one after another."""
    return f"=+{len(structures):02}000" + "".join(one.text for one in structures)


def structure(kind: Of, content: str) -> Structure:
    """A structure to be written. Content that could not be read back is refused at once."""
    form = next(form for form in (_DONATION_NUMBER, *FORMS) if form.kind is kind)
    read = _read_form("=" + content if kind is Of.DONATION_NUMBER else form.identifier + content, 0, form)
    if isinstance(read, Objection) or read.content != content:
        raise ValueError(f"{content!r} does not fit data structure {kind.value}")
    return read


def _read_compound(text: str, head: Structure) -> tuple[Structure, ...] | Objection:
    found, position = [], len(head.text)
    for _ in range(int(head.content[:2])):
        one = _read_at(text, position)
        if isinstance(one, Objection):
            return one
        if one.kind is Of.COMPOUND:
            return _unreadable(position, N_("At position {position}: a compound message within another."))
        found.append(one)
        position += len(one.text)
    if not found:
        return _unreadable(2, N_("At position {position}: a compound message of nothing."))
    return tuple(found) if position == len(text) else _left_over(position)


def _read_at(text: str, position: int) -> Structure | Objection:
    if position >= len(text):
        return _unreadable(position, N_("At position {position}: a structure is missing."))
    second = text[position + 1 : position + 2]
    if text[position] == "=" and re.fullmatch("[A-NP-Z1-9]", second, re.ASCII):
        return _read_form(text, position, _DONATION_NUMBER)
    form = next((one for one in _BY_LENGTH if text.startswith(one.identifier, position)), None)
    if form is None:
        template = N_('At position {position}: "{identifier}" is no identifier that is known here.')
        return _unreadable(position, template, identifier=text[position : position + 2])
    return _read_form(text, position, form)


def _read_form(text: str, position: int, form: Form) -> Structure | Objection:
    start = position + len(form.identifier)
    content = text[start : start + form.length]
    if len(content) != form.length:
        template = N_("At position {position}: {length} characters belong here, and {found} are there.")
        return _unreadable(start, template, length=form.length, found=len(content))
    if re.fullmatch(form.characters, content, re.ASCII) is None:
        template = N_('At position {position}: "{content}" does not fit data structure {structure}.')
        return _unreadable(start, template, content=content, structure=form.kind.value)
    if form.kind is Of.DONATION_NUMBER:
        number = read_number(content[:13], content[13:])
        return number if isinstance(number, Objection) else Structure(form.kind, text[position : start + 1], content)
    return Structure(form.kind, form.identifier, content)


def _left_over(position: int) -> Objection:
    return _unreadable(position, N_("At position {position}: more is there than the symbol announces."))


def _unreadable(position: int, template: str, **facts: object) -> Objection:
    """Positions are counted from 1, as people count."""
    return Objection("symbol_unreadable", template, {"position": position + 1, **facts}, place="symbol")
