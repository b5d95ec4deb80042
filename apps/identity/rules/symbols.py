"""What a scan is: a symbol of ISBT 128, a symbol of GS1, or a number of this house. Pure."""

from apps.core.errors import Objection
from apps.identity.facts import Standard, Structure, Symbol
from apps.identity.rules.contents import write_donation_number
from apps.identity.rules.donation_numbers import NUMBER, read_keyed
from apps.identity.rules.elements import FNC1, read_elements
from apps.identity.rules.structures import read_structures, without_symbology

GS1_SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0")


def read_symbol(text: str) -> Symbol | Objection:
    """What a scan says. Only what names itself is a symbol; everything else is a number of this house or nothing."""
    given = text.strip(" \t\r\n")
    held = without_symbology(given)
    if held.startswith(("=", "&")):
        said = read_structures(held)
        return said if isinstance(said, Objection) else Symbol(Standard.ISBT_128, said)
    if given.startswith((*GS1_SYMBOLOGIES, FNC1, "(")):
        elements = read_elements(held)
        return elements if isinstance(elements, Objection) else Symbol(Standard.GS1, elements)
    return _typed(held)


def _typed(text: str) -> Symbol | Objection:
    """A donation number with its check character, typed; another number is looked up as it is."""
    together = text.replace(" ", "")
    if len(together) != 14 or not NUMBER.fullmatch(together[:13]):
        return Symbol(Standard.HOUSE, ())
    number = read_keyed(together)
    if isinstance(number, Objection):
        return number
    said: tuple[Structure, ...] = (write_donation_number(number.number),)
    return Symbol(Standard.ISBT_128, said)
