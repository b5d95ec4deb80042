"""The three signatures: the physician's agreement, the decision of the authorised person, the second person's."""

from collections.abc import Iterable, Sequence

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.text import N_
from apps.identity.models import Recipient
from apps.signatures.facts import Line, SignedContent
from apps.supply import rules
from apps.supply.content.donors import donor_lines
from apps.supply.facts import Agreed, Route, TestFacts
from apps.supply.lifecycle import AGREED, DECIDED, SECOND, WAYS
from apps.supply.models import NamedSupply
from apps.supply.selectors import tests_of, units_in
from apps.units.models import Unit

VERBS = {
    Route.CONDITIONAL: ("agree_conditionally", "decide_conditionally", "release_to_named_conditionally"),
    Route.EXCEPTIONAL: ("request_exceptionally", "decide_exceptionally", "release_to_named_exceptionally"),
    Route.URGENT: ("request_urgently", "decide_urgently", "release_to_named_urgently"),
}


def agree_content(batch: Batch, order: Record, recipient: Recipient, said: Agreed) -> SignedContent:
    """What the physician agrees to, or asks for: patient, order, batch, every test that has not passed."""
    lines = (*_head(batch, order, recipient, said.route), *_said(said.informed, said.need, said.risk))
    tests = _test_lines(said.route, tests_of(batch))
    return SignedContent(
        VERBS[said.route][0], order.address, AGREED[said.route], (*lines, *_needs(batch, said), *tests)
    )


def decide_content(supply: NamedSupply, units: Sequence[Unit]) -> SignedContent:
    """What the authorised person decides: the same, the physician's words, and the units by number."""
    route = Route(supply.route)
    return SignedContent(VERBS[route][1], supply.batch.record.address, DECIDED[route], _decided(supply, units))


def release_to_named_content(supply: NamedSupply) -> SignedContent:
    """What the second person lets go: the units as decided, and who decided."""
    route, decided = Route(supply.route), Line(N_("Decided by"), supply.decided_name)
    lines = (*_decided(supply, units_in(supply)), decided)
    return SignedContent(VERBS[route][2], supply.batch.record.address, SECOND[route], lines)


def _decided(supply: NamedSupply, units: Iterable[Unit]) -> tuple[Line, ...]:
    route = Route(supply.route)
    agreed = Agreed(route, supply.informed, supply.need, supply.risk)
    return (
        *_head(supply.batch, supply.order, supply.recipient, route),
        Line(N_("Agreed by the physician"), supply.agreed_name, supply.number),
        *_said(supply.informed, supply.need, supply.risk),
        *_needs(supply.batch, agreed),
        *_test_lines(route, tests_of(supply.batch)),
        *(Line(unit.number, unit.kind, unit.disposition) for unit in units),
    )


def _head(batch: Batch, order: Record, recipient: Recipient, route: Route) -> tuple[Line, ...]:
    version = batch.product_version
    return (
        Line(N_("Way"), WAYS[route]),
        Line(N_("Batch"), batch.number),
        Line(N_("Product"), f"{version.title_en} / {version.title_zh}", version.record.address),
        Line(N_("Patient"), recipient.number),
        Line(N_("Treatment order"), order.number),
    )


def _said(informed: str, need: str, risk: str) -> tuple[Line, ...]:
    words = ((N_("How the patient was informed"), informed), (N_("Why it is needed"), need), (N_("Risk"), risk))
    return tuple(Line(label, text) for label, text in words if text)


def _needs(batch: Batch, said: Agreed) -> tuple[Line, ...]:
    """What the master record asks for on this way; whoever signs confirms each."""
    release = definition_of_batch(batch).release
    if said.route is Route.CONDITIONAL:
        return tuple(Line(N_("Confirmed"), need.label.en) for need in release.conditional.requires)
    need = release.urgent if said.route is Route.URGENT else release.exceptional
    donor = donor_lines(batch) if said.route is Route.URGENT else ()
    return (*([Line(N_("Confirmed"), need.label.en)] if need else []), *donor)


def _test_lines(route: Route, tests: Sequence[TestFacts]) -> tuple[Line, ...]:
    excused = {one.key for one in rules.excused_by(route, tests)}
    return tuple(Line(one.label, one.standing, _until(one) if one.key in excused else "") for one in tests)


def _until(test: TestFacts) -> str:
    return f"{test.due_at:%Y-%m-%d %H:%M} UTC" if test.due_at else ""
