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
    cancel_order,
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
from apps.identity.models import Donor, Recipient
from apps.identity.services import issue_chain, register_recipient
from apps.products.selectors import definition_of


def recipient(stage: Stage, who: str, at: datetime, *, number: str, person: Mapping[str, str], donor: str = "") -> None:
    """A patient is registered under a pseudonym; `donor` is whose material is made for them."""
    giver = Donor.objects.select_related("record").get(number=donor) if donor else None
    known = {"person": Person(**person), "donor": giver}
    register_recipient(number=number, site=stage.site, actor=stage.actor(who), at=at, **known)


def chain_issued(stage: Stage, who: str, at: datetime, *, recipient: str) -> None:
    """The chain of identity of a patient is issued, before the first collection."""
    patient = _patient(recipient)
    chain = issue_chain(recipient=patient, product_version=stage.version, actor=stage.actor(who), at=at)
    stage.names["chain"] = chain.number


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
    conditioned_at: str = "",
) -> None:
    """A physician orders one dose for the first indication of the filing."""
    patient, version = _patient(recipient), stage.version
    authorisation = definition_of(version).authorisation
    given = {key: stage.text(text) for key, text in answers.items()}
    told = {**given, "weighed_on": f"{stage.instant(weighed_at):%Y-%m-%d}", "filing_number": authorisation.number}
    start, end = (stage.instant(planned[name]) for name in ("start", "end"))
    conditioned = stage.instant(conditioned_at) if conditioned_at else None
    said = OrderInput(arm, authorisation.indications[0].en, start, end, told, conditioned_at=conditioned)
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


def order_cancelled(stage: Stage, who: str, at: datetime, *, order: str, reason: str) -> None:
    """The order is not to be given."""
    cancel_order(order=_order(order), reason=reason, actor=stage.actor(who), at=at)


def units_kept(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """The units that expire first are kept for the order."""
    reserve_units(order=_order(order), actor=stage.actor(who), at=at)


def units_thawed(stage: Stage, who: str, at: datetime, *, order: str) -> None:
    """Every unit of an order is scanned and thawed."""
    for unit in kept_units(_order(order)):
        thaw_unit(order=_order(order), scanned=unit.number, chain=stage.chain, actor=stage.actor(who), at=at)


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
    stage: Stage, who: str, at: datetime, *, order: str, second: str, wristband: Mapping[str, str],
    answers: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Two people compare at the bed, on the screen of the first, and start."""
    now = _order(order)
    units = tuple(unit.number for unit in kept_units(now))
    bedside = Bedside(wristband["number"], wristband["born"], units, dict(answers or {}), stage.chain)
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


def _patient(number: str) -> Recipient:
    return Recipient.objects.select_related("record", "site", "donor__record").get(number=number)


def _order(number: str) -> TreatmentOrder:
    return order_now(TreatmentOrder.objects.get(number=number))


VERBS: dict[str, Verb] = {
    "recipient": recipient,
    "chain_issued": chain_issued,
    "order": order,
    "dose_checked": dose_checked,
    "order_cancelled": order_cancelled,
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
