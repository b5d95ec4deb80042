"""Canonical text: one value, one string, one hash (RFC 8785 with measured values as strings)."""

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from uuid import UUID


def canonical(value: object) -> str:
    """The RFC 8785 text of a value. Decimals become strings (1.10 stays "1.10"), instants UTC with microseconds.

    Raises TypeError for floats and naive instants: neither has one exact text.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def sha256_hex(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant_text(at: datetime) -> str:
    """RFC 3339, UTC, always six decimals: 2026-11-05T06:06:00.000000Z."""
    if at.tzinfo is None:
        raise TypeError("an instant without a zone has no canonical text")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _key_order(key: str) -> bytes:
    return key.encode("utf-16-be")  # RFC 8785 sorts by UTF-16 units, not by code points


def _plain(value: object) -> object:
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value)
        case str():
            return unicodedata.normalize("NFC", value)
        case int():
            return value if abs(value) < 2**53 else str(value)
        case Decimal() | UUID():
            return str(value)
        case datetime():
            return instant_text(value)
        case date() | time():
            return value.isoformat()
        case _:
            return _plain_container(value)


def _plain_container(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value, key=_key_order)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    raise TypeError(f"{type(value).__name__} has no canonical text")
