"""What the content of a data structure means: dates, product codes, blood groups, the chain of identity. Pure."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.facts import BloodGroup, ChainNumber, DonationNumber, Moment, ProductCode, Structure
from apps.identity.facts import DataStructure as Of
from apps.identity.rules.donation_numbers import read_keyed, read_number
from apps.identity.rules.structures import read_structure, read_structures, structure, without_symbology

LAST_MINUTE = time(23, 59)  # where a label names a day only
THREE_DIGIT_DIVISIONS = "MNRTVW"  # families of products whose last three characters all count the divisions

# The codes of the standard: ABO and RhD as they stand by default, and for autologous use only.
BLOOD_GROUPS = {
    code: BloodGroup(abo, rhd, autologous)
    for abo, rhd, default, own in (
        ("O", "negative", "95", "97"), ("O", "positive", "51", "53"),
        ("A", "negative", "06", "08"), ("A", "positive", "62", "64"),
        ("B", "negative", "17", "19"), ("B", "positive", "73", "75"),
        ("AB", "negative", "28", "30"), ("AB", "positive", "84", "86"),
    )
    for code, autologous in ((default, False), (own, True))
}  # fmt: skip


def read_moment(said: Structure) -> Moment | Objection:
    """A date cyyjjj, or a date with time cyyjjjhhmm: the century's last digit, the year, the day of the year."""
    text = said.content
    century = 1900 if text[0] == "9" else 2000 + 100 * int(text[0])
    year, ordinal = century + int(text[1:3]), int(text[3:6])
    hour, minute = (int(text[6:8]), int(text[8:10])) if len(text) == 10 else (LAST_MINUTE.hour, LAST_MINUTE.minute)
    day = date(year, 1, 1) + timedelta(days=ordinal - 1)
    if day.year != year or hour > 23 or minute > 59:
        return Objection("no_such_moment", N_('"{text}" is no date and time.'), {"text": text}, place="symbol")
    return Moment(day, time(hour, minute))


def write_moment(kind: Of, at: datetime, zone: tzinfo) -> Structure:
    """A date and time in the labelling site's own time; `kind` is one of the structures with a time."""
    local = at.astimezone(zone)
    return structure(kind, f"{local.year // 100 % 10}{local:%y%j%H%M}")


def expires_at(said: Moment, zone: tzinfo) -> datetime:
    """The instant a label means, at the site that labelled."""
    return datetime.combine(said.day, said.at, tzinfo=zone)


def read_product_code(said: Structure) -> ProductCode:
    """The five characters of the description, the type of donation, the division."""
    text = said.content
    if text[0] in THREE_DIGIT_DIVISIONS:
        return ProductCode(text[:5], "", text[5:])
    return ProductCode(text[:5], text[5], text[6:])


def write_product_code(code: ProductCode) -> Structure:
    """A product code as it stands in a symbol."""
    return structure(Of.PRODUCT_CODE, code.description + code.donation_type + code.division)


def read_blood_group(said: Structure) -> BloodGroup | None:
    """ABO and RhD; None where the label says something else, such as biohazard or quarantine."""
    return BLOOD_GROUPS.get(said.content[:2])


def write_blood_group(group: BloodGroup) -> Structure:
    """A blood group as it stands in a symbol."""
    code = next(code for code, known in BLOOD_GROUPS.items() if known == group)
    return structure(Of.BLOOD_GROUP, f"{code}00")


def read_chain(text: str) -> ChainNumber | Objection:
    """A Chain of Identity identifier, scanned with its `&/` or typed without. It has no check character of its own."""
    typed = without_symbology(text.strip())
    found = read_structures(typed if typed.startswith(("&", "=")) else f"&/{typed}")
    if isinstance(found, Objection):
        return found
    chains = [one.content for one in found if one.kind is Of.CHAIN_OF_IDENTITY]
    if len(chains) != 1:
        return Objection("no_chain", N_("This is no Chain of Identity identifier."), place="chain")
    return ChainNumber(chains[0][2:7], chains[0][7:9], chains[0][9:])


def write_chain(chain: ChainNumber) -> Structure:
    """A Chain of Identity identifier as it stands in a symbol."""
    return structure(Of.CHAIN_OF_IDENTITY, chain.number)


def read_donation_number(text: str) -> DonationNumber | Objection:
    """A donation number as it was given: scanned as a symbol, or typed with its check character."""
    given = without_symbology(text.strip())
    if not given.startswith(("=", "&")):
        return read_keyed(given)
    said = read_structure(given, Of.DONATION_NUMBER)
    if isinstance(said, Objection):
        return replace(said, place="din")
    return read_number(said.content[:13], said.content[13:])


def write_donation_number(number: str, flags: str = "00") -> Structure:
    """A donation number as it stands in a symbol."""
    return structure(Of.DONATION_NUMBER, number + flags)
