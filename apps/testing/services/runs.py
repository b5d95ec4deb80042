"""Runs: opened with instruments and reagents, given samples, controlled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, is_taken, reason_is_missing
from apps.core.text import N_
from apps.facility.models import Instrument
from apps.facility.rules import is_out_of_service, is_past_calibration, is_past_qualification
from apps.materials.models import MaterialLot
from apps.materials.rules import is_expired, is_not_released
from apps.materials.selectors import facts_in_use, lots_now
from apps.organisation.services import require
from apps.products.definition import Definition, Test
from apps.products.definition.testing import Control
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.quality.services import report_event
from apps.testing import rules
from apps.testing.content import read_found
from apps.testing.facts import NeedKind, RunState, SampleState
from apps.testing.models import AssayRun, ControlValue, Line, RunNeed, Sample
from apps.testing.selectors import (
    current_controls,
    method_of,
    run_now,
    runs_of_sample,
    samples_now,
    standing_against_any,
)
from apps.testing.services.retesting import next_position, refuse_unplanned
from apps.units.services import marks, report_accepted


def open_run(
    *,
    number: str,
    batch: Batch,
    test: str,
    started_at: datetime,
    actor: Actor,
    at: datetime,
    instruments: Mapping[str, Instrument] | None = None,
    reagents: Mapping[str, MaterialLot] | None = None,
    happened: Happened | None = None,
) -> AssayRun:
    """Begin a run of the method that a batch's master names for a test, with the instruments and lots it asks for."""
    who = require(actor, Role.ANALYST, batch.site.code, at=at, about=batch.record.address)
    instruments, reagents = instruments or {}, reagents or {}
    method = _test_named(definition_of_batch(batch), test)
    started_at = happened.at if happened else started_at
    reason = happened.reason if happened else ""
    stop_if(
        is_future(started_at, at, "started_at"),
        _number_is_bad(number),
        rules.lacks_needs([need.key for need in method.instruments], instruments, "instruments"),
        rules.lacks_needs([need.key for need in method.reagents], reagents, "reagents"),
        _are_elsewhere([*instruments.values(), *reagents.values()], batch),
    )
    relied = _records([*instruments.values(), *reagents.values()])
    with audited(actor=who, action="run.opened", at=at, reason=reason, relying_on=relied) as change:
        overridden = stop_if(*_against_using(instruments, reagents, started_at), happened=happened)
        run = AssayRun(number=number, site=batch.site, product_version=batch.product_version, test=test)
        run.method, run.method_version, run.started_at = method.method, method.method_version, started_at
        run.analyst, run.analyst_name, run.overridden = who.username, who.printed_name, marks(overridden)
        run.record = change.open_record("run", number, site=batch.site.code)
        change.create(run)
        _note_needs(change, run, instruments, reagents)
        return run


def _test_named(definition: Definition, key: str) -> Test:
    tests = {test.key: test for test in definition.testing.tests}
    stop_if(rules.is_unknown_test([key], set(tests)))
    return tests[key]


def _number_is_bad(number: str) -> Objection | None:
    if not number.replace("-", "").isalnum() or not number.isascii():
        return Objection("bad_number", N_("A run number has letters, digits and hyphens."), place="number")
    return is_taken(number, record_at(f"run/{number}") is not None)


def _are_elsewhere(things: Iterable[Instrument | MaterialLot], batch: Batch) -> Objection | None:
    away = [thing.number for thing in things if thing.site_id != batch.site_id]
    template = N_("Not at this site: {things}")
    return Objection("other_site", template, {"things": ", ".join(away)}) if away else None


def _records(things: Iterable[Instrument | MaterialLot]) -> list[Record]:
    return list({thing.record_id: thing.record for thing in things}.values())


def _against_using(
    instruments: Mapping[str, Instrument], reagents: Mapping[str, MaterialLot], used_at: datetime
) -> list[Objection | None]:
    found: list[Objection | None] = []
    for instrument in Instrument.objects.filter(pk__in=[item.pk for item in instruments.values()]).order_by("number"):
        facts = instrument.facts
        found += [
            is_out_of_service(facts),
            is_past_calibration(facts, used_at),
            is_past_qualification(facts, used_at),
        ]
    lots = lots_now(reagents.values())
    for lot in lots:
        found += [is_not_released(lot.facts), is_expired(facts_in_use(lot), used_at)]
    held = open_holds([lot.record for lot in lots], Blocks.USE)
    return [*found, has_open_holds(held)]


def _note_needs(
    change: Change, run: AssayRun, instruments: Mapping[str, Instrument], reagents: Mapping[str, MaterialLot]
) -> None:
    needs = [
        RunNeed(record=run.record, run=run, kind=NeedKind.INSTRUMENT, key=key, instrument=instrument)
        for key, instrument in instruments.items()
    ]
    needs += [
        RunNeed(record=run.record, run=run, kind=NeedKind.REAGENT, key=key, lot=lot) for key, lot in reagents.items()
    ]
    if needs:
        change.create_many(needs, action="run.used")


