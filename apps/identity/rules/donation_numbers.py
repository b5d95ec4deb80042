"""The donation identification number of ISBT 128 and its check character (ISO/IEC 7064, MOD 37-2). Pure."""

import re
from collections.abc import Iterable

from stdnum.iso7064 import mod_37_2

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.facts import DonationNumber

FACILITY = "[A-NP-Z1-9][0-9]{4}"  # the first character is never O or 0
NUMBER = re.compile(f"({FACILITY})([0-9]{{2}})([0-9]{{6}})", re.ASCII)
CHECKS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
LAST_SERIAL = 999_999
OF_THE_CHECK = range(60, 97)  # flags that carry the check: sixty and the value of the check character


def is_facility(text: str) -> bool:
    """Whether this has the form of a facility identification number; whose it is, only the registry knows."""
    return re.fullmatch(FACILITY, text, re.ASCII) is not None


def check_character(number: str) -> str:
    """The character that proves a number typed by hand. It is printed behind the number and is not in the symbol."""
    return str(mod_37_2.calc_check_digit(number))


def check_flags(number: str) -> str:
    """The two flag characters that carry the check in a symbol: 60 to 96."""
    return str(OF_THE_CHECK.start + CHECKS.index(check_character(number)))


def printed(number: str) -> str:
    """As people read it on a label: A9999 26 000117 and the check character."""
    return f"{number[:5]} {number[5:7]} {number[7:]} {check_character(number)}"


def read_number(number: str, flags: str = "00") -> DonationNumber | Objection:
    """The thirteen characters as they stand in a symbol, with the flags beside them."""
    form = NUMBER.fullmatch(number)
    if form is None:
        return _malformed(number)
    if flags.isdecimal() and int(flags) in OF_THE_CHECK and flags != check_flags(number):
        return _wrong(number)
    return DonationNumber(form[1], form[2], form[3], flags)


def read_keyed(text: str) -> DonationNumber | Objection:
    """A number typed by hand: thirteen characters and the check character, spaces between the groups or none."""
    typed = text.replace(" ", "")
    if NUMBER.fullmatch(typed):
        template = N_("Type the check character as well: it stands behind {din}, in a box. Or scan the symbol.")
        return Objection("check_character_missing", template, {"din": typed}, place="din")
    if len(typed) != 14 or not NUMBER.fullmatch(typed[:13]):
        return _malformed(text)
    return read_number(typed[:13]) if typed[13] == check_character(typed[:13]) else _wrong(typed[:13])


def next_serial(taken: Iterable[str]) -> str | Objection:
    """The six digits that follow the highest that were given or taken in this series; a series has no more of them."""
    following = max((int(number[7:]) for number in taken), default=0) + 1
    if following > LAST_SERIAL:
        return Objection("series_used_up", N_("All numbers of this year are given: a facility has 999,999 of them."))
    return f"{following:06}"


def is_given_to_another(number: str, issued_to: str, donor: str) -> Objection | None:
    """A number that was issued for one donor labels nothing of another."""
    if not issued_to or issued_to == donor:
        return None
    template = N_("{din} was issued for donor {issued_to}. Another label is in the hand, or another donor.")
    facts = {"din": printed(number), "issued_to": issued_to}
    return Objection("number_of_another_donor", template, facts, place="din")


def _malformed(text: str) -> Objection:
    template = N_('"{din}" is no donation number: a facility code of five, two digits of the year, six of the series.')
    return Objection("din_malformed", template, {"din": text[:40]}, place="din")


def _wrong(number: str) -> Objection:
    template = N_("The check character does not belong to {din}: a character is wrong, or two have changed places.")
    return Objection("check_character_wrong", template, {"din": number}, place="din")
