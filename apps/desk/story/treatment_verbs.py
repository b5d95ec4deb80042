"""What a story says about treatments: the patient, the order, its check, units, dose and infusion."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.desk.story.stage import Stage, Verb
from apps.dosing.content import (
    check_content,
    confirm_content,
    dose_content,
    end_content,
    order_content,
    second_content,
    start_content,
)
from apps.dosing.facts import Bedside, DoseInput, OrderInput
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import (
    kept_units,
    order_now,
    prepare,
    prepare_again,
    prepare_dose,
    prepare_dose_again,
    standing_dose,
)
from apps.dosing.services import (
    check_order,
    confirm_volume,
    end_infusion,
    order_treatment,
    prepare_volume,
    record_outcome,
    record_reaction,
    record_vitals,
    reserve_units,
    start_infusion,
    thaw_unit,
)
from apps.identity.facts import Person
from apps.identity.models import Recipient
from apps.identity.services import register_recipient
from apps.products.selectors import definition_of


def recipient(stage: Stage, who: str, at: datetime, *, number: str, person: Mapping[str, str]) -> None:
    """A patient is registered under a pseudonym."""
    register_recipient(number=number, site=stage.site, person=Person(**person), actor=stage.actor(who), at=at)


def order(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    recipient: str,
    arm: str,
    answers: Mapping[str, str],
    weighed_at: str,
    planned: Mapping[str, str],
) -> None:
    """A physician orders one dose for the first indication of the filing."""
    patient = Recipient.objects.select_related("record", "site", "donor").get(number=recipient)
    version = stage.version
    authorisation = definition_of(version).authorisation
    told = {**answers, "weighed_on": f"{stage.instant(weighed_at):%Y-%m-%d}", "filing_number": authorisation.number}
    start, end = (stage.instant(planned[name]) for name in ("start", "end"))
    said = OrderInput(arm, authorisation.indications[0].en, start, end, told)
    content = order_content(patient, version, said, prepare(patient, version, said))
    signing = stage.signing(content, at, who)
    order_treatment(
        recipient=patient, product_version=version, said=said, signing=signing, actor=stage.actor(who), at=at
    )


def dose_checked(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """A second person checks the dose."""
    found = _order(order)
    signing = stage.signing(check_content(found, prepare_again(found)), at, who)
    check_order(order=found, signing=signing, actor=stage.actor(who), at=at)


def units_kept(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """The units that expire first are kept for the order."""
    reserve_units(order=_order(order), actor=stage.actor(who), at=at)


def units_thawed(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """Every unit of an order is scanned and thawed."""
    for unit in kept_units(_order(order)):
        thaw_unit(order=_order(order), scanned=unit.number, actor=stage.actor(who), at=at)


def dose_prepared(stage: Stage, who: str, at: datetime, *, order: str, **found: Any) -> None:
    """The volume is worked out from the count."""
    now, said = _order(order), DoseInput(**found)
    signing = stage.signing(dose_content(now, said, prepare_dose(now, said)), at, who)
    prepare_volume(order=now, said=said, signing=signing, actor=stage.actor(who), at=at)


def dose_confirmed(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """A second person works the volume out again."""
    now = _order(order)
    dose = standing_dose(now)
    signing = stage.signing(confirm_content(now, dose, prepare_dose_again(now, dose)), at, who)
    confirm_volume(order=now, signing=signing, actor=stage.actor(who), at=at)


def infusion_started(
    stage: Stage, who: str, at: datetime, *, order: str, second: str, wristband: Mapping[str, str]
) -> None:
    """Two people compare at the bed, on the screen of the first, and start."""
    now = _order(order)
    bedside = Bedside(wristband["number"], wristband["born"], tuple(unit.number for unit in kept_units(now)))
    start_infusion(
        order=now,
        bedside=bedside,
        signing=stage.signing(start_content(now, bedside), at, who),
        countersigning=stage.signing(second_content(now, bedside), at, second, on=who),
        actor=stage.actor(who),
        at=at,
    )


def vitals_taken(stage: Stage, who: str, at: datetime, *, order: str, signs: Mapping[str, str]) -> None:
    """Vital signs are taken."""
    record_vitals(order=_order(order), signs=signs, actor=stage.actor(who), at=at)


def infusion_ended(stage: Stage, who: str, at: datetime, *, order: str, answers: Mapping[str, str]) -> None:
    """The infusion ends, with what the master record asks about it."""
    now = _order(order)
    signing = stage.signing(end_content(now, answers, at), at, who)
    end_infusion(order=now, ended_at=at, answers=answers, signing=signing, actor=stage.actor(who), at=at)


def reaction(stage: Stage, who: str, at: datetime, *, order: str, grade: int, what: str) -> None:
    """A reaction to the dose."""
    record_reaction(order=_order(order), grade=grade, what=what, actor=stage.actor(who), at=at)


def outcome(stage: Stage, who: str, at: datetime, *, order: str, key: str, day: int, text: str) -> None:
    """An outcome on a day of the master record."""
    record_outcome(order=_order(order), key=key, day=day, text=text, actor=stage.actor(who), at=at)


def _order(number: str) -> TreatmentOrder:
    return order_now(TreatmentOrder.objects.get(number=number))


VERBS: dict[str, Verb] = {
    "recipient": recipient,
    "order": order,
    "dose_checked": dose_checked,
    "units_kept": units_kept,
    "units_thawed": units_thawed,
    "dose_prepared": dose_prepared,
    "dose_confirmed": dose_confirmed,
    "infusion_started": infusion_started,
    "vitals_taken": vitals_taken,
    "infusion_ended": infusion_ended,
    "reaction": reaction,
    "outcome": outcome,
}
