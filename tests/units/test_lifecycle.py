"""The life of a unit: every verb in every state, and what no verb can ever do."""

from datetime import UTC, datetime
from itertools import product

import pytest

from apps.units.facts import Condition, Custody, Disposition, UnitFacts, UnitKind, UnitVerb
from apps.units.lifecycle import FORWARD, MOVES, goes_back, gone, refuses

EXPIRES = datetime(2027, 11, 5, 6, 6, tzinfo=UTC)
STATES = list(product(UnitKind, Disposition, Condition, Custody))
PRESENT = {"IN_STORE", "RESERVED", "SET_APART", "IN_TRANSIT", "AT_SITE"}
ISSUABLE = {Disposition.CONDITIONAL, Disposition.RELEASED}

# Written a second time, by hand: what each verb needs of kind, disposition, condition and custody ("" = anything).
ALLOWED: dict[UnitVerb, tuple[set[str], set[str], set[str], set[str]]] = {
    UnitVerb.RELEASE_CONDITIONALLY: ({"PRODUCT"}, {"QUARANTINED"}, set(), set()),
    UnitVerb.RELEASE: ({"PRODUCT"}, {"QUARANTINED", "CONDITIONAL"}, set(), set()),
    UnitVerb.REJECT: (set(), {"QUARANTINED", "CONDITIONAL"}, set(), set()),
    UnitVerb.RECALL: (set(), {"CONDITIONAL", "RELEASED"}, set(), set()),
    UnitVerb.FREEZE: (set(), set(), {"FRESH"}, {"IN_STORE"}),
    UnitVerb.THAW: (set(), set(), {"FROZEN"}, {"IN_STORE", "RESERVED", "AT_SITE"}),
    UnitVerb.USE_UP: (set(), set(), {"FRESH", "FROZEN", "THAWED"}, PRESENT),
    UnitVerb.RESERVE: ({"PRODUCT"}, {"CONDITIONAL", "RELEASED"}, {"FRESH", "FROZEN"}, {"IN_STORE"}),
    UnitVerb.RESERVE_IN_QUARANTINE: ({"PRODUCT"}, {"QUARANTINED"}, {"FRESH", "FROZEN"}, {"IN_STORE"}),
    UnitVerb.SET_APART: (set(), {"QUARANTINED", "CONDITIONAL", "RELEASED"}, {"FRESH", "FROZEN"}, {"IN_STORE"}),
    UnitVerb.TAKE_UP: (set(), set(), set(), {"SET_APART"}),
    UnitVerb.KEEP_AT_SITE: ({"PRODUCT"}, {"CONDITIONAL", "RELEASED"}, {"FRESH", "FROZEN"}, {"AT_SITE"}),
    UnitVerb.FREE: (set(), set(), set(), {"RESERVED"}),
    UnitVerb.SHIP: ({"PRODUCT"}, {"CONDITIONAL", "RELEASED"}, {"FRESH", "FROZEN"}, {"IN_STORE", "RESERVED"}),
    UnitVerb.SHIP_IN_QUARANTINE: ({"PRODUCT"}, {"QUARANTINED"}, {"FRESH", "FROZEN"}, {"RESERVED"}),
    UnitVerb.ARRIVE: (set(), set(), set(), {"IN_TRANSIT"}),
    UnitVerb.TAKE_BACK: (set(), set(), {"FRESH", "FROZEN"}, {"RESERVED", "IN_TRANSIT", "AT_SITE"}),
    UnitVerb.ADMINISTER: ({"PRODUCT"}, {"CONDITIONAL", "RELEASED"}, {"FRESH", "THAWED"}, {"RESERVED", "AT_SITE"}),
    UnitVerb.DRAW: ({"PRODUCT"}, {"RELEASED"}, {"FRESH", "FROZEN"}, {"IN_STORE"}),
    UnitVerb.DESTROY: (set(), set(), set(), PRESENT),
}


def unit(kind: UnitKind, disposition: Disposition, condition: Condition, custody: Custody) -> UnitFacts:
    return UnitFacts("CT-0042-U01", kind, disposition, condition, custody, EXPIRES)


def test_every_verb_stands_in_the_table() -> None:
    assert set(MOVES) == set(UnitVerb) == set(ALLOWED)
    assert all(MOVES[verb].verb is verb for verb in UnitVerb)


@pytest.mark.parametrize("verb", UnitVerb)
def test_a_verb_is_possible_in_exactly_the_states_it_is_meant_for(verb: UnitVerb) -> None:
    wanted = ALLOWED[verb]
    for state in STATES:
        expected = all(not allowed or word.value in allowed for word, allowed in zip(state, wanted, strict=True))

        assert (refuses(verb, unit(*state)) is None) == expected, (verb, state)


@pytest.mark.parametrize("verb", UnitVerb)
def test_no_verb_moves_the_condition_backward(verb: UnitVerb) -> None:
    for state in STATES:
        before = unit(*state)
        after = MOVES[verb].condition
        if after is not None and refuses(verb, before) is None:
            assert FORWARD.index(after) > FORWARD.index(before.condition), (verb, state)


def test_nothing_thawed_is_frozen_again_even_if_it_is_said_to_have_happened() -> None:
    thawed = unit(UnitKind.PRODUCT, Disposition.RELEASED, Condition.THAWED, Custody.IN_STORE)

    assert refuses(UnitVerb.FREEZE, thawed) is not None
    assert goes_back(UnitVerb.FREEZE, thawed)
    assert not goes_back(UnitVerb.USE_UP, thawed)


def test_what_was_given_or_destroyed_takes_no_verb_but_a_decision_of_quality() -> None:
    decisions = {UnitVerb.RELEASE_CONDITIONALLY, UnitVerb.RELEASE, UnitVerb.REJECT, UnitVerb.RECALL}
    for state in STATES:
        facts = unit(*state)
        if gone(facts):
            possible = {verb for verb in UnitVerb if refuses(verb, facts) is None}
            assert possible <= decisions, state


def test_only_a_released_product_unit_reaches_a_patient() -> None:
    for verb, state in product((UnitVerb.RESERVE, UnitVerb.SHIP, UnitVerb.ADMINISTER), STATES):
        facts = unit(*state)
        if refuses(verb, facts) is None:
            assert facts.kind is UnitKind.PRODUCT
            assert facts.disposition in ISSUABLE
            assert facts.custody in PRESENT


def test_a_rejected_or_recalled_unit_stays_so() -> None:
    sets = {move.disposition for verb, move in MOVES.items() if move.disposition and _admits_dead(verb)}

    assert sets == set()


def _admits_dead(verb: UnitVerb) -> bool:
    dead = (Disposition.REJECTED, Disposition.RECALLED)
    return any(refuses(verb, unit(*state)) is None for state in STATES if state[1] in dead)


def test_the_refusal_says_unit_states_and_verb() -> None:
    objection = refuses(
        UnitVerb.SHIP, unit(UnitKind.PRODUCT, Disposition.QUARANTINED, Condition.FROZEN, Custody.IN_STORE)
    )

    assert objection is not None
    assert objection.code == "wrong_unit_state"
    assert objection.text == "Unit CT-0042-U01 is QUARANTINED, FROZEN, IN_STORE: it can't take the step ship."
