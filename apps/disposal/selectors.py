"""Reads of disposals: what is seen, what proves them, and what waits for whom."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import BadInput, Objection
from apps.disposal import rules
from apps.disposal.facts import DisposalState, Proof
from apps.disposal.models import BalanceCheck, Disposal, DisposedUnit, ProofFile, WasteCode, WasteHandOver
from apps.donation.models import Consent
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Parameter
from apps.products.definition.disposal import Disposal as DisposalStage
from apps.products.definition.disposal import Treatment
from apps.products.facts import ParameterKind
from apps.products.loader import standard_tables
from apps.transport.selectors import fitting, tried
from apps.units.facts import Condition, Custody, Disposition
from apps.units.models import Unit
from apps.units.selectors import OF_BATCH, OVER

WRONG_CODE = "disposal.refused.code"


def disposals() -> QuerySet[Disposal]:
    """Every disposal with its batch."""
    return Disposal.objects.select_related("record", *OF_BATCH)


def visible_disposals(user: User, at: datetime) -> QuerySet[Disposal]:
    """The disposals of the sites this person may see."""
    return disposals().filter(batch__site__code__in=visible_to(user, at))


def disposal_now(disposal: Disposal) -> Disposal:
    """The disposal as it is inside the door."""
    return disposals().get(pk=disposal.pk)


def units_in(disposal: Disposal) -> list[Unit]:
    """The units of a disposal, in the order of their numbers."""
    found = Unit.objects.filter(disposals__disposal=disposal).select_related("record", *OF_BATCH)
    return list(found.order_by("pk"))


def standing_disposals(units: Iterable[Unit]) -> dict[int, str]:
    """The disposal in which a unit stands, by the key of the unit."""
    lines = DisposedUnit.objects.filter(unit__in=[unit.pk for unit in units], stands=True)
    return dict(lines.values_list("unit", "disposal__number"))


def units_to_choose(batch: Batch) -> list[Unit]:
    """The units of a batch that could be destroyed: still there, and in no disposal."""
    named = DisposedUnit.objects.filter(unit__batch=batch, stands=True).values("unit")
    there = Unit.objects.filter(batch=batch).exclude(custody__in=OVER).exclude(pk__in=named)
    return list(there.select_related("record").order_by("pk"))


# --- what the frozen master says ------------------------------------------------------------------------------------
def stage_of(batch: Batch) -> DisposalStage:
    """The disposal stage of the master record of a batch."""
    return definition_of_batch(batch).disposal


def treatment_of(disposal: Disposal) -> Treatment:
    """The way in which the units are destroyed."""
    return next(one for one in stage_of(disposal.batch).treatments if one.key == disposal.treatment)


def consents_of(batch: Batch) -> list[Consent]:
    """What the donor of a batch agreed to, oldest first; of a pool, what every donor in it did; so of what is made from
    a bank of a pool."""
    given = batch.donation
    if given is None and batch.bank:
        return consents_of(batch.bank)
    asked = Q(donor=given.donor) if given else Q(donor__in=batch.pooled.values("donation__donor"))
    return list(Consent.objects.filter(asked).order_by("signed_at", "pk"))


def batches_in(disposal: Disposal) -> list[Batch]:
    """The batches of the units of a disposal, the one that numbers it first."""
    inside = DisposedUnit.objects.filter(disposal=disposal).values("unit__batch")
    others = Batch.objects.filter(pk__in=inside).exclude(pk=disposal.batch_id)
    return [disposal.batch, *others.select_related(*(name.removeprefix("batch__") for name in OF_BATCH)).order_by("pk")]


def stage_for(disposal: Disposal) -> DisposalStage:
    """What governs a disposal: who may approve by each master, the consent where one asks for it, the least time."""
    return rules.strictest_stage([stage_of(batch) for batch in batches_in(disposal)], standard_tables().units)


def interim_of(disposal: Disposal) -> timedelta:
    """How long treated waste may lie here before the carrier has it."""
    said = stage_for(disposal).interim_storage
    return timedelta(minutes=float(standard_tables().units.convert(said.value, said.unit, "min")))


# --- the carrier ----------------------------------------------------------------------------------------------------
def hand_over_of(disposal: Disposal) -> WasteHandOver | None:
    """How the waste of a disposal went to its carrier."""
    return WasteHandOver.objects.filter(disposal=disposal).first()


def waste_code_that_fits(disposal: Disposal, text: str) -> WasteCode | None:
    """The unused code of a disposal that was typed; compared with the hash that is kept."""
    return fitting(WasteCode.objects.filter(disposal=disposal), text)


def wrong_waste_codes(disposal: Disposal) -> int:
    """How many wrong codes were typed since the newest one was issued."""
    return tried(WasteCode.objects.filter(disposal=disposal), disposal.record, WRONG_CODE)


def waste_to_carry(sites: Collection[str]) -> QuerySet[Disposal]:
    """Witnessed destructions whose waste is still here, or was given and not taken, the oldest first.

    What was witnessed before anybody was asked for its carrier has no `carrier_due_at`, and is not asked about.
    """
    here = Q(hand_over=None) | Q(hand_over__taken_at=None)
    waiting = disposals_in(DisposalState.WITNESSED, sites).filter(here, carrier_due_at__isnull=False)
    return waiting.order_by("carrier_due_at", "pk")


# --- what proves the treatment --------------------------------------------------------------------------------------
def files_of(disposal: Disposal) -> dict[str, ProofFile]:
    """The newest file attached for each parameter."""
    return {file.parameter: file for file in ProofFile.objects.filter(disposal=disposal).order_by("pk")}


def readings_of(disposal: Disposal) -> dict[str, str]:
    """The readings that were typed, as the operator signed them."""
    return dict(disposal.values.filter(file=None).exclude(text="").values_list("parameter", "text"))


def proofs_of(disposal: Disposal, texts: Mapping[str, str], now: datetime) -> list[Proof]:
    """Every parameter of the treatment with its reading or file. Raises BadInput where one can't be read."""
    parameters, files = treatment_of(disposal).parameters, files_of(disposal)
    found = [_proof(disposal, parameter, texts, files.get(parameter.key), now) for parameter in parameters]
    wrong = [one for one in (*found, rules.unknown_readings(texts, parameters)) if isinstance(one, Objection)]
    if wrong:
        raise BadInput(*wrong)
    return [one for one in found if isinstance(one, Proof)]


