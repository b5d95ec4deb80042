"""Canonical text: one value, one string, one hash (RFC 8785 with measured values as strings)."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def canonical(value: object) -> str:
    """The RFC 8785 text of a value. Decimals become strings (1.10 stays "1.10"), instants UTC with microseconds.

    Raises TypeError for floats and naive instants: neither has one exact text.
    """
    return _ENCODER.encode(_plain(value))


def sha256_hex(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant_text(at: datetime) -> str:
    """RFC 3339, UTC, always six decimals: 2026-11-05T06:06:00.000000Z."""
    if at.tzinfo is None:
        raise TypeError("an instant without a zone has no canonical text")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _plain(value: object) -> object:
    """A value as JSON knows it. By its very type where that is known; every entry of the trail comes through here."""
    convert = _BY_TYPE.get(type(value)) or _by_ancestor(value)
    return convert(value)


def _by_ancestor(value: object) -> Callable[[Any], object]:
    """How a value of a subclass is written: an Enum as what it stands for, the others as their ancestor."""
    if isinstance(value, Enum):
        return lambda member: _plain(member.value)
    for known, convert in _BY_TYPE.items():
        if isinstance(value, known):
            return convert
    raise TypeError(f"{type(value).__name__} has no canonical text")


def _as_it_is(value: object) -> object:
    return value


def _text(value: str) -> str:
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _whole(value: int) -> object:
    return value if abs(value) < 2**53 else str(value)


def _object(value: Mapping[str, object]) -> dict[str, object]:
    # RFC 8785 sorts by UTF-16 units, not by code points; for ASCII it is the same order.
    keys = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf16)
    # As `_plain` says it, without a call for each: an entry has some fifty values, and most acts write several entries.
    return {key: (_BY_TYPE.get(type(value[key])) or _by_ancestor(value[key]))(value[key]) for key in keys}


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _array(value: Iterable[object]) -> list[object]:
    return [(_BY_TYPE.get(type(item)) or _by_ancestor(item))(item) for item in value]


def _set(value: Iterable[object]) -> list[object]:
    plain: list[Any] = [_plain(item) for item in value]
    return sorted(plain)


_BY_TYPE: dict[type, Callable[[Any], object]] = {
    type(None): _as_it_is,
    bool: _as_it_is,
    str: _text,
    int: _whole,
    Decimal: str,
    UUID: str,
    datetime: instant_text,  # before date, its ancestor
    date: date.isoformat,
    time: time.isoformat,
    dict: _object,
    list: _array,
    tuple: _array,
    set: _set,
    frozenset: _set,
}
