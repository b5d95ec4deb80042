"""Rules of the symbol on a unit's label: what it says, and reading it back. Pure."""

import re
from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.rules.elements import read_elements
from apps.identity.rules.structures import without_symbology
from apps.units.facts import LabelCode

ADDRESS = re.compile("unit/[A-Z0-9:-]{1,60}", re.ASCII)


def code_text(code: LabelCode) -> str:
    """The GS1 element string of a label, of company-internal elements only: a trade item number is not ours to invent.

    (91) the address of the unit, (92) its expiry in UTC, (93) the chain of identity where it is for one patient.
    """
    text = f"(91){code.address}(92){code.expires_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return f"{text}(93){code.chain}" if code.chain else text


def read_code(text: str) -> LabelCode | Objection:
    """What a scanned label says, in brackets or as a scanner sends it. Anything else is refused, never guessed at."""
    refused = Objection("no_label_code", N_("This is not the symbol of a unit's label."), place="code")
    elements = read_elements(without_symbology(text))
    said = {} if isinstance(elements, Objection) else {one.identifier: one.content for one in elements}
    if not {"91", "92"} <= set(said) <= {"91", "92", "93"} or not ADDRESS.fullmatch(said["91"]):
        return refused
    try:
        expires_at = datetime.strptime(said["92"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return refused
    code = LabelCode(said["91"], expires_at, said.get("93", ""))
    return code if f"(92){said['92']}" in code_text(code) else refused


def number_of_code(text: str) -> str:
    """The number of the unit in the hand: from the symbol of its label, from its address, or typed."""
    code = read_code(text.strip())
    return (text.strip() if isinstance(code, Objection) else code.address).removeprefix("unit/")


def chain_of_code(text: str) -> str:
    """The chain of identity in the symbol of a label; empty where a number was typed or nobody has one."""
    code = read_code(text.strip())
    return "" if isinstance(code, Objection) else code.chain
