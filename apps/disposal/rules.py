"""Rules of disposal: pure. Who and what may be destroyed, and what proves that it was."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from apps.core.errors import Objection
from apps.core.text import N_
from apps.disposal.facts import DisposalState, Proof
from apps.disposal.lifecycle import DONE
from apps.products.definition import Parameter
from apps.products.definition.disposal import Disposal as Stage
from apps.products.definition.disposal import Treatment
from apps.products.facts import Entered, ParameterKind, Verdict
from apps.products.rules.numbers import read_entry
from apps.products.rules.units import UnitTable
from apps.units.facts import UnitFacts
from apps.units.lifecycle import gone

NOT_PROVEN = frozenset({Verdict.ACTION, Verdict.FAIL, Verdict.NOT_EVALUABLE})


def is_not_listed(key: str, listed: Collection[str], place: str) -> Objection | None:
    """Reasons and treatments are those of the frozen master record."""
    if key in listed:
        return None
    template = N_("{key} is none of those the master record names: {listed}.")
    return Objection("not_in_master", template, {"key": key, "listed": ", ".join(listed)}, place)


def names_no_units(numbers: Collection[str]) -> Objection | None:
    """A disposal names its units, each once."""
    if numbers and len(set(numbers)) == len(numbers):
        return None
    return Objection("no_units", N_("Name units of this batch, each once."), place="units")


def is_not_shared(batch: str, key: str, listed: Collection[str]) -> Objection | None:
    """Of several batches each master record names the reason and the treatment."""
    if key in listed:
        return None
    template = N_("The master record of batch {batch} does not name {key}.")
    return Objection("not_in_master", template, {"batch": batch, "key": key}, "units")


def is_treated_otherwise(batch: str, one: Treatment | None, first: Treatment | None) -> Objection | None:
    """What is destroyed together is proven together: each master record asks for the same readings."""
    if one is None or first is None or one.parameters == first.parameters:
        return None
    template = N_("The master record of batch {batch} asks for another proof of this treatment: it goes apart.")
    return Objection("treated_otherwise", template, {"batch": batch}, "treatment")


def has_no_common_approver(stages: Sequence[Stage]) -> Objection | None:
    """Somebody may approve for each of the batches."""
    if len(stages) == 1 or set.intersection(*(set(stage.approved_by) for stage in stages)):
        return None
    return Objection("no_approver", N_("Nobody may approve the destruction of these batches together."), place="units")


def is_at_another_site(batch: str, site: str, first: str) -> Objection | None:
    """A disposal is done at one site."""
    if site == first:
        return None
    return Objection("other_site", N_("Batch {batch} is at another site."), {"batch": batch}, place="units")


def strictest_stage(stages: Sequence[Stage], units: UnitTable) -> Stage:
    """One stage that keeps each of these: who approves for all, the consent where one asks, the least time here."""
    if len(stages) == 1:
        return stages[0]
    shared = [role for role in stages[0].approved_by if all(role in stage.approved_by for stage in stages)]
    least = min((stage.interim_storage for stage in stages), key=lambda one: units.convert(one.value, one.unit, "min"))
    told = {"approved_by": tuple(shared), "interim_storage": least}
    return stages[0].model_copy(update={**told, "consent_check": any(stage.consent_check for stage in stages)})


def has_left(unit: UnitFacts) -> Objection | None:
    """What was given to a patient or destroyed is no longer there to be destroyed; no statement changes that."""
    if not gone(unit):
        return None
    template = N_("Unit {unit} is {custody}: there is nothing left to destroy.")
    return Objection("already_gone", template, {"unit": unit.number, "custody": unit.custody}, "units")


def is_named_elsewhere(unit: str, disposal: str) -> Objection | None:
    """A unit is destroyed once: it stands in one disposal."""
    if not disposal:
        return None
    template = N_("Unit {unit} stands in the disposal {disposal} already.")
    return Objection("in_disposal", template, {"unit": unit, "disposal": disposal}, "units")


def is_own_request(requested_by: str, approver: str) -> Objection | None:
    """Who asks for a destruction does not approve it."""
    if requested_by != approver:
        return None
    return Objection("own_request", N_("You asked for this destruction; another person approves it."))


def consent_is_unchecked(asked: bool, checked: bool) -> Objection | None:
    """Where the master asks for it, the approver has looked at what the donor agreed to."""
    if checked or not asked:
        return None
    return Objection("consent_unchecked", N_("Check the consent of the donor first."), place="consent_checked")


def is_own_work(treated_by: str, witness: str) -> Objection | None:
    """Two different people: nobody witnesses what they did themselves."""
    if treated_by != witness:
        return None
    return Objection("own_work", N_("You destroyed these units; another person who was present witnesses it."))


def is_over(state: DisposalState) -> Objection | None:
    """What is destroyed, or refused, is not destroyed under this number again, whatever happened."""
    if state not in (*DONE, DisposalState.REFUSED):
        return None
    return Objection("wrong_state", N_("This disposal is {state} already."), {"state": state.lower()})


def is_not_approved(state: DisposalState) -> Objection | None:
    """Approval comes before destruction."""
    if state is not DisposalState.REQUESTED:
        return None
    return Objection("not_approved", N_("The destruction is not approved."))


def is_before_approval(treated_at: datetime, approved_at: datetime | None) -> Objection | None:
    """Approval comes before destruction, by the clock as well."""
    if approved_at is None or treated_at >= approved_at:
        return None
    template = N_("The destruction was approved only at {approved_at:%Y-%m-%d %H:%M} UTC.")
    return Objection("before_approval", template, {"approved_at": approved_at.astimezone(UTC)}, "treated_at")


def has_no_waste_number(number: str) -> Objection | None:
    """Waste leaves under the number of its register."""
    if number.strip():
        return None
    return Objection("no_waste_number", N_("Say under which number the waste is registered."), place="waste_number")


# --- the waste leaves -----------------------------------------------------------------------------------------------
def is_not_witnessed(state: DisposalState) -> Objection | None:
    """Waste leaves when its treatment is witnessed."""
    if state is DisposalState.WITNESSED:
        return None
    return Objection("not_witnessed", N_("The destruction is not witnessed; its waste stays here."))


def is_not_treated(state: DisposalState) -> Objection | None:
    """What was not treated is no waste under this number, whatever happened."""
    if state in DONE:
        return None
    return Objection("not_treated", N_("Nothing was destroyed under this number yet."))


def is_another_waste(read: str, registered: str) -> Objection | None:
    """The number on the container is the one of the register."""
    if read.strip() == registered:
        return None
    template = N_("The container says {read}; this waste is registered as {registered}.")
    return Objection("other_waste", template, {"read": read.strip() or "–", "registered": registered}, "waste_number")


def is_given_already(carrier: str) -> Objection | None:
    """Waste leaves once."""
    if not carrier:
        return None
    return Objection("given_already", N_("This waste was handed to {carrier} already."), {"carrier": carrier})


def is_not_given(given: bool) -> Objection | None:
    """Somebody gives before somebody takes."""
    if given:
        return None
    return Objection("not_given", N_("Nobody has handed this waste over yet."))


def is_taken_already(taken_by: str) -> Objection | None:
    """One carrier takes it."""
    if not taken_by:
        return None
    return Objection("taken_already", N_("{taker} took this waste over already."), {"taker": taken_by})


def leaves_before_treatment(given_at: datetime, treated_at: datetime | None) -> Objection | None:
    """The clock of the waste."""
    if treated_at is None or given_at >= treated_at:
        return None
    return Objection("given_too_early", N_("It can't leave before it was treated."), place="given_at")


def has_no_carrier(carrier: str, taker: str) -> Objection | None:
    """The carrier and the person who takes it are named."""
    if carrier.strip() and taker.strip():
        return None
    return Objection("no_carrier", N_("Name the carrier, and who takes the waste."), place="carrier")


def stayed_too_long(treated_at: datetime, until: datetime, at_most: timedelta) -> bool:
    """Whether waste lay here longer than the master record allows. That never keeps it from leaving."""
    return until - treated_at > at_most


# --- what proves it -------------------------------------------------------------------------------------------------
def unknown_readings(texts: Mapping[str, str], parameters: Iterable[Parameter]) -> Objection | None:
    """Readings are those that the treatment asks for; a file is attached, not typed."""
    known = {parameter.key for parameter in parameters if parameter.kind is not ParameterKind.FILE}
    unknown = sorted(set(texts) - known)
    if not unknown:
        return None
    template = N_("The treatment has no reading {keys}.")
    return Objection("unknown_reading", template, {"keys": ", ".join(unknown)}, "values")


def read_reading(
    parameter: Parameter, text: str, *, zone: tzinfo, now: datetime, units: UnitTable
) -> Entered | Objection:
    """One reading of the treatment, read and judged as every value of the house is."""
    return read_entry(parameter, text, zone=zone, now=now, units=units)


def is_not_proven(proof: Proof) -> Objection | None:
    """A reading that is missing, or does not keep the limit of the master, proves nothing."""
    parameter, entered = proof.parameter, proof.entered
    if not entered.done:
        if not parameter.required:
            return None
        return Objection("proof_missing", N_("{field} is missing."), {"field": parameter.label}, parameter.key)
    if entered.verdict not in NOT_PROVEN:
        return None
    template = N_("{field} is {value}: {verdict}")
    facts = {"field": parameter.label, "value": entered.text, "verdict": entered.judgement.text}
    return Objection("treatment_not_proven", template, facts, parameter.key)
