"""Material whose donor is not decided about travels between named establishments only, in quarantine (21 CFR 1271.60).

Pure.
"""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

from apps.core.errors import Objection
from apps.core.text import N_
from apps.transport.facts import Asked

NOT_YET = frozenset({"not_eligible", "test_awaited", "test_unreviewed", "review_awaited"})


class Coded(Protocol):
    """A hold, by the code of its fact."""

    @property
    def code(self) -> str: ...


Held = TypeVar("Held", bound=Coded)


def still_held(holds: Iterable[Held], asked: Asked) -> list[Held]:
    """What keeps units here. In quarantine they may leave while an answer is awaited, never where one is bad."""
    return [hold for hold in holds if not (asked.in_quarantine and hold.code in NOT_YET)]


def names_no_establishment(asked: Asked) -> Objection | None:
    """Quarantined material goes from one named establishment to another."""
    if not asked.in_quarantine or asked.establishment.strip():
        return None
    template = N_("Name the establishment that receives it, with its address.")
    return Objection("no_establishment", template, place="establishment")


def is_decided_about(unit: str, pending: Collection[str], asked: Asked) -> Objection | None:
    """What is found eligible takes the ordinary way; what was decided against goes nowhere."""
    if not asked.in_quarantine or unit in pending:
        return None
    template = N_("Unit {unit} does not wait for the decision about its donor; it does not travel in quarantine.")
    return Objection("not_pending", template, {"unit": unit}, "in_quarantine")
