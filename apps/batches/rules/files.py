"""Rules of attached files: what they are is read from their first bytes, not from their name. Pure."""

from collections.abc import Collection

from apps.core.errors import Objection
from apps.core.text import N_

LARGEST = 20 * 1024 * 1024
MAGIC = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


def kind_of(content: bytes) -> str:
    """pdf, jpeg, png, csv (plain text), or nothing."""
    for kind, beginning in MAGIC.items():
        if content.startswith(beginning):
            return kind
    return "csv" if _is_text(content) else ""


def is_not_accepted(accepts: Collection[str], content: bytes, name: str) -> Objection | None:
    """The file is of a kind that the master record accepts here."""
    if not content:
        return Objection("file_empty", N_("{file} is empty."), {"file": name[:100]}, place="file")
    if kind_of(content) in accepts:
        return None
    facts = {"file": name[:100], "accepts": ", ".join(accepts)}
    return Objection("file_kind", N_("{file} is none of: {accepts}."), facts, place="file")


def is_too_large(size: int) -> Objection | None:
    """A file has at most 20 MB."""
    if size <= LARGEST:
        return None
    return Objection("file_too_large", N_("A file has at most 20 MB."), place="file")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text)
