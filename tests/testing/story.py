"""One batch on its way through fill and laboratory, made by the services. The story begins at AT."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from apps.audit.services import audited
from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, chain_of_batch
from apps.batches.services.planning import plan_batch, start_batch
from apps.core.actor import SYSTEM
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.services import (
    countersign_eligibility,
    decide_eligibility,
    record_collection,
    record_consent,
    record_health,
    record_screening,
)
from apps.facility.models import Instrument
from apps.facility.services import install_instrument
from apps.identity.facts import Person
from apps.identity.models import Chain, Donor
from apps.identity.rules.contents import write_donation_number
from apps.identity.services import issue_chain, register_donor, register_recipient
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import receive_lot, release_lot
from apps.products.content.signed import version_content
from apps.products.definition import ChoiceParameter, Definition, NumberParameter, Parameter, Test
from apps.products.facts import ChainOfIdentity, VersionVerb
from apps.products.loader import SEEDS, Loaded, load
from apps.products.models import ProductVersion
from apps.products.services import approve_version, import_version, sign_version
from apps.testing.content import review_results_content, sign_results_content
from apps.testing.models import AssayRun, Line, Result, Sample
from apps.testing.selectors import lines_of
from apps.testing.services import (
    draw_sample,
    open_run,
    put_on_run,
    receive_sample,
    record_control,
    record_result,
    review_results,
    sign_results,
)
from apps.units.models import Unit
from apps.units.services import fill_units, issue_containers, print_labels
from tests.cast import AT, JOINED, Cast, actor, sign_as, site_of, train

PRODUCT = "product/msc_covid19-v1"
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
FILLED = AT + HOUR
INOCULATED = FILLED + HOUR


@cache
def loaded() -> Loaded:
    """The master record of the story, read once."""
    return load(SEEDS / "products" / "msc_covid19" / "v1")


def definition() -> Definition:
    """What the master record says."""
    return loaded().definition


def specified(key: str) -> Test:
    """One test of the specification."""
    test = definition().test(key)
    assert test is not None
    return test


# --- a running batch ------------------------------------------------------------------------------------------------
def approved_master(cast: Cast) -> ProductVersion:
    """Arthur signs, Quinn approves."""
    known = ProductVersion.objects.filter(record__address=PRODUCT).select_related("record").first()
    if known:
        return known
    version = import_version(loaded=loaded(), actor=SYSTEM, at=JOINED)
    content = version_content(version=version, verb=VersionVerb.SIGN)
    signing = sign_as(cast.arthur, content, at=JOINED)
    version = sign_version(version=version, signing=signing, actor=actor(cast.arthur), at=JOINED)
    content = version_content(version=version, verb=VersionVerb.APPROVE)
    signing = sign_as(cast.quinn, content, at=JOINED)
    return approve_version(version=version, signing=signing, actor=actor(cast.quinn), at=JOINED)


def eligible_donation(cast: Cast, master: ProductVersion, n: int = 1) -> Donation:
    """One cord of a donor whom Paula found eligible."""
    paula, collected = actor(cast.paula), AT - 20 * DAY
    asked = definition().donation
    donor = register_donor(
        number=f"D-01{n:02}",
        site=site_of("NANHU"),
        donor_class="allogeneic_unrelated",
        person=Person("Mother", "1995-04-01", f"id-{n}"),
        actor=paula,
        at=collected - 2 * HOUR,
    )
    scopes = asked.consent.required_scopes
    consent: dict[str, Any] = {"version": "3", "signatory": "mother", "scopes": scopes, "ethics_reference": "EC-7"}
    record_consent(donor=donor, **consent, signed_at=collected - HOUR, actor=paula, at=collected - HOUR)
    for test in asked.screening:
        results = [(result.key, good_answer(result)) for result in test.results]
        words: dict[str, Any] = {"test": test.key, "results": results, "laboratory": "Central laboratory"}
        record_screening(donor=donor, **words, specimen_at=collected, actor=paula, at=collected + HOUR)
    donation = record_collection(
        din=write_donation_number(f"A999926{n:06}").text,
        donor=donor,
        tissue="umbilical_cord",
        collected_at=collected,
        where="Theatre 2",
        actor=paula,
        at=collected + HOUR,
        chain=chain_for(cast, donor, master, n),
    )
    medical = asked.eligibility
    answers = [(one.key, good_answer(one)) for one in medical.criteria] + [
        (one.key, "no") for one in medical.exclusions
    ]
    record_health(donation=donation, answers=answers, answered_at=collected, actor=paula, at=collected + HOUR)
    content = eligibility_content(donation, master, Eligibility.ELIGIBLE)
    decided = collected + DAY
    donation = decide_eligibility(
        donation=donation,
        product_version=master,
        decision=Eligibility.ELIGIBLE,
        reason="",
        signing=sign_as(cast.paula, content, at=decided),
        actor=paula,
        at=decided,
    )
    signing = sign_as(cast.quinn, countersign_content(donation), at=decided)
    return countersign_eligibility(donation=donation, signing=signing, actor=actor(cast.quinn), at=decided)


def chain_for(cast: Cast, donor: Donor, master: ProductVersion, n: int) -> Chain | None:
    """The chain of identity from a donor to their patient, where the master asks for one."""
    if definition().chain_of_identity is ChainOfIdentity.NONE:
        return None
    said: dict[str, Any] = {"number": f"R-01{n:02}", "site": site_of("NANHU"), "donor": donor}
    who: dict[str, Any] = {"actor": actor(cast.paula), "at": AT - 21 * DAY}
    recipient = register_recipient(person=Person("Patient", "1960-02-03", f"H-{n}"), **said, **who)
    return issue_chain(recipient=recipient, product_version=master, **who)


def running_batch(cast: Cast, number: str = "CT-0042", n: int = 1) -> Batch:
    """A batch that Olga has started; Olga and Oscar are trained on its master."""
    master = approved_master(cast)
    donation = eligible_donation(cast, master, n)
    for person in (cast.olga, cast.oscar):
        train(person, PRODUCT)
    site, start = site_of("NANHU"), AT - 10 * DAY
    batch = plan_batch(
        number=number, product_version=master, site=site, donation=donation, actor=actor(cast.quinn), at=start
    )
    signing = sign_as(cast.olga, move_content(Verb.START, batch), at=start)
    chain = chain_of_batch(batch)
    scanned = chain.number if chain else ""
    return start_batch(batch=batch, chain=scanned, signing=signing, actor=actor(cast.olga), at=start)


def as_if(batch: Batch, state: BatchState) -> Batch:
    """The batch in another state, without the record that leads there: what the laboratory may do depends on it."""
    with audited(actor=SYSTEM, action="test.state", at=AT, touching=[batch.record]) as change:
        change.update(batch_now(batch), state=state)
    return batch_now(batch)


# --- lots and instruments -------------------------------------------------------------------------------------------
def released_lot(
    cast: Cast, number: str, material: str, *, expiry: str = "2027-06", release: bool = True
) -> MaterialLot:
    """A lot that Stella received and Quinn released."""
    site, stella = site_of("NANHU"), actor(cast.stella)
    lot = receive_lot(number=number, material=material, site=site, expiry=expiry, actor=stella, at=AT - 30 * DAY)
    if not release:
        return lot
    signing = sign_as(cast.quinn, lot_content(lot, LotVerb.RELEASE), at=AT - 29 * DAY)
    return release_lot(lot=lot, signing=signing, actor=actor(cast.quinn), at=AT - 29 * DAY)


def instrument(cast: Cast, number: str, kind: str, *, due: datetime | None = None) -> Instrument:
    """An instrument in service."""
    known = Instrument.objects.filter(number=number).first()
    return known or install_instrument(
        number=number,
        kind=kind,
        label=kind.replace("_", " "),
        site=site_of("NANHU"),
        room=None,
        calibration_due=due or AT + 365 * DAY,
        actor=actor(cast.hugo),
        at=AT - 60 * DAY,
    )


# --- the fill -------------------------------------------------------------------------------------------------------
def bags(cast: Cast, batch: Batch, count: int = 12, *, at: datetime = AT) -> None:
    """Containers issued to the batch."""
    lot = MaterialLot.objects.filter(number="FB-1").first() or released_lot(cast, "FB-1", "freezing_bag")
    issue_containers(batch=batch, lot=lot, count=count, actor=actor(cast.olga), at=at)


def filled(cast: Cast, batch: Batch, **how: Any) -> list[Unit]:
    """Containers issued, labels printed, the planned units filled."""
    bags(cast, batch)
    print_labels(batch=batch, actor=actor(cast.olga), at=AT)
    return fill_units(**{"batch": batch, "filled_at": FILLED, "actor": actor(cast.olga), "at": FILLED, **how})


# --- the laboratory -------------------------------------------------------------------------------------------------
def received_sample(
    cast: Cast,
    batch: Batch,
    kind: str = "fill_suspension",
    *,
    at: datetime = FILLED,
    tests: Sequence[str] = (),
    unit: Unit | None = None,
) -> Sample:
    """A sample drawn by Olga and received by Anna half an hour later."""
    source = unit.record if unit else batch.record
    words: dict[str, Any] = {"batch": batch, "kind": kind, "source": source, "tests": tests}
    sample = draw_sample(**words, drawn_at=at, actor=actor(cast.olga), at=at)
    later = at + timedelta(minutes=30)
    return receive_sample(sample=sample, received_at=later, actor=actor(cast.anna), at=later)


def needs_of(cast: Cast, test: Test) -> dict[str, Mapping[str, Any]]:
    """The instruments and reagent lots that a test asks for."""
    reagents = {}
    for need in test.reagents:
        number = f"R-{need.key.replace('_', '-').upper()}"
        reagents[need.key] = MaterialLot.objects.filter(number=number).first() or released_lot(cast, number, need.key)
    instruments = {
        need.key: instrument(cast, f"E-{need.key.replace('_', '-').upper()}", need.key) for need in test.instruments
    }
    return {"instruments": instruments, "reagents": reagents}


def opened_run(cast: Cast, batch: Batch, test: str, number: str = "AR-0007", *, at: datetime | None = None) -> AssayRun:
    """A run that Anna began."""
    at = at or FILLED + HOUR
    needs = needs_of(cast, specified(test))
    return open_run(number=number, batch=batch, test=test, started_at=at, actor=actor(cast.anna), at=at, **needs)


def controlled(cast: Cast, run: AssayRun, *, at: datetime, **texts: str) -> None:
    """Every control of a run as it should be, but for those named."""
    test = specified(run.test)
    for control in test.run.controls if test.run else ():
        text = texts.get(control.key, good_answer(control.result))
        record_control(run=run, control=control.key, text=text, actor=actor(cast.anna), at=at)


def entered(
    cast: Cast,
    batch: Batch,
    sample: Sample,
    test: str,
    number: str = "AR-0007",
    *,
    at: datetime | None = None,
    answers: Mapping[str, str] | None = None,
    controls: Mapping[str, str] | None = None,
    inoculated_at: datetime | None = None,
) -> tuple[AssayRun, list[Result]]:
    """A sample on a run with controls and results, all good but for those named. Not signed yet."""
    at = at or FILLED + HOUR
    run = opened_run(cast, batch, test, number, at=min(at, inoculated_at or at))
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=at, inoculated_at=inoculated_at)
    controlled(cast, run, at=at, **(controls or {}))
    line = lines_of(run)[0]
    return run, answered(cast, line, at=at, answers=answers)


def answered(cast: Cast, line: Line, *, at: datetime, answers: Mapping[str, str] | None = None) -> list[Result]:
    """Every required result of a line, all good but for those named."""
    given = answers or {}
    return [
        record_result(
            line=line,
            parameter=result.key,
            text=given.get(result.key, good_answer(result)),
            tested_at=at,
            actor=actor(cast.anna),
            at=at,
        )
        for result in specified(line.run.test).results
        if result.required or result.key in given
    ]


def signed(cast: Cast, run: AssayRun, *, at: datetime, because: str = "") -> AssayRun:
    """Anna signs the run as tested."""
    signing = sign_as(cast.anna, sign_results_content(run, because), at=at)
    return sign_results(run=run, signing=signing, actor=actor(cast.anna), at=at, invalid_because=because)


def reviewed(cast: Cast, run: AssayRun, *, at: datetime, by: str = "ada") -> AssayRun:
    """A second person reviews."""
    person = getattr(cast, by)
    signing = sign_as(person, review_results_content(run), at=at)
    return review_results(run=run, signing=signing, actor=actor(person), at=at)


def good_answer(parameter: Parameter) -> str:
    """A value well inside the limit of a parameter."""
    limit = parameter.limit
    if isinstance(parameter, ChoiceParameter):
        wanted = getattr(limit, "value", None) or (getattr(limit, "values", None) or (parameter.options[0].key,))[0]
        return str(wanted)
    if not isinstance(parameter, NumberParameter):
        return str(getattr(limit, "value", "") or "yes")
    if limit is None:
        return "1"
    low, high = getattr(limit, "low", None), getattr(limit, "high", None)
    if low is not None and high is not None:
        return f"{(low + high) / 2:f}"
    return f"{low + (low / 20 if low else 1):f}" if low is not None else f"{high / 2:f}"


JOURNEY = {
    "endotoxin": {"endotoxin": "<0.05"},
    "viability_prefreeze": {"viability": "91.5"},
    "identity_positive": {"cd73": "98.45", "cd90": "99.6", "cd105": "95.0"},
}


def all_tested(
    cast: Cast,
    batch: Batch,
    *,
    but: Collection[str] = (),
    answers: Mapping[str, Mapping[str, str]] | None = None,
) -> Batch:
    """Every required test of the lot, by Anna, reviewed by Ada; the batch is finished. `but`: these only wait."""
    bag = filled(cast, batch)[-1]
    samples: dict[str, Sample] = {}
    for number, test in enumerate(definition().required_tests(), 1):
        if test.sample not in samples:
            unit = bag if test.sample == "qc_unit" else None
            wanted = [other.key for other in definition().required_tests() if other.sample == test.sample]
            samples[test.sample] = received_sample(cast, batch, test.sample, unit=unit, tests=wanted)
        if test.key not in but:
            given = (answers or {}).get(test.key, JOURNEY.get(test.key))
            run_through(cast, batch, samples[test.sample], test, f"AR-{number:04}", given)
    return as_if(batch, BatchState.FINISHED)


def run_through(
    cast: Cast, batch: Batch, sample: Sample, test: Test, name: str, answers: Mapping[str, str] | None = None
) -> AssayRun:
    """One test of a sample on a run of its own, good but for what is named; reviewed."""
    begun = INOCULATED if test.period else None
    at = INOCULATED + test.period.at_least.timedelta if test.period else INOCULATED
    run, _ = entered(cast, batch, sample, test.key, name, at=at, answers=answers, inoculated_at=begun)
    return reviewed(cast, signed(cast, run, at=at), at=at)
