"""Rules about lots: when they expire, and what stands against their use. Pure."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.materials.facts import Expiry, LotFacts, LotState, LotVerb, Stock
from apps.materials.lifecycle import MOVES

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# As many digits as the column keeps: what is kept is what was said, and the stock comes to an exact 0.
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
# Python reads more forms of ISO 8601: a day without hyphens would end at its beginning, a week names no day.
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)

LONGEST = timedelta(days=3653)


def read_expiry(text: str, zone: tzinfo) -> Expiry | Objection:
    """Read "2027-03" (usable through its last day), "2027-03-31" (through that day) or an instant to the minute."""
    unreadable = Objection(
        "expiry_unreadable",
        N_('"{text}" is no expiry; write 2027-03, 2027-03-31 or 2027-03-31T14:00.'),
        {"text": text},
        place="expiry",
    )
    try:
        at = _first_instant_after(text.strip(), zone)
        in_utc(at)
    except (ValueError, OverflowError):
        return unreadable
    return Expiry(text.strip(), at)


def _first_instant_after(text: str, zone: tzinfo) -> datetime:
    month = MONTH.fullmatch(text)
    if month:
        year, number = int(month[1]), int(month[2])
        date(year, number, 1)  # refuses a thirteenth month
        following = date(year + number // 12, number % 12 + 1, 1)
        return datetime.combine(following, time(), zone)
    if DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), zone)
    if not INSTANT.fullmatch(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def is_not_released(lot: LotFacts) -> Objection | None:
    """Only a released lot may be used (21 CFR 211.84(a))."""
    if lot.state is LotState.RELEASED:
        return None
    facts = {"lot": lot.number, "state": lot.state}
    return Objection("lot_not_released", N_("Lot {lot} is not released ({state})."), facts)


def is_expired(lot: LotFacts, used_at: datetime) -> Objection | None:
    """Expiry is judged at the moment of use."""
    if used_at < lot.usable_until:
        return None
    facts = {"lot": lot.number, "until": lot.usable_until}
    if lot.ends_by_opening:
        template = N_(
            "The open container of lot {lot} could be used until {until:%Y-%m-%d %H:%M} UTC only; open another."
        )
        return Objection("container_expired", template, facts)
    return Objection("lot_expired", N_("Lot {lot} could be used until {until:%Y-%m-%d %H:%M} UTC only."), facts)


def is_other_material(lot: LotFacts, material: str) -> Objection | None:
    """The lot must be of the material that the master record names."""
    if lot.material == material:
        return None
    facts = {"lot": lot.number, "given": lot.material, "wanted": material}
    return Objection("wrong_material", N_("Lot {lot} is {given}; this step uses {wanted}."), facts)


def against_use(lot: LotFacts, material: str, used_at: datetime) -> tuple[Objection, ...]:
    """Everything that stands against using this lot for this material at this moment."""
    found = (is_other_material(lot, material), is_not_released(lot), is_expired(lot, used_at))
    return tuple(objection for objection in found if objection)


def expiry_of_prepared(components: Iterable[LotFacts], prepared_at: datetime, own_life: timedelta) -> datetime:
    """A prepared reagent lives as long as its shortest-lived component, and never longer than its own life."""
    return min([component.usable_until for component in components] + [prepared_at + own_life])


def has_no_components(components: Iterable[LotFacts]) -> Objection | None:
    """A reagent is prepared from something."""
    if list(components):
        return None
    return Objection("no_components", N_("Name the lots it is prepared from."), place="components")


def is_not_prepared_here(is_prepared: bool, number: str) -> Objection | None:
    """A bought lot carries the label of its maker; only what is prepared here gets one of ours."""
    if is_prepared:
        return None
    template = N_("Lot {lot} was not prepared here; it carries the label of its maker.")
    return Objection("not_prepared_here", template, {"lot": number})


def is_rejected(lot: LotFacts) -> Objection | None:
    """Nothing that was rejected gets a label that lets it look usable."""
    if lot.state is not LotState.REJECTED:
        return None
    return Objection("lot_rejected", N_("Lot {lot} was rejected; no label is printed for it."), {"lot": lot.number})


def may_not_move(verb: LotVerb, state: LotState, number: str) -> Objection | None:
    """Whether this decision can be taken in this state."""
    if state in MOVES[verb].sources:
        return None
    facts = {"lot": number, "state": state}
    return Objection("lot_state", N_("Lot {lot} is {state}; this decision was already taken."), facts)


def minutes_of(life: timedelta | None) -> int | Objection | None:
    """How long an opened container lives, in whole minutes: at least one, and no longer than any reagent keeps."""
    if life is None:
        return None
    if timedelta(minutes=1) <= life <= LONGEST:
        return int(life / timedelta(minutes=1))
    template = N_("An opened container lives between one minute and ten years.")
    return Objection("no_life", template, place="life_after_opening")


def read_amount(text: str, place: str = "amount") -> Decimal | Objection:
    """An amount as it was written: a plain decimal number, no sign, no exponent, no comma."""
    if AMOUNT.fullmatch(text.strip()):
        return Decimal(text.strip())
    template = N_('"{text}" is no amount; write for instance 12.5.')
    return Objection("no_amount", template, {"text": text[:40]}, place)


def is_nothing(amount: Decimal) -> Objection | None:
    """What comes or goes is more than nothing."""
    return None if amount > 0 else Objection("nothing_moved", N_("The amount must be more than 0."), place="amount")


def has_no_unit(unit: str) -> Objection | None:
    """A number without a unit says nothing."""
    return None if unit.strip() else Objection("unit_missing", N_("Say in which unit it is counted."), place="unit")


def is_not_counted(stock: Stock) -> Objection | None:
    """What was never counted can't be taken from by amount."""
    if stock.left is not None:
        return None
    template = N_("The stock of lot {lot} was never counted; count it first.")
    return Objection("not_counted", template, {"lot": stock.lot})


def is_more_than_left(stock: Stock, amount: Decimal) -> Objection | None:
    """Nobody takes more than is there; what was taken all the same shows that the book is wrong."""
    if stock.left is None or amount <= stock.left:
        return None
    facts = {"lot": stock.lot, "left": plain(stock.left), "unit": stock.unit}
    return Objection("not_enough", N_("Of lot {lot} {left} {unit} are left."), facts, place="amount")


def plain(amount: Decimal) -> str:
    """An amount as people write it: no exponent, no zeros behind the last digit that says something."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def is_not_opened(lot: str) -> Objection:
    """Only an open container can be put away."""
    return Objection("none_open", N_("No container of lot {lot} is open."), {"lot": lot})
