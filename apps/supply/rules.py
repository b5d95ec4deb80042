"""Rules of supply to a named patient without certification: pure (EU GMP ATMP 11.3.3, 11.5)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.donation.facts import Eligibility
from apps.products.definition import Definition
from apps.quality.rules import is_blank
from apps.supply.facts import Agreed, Route, SupplyState, TestFacts
from apps.testing.facts import Standing
from apps.testing.rules import has_not_passed

RUNNING = frozenset({Standing.AWAITED, Standing.UNREVIEWED})
FAILING = frozenset({Standing.FAILED, Standing.NOT_EVALUABLE})
DETERMINED_WITHIN = timedelta(days=14)  # after an urgent use; ours: the regulation names no days (site to confirm)
ANSWERED = frozenset({Standing.PASSED, Standing.FAILED})


def is_not_foreseen(route: Route, definition: Definition) -> Objection | None:
    """The master record opens each of these ways, or it does not exist for the product."""
    if route is Route.CONDITIONAL and not definition.release.conditional.allowed:
        return Objection(
            "no_conditional_release", N_("The master record allows no conditional release."), place="route"
        )
    if route is Route.EXCEPTIONAL and definition.release.exceptional is None:
        return Objection("no_exceptional_supply", N_("The master record allows no exceptional supply."), place="route")
    if route is Route.URGENT and definition.release.urgent is None:
        return Objection(
            "no_urgent_use",
            N_("The master record allows no urgent use of material whose donor is not found eligible."),
            place="route",
        )
    return None


def foresees(definition: Definition) -> bool:
    """Whether the master record opens any of these ways."""
    return any(is_not_foreseen(route, definition) is None for route in Route)


def says_nothing(said: Agreed) -> list[Objection | None]:
    """How the patient was informed is said in words; beyond a conditional release also why, and at what risk."""
    asked = {"informed": said.informed}
    if said.route is not Route.CONDITIONAL:
        asked |= {"need": said.need, "risk": said.risk}
    return [is_blank(text, place) for place, text in asked.items()]


def is_not_reviewed(state: BatchState) -> Objection | None:
    """The record is reviewed first: certification in two steps has the same first step (Annex 16; ATMP 11.3.3)."""
    if state is BatchState.REVIEWED:
        return None
    template = N_("The batch is {state}; it is supplied this way when its record is reviewed and not certified.")
    return Objection("not_reviewed", template, {"state": state})


def tests_in_the_way(route: Route, tests: Iterable[TestFacts]) -> list[Objection]:
    """What the tests say against it, each by name."""
    tests = list(tests)
    excused = {one.key for one in excused_by(route, tests)}
    found = [has_not_passed(one.key, one.label, one.standing, one.label_zh) for one in tests if one.key not in excused]
    return [one for one in (*found, _has_no_need(route, tests)) if one]


def excused_by(route: Route, tests: Iterable[TestFacts]) -> list[TestFacts]:
    """What may be missing: running, named in the master and no rapid test; on the exceptional way also what fails."""
    may_fail = FAILING if route is Route.EXCEPTIONAL else frozenset()
    return [one for one in tests if one.standing in may_fail or _is_outstanding(one)]


def words_excused(test: TestFacts) -> tuple[str, ...]:
    """Which holds of an excused test stand in nobody's way: what runs again after a failure still failed once."""
    return ("test", "failed") if test.standing in FAILING else ("test",)


def _is_outstanding(test: TestFacts) -> bool:
    """A result that lies there and fails is not outstanding, though nobody has reviewed it."""
    may_run = test.may_be_outstanding and not test.is_rapid and not test.shows_a_failure
    return may_run and test.standing in RUNNING


def _has_no_need(route: Route, tests: Iterable[TestFacts]) -> Objection | None:
    if route is Route.URGENT:
        return None  # its need is the donor's: `donor_in_the_way`
    if route is Route.EXCEPTIONAL:
        if any(one.standing in FAILING for one in tests):
            return None
        return Objection("within_specification", N_("No test fails: this batch takes the ordinary way."))
    if any(_is_outstanding(one) for one in tests):
        return None
    return Objection("nothing_outstanding", N_("No test is outstanding: this batch takes the ordinary way."))


def failed_since(route: Route, asked_about: Collection[str], tests: Iterable[TestFacts]) -> list[Objection]:
    """The physician asked about what failed then; what has failed since is asked about anew."""
    if route is not Route.EXCEPTIONAL:
        return []
    template = N_("{test} failed after the physician had asked; withdraw this and let the physician ask anew.")
    new = [one for one in tests if one.standing in FAILING and one.key not in asked_about]
    return [Objection("failed_since", template, {"test": one.label, "test_zh": one.label_zh}) for one in new]


def donor_in_the_way(route: Route, donor: Eligibility | None) -> Objection | None:
    """Urgent use is for what has a donor who is not found eligible; everything else takes its own way."""
    if route is not Route.URGENT or donor not in (None, Eligibility.ELIGIBLE):
        return None
    template = N_("No donor of it waits for the decision or was decided against: this batch takes the ordinary way.")
    return Objection("donor_eligible", template)


def decided_since(route: Route, asked_about: str, donor: Eligibility | None) -> Objection | None:
    """The physician asked knowing what was known of the donor then; another decision is asked about anew."""
    if route is not Route.URGENT or donor is None or donor == asked_about:
        return None
    template = N_("The donor was decided about after the physician had asked; let the physician ask anew.")
    return Objection("decided_since", template)


def is_not_let_go_urgently(route: Route, state: SupplyState) -> Objection | None:
    """Only who was given material of a donor nobody had decided about is told of the decision."""
    if route is Route.URGENT and state is SupplyState.SUPPLIED:
        return None
    return Objection("not_urgent", N_("Nothing went out by urgent use here."))


def waits_for_no_answer(told: str, donor: Eligibility | None) -> Objection | None:
    """The physician is told of the decision about the donor when there is one, once (21 CFR 1271.60(d)(4))."""
    if told:
        return Objection("told_before", N_("The physician has read the decision about the donor."))
    if donor in (None, Eligibility.PENDING):
        return Objection("not_determined", N_("Nobody has decided about the donor yet."))
    return None


def is_same_person(signer: str, *earlier: str) -> Objection | None:
    """Agreement, decision and release are three people's."""
    if signer not in earlier:
        return None
    return Objection("same_person", N_("You signed here before; another person takes this step."))


def is_for_another_chain(batch: str, is_of_another: bool) -> Objection | None:
    """What was made for one patient is supplied to that patient only."""
    if not is_of_another:
        return None
    return Objection("another_patient", N_("Batch {batch} was made for another patient."), {"batch": batch}, "batch")


def is_of_another_product(batch: str, is_other: bool) -> Objection | None:
    """The batch is of the product and the site of the order."""
    if not is_other:
        return None
    template = N_("Batch {batch} is not of the product and the site of this order.")
    return Objection("another_product", template, {"batch": batch}, "batch")


def is_asked_before(number: str) -> Objection | None:
    """One agreement of an order over a batch stands at a time."""
    if not number:
        return None
    template = N_("The physician has agreed to {number} already.")
    return Objection("agreed_already", template, {"number": number}, "batch")


def names_no_units(named: Sequence[str], free: Collection[str]) -> list[Objection]:
    """At least one unit of the batch that waits in quarantine and is named for nobody else."""
    if not named:
        return [Objection("no_units", N_("No unit of this batch is free for it."), place="units")]
    template = N_("Unit {unit} is not in quarantine, or is named for another patient.")
    return [Objection("unit_not_free", template, {"unit": one}, "units") for one in named if one not in free]