def _proof(
    disposal: Disposal, parameter: Parameter, texts: Mapping[str, str], file: ProofFile | None, now: datetime
) -> Proof | Objection:
    is_file = parameter.kind is ParameterKind.FILE
    text = (file.sha256 if file else "") if is_file else texts.get(parameter.key, "")
    zone = ZoneInfo(disposal.batch.site.timezone)
    read = rules.read_reading(parameter, text, zone=zone, now=now, units=standard_tables().units)
    if isinstance(read, Objection):
        return read
    return Proof(parameter, read, file.name, file.pk) if is_file and file else Proof(parameter, read, read.text)


# --- what waits -----------------------------------------------------------------------------------------------------
def disposals_in(state: DisposalState, sites: Collection[str]) -> QuerySet[Disposal]:
    """The disposals of these sites in a state, oldest first."""
    return disposals().filter(state=state, batch__site__code__in=sites).order_by("requested_at", "pk")


def units_to_dispose(at: datetime, sites: Collection[str]) -> QuerySet[Unit]:
    """A duty of the store: units rejected, recalled or expired that are still there and in no disposal."""
    ended = Q(disposition__in=[Disposition.REJECTED, Disposition.RECALLED])
    dead = ended | (Q(expires_at__lte=at) & ~Q(custody=Custody.SET_APART))  # a study goes on beyond the expiry
    there = Unit.objects.filter(dead, batch__site__code__in=sites).exclude(custody__in=OVER)
    there = there.exclude(condition=Condition.SPENT).exclude(disposals__stands=True)
    return there.select_related("batch").order_by("expires_at", "pk")


# --- balances -------------------------------------------------------------------------------------------------------
def last_checks(batches: Iterable[int]) -> dict[int, BalanceCheck]:
    """What the nightly look last found of each of these batches."""
    newest = BalanceCheck.objects.filter(batch__in=list(batches)).values("batch").annotate(last=Max("pk"))
    rows = BalanceCheck.objects.filter(pk__in=newest.values("last"))
    return {row.batch_id: row for row in rows}


def open_balances() -> list[BalanceCheck]:
    """Batches whose units did not balance when the nightly look last found a change."""
    newest = BalanceCheck.objects.values("batch").annotate(last=Max("pk")).values("last")
    found = BalanceCheck.objects.filter(pk__in=newest, closes=False).select_related("batch__record")
    return list(found.order_by("checked_at", "pk"))
