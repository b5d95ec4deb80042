"""Rules of documents: what can be drawn, how a verification code is made and read, what may follow what."""

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.documents.facts import DocumentContent, DocumentKind, DocumentState, Label, Table

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 9  # 45 random bits; the tenth character is the check
LOOK_ALIKES = str.maketrans("OILU", "011V")
NOT_DRAWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
LONG_NUMBER = re.compile(r"(?<![\w.])\d{5,}(?![\w.])")
MINUS = re.compile(r"(?<!\S)-(?=\d)")
MOST_LABELS = 50
DRAWN_AS_SPACE = set("\n\t\u2009\u202f\u2007")


# --- verification codes ---------------------------------------------------------------------------------------------


def verification_code(number: str, version: int, random: int) -> str:
    """BC-0042-1-7F3KQ-9TDXM: number, version, 45 random bits and a check character over all of it."""
    digits = "".join(CROCKFORD[random >> 5 * place & 31] for place in reversed(range(RANDOM_CHARACTERS)))
    check = check_character(code_key(f"{number}{version}{digits}"))
    return f"{number}-{version}-{digits[:5]}-{digits[5:]}{check}".upper()


def code_key(typed: str) -> str:
    """A code as it is looked up: capitals, no separators, look-alikes as one (O is 0, I and L are 1, U is V)."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(
        character for character in plain.translate(LOOK_ALIKES) if character.isascii() and character.isalnum()
    )


def check_character(key: str) -> str:
    """A weighted sum in the field of 32 elements: finds every single wrong character and every swap of neighbours."""
    total, weight = 0, 1
    for character in key:
        weight = _times_alpha(weight)
        total ^= _product(weight, CROCKFORD.index(character))
    return CROCKFORD[total]


def is_mistyped(typed: str) -> Objection | None:
    """A code whose check character does not fit what stands before it."""
    key = code_key(typed)
    if len(key) > RANDOM_CHARACTERS + 2 and check_character(key[:-1]) == key[-1]:
        return None
    return Objection(
        "code_mistyped",
        N_("This is not a verification code. Compare it with the document, character by character."),
        place="code",
    )


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled  # x^5 + x^2 + 1, primitive


def _product(left: int, right: int) -> int:
    result = 0
    while right:
        result ^= left if right & 1 else 0
        left, right = _times_alpha(left), right >> 1
    return result


# --- what the font can show -----------------------------------------------------------------------------------------


def missing_glyphs(content: DocumentContent, known: Set[int]) -> list[Objection]:
    """Every character that would be lost or invisible in print, with its code point and where it stands."""
    found = []
    for place, text in texts_of(content):
        if text.isascii() and text.isprintable():
            continue
        found += [_missing(character, place) for character in dict.fromkeys(text) if not _is_drawn(character, known)]
    return found


def _is_drawn(character: str, known: Set[int]) -> bool:
    if character in DRAWN_AS_SPACE:
        return True
    return ord(character) in known and unicodedata.category(character) not in NOT_DRAWN


def _missing(character: str, place: str) -> Objection:
    shown = character if character.isprintable() else unicodedata.name(character, "unnamed")
    return Objection(
        "glyph_missing",
        N_("{place}: the character {character} ({code_point}) cannot be printed. Write it in another way."),
        {"place": place, "character": shown, "code_point": f"U+{ord(character):04X}"},
    )


def texts_of(content: DocumentContent) -> Iterator[tuple[str, str]]:
    """Every text that will be drawn, with the place a person would name."""
    for name in ("number", "title", "issuer", "issuer_address", "caption", "supersedes", "reason"):
        yield from ((name, text) for text in _texts_in(getattr(content, name)))
    for count, block in enumerate(content.blocks, start=1):
        title = block.title.en if block.title else f"block {count}"
        if isinstance(block, Table):
            yield from _texts_of_table(block)
        else:
            yield from ((title, text) for text in _texts_in(block))


def _texts_of_table(table: Table) -> Iterator[tuple[str, str]]:
    title = table.title.en
    for part in (table.title, table.columns, table.footnotes):
        yield from ((title, text) for text in _texts_in(part))
    for count, row in enumerate(table.rows, start=1):
        for column, entry in zip(table.columns, row, strict=True):
            yield from ((f"{title}, row {count}, {column.title.en}", text) for text in _texts_in(entry))


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts_in(part)
    elif is_dataclass(value):
        for item in fields(value):
            yield from _texts_in(getattr(value, item.name))


# --- how figures and instants are printed ---------------------------------------------------------------------------


def instant(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """2026-11-05 14:06 UTC+8, in the zone of the site."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}" if seconds else f"{local:%Y-%m-%d %H:%M} {offset(local)}"


def offset(local: datetime) -> str:
    """UTC+8, UTC+5:30, UTC: as short as it can be said."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def scientific(value: Decimal) -> str:
    """5.0E+7 as 5.0×10⁷; below ten thousand as it is."""
    if abs(value) < 10_000:
        return f"{value.normalize():f}"
    exponent = value.adjusted()
    mantissa = value.scaleb(-exponent).normalize()
    shown = f"{mantissa:f}" if mantissa != mantissa.to_integral_value() else f"{mantissa:f}.0"
    return f"{shown}×10{str(exponent).translate(SUPERSCRIPTS)}"


def in_thousands(text: str) -> str:
    """The same text with its long whole numbers in groups of three: 3520000 is printed 3 520 000."""
    return LONG_NUMBER.sub(lambda found: f"{int(found[0]):,}".replace(",", "\u00a0"), text)


def figures(text: str) -> str:
    """The same text with true minus signs: ≤ -135 is printed ≤ −135."""
    return MINUS.sub("−", text)


# --- what may follow what -------------------------------------------------------------------------------------------


def is_not_next(version: int, newest: int) -> Objection | None:
    """Versions of one number have no gap and no repeat."""
    if version == newest + 1:
        return None
    template = N_("Version {version} cannot follow version {newest}.")
    return Objection("version_not_next", template, {"version": version, "newest": newest})


def has_foreign_blocks(content: DocumentContent) -> Objection | None:
    """A sheet of labels holds labels only, and labels stand nowhere else."""
    labels = sum(isinstance(block, Label) for block in content.blocks)
    if labels == (len(content.blocks) if content.kind is DocumentKind.LABEL else 0):
        return None
    return Objection("mixed_blocks", N_("Labels are printed on sheets of their own, with nothing else."))


def is_no_count_of_labels(copies: int) -> Objection | None:
    """A sheet holds some labels, and not more than somebody will stick on."""
    if 1 <= copies <= MOST_LABELS:
        return None
    template = N_("A sheet holds 1 to {most} labels.")
    return Objection("label_count", template, {"most": MOST_LABELS}, place="copies")


def is_unexplained_reprint(sheets: int, reason: str) -> Objection | None:
    """Whoever prints labels of the same thing once more says why."""
    if not sheets or reason.strip():
        return None
    template = N_("Its labels were printed before. Say why they are printed once more.")
    return Objection("reason_missing", template, place="reason")


def is_not_issued(state: DocumentState, number: str) -> Objection | None:
    """Only a document that is in force can be withdrawn."""
    if state is DocumentState.ISSUED:
        return None
    return Objection("not_in_force", N_("{number} is not in force; there is nothing to withdraw."), {"number": number})


def has_no_reason(reason: str) -> Objection | None:
    """A reason that says something (Annex 11, 9)."""
    if sum(character.isalnum() for character in reason) >= 5:
        return None
    return Objection("reason_missing", N_("Say why, in a few words."), place="reason")
