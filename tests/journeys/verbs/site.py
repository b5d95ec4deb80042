"""The ground of a site at the API: training, rooms, instruments, lots, donors, excursions."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from apps.identity.rules.contents import write_donation_number
from tests.journeys.api_player import API, ApiStage, ApiVerb


def train(stage: ApiStage, who: str, *, subject: str, reference: str) -> None:
    """Record the training of everybody else at the site."""
    site = stage.stage.site.code
    for person in sorted(stage.all(who, f"{API}/people/"), key=lambda person: person["username"]):
        if person["username"] != who and any(role["site"] == site for role in person["roles"]):
            body = {"subject": subject, "reference": reference}
            stage.post(who, f"{API}/people/{person['username']}/trainings/", body)


def rooms(stage: ApiStage, who: str, *, rooms: Sequence[Mapping[str, str]]) -> None:
    """Open rooms."""
    for room in rooms:
        stage.post(who, f"{API}/rooms/", {**room, "site": stage.stage.site.code})


def instruments(stage: ApiStage, who: str, *, instruments: Sequence[Mapping[str, str]]) -> None:
    """Install instruments."""
    for one in instruments:
        body = {name: text for name, text in one.items() if name != "due"}
        due = stage.instant(one["due"])
        stage.post(who, f"{API}/instruments/", {**body, "site": stage.stage.site.code, "calibration_due": due})


def lots(stage: ApiStage, who: str, *, lots: Sequence[Mapping[str, str]], released_by: str = "") -> None:
    """Receive lots; QA releases them."""
    for one in lots:
        body = {name: text for name, text in one.items() if name != "expires"}
        expiry = stage.instant(one["expires"])
        stage.post(who, f"{API}/lots/", {**body, "site": stage.stage.site.code, "expiry": expiry})
        if released_by:
            url = f"{API}/lots/{one['number']}/"
            stage.sign(released_by, f"{url}release/", seen=url)


def take(stage: ApiStage, who: str, *, lot: str, amount: str, place: str = "") -> None:
    """Take an amount of a lot for a step of the batch."""
    body = {"amount": amount, "place": place, "used_in": f"batch/{stage.stage.batch_number}"}
    stage.post(who, f"{API}/lots/{lot}/movements/", {**body, "taken_at": timezone.now().isoformat()})


def prepare(stage: ApiStage, who: str, *, number: str, material: str, of: Sequence[str], life: int) -> None:
    """Make a reagent from lots."""
    body = {
        "number": number,
        "material": material,
        "site": stage.stage.site.code,
        "components": list(of),
        "own_life": f"{life} h",
        "prepared_at": timezone.now().isoformat(),
    }
    stage.post(who, f"{API}/reagents/", body)


def donor(
    stage: ApiStage,
    who: str,
    *,
    number: str,
    donor_class: str,
    person: Mapping[str, str],
    consent: Mapping[str, str],
) -> None:
    """Register a donor and their consent."""
    body = {"number": number, "site": stage.stage.site.code, "donor_class": donor_class, "person": dict(person)}
    stage.post(who, f"{API}/donors/", body)
    signed_at = stage.instant(consent["signed_at"])
    stage.post(who, f"{API}/donors/{number}/consents/", {**consent, "signed_at": signed_at})


def screening(
    stage: ApiStage,
    who: str,
    *,
    donor: str,
    laboratory: str,
    specimen_at: str,
    results: Mapping[str, Mapping[str, str]],
) -> None:
    """Record the screening of a donor, test by test."""
    common = {"laboratory": laboratory, "specimen_at": stage.instant(specimen_at)}
    for test, found in results.items():
        rows = [{"result": key, "text": str(text)} for key, text in found.items()]
        stage.post(who, f"{API}/donors/{donor}/screening/", {**common, "test": test, "results": rows})


def collection(stage: ApiStage, who: str, *, din: str, donor: str, tissue: str, where: str, collected_at: str) -> None:
    """Record a collection."""
    scanned = write_donation_number(din).text
    body = {"din": scanned, "donor": donor, "tissue": tissue, "where": where, "chain": stage.stage.chain}
    body["collected_at"] = stage.instant(collected_at)
    stage.post(who, f"{API}/donations/", body)


def eligibility(stage: ApiStage, who: str, *, din: str, decision: str, reason: str = "") -> None:
    """Decide about a donation."""
    url = f"{API}/donations/{din}/"
    body = {"product": stage.stage.product, "decision": decision, "reason": reason}
    stage.sign(who, f"{url}eligibility/", body, seen=url)


def health(stage: ApiStage, who: str, *, din: str, answered_at: str, answers: Mapping[str, str]) -> None:
    """Record what the questionnaire and the chart say."""
    rows = [{"question": key, "text": stage.text(text)} for key, text in answers.items()]
    body = {"answers": rows, "answered_at": stage.instant(answered_at)}
    stage.post(who, f"{API}/donations/{din}/health/", body)


def countersign(stage: ApiStage, who: str, *, din: str) -> None:
    """Countersign the decision about a donation."""
    url = f"{API}/donations/{din}/"
    stage.sign(who, f"{url}countersignature/", seen=url)


def excursion(stage: ApiStage, who: str, *, began: str, ended: str, **seen: str) -> None:
    """Record an excursion of an instrument."""
    stage.post(who, f"{API}/excursions/", {**seen, "began_at": stage.instant(began), "ended_at": stage.instant(ended)})


VERBS: dict[str, ApiVerb] = {
    "train": train,
    "rooms": rooms,
    "instruments": instruments,
    "lots": lots,
    "take": take,
    "prepare": prepare,
    "donor": donor,
    "screening": screening,
    "collection": collection,
    "eligibility": eligibility,
    "health": health,
    "countersign": countersign,
    "excursion": excursion,
}
