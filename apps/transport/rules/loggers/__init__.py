"""Files of temperature loggers: bytes in, a series of readings or an objection out. Pure; nothing is guessed."""

from collections.abc import Callable

from apps.core.errors import BadInput, Objection
from apps.core.text import N_
from apps.transport.facts import Declared, LoggerFormat, LoggerSeries
from apps.transport.rules.loggers.berlinger import read_fridge_tag, read_qtag
from apps.transport.rules.loggers.tables import read_hobo, read_ibutton, read_table
from apps.transport.rules.loggers.wording import ask, lines_of

READERS: dict[LoggerFormat, Callable[[list[str], Declared], LoggerSeries]] = {
    LoggerFormat.QTAG: read_qtag,
    LoggerFormat.FRIDGE_TAG: read_fridge_tag,
    LoggerFormat.HOBO: read_hobo,
    LoggerFormat.IBUTTON: read_ibutton,
    LoggerFormat.TABLE: read_table,
}
NOTHING = Declared()
BEGINNINGS = (
    ("Device: Q-tag Fridge-tag", LoggerFormat.FRIDGE_TAG),
    ("Device: Q-tag", LoggerFormat.QTAG),
    ('"Plot Title:', LoggerFormat.HOBO),
    ("Plot Title:", LoggerFormat.HOBO),
    ("1-Wire/iButton", LoggerFormat.IBUTTON),
)


def read_logger(content: bytes, declared: Declared = NOTHING) -> LoggerSeries | Objection:
    """The readings of a logger file, with serial number, zone and unit as the file or a person says them."""
    try:
        lines = lines_of(content)
        return READERS[_format_of(lines, declared)](lines, declared)
    except BadInput as unread:
        return unread.objections[0]


def format_of(content: bytes) -> LoggerFormat | None:
    """What a file says it is by its first line; None where it says nothing."""
    beginning = content[:64].decode("utf-8-sig", "replace")
    return next((found for words, found in BEGINNINGS if beginning.startswith(words)), None)


def _format_of(lines: list[str], declared: Declared) -> LoggerFormat:
    found = next((found for words, found in BEGINNINGS if lines[0].startswith(words)), None)
    if found is not None:
        return found
    if declared.format in list(LoggerFormat):
        return LoggerFormat(declared.format)
    raise ask("format", N_("The file does not say what wrote it. Say its format, and for a table its columns."))
