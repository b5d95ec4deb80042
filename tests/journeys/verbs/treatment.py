"""Treatments at the API: the patient, the order, its check, units, dose, infusion, outcomes."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.journeys.api_player import API, ApiStage, ApiVerb


def recipient(stage: ApiStage, who: str, *, number: str, person: Mapping[str, str], donor: str = "") -> None:
    """Register a patient; `donor` is whose material is made for them."""
    body = {"number": number, "site": stage.stage.site.code, "person": dict(person), "donor": donor}
    stage.post(who, f"{API}/recipients/", body)


def chain_issued(stage: ApiStage, who: str, *, recipient: str) -> None:
    """Issue the chain of identity of a patient; the symbol is what is scanned from now on."""
    issued = stage.post(who, f"{API}/chains/", {"recipient": recipient, "product": stage.stage.product})
    stage.stage.names["chain"] = issued["number"]


def order(
    stage: ApiStage,
    who: str,
    *,
    recipient: str,
    arm: str,
    answers: Mapping[str, str],
    weighed_at: str,
    planned: Mapping[str, str],
    conditioned_at: str = "",
) -> None:
    """Order one dose for the first indication of the filing."""
    authorisation = stage.get(who, f"{API}/products/{stage.stage.product}/")["definition"]["authorisation"]
    given = {key: stage.text(text) for key, text in answers.items()}
    weighed_on = f"{stage.stage.instant(weighed_at):%Y-%m-%d}"
    body = {
        "product": stage.stage.product,
        "arm": arm,
        "indication": authorisation["indications"][0]["en"],
        "planned_start": stage.instant(planned["start"]),
        "planned_end": stage.instant(planned["end"]),
        "answers": {**given, "weighed_on": weighed_on, "filing_number": authorisation["number"]},
        "conditioned_at": stage.instant(conditioned_at) if conditioned_at else None,
    }
    patient = f"{API}/recipients/{recipient}/"
    stage.sign(who, f"{patient}orders/", body, seen=patient)


def dose_checked(stage: ApiStage, who: str, *, order: str) -> None:
    """A second person checks the dose."""
    url = f"{API}/orders/{order}/"
    stage.sign(who, f"{url}check/", seen=url)


def order_cancelled(stage: ApiStage, who: str, *, order: str, reason: str) -> None:
    """The order is not to be given."""
    stage.post(who, f"{API}/orders/{order}/cancellation/", {"reason": reason})


def units_kept(stage: ApiStage, who: str, *, order: str) -> None:
    """Keep the units that expire first."""
    stage.post(who, f"{API}/orders/{order}/reservation/")


def units_thawed(stage: ApiStage, who: str, *, order: str) -> None:
    """Scan and thaw every unit of an order."""
    for unit in _units(stage, who, order):
        stage.post(who, f"{API}/orders/{order}/thaws/", {"unit": unit, "chain": stage.stage.chain})


def dose_prepared(stage: ApiStage, who: str, *, order: str, **found: Any) -> None:
    """Work the volume out from the count."""
    url = f"{API}/orders/{order}/"
    stage.sign(who, f"{url}dose/", found, seen=url)


def dose_confirmed(stage: ApiStage, who: str, *, order: str) -> None:
    """A second person works the volume out again."""
    url = f"{API}/orders/{order}/"
    stage.sign(who, f"{url}dose/check/", seen=url)


def infusion_started(
    stage: ApiStage,
    who: str,
    *,
    order: str,
    second: str,
    wristband: Mapping[str, str],
    answers: Mapping[str, str] | None = None,
) -> None:
    """Two people compare at the bed, on the screen of the first, and start."""
    url = f"{API}/orders/{order}/"
    body: dict[str, object] = {"first": wristband["number"], "second": wristband["born"]}
    body |= {"units": _units(stage, who, order), "answers": dict(answers or {}), "chain": stage.stage.chain}
    shown = stage.post(who, f"{url}infusion/second/challenges/", body)
    countersignature = {"challenge": shown["id"], "secret": stage.stage.secret, "username": second}
    stage.sign(who, f"{url}infusion/", {**body, "countersignature": countersignature}, seen=url)


def vitals_taken(stage: ApiStage, who: str, *, order: str, signs: Mapping[str, str]) -> None:
    """Vital signs are taken."""
    stage.post(who, f"{API}/orders/{order}/vitals/", {"signs": dict(signs)})


def infusion_ended(stage: ApiStage, who: str, *, order: str, answers: Mapping[str, str]) -> None:
    """The infusion ends, with what the master record asks about it."""
    url = f"{API}/orders/{order}/"
    body = {"ended_at": timezone.now().isoformat(), "answers": dict(answers)}
    stage.sign(who, f"{url}infusion/end/", body, seen=url)


def reaction(stage: ApiStage, who: str, *, order: str, grade: int, what: str) -> None:
    """A reaction to the dose."""
    stage.post(who, f"{API}/orders/{order}/reactions/", {"grade": grade, "what": what})


def outcome(stage: ApiStage, who: str, *, order: str, key: str, day: int, text: str) -> None:
    """An outcome on a day of the master record."""
    stage.post(who, f"{API}/orders/{order}/outcomes/", {"key": key, "day": day, "text": text})


def _units(stage: ApiStage, who: str, order: str) -> list[str]:
    return stage.get(who, f"{API}/orders/{order}/")["units"]


VERBS: dict[str, ApiVerb] = {
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