# --- the worksheet --------------------------------------------------------------------------------------------------
def put_on_run(
    *,
    run: AssayRun,
    samples: Sequence[Sample],
    actor: Actor,
    at: datetime,
    inoculated_at: datetime | None = None,
    happened: Happened | None = None,
) -> list[Line]:
    """Put received samples on the worksheet of a run; for a culture test, say when they were inoculated."""
    who = require(actor, Role.ANALYST, run.site.code, at=at, about=run.record.address)
    reason = happened.reason if happened else ""
    stop_if(
        None if samples else Objection("no_samples", N_("Name the samples."), place="samples"),
        is_future(inoculated_at, at, "inoculated_at") if inoculated_at else None,
    )
    touching = [run.record, *_batch_records(samples)]
    held = {"touching": touching, "relying_on": [sample.record for sample in samples]}
    with audited(actor=who, action="run.sample.added", at=at, reason=reason, **held) as change:
        run, samples = run_now(run), samples_now(samples)
        method = method_of(run)
        used_at, numbers = inoculated_at or run.started_at, standing_against_any(samples, run.test)
        stop_if(
            rules.is_judged(RunState(run.state), run.number),
            rules.is_not_inoculated(method, inoculated_at),
            *(objection for sample in samples for objection in _against_adding(run, method, sample, used_at)),
        )
        against = {sample.pk: _against_testing(run, method, sample, used_at) for sample in samples}
        keep = refuse_unplanned(samples, run.test, numbers)
        stop_if(*(one for own in against.values() for one in own), happened=happened, keep=keep)
        lines = _lines(run, samples, inoculated_at, at, against)
        change.create_many(lines)
        for batch in {sample.batch_id: sample.batch for sample in samples}.values():
            own = [one for sample in samples if sample.batch_id == batch.pk for one in against[sample.pk]]
            report_accepted(change, subject=batch.record, overridden=own, happened=happened)
            _pass_on(change, run, batch)
        return lines


def _against_testing(run: AssayRun, method: Test, sample: Sample, used_at: datetime) -> list[Objection]:
    """What may have happened all the same: each sample carries its own, not what was wrong with one beside it."""
    found = (
        rules.is_too_old(method, sample.drawn_at, used_at),
        rules.is_tested_already(sample.number, run.test, runs_of_sample(sample, run.test)),
        rules.is_under_investigation(run.test, standing_against_any([sample], run.test)),
    )
    return [one for one in found if one]


def _pass_on(change: Change, run: AssayRun, batch: Batch) -> None:
    """What was overridden when the run was opened concerns every batch that is tested on it."""
    known = Line.objects.filter(run=run, sample__batch=batch).exclude(added_at=change.at).exists()
    if run.overridden and not known:
        report_event(
            change,
            subject=batch.record,
            kind=EventKind.ACCEPTED_FACT,
            severity=Severity.CRITICAL,
            template=N_("Run {run} was done although the rules forbid it: {objections}"),
            facts={"run": run.number, "objections": " ".join(mark["text"] for mark in run.overridden)},
            about=run.record.address,
        )


def _batch_records(samples: Iterable[Sample]) -> list[Record]:
    return list({sample.batch_id: sample.batch.record for sample in samples}.values())


def _against_adding(run: AssayRun, method: Test, sample: Sample, used_at: datetime) -> list[Objection | None]:
    own = definition_of_batch(sample.batch).test(run.test)
    on_it = Line.objects.filter(run=run, sample=sample).exists()
    template = N_("Sample {sample} is on this run already.")
    return [
        rules.is_not_received(SampleState(sample.state), sample.number),
        rules.is_not_for(sample.number, sample.tests, run.test),
        rules.is_of_other_method(sample.number, method, own),
        rules.is_before(used_at, sample.drawn_at, "inoculated_at"),
        Objection("on_this_run", template, {"sample": sample.number}) if on_it else None,
    ]


def _lines(
    run: AssayRun,
    samples: Sequence[Sample],
    inoculated_at: datetime | None,
    at: datetime,
    against: Mapping[int, Sequence[Objection]],
) -> list[Line]:
    return [
        Line(
            record=run.record,
            run=run,
            sample=sample,
            position=position,
            inoculated_at=inoculated_at,
            added_at=at,
            overridden=marks(against[sample.pk]),
        )
        for position, sample in enumerate(samples, next_position(run))
    ]


# --- controls -------------------------------------------------------------------------------------------------------
def record_control(
    *, run: AssayRun, control: str, text: str, actor: Actor, at: datetime, unit: str = "", reason: str = ""
) -> ControlValue:
    """Enter what a control of a run gave. With a value standing it is a correction, which says why."""
    who = require(actor, Role.ANALYST, run.site.code, at=at, about=run.record.address)
    with audited(actor=who, action="run.control.recorded", at=at, reason=reason, touching=[run.record]) as change:
        run = run_now(run)
        method = method_of(run)
        asked = _control_named(method, control)
        standing = current_controls(run).get(control)
        stop_if(
            rules.is_judged(RunState(run.state), run.number),
            reason_is_missing(reason) if standing else None,
        )
        entered = read_found(asked.result, text, unit, ZoneInfo(run.site.timezone), at)
        value = ControlValue(record=run.record, run=run, control=control, kind=entered.kind, **entered.columns)
        value.judgement = {"code": entered.judgement.code, "facts": _facts(entered.judgement.facts)}
        value.entered_by, value.recorded_at, value.reason, value.supersedes = who.username, at, reason, standing
        return change.create(value)


def _control_named(method: Test, key: str) -> Control:
    controls = {control.key: control for control in (method.run.controls if method.run else ())}
    if key not in controls:
        template = N_("{control} is no control of this method: {known}.")
        facts = {"control": key, "known": ", ".join(controls) or "-"}
        stop_if(Objection("unknown_control", template, facts, "control"))
    return controls[key]


def _facts(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}
