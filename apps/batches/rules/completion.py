"""What a step still lacks: values, signatures, the second person. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from apps.batches.facts.words import StepState
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Step
from apps.products.facts import CheckMode, Place, RecordMode, SignAt


class HeldValue(Protocol):
    """A value as a signature covers it."""

    @property
    def place(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def performed_at(self) -> datetime: ...
    @property
    def performed_by(self) -> str: ...


_HELD = attrgetter("place", "text", "unit", "verdict", "performed_at", "performed_by")


def fingerprint(values: Iterable[HeldValue]) -> str:
    """The hash of what a step holds now: it changes with every correction."""
    return sha256_hex(canonical(sorted(map(_HELD, values))))


@dataclass(frozen=True)
class StepView:
    """A step as it stands: what it lacks, who had a hand in it, and which signatures cover what it holds."""

    place: Place
    step: Step
    state: StepState
    missing: tuple[Place, ...]
    fingerprint: str
    performed_hash: str
    second_hash: str
    typed: tuple[Place, ...]
    hands: frozenset[str]
    completed_by: str
    papers: tuple[Place, ...] = ()

    @property
    def wants_signature(self) -> bool:
        """Whether the performer signs: at the step, or within the list of the section."""
        return self.step.record is RecordMode.PERFORMED or self.step.sign_at is SignAt.SECTION

    @property
    def is_signed_alone(self) -> bool:
        """Whether the step is completed by a signature of its own."""
        return self.step.record is RecordMode.PERFORMED and self.step.sign_at is SignAt.STEP

    @property
    def is_signed(self) -> bool:
        """Whether the performer's signature covers what the step holds now."""
        return self.performed_hash == self.fingerprint

    @property
    def wants_witness(self) -> bool:
        """Whether a second person is present: always, or where a scan was typed by hand."""
        is_typed = self.step.check is CheckMode.MACHINE and bool(self.typed)
        return self.step.check is CheckMode.WITNESS or is_typed

    @property
    def wants_check(self) -> bool:
        """Whether a second person checks afterwards."""
        return self.step.check is CheckMode.AFTER

    @property
    def has_second(self) -> bool:
        """Whether the second person's signature covers what the step holds now."""
        return self.second_hash == self.fingerprint

    @property
    def is_uncovered(self) -> bool:
        """Whether a signature stands that no longer covers the present version."""
        performed = bool(self.performed_hash) and not self.is_signed
        return performed or (bool(self.second_hash) and not self.has_second)

    @property
    def member(self) -> str:
        """The step as a member of a signed list."""
        return f"{self.place} {self.fingerprint}"


def lacks_values(view: StepView) -> list[Objection]:
    """Each required place that is still empty."""
    template = N_("{place} is not recorded.")
    return [Objection("value_missing", template, {"place": place}, place=str(place)) for place in view.missing]


def lacks_witness(view: StepView) -> Objection | None:
    """A witnessed step is completed with the witness's signature; so is one where a number was typed, not scanned."""
    if not view.wants_witness or view.has_second:
        return None
    template = N_("{step} needs the signature of a second person who was present.")
    if view.step.check is CheckMode.MACHINE:
        template = N_("{step}: a number was typed instead of scanned; a second person confirms it by signature.")
    return Objection("witness_missing", template, {"step": view.place}, place=str(view.place))


def lacks_its_own_signature(view: StepView) -> Objection | None:
    """A step that is signed by itself is not completed by a tap."""
    if not view.is_signed_alone:
        return None
    return Objection("sign_it", N_("{step} is completed by your signature."), {"step": view.place}, str(view.place))


def lacks_anything(view: StepView) -> list[Objection]:
    """Everything that keeps a batch from being finished, for one step."""
    if view.state is StepState.SKIPPED:
        return []
    place = str(view.place)
    facts = {"step": view.place}
    found = lacks_values(view)
    if view.state is StepState.OPEN:
        found.append(Objection("step_open", N_("{step} is not completed."), facts, place=place))
    elif view.wants_signature and not view.is_signed:
        found.append(Objection("signature_missing", N_("{step} is not signed by its performer."), facts, place=place))
    witness = lacks_witness(view)
    if witness:
        found.append(witness)
    if view.wants_check and not view.has_second and view.state is StepState.DONE:
        found.append(Objection("check_missing", N_("{step} is not checked by a second person."), facts, place=place))
    copies = N_("{place}: the paper is not certified as a true copy.")
    found += [Objection("true_copy_missing", copies, {"place": paper}, place=str(paper)) for paper in view.papers]
    return found


def to_sign_by(person: str, views: Iterable[StepView]) -> list[StepView]:
    """The steps of a section that this person signs: those they completed, and after a correction those they changed.

    A person may have left the house; who corrected the step then signs what it holds now.
    """
    waiting = [view for view in views if view.state is StepState.DONE and view.wants_signature and not view.is_signed]
    return [
        view for view in waiting if view.completed_by == person or (view.performed_hash != "" and person in view.hands)
    ]


def to_check(views: Iterable[StepView]) -> list[StepView]:
    """The steps of a section that await their check: done, signed by their performer, not checked as they stand."""
    return [
        view
        for view in views
        if view.state is StepState.DONE
        and view.wants_check
        and not view.has_second
        and (view.is_signed or not view.wants_signature)
    ]


def hands_in(views: Iterable[StepView]) -> set[str]:
    """Everybody who recorded, corrected or completed anything in these steps."""
    return {hand for view in views for hand in view.hands}


def nothing_to_sign(views: Sequence[StepView], section: Place) -> Objection | None:
    """A signature signs something."""
    if views:
        return None
    return Objection("nothing_to_sign", N_("In {section} there is nothing for you to sign."), {"section": section})
