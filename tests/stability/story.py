"""Quinn opens the study, Anna pulls, the laboratory tests as it always does. The bags were frozen at FILLED."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import SYSTEM
from apps.stability.content import (
    authorise_content,
    close_study_content,
    confirm_content,
    endorse_content,
    open_study_content,
    relabel_content,
)
from apps.stability.models import ExtendedUnit, Extension, Pull, Study
from apps.stability.rules import months_of
from apps.stability.selectors import extension_now, study_now, units_of_study
from apps.stability.services import (
    authorise_extension,
    begin_study,
    close_study,
    confirm_relabelling,
    endorse_extension,
    propose_extension,
    pull_unit,
    relabel_unit,
    row_scanned,
)
from apps.testing.models import AssayRun, Sample
from apps.testing.selectors import lines_of
from apps.testing.services import put_on_run, receive_sample
from apps.units.facts import LabelCode, UnitKind, UnitVerb
from apps.units.models import Unit
from apps.units.rules import code_text
from apps.units.selectors import units_of
from apps.units.services import freeze_units, set_disposition
from tests.cast import Cast, actor, sign_as
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    all_tested,
    answered,
    as_if,
    controlled,
    opened_run,
    reviewed,
    running_batch,
    signed,
    specified,
)

OPENED = FILLED + 21 * DAY
TESTS = ("viability_postthaw", "viable_count", "identity_positive", "identity_negative", "potency", "sterility")


def released_batch(cast: Cast) -> Batch:
    """A batch that passed its release tests, frozen, its product released."""
    batch = as_if(all_tested(cast, running_batch(cast)), BatchState.RUNNING)
    kept = [unit for unit in units_of(batch) if unit.kind != UnitKind.QC]
    freeze_units(batch=batch, units=kept, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    released = [unit for unit in units_of(batch) if unit.kind == UnitKind.PRODUCT]
    touching = [unit.record for unit in released]
    with audited(actor=SYSTEM, action="test.released", at=FILLED, touching=touching) as change:
        set_disposition(change, units=released, verb=UnitVerb.RELEASE)
    return as_if(batch, BatchState.RELEASED)


def for_study(batch: Batch) -> list[Unit]:
    """The two retained units and four of the product."""
    units = units_of(batch)
    retained = [unit for unit in units if unit.kind == UnitKind.RETAINED]
    return [*retained, *[unit for unit in units if unit.kind == UnitKind.PRODUCT][:4]]


def opened(cast: Cast, batch: Batch, units: Sequence[Unit] = (), *, by: str = "quinn", at: datetime = OPENED) -> Study:
    """Quinn approves the study of these units, or of the usual six."""
    person, batch = getattr(cast, by), batch_now(batch)
    named = list(units) or for_study(batch)
    signing = sign_as(person, open_study_content(batch, named), at=at)
    return begin_study(batch=batch, units=named, signing=signing, actor=actor(person), at=at)


def month(n: int) -> datetime:
    """The day a time point of the study is due."""
    return months_of(n).after(FILLED.astimezone(ZoneInfo("Asia/Shanghai")))


def pulled(cast: Cast, study: Study, n: int, unit: Unit | str | None = None, *, by: str = "anna", **more: Any) -> Pull:
    """Anna scans a unit on the day it is due; the next one that is left unless it is named."""
    person = getattr(cast, by)
    scanned = str(unit) if unit else next(one.number for one in units_of_study(study) if one.condition != "SPENT")
    said: dict[str, Any] = {"pulled_at": month(n), "at": more.get("pulled_at", month(n)), **more}
    return pull_unit(study=study, month=n, scanned=scanned, actor=actor(person), **said)


def closed(cast: Cast, study: Study, reason: str = "The product is given up.", at: datetime = OPENED + DAY) -> Study:
    """Quinn closes it."""
    signing = sign_as(cast.quinn, close_study_content(study_now(study), reason), at=at)
    return close_study(study=study, reason=reason, signing=signing, actor=actor(cast.quinn), at=at)


def received(cast: Cast, sample: Sample) -> Sample:
    """The laboratory takes it in at once."""
    at = sample.drawn_at + HOUR
    return receive_sample(sample=sample, received_at=at, actor=actor(cast.anna), at=at)


def through(cast: Cast, pull: Pull, tests: Sequence[str] = TESTS, **answers: Any) -> list[AssayRun]:
    """Every test of the pull passes and is reviewed, but for the answers named by test."""
    sample = received(
        cast, Sample.objects.select_related("batch__site", "batch__record", "record").get(pk=pull.sample_id)
    )
    return [run_of(cast, sample, key, answers.get(key)) for key in tests]


def run_of(cast: Cast, sample: Sample, key: str, answers: Any = None) -> AssayRun:
    """One test of it on a run of its own, reviewed by Ada."""
    test, begun = specified(key), sample.drawn_at + 2 * HOUR
    at = begun + test.period.at_least.timedelta if test.period else begun
    run = opened_run(cast, batch_now(sample.batch), key, f"ST-{sample.pk}-{key.replace('_', '-')}", at=begun)
    inoculated = begun if test.period else None
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=begun, inoculated_at=inoculated)
    controlled(cast, run, at=at)
    answered(cast, lines_of(run)[0], at=at, answers=answers)
    return reviewed(cast, signed(cast, run, at=at), at=at)


# --- later expiries -------------------------------------------------------------------------------------------------
def supported(cast: Cast, batch: Batch, *months: int) -> Study:
    """A study whose months passed."""
    study = opened(cast, batch)
    for n in months:
        through(cast, pulled(cast, study, n))
    return study_now(study)


def proposed(cast: Cast, study: Study, units: Sequence[Unit], months: int, at: datetime, **more: Any) -> Extension:
    """Quinn proposes it on the ground of the study."""
    said: dict[str, Any] = {"ground": "Month 12 passed whole.", "actor": actor(cast.quinn), **more}
    return propose_extension(study=study, months=months, units=units, at=at, **said)


def endorsed(cast: Cast, extension: Extension, at: datetime, by: str = "quinn") -> Extension:
    """Quinn signs for quality."""
    person, now = getattr(cast, by), extension_now(extension)
    signing = sign_as(person, endorse_content(now), at=at)
    return endorse_extension(extension=now, signing=signing, actor=actor(person), at=at)


def authorised(cast: Cast, extension: Extension, at: datetime, by: str = "cora") -> Extension:
    """Cora signs as the authorised person."""
    person, now = getattr(cast, by), extension_now(extension)
    signing = sign_as(person, authorise_content(now), at=at)
    return authorise_extension(extension=now, signing=signing, actor=actor(person), at=at)


def relabelled(
    cast: Cast, extension: Extension, unit: Unit, at: datetime, *, label: str = "", by: str = "stella"
) -> ExtendedUnit:
    """Stella exchanges the label of a unit; the new one is scanned unless another text is."""
    person, now = getattr(cast, by), extension_now(extension)
    row = row_scanned(now, unit.number)
    text = label or code_text(LabelCode(f"unit/{unit.number}", row.new_expires_at))
    signing = sign_as(person, relabel_content(row), at=at)
    return relabel_unit(extension=now, scanned=unit.number, label=text, signing=signing, actor=actor(person), at=at)


def confirmed(cast: Cast, extension: Extension, at: datetime, by: str = "vera") -> Extension:
    """Vera saw it."""
    person, now = getattr(cast, by), extension_now(extension)
    signing = sign_as(person, confirm_content(now), at=at)
    return confirm_relabelling(extension=now, signing=signing, actor=actor(person), at=at)
