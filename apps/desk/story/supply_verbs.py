"""What a story says about units that go to one patient without certification: agreement, decision, second person."""

from datetime import datetime

from apps.desk.story.stage import Stage, Verb
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now
from apps.dosing.services import agree_to_supply
from apps.supply.content import agree_content, decide_content, release_to_named_content
from apps.supply.facts import Agreed, Route
from apps.supply.models import NamedSupply
from apps.supply.selectors import free_units, supply_now
from apps.supply.services import decide_supply, release_to_named


def supply_agreed(stage: Stage, who: str, at: datetime, *, order: str, route: str, **words: str) -> None:
    """The physician of an order agrees to units of the batch that are not certified."""
    found, said = order_now(TreatmentOrder.objects.get(number=order)), Agreed(Route(route), **words)
    signing = stage.signing(agree_content(stage.batch, found.record, found.recipient, said), at, who)
    agree_to_supply(order=found, batch=stage.batch, said=said, signing=signing, actor=stage.actor(who), at=at)


def supply_decided(stage: Stage, who: str, at: datetime, *, supply: str) -> None:
    """The authorised person decides on every unit that is free."""
    now = _supply(supply)
    signing = stage.signing(decide_content(now, free_units(now.batch)), at, who)
    decide_supply(supply=now, signing=signing, actor=stage.actor(who), at=at)


def supply_let_go(stage: Stage, who: str, at: datetime, *, supply: str) -> None:
    """A second person lets the units go to the patient."""
    now = _supply(supply)
    signing = stage.signing(release_to_named_content(now), at, who)
    release_to_named(supply=now, signing=signing, actor=stage.actor(who), at=at)


def _supply(number: str) -> NamedSupply:
    return supply_now(NamedSupply.objects.get(number=number))


VERBS: dict[str, Verb] = {
    "supply_agreed": supply_agreed,
    "supply_decided": supply_decided,
    "supply_let_go": supply_let_go,
}
