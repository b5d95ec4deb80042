"""What can go wrong in words a person understands: objections, and the refusals that carry them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Worded(Protocol):
    """A template and its facts, whatever keeps them: an objection, a hold, an event."""

    @property
    def template(self) -> str:
        """The sentence with its places."""

    @property
    def facts(self) -> Mapping[str, object]:
        """What stands in its places."""

    @property
    def text(self) -> str:
        """The English sentence."""


@dataclass(frozen=True)
class Objection:
    """One reason why an act is refused. Rules return it, the edge translates it, the trail keeps code and facts.

    `place` names the field or the address it concerns, so that the sentence can stand beside it.
    """

    code: str
    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    place: str = ""

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts)

    @property
    def told(self) -> dict[str, str]:
        """Its facts as text; a sentence within the sentence stands in one of them already."""
        return {name: str(fact) for name, fact in self.facts.items() if not are_sentences(fact)}


def are_sentences(fact: object) -> bool:
    """Whether a fact is sentences within the sentence, kept with what they are made of."""
    return isinstance(fact, list) and bool(fact) and all(isinstance(one, Mapping) for one in fact)


@dataclass(frozen=True)
class Happened:
    """The statement that an act was already done: when, and why it is recorded against the rule."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class KeptRefusal:
    """A refusal that must outlive the roll-back: written to the record's chain in a second transaction."""

    address: str
    action: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """An act was refused; nothing of it is stored. Carries every objection at once."""

    status = 409

    def __init__(self, *objections: Objection, keep: KeptRefusal | None = None) -> None:
        super().__init__("; ".join(objection.text for objection in objections))
        self.objections = objections
        self.keep = keep

    @property
    def code(self) -> str:
        """The code of the first objection: what a machine switches on."""
        return self.objections[0].code


class BadInput(Refused):
    """What was sent can't be read: form, type or missing part."""

    status = 400


class SignatureRefused(Refused):
    """The person could not be recognised as the signer."""

    status = 401


class NotAllowed(Refused):
    """The person has no right to do this here."""

    status = 403


class RuleBroken(Refused):
    """A rule of the master record, the life cycle or the regulation forbids it now."""

    status = 409


class Stale(Refused):
    """What was shown is no longer what is recorded."""

    status = 412


class PreconditionMissing(Refused):
    """The request must say which version of the record it has seen (If-Match)."""

    status = 428


def stop_if(
    *objections: Objection | None, happened: Happened | None = None, keep: KeptRefusal | None = None
) -> tuple[Objection, ...]:
    """Refuse with all objections at once; with `happened` return them, for the value is recorded and marked instead."""
    standing = tuple(objection for objection in objections if objection)
    if standing and happened is None:
        raise RuleBroken(*standing, keep=keep)
    return standing
