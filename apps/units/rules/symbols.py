"""Rules of the symbol on a unit's label: what it says, and reading it back. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.rules.elements import read_elements
from apps.identity.rules.structures import without_symbology
from apps.units.facts import LabelCode, TradeItem

OURS, TRADED = frozenset({"91", "92"}), frozenset({"01", "17", "10", "21"})
ADDRESS = re.compile("unit/[A-Z0-9:-]{1,60}", re.ASCII)


def code_text(code: LabelCode) -> str:
    """The GS1 element string of a label: company-internal elements, since a trade item number is not ours to invent.

    (91) the address of the unit, (92) its expiry in UTC, (93) the chain of identity where it is for one patient. Where
    the master record names a trade item: (01) its number, (17) the last day, (10) the lot, (21) the serial number.
    """
    item = code.item
    traded = f"(01){item.gtin}(17){item.last_day:%y%m%d}(10){item.lot}(21){item.serial}" if item else ""
    text = f"{traded}(91){code.address}(92){code.expires_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return f"{text}(93){code.chain}" if code.chain else text


def read_code(text: str) -> LabelCode | Objection:
    """What a scanned label says, in brackets or as a scanner sends it. Anything else is refused, never guessed at."""
    refused = Objection("no_label_code", N_("This is not the symbol of a unit's label."), place="code")
    elements = read_elements(without_symbology(text))
    said = {} if isinstance(elements, Objection) else {one.identifier: one.content for one in elements}
    if not OURS <= set(said) <= {*OURS, *TRADED, "93"} or not ADDRESS.fullmatch(said["91"]):
        return refused
    try:
        expires_at = datetime.strptime(said["92"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return refused
    code = LabelCode(said["91"], expires_at, said.get("93", ""), _item(said))
    return code if f"(92){said['92']}" in code_text(code) else refused


def _item(said: Mapping[str, str]) -> TradeItem | None:
    """The trade item that a symbol names whole; what it names in part or wrongly is left aside."""
    if not set(said) >= TRADED:
        return None
    try:
        last_day = datetime.strptime(said["17"], "%y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return TradeItem(said["01"], last_day, said["10"], said["21"])


def number_of_code(text: str) -> str:
    """The number of the unit in the hand: from the symbol of its label, from its address, or typed."""
    code = read_code(text.strip())
    return (text.strip() if isinstance(code, Objection) else code.address).removeprefix("unit/")


def chain_of_code(text: str) -> str:
    """The chain of identity in the symbol of a label; empty where a number was typed or nobody has one."""
    code = read_code(text.strip())
    return "" if isinstance(code, Objection) else code.chain
