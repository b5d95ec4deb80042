"""What is said to those who hand treated waste over to its carrier."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.disposal.facts import CarrierVerb, GivenAway
from apps.disposal.lifecycle import CARRYING
from apps.disposal.models import Disposal
from apps.disposal.selectors import batches_in, hand_over_of, treatment_of
from apps.documents.rules import instant
from apps.signatures.facts import Line, SignedContent


def give_content(disposal: Disposal, did: GivenAway, now: datetime) -> SignedContent:
    """The giver signs which waste goes to whom, when."""
    stop_if(is_future(did.at, now, "given_at"))
    against = [Line(N_("Recorded although a rule stands against it"), did.because)] if did.because else []
    said = (
        Line(N_("Waste number, scanned"), did.waste_number, disposal.waste_number),
        Line(N_("Carrier"), did.carrier, did.taker),
        Line(N_("Paper of the carrier"), did.paper or "–"),
        Line(N_("Handed over at"), _time(disposal, did.at)),
        *against,
    )
    return _content(CarrierVerb.GIVE, disposal, said)


def take_content(disposal: Disposal, waste_number: str) -> SignedContent:
    """Who takes it signs what the giver recorded, and the number that it read itself."""
    given = hand_over_of(disposal)
    said: tuple[Line, ...] = ()
    if given:
        said = (
            Line(N_("Carrier"), given.carrier, given.taker),
            Line(N_("Paper of the carrier"), given.paper or "–"),
            Line(N_("Handed over at"), _time(disposal, given.given_at), given.given_by),
        )
    return _content(CarrierVerb.TAKE, disposal, (*said, Line(N_("Waste number, scanned"), waste_number)))


def _time(disposal: Disposal, at: datetime) -> str:
    return instant(at, ZoneInfo(disposal.batch.site.timezone))


def _content(verb: CarrierVerb, disposal: Disposal, said: tuple[Line, ...]) -> SignedContent:
    lines = (
        Line(N_("Disposal"), disposal.number),
        *(Line(N_("Batch"), one.number, one.product_version.record.address) for one in batches_in(disposal)),
        Line(N_("Treatment"), treatment_of(disposal).label.en),
        *said,
    )
    return SignedContent(f"waste.{verb.lower()}", disposal.record.address, CARRYING[verb].meaning, lines)
