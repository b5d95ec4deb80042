"""GS1 element strings: application identifiers, their lengths, and the check digit of the keys. Pure.

Read by biip, written by python-stdnum: two hands, so that each proves the other.
"""

import re
from collections.abc import Mapping

from biip import ParseError
from biip.gs1_element_strings import GS1ElementString
from stdnum import ean, gs1_128
from stdnum.exceptions import ValidationError

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.facts import Element

FNC1 = "\x1d"  # what a scanner sends for the character that ends an element of variable length
KEYS = {"00", "01", "02", "414", "8017", "8018"}  # numbers that end in GS1's own check digit
WRITTEN = {"00", "01", "10", "17", "21", "254", "414", "7003", "8017", "8018"}
_IN_BRACKETS = re.compile(r"\(([0-9]{2,4})\)([^()]+)", re.ASCII)


def read_elements(text: str) -> tuple[Element, ...] | Objection:
    """The elements of a symbol as a scanner sends it, or in brackets as it is printed for people."""
    return _read_bracketed(text) if text.startswith("(") else _read_raw(text)


def write_elements(said: Mapping[str, str]) -> str:
    """The text of a symbol. Those of fixed length come first, so that fewer separators are needed."""
    strange = sorted(set(said) - WRITTEN)
    if strange:
        raise ValueError(f"not written here: {', '.join(strange)}")
    try:
        return str(gs1_128.encode(said, separator=FNC1))
    except ValidationError as error:
        raise ValueError(f"not fit for a GS1 symbol: {dict(said)}") from error


def _read_raw(text: str) -> tuple[Element, ...] | Objection:
    found: list[Element] = []
    position = 1 if text.startswith(FNC1) else 0
    while position < len(text):
        one = _read_at(text[position:], position)
        if isinstance(one, Objection):
            return one
        element, ends_itself = one
        found.append(element)
        position += len(element.identifier) + len(element.content)
        if position < len(text) and text[position] == FNC1:
            position += 1
        elif position < len(text) and not ends_itself:
            return _unreadable(position, N_("At position {position}: the separator is missing."))
    return tuple(found) or _unreadable(0, N_("At position {position}: a structure is missing."))


def _read_bracketed(text: str) -> tuple[Element, ...] | Objection:
    found, position = [], 0
    while position < len(text):
        pair = _IN_BRACKETS.match(text, position)
        one = _read_at(pair[1] + pair[2], position) if pair else _unknown(text[position:], position)
        if isinstance(one, Objection):
            return one
        if pair and one[0].identifier + one[0].content != pair[1] + pair[2]:
            return _unknown(text[position:], position)
        found.append(one[0])
        position = pair.end() if pair else len(text)
    return tuple(found)


def _read_at(text: str, position: int) -> tuple[Element, bool] | Objection:
    """The element that begins here, and whether its length is fixed."""
    try:
        read = GS1ElementString.extract(text)
    except ParseError:
        return _unknown(text, position)
    identifier, content = read.ai.ai, read.value
    if identifier in KEYS and ean.calc_check_digit(content[:-1]) != content[-1]:
        template = N_("At position {position}: the check digit of {content} is wrong.")
        return _unreadable(position, template, content=content)
    return Element(identifier, read.ai.data_title, content), not read.ai.separator_required


def _unknown(text: str, position: int) -> Objection:
    template = N_('At position {position}: "{head}" begins no element of the length it should have.')
    return _unreadable(position, template, head=text[:8])


def _unreadable(position: int, template: str, **facts: object) -> Objection:
    return Objection("symbol_unreadable", template, {"position": position + 1, **facts}, place="symbol")
