"""What a story says about units and the laboratory: fill, labels, freezing, samples, runs, results, the analysis."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.batches.models import Vessel
from apps.core.errors import Happened
from apps.desk.story.stage import Stage, Verb
from apps.facility.models import Instrument
from apps.materials.models import MaterialLot
from apps.testing.content.signing import approve_coa_content, review_results_content, sign_results_content
from apps.testing.models import AssayRun, Line, Result, Sample
from apps.testing.services.analysis import approve_coa
from apps.testing.services.results import correct_result, record_result, review_results, sign_results
from apps.testing.services.runs import open_run, put_on_run, record_control
from apps.testing.services.samples import draw_sample, receive_sample
from apps.units.facts import Counted, LabelFate
from apps.units.models import Label, Unit
from apps.units.services.filling import fill_units
from apps.units.services.issuing import destroy_labels, issue_containers, keep_specimens, lose_containers, print_labels
from apps.units.services.moving import freeze_units
from apps.units.services.reconciling import reconcile


def containers(stage: Stage, who: str, at: datetime, *, lot: str, count: int) -> None:
    """Issue empty containers to the batch."""
    found = MaterialLot.objects.get(number=lot)
    issue_containers(batch=stage.batch, lot=found, count=count, actor=stage.actor(who), at=at)


def containers_left(stage: Stage, who: str, at: datetime, *, count: int, returned: bool, reason: str) -> None:
    """Account for containers that became no unit."""
    lose_containers(batch=stage.batch, count=count, returned=returned, reason=reason, actor=stage.actor(who), at=at)


def labels(stage: Stage, who: str, at: datetime, *, specimens: int) -> None:
    """Print the labels of all planned units, with specimens for the record."""
    print_labels(batch=stage.batch, specimens=specimens, actor=stage.actor(who), at=at)


def settle_labels(stage: Stage, who: str, at: datetime, *, destroyed: int = 0, reason: str = "") -> None:
    """Put the specimens into the record, and destroy what is left over."""
    printed = Label.objects.filter(batch=stage.batch, fate=LabelFate.PRINTED).order_by("pk")
    specimens = list(printed.filter(unit_number=""))
    if specimens:
        keep_specimens(labels=specimens, actor=stage.actor(who), at=at)
    if destroyed:
        left = list(printed.exclude(unit_number="")[:destroyed])
        destroy_labels(labels=left, reason=reason, actor=stage.actor(who), at=at)


def fill(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    counts: Mapping[str, int] | None = None,
    place: str = "",
    happened: Mapping[str, str] | None = None,
) -> None:
    """Fill the units of the batch from one fill."""
    stated = Happened(stage.instant(happened["at"]), happened["reason"]) if happened else None
    fill_units(
        batch=stage.batch, filled_at=at, counts=counts, place=place, happened=stated, actor=stage.actor(who), at=at
    )


def freeze(stage: Stage, who: str, at: datetime) -> None:
    """Freeze every unit of the batch."""
    units = list(Unit.objects.filter(batch=stage.batch).order_by("pk"))
    freeze_units(batch=stage.batch, units=units, frozen_at=at, actor=stage.actor(who), at=at)


def close_balances(stage: Stage, who: str, at: datetime) -> None:
    """Labels and containers close at 100 %."""
    for counted in Counted:
        reconcile(batch=stage.batch, counted=counted, actor=stage.actor(who), at=at)


def sample(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    kind: str,
    unit: str = "",
    vessel: str = "",
    tests: list[str] | None = None,
    place: str = "",
) -> None:
    """Draw a sample."""
    source = stage.batch.record
    if unit:
        source = Unit.objects.get(number=unit).record
    if vessel:
        source = Vessel.objects.get(number=vessel).record
    draw_sample(
        batch=stage.batch,
        kind=kind,
        source=source,
        tests=tests or (),
        place=place,
        drawn_at=at,
        actor=stage.actor(who),
        at=at,
    )


def receive(stage: Stage, who: str, at: datetime, *, sample: str) -> None:
    """The laboratory takes a sample in."""
    found = Sample.objects.get(number=sample)
    receive_sample(sample=found, received_at=at, actor=stage.actor(who), at=at)


def run(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    number: str,
    test: str,
    sample: str,
    instruments: Mapping[str, str] | None = None,
    reagents: Mapping[str, str] | None = None,
    inoculated: bool = False,
) -> None:
    """Begin a run and put the sample on its worksheet."""
    opened = open_run(
        number=number,
        batch=stage.batch,
        test=test,
        started_at=at,
        instruments={key: Instrument.objects.get(number=one) for key, one in (instruments or {}).items()},
        reagents={key: MaterialLot.objects.get(number=one) for key, one in (reagents or {}).items()},
        actor=stage.actor(who),
        at=at,
    )
    samples = [Sample.objects.get(number=sample)]
    put_on_run(run=opened, samples=samples, inoculated_at=at if inoculated else None, actor=stage.actor(who), at=at)


def controls(stage: Stage, who: str, at: datetime, *, run: str, controls: Mapping[str, str]) -> None:
    """Enter what the controls gave."""
    for control, text in controls.items():
        record_control(
            run=AssayRun.objects.get(number=run), control=control, text=str(text), actor=stage.actor(who), at=at
        )


def result(stage: Stage, who: str, at: datetime, *, run: str, results: Mapping[str, str]) -> None:
    """Enter what was found for the sample."""
    line = Line.objects.get(run__number=run)
    for parameter, text in results.items():
        record_result(line=line, parameter=parameter, text=str(text), tested_at=at, actor=stage.actor(who), at=at)


def correct_found(stage: Stage, who: str, at: datetime, *, run: str, parameter: str, text: str, reason: str) -> None:
    """Correct a result that stands."""
    standing = Result.objects.get(line__run__number=run, parameter=parameter, superseded_by=None)
    correct_result(result=standing, text=text, reason=reason, actor=stage.actor(who), at=at)


def judged(stage: Stage, who: str, at: datetime, *, run: str, review: str = "", because: str = "") -> None:
    """The analyst signs the run; a second person reviews it."""
    found = AssayRun.objects.select_related("record", "site").get(number=run)
    signing = stage.signing(sign_results_content(found, because), at, who)
    signed = sign_results(run=found, signing=signing, invalid_because=because, actor=stage.actor(who), at=at)
    if review:
        signing = stage.signing(review_results_content(signed), at, review)
        review_results(run=signed, signing=signing, actor=stage.actor(review), at=at)


def assay(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    number: str,
    results: Mapping[str, str],
    review: str,
    controls: Mapping[str, str] | None = None,
    **opened: Any,
) -> None:
    """A whole run of one sitting: worksheet, controls, results, signature, review."""
    run(stage, who, at, number=number, **opened)
    for control, text in (controls or {}).items():
        found = AssayRun.objects.get(number=number)
        record_control(run=found, control=control, text=str(text), actor=stage.actor(who), at=at)
    result(stage, who, at, run=number, results=results)
    judged(stage, who, at, run=number, review=review)


def approve_analysis(stage: Stage, who: str, at: datetime) -> None:
    """The head of QC approves the certificate of analysis."""
    signing = stage.signing(approve_coa_content(stage.batch), at, who)
    approve_coa(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at)


VERBS: dict[str, Verb] = {
    "containers": containers,
    "containers_left": containers_left,
    "labels": labels,
    "settle_labels": settle_labels,
    "fill": fill,
    "freeze": freeze,
    "close_balances": close_balances,
    "sample": sample,
    "receive": receive,
    "run": run,
    "controls": controls,
    "result": result,
    "correct_found": correct_found,
    "judged": judged,
    "assay": assay,
    "approve_analysis": approve_analysis,
}
