"""What two people sign when they draw, and what quality signs when it lets a stock go below its reserve."""

from zoneinfo import ZoneInfo

from apps.banks.facts import DrawInput
from apps.banks.selectors import bank_of, numbers_in, permitted_for, units_named
from apps.batches.models import Batch
from apps.core.errors import Happened
from apps.core.text import N_
from apps.documents.rules import instant
from apps.signatures.facts import Line, SignedContent
from apps.units.selectors import stock_of

DRAWN = N_("I drew these units from the bank for this batch.")
SEEN = N_("I was present and compared each unit that was drawn, as the second person.")
LOWERED = N_("I decide that the stock of this bank may go below what is kept back, for this batch only.")


def draw_content(batch: Batch, said: DrawInput) -> SignedContent:
    """The draw as the first person signs it."""
    return _draw("units_drawn", DRAWN, batch, said)


def second_content(batch: Batch, said: DrawInput) -> SignedContent:
    """The same, as the second person signs it."""
    return _draw("draw_compared", SEEN, batch, said)


def below_content(batch: Batch, lowest: int, reason: str) -> SignedContent:
    """The decision to go below the reserve."""
    bank = bank_of(batch)
    stock = stock_of(bank)
    lines = (
        Line(N_("Cell bank"), bank.number),
        Line(N_("For batch"), batch.number),
        Line(N_("Units left"), str(stock.left)),
        Line(N_("Kept back"), str(stock.reserved)),
        Line(N_("May go down to"), str(lowest)),
        Line(N_("Reason"), reason),
    )
    return SignedContent("below_reserve", bank.record.address, LOWERED, lines)


def _draw(verb: str, meaning: str, batch: Batch, said: DrawInput) -> SignedContent:
    bank, zone = bank_of(batch), ZoneInfo(batch.site.timezone)
    stock, units = stock_of(bank), units_named(bank, numbers_in(said))
    permitted = permitted_for(batch, bank)
    lines = (
        Line(N_("Batch"), batch.number),
        Line(N_("Cell bank"), bank.number),
        *(Line(N_("Unit"), unit.number, instant(unit.expires_at, zone)) for unit in units),
        Line(N_("Units left after it"), str(stock.left - len(units))),
        Line(N_("Kept back"), str(stock.reserved)),
        *([Line(N_("May go down to"), str(permitted))] if permitted is not None else []),
        *(_afterwards(said.happened, zone) if said.happened else []),
    )
    return SignedContent(verb, batch.record.address, meaning, lines)


def _afterwards(happened: Happened, zone: ZoneInfo) -> list[Line]:
    return [
        Line(N_("Drawn at"), instant(happened.at, zone)),
        Line(N_("Why it is recorded afterwards"), happened.reason),
    ]
