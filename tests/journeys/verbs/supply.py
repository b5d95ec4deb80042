"""Units that go to one patient without certification, at the API."""

from tests.journeys.api_player import API, ApiStage, ApiVerb


def supply_agreed(stage: ApiStage, who: str, *, order: str, route: str, **words: str) -> None:
    """The physician of an order agrees."""
    url = f"{API}/orders/{order}/"
    stage.sign(who, f"{url}supplies/", {"batch": stage.number, "route": route, **words}, seen=url)


def supply_decided(stage: ApiStage, who: str, *, supply: str) -> None:
    """The authorised person decides on every unit that is free."""
    url = f"{API}/supplies/{supply}/"
    stage.sign(who, f"{url}decision/", seen=url)


def supply_let_go(stage: ApiStage, who: str, *, supply: str) -> None:
    """A second person lets the units go."""
    url = f"{API}/supplies/{supply}/"
    stage.sign(who, f"{url}release/", seen=url)


VERBS: dict[str, ApiVerb] = {
    "supply_agreed": supply_agreed,
    "supply_decided": supply_decided,
    "supply_let_go": supply_let_go,
}
