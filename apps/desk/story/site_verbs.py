"""What a story says about a site's ground: master records, lots, instruments, donors."""

from datetime import datetime, timedelta
from typing import Any

from apps.batches.services.excursions import record_excursion
from apps.desk.story.stage import Stage, Verb
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
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, SampleKind
from apps.facility.models import Instrument, Room
from apps.facility.selectors import plates as every_plate
from apps.facility.services import (
    clear_line,
    install_instrument,
    leave_room,
    open_room,
    plan_point,
    read_plate,
    take_plate,
)
from apps.identity.facts import Person
from apps.identity.models import Chain, Donor
from apps.identity.rules.contents import write_donation_number
from apps.identity.services import register_donor
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import prepare_reagent, receive_lot, release_lot, take_stock
from apps.products.facts import Duration


def rooms(stage: Stage, who: str, at: datetime, *, rooms: list[dict[str, str]]) -> None:
    """Open the rooms of the site."""
    for room in rooms:
        open_room(site=stage.site, actor=stage.actor(who), at=at, **room)


def instruments(stage: Stage, who: str, at: datetime, *, instruments: list[dict[str, str]]) -> None:
    """Install instruments: calibrated until `due`, qualified until `qualified`."""
    for one in instruments:
        particulars = dict(one)
        for said, column in (("due", "calibration_due"), ("qualified", "qualified_until")):
            if said in particulars:
                particulars[column] = stage.instant(particulars.pop(said))
        particulars["room"] = Room.objects.get(code=particulars["room"])
        install_instrument(site=stage.site, actor=stage.actor(who), at=at, **particulars)


def points(stage: Stage, who: str, at: datetime, *, room: str, points: list[dict[str, str]]) -> None:
    """Plan the points at which the environment of a room is sampled."""
    found = Room.objects.select_related("record", "site").get(code=room)
    for one in points:
        particulars: dict[str, Any] = {**one, "kind": SampleKind(one["kind"]), "grade": Grade(one["grade"])}
        plan_point(room=found, actor=stage.actor(who), at=at, **particulars)


def clear_room(stage: Stage, who: str, at: datetime, *, room: str) -> None:
    """Clear a room for the batch of the story."""
    found = Room.objects.select_related("record", "site").get(code=room)
    signing = stage.signing(clearance_content(found, stage.batch.record), at, who)
    clear_line(room=found, cleared_for=stage.batch.record, signing=signing, actor=stage.actor(who), at=at)


def leave(stage: Stage, who: str, at: datetime, *, room: str) -> None:
    """The batch has left a room."""
    found = Room.objects.select_related("record", "site").get(code=room)
    leave_room(room=found, actor=stage.actor(who), at=at)


def plates(stage: Stage, who: str, at: datetime, *, room: str, plates: dict[str, str]) -> None:
    """Take samples of the environment: the number of each by its point."""
    found = Room.objects.select_related("record", "site").get(code=room)
    for code, number in plates.items():
        point = found.points.select_related("room").get(code=code)
        take_plate(room=found, point=point, number=number, taken_at=at, actor=stage.actor(who), at=at)


def counted(stage: Stage, who: str, at: datetime, *, plate: str, count: str, organism: str = "") -> None:
    """Read a sample of the environment."""
    said = {"count": count, "organism": organism, "read_at": at}
    read_plate(plate=every_plate().get(number=plate), actor=stage.actor(who), at=at, **said)


def lots(stage: Stage, who: str, at: datetime, *, lots: list[dict[str, str]], released_by: str = "") -> None:
    """Receive lots; `life_after_opening` is that of an opened container. QA releases them where the story says so."""
    for one in lots:
        particulars: dict[str, Any] = dict(one)
        expiry, life = stage.instant(particulars.pop("expires")), particulars.pop("life_after_opening", "")
        if life:
            particulars["life_after_opening"] = Duration.parse(life).timedelta
        lot = receive_lot(site=stage.site, expiry=expiry.isoformat(), actor=stage.actor(who), at=at, **particulars)
        if released_by:
            signing = stage.signing(lot_content(lot, LotVerb.RELEASE), at, released_by)
            release_lot(lot=lot, signing=signing, actor=stage.actor(released_by), at=at)


def take(stage: Stage, who: str, at: datetime, *, lot: str, amount: str, place: str = "") -> None:
    """An amount of a lot is used in a step of the batch."""
    found = MaterialLot.objects.select_related("record", "site").get(number=lot)
    used_in, actor = stage.batch.record, stage.actor(who)
    take_stock(lot=found, amount=amount, used_in=used_in, taken_at=at, place=place, actor=actor, at=at)


def prepare(stage: Stage, who: str, at: datetime, *, number: str, material: str, of: list[str], life: int) -> None:
    """Make a reagent from lots; `life` in hours."""
    prepare_reagent(
        number=number,
        material=material,
        components=[MaterialLot.objects.get(number=one) for one in of],
        own_life=timedelta(hours=life),
        site=stage.site,
        prepared_at=at,
        actor=stage.actor(who),
        at=at,
    )


def donor(
    stage: Stage, who: str, at: datetime, *, number: str, donor_class: str, person: dict[str, str], consent: dict
) -> None:
    """Register a donor and the consent they signed."""
    actor = stage.actor(who)
    registered = register_donor(
        number=number, site=stage.site, donor_class=donor_class, person=Person(**person), actor=actor, at=at
    )
    particulars = {**consent, "signed_at": stage.instant(consent["signed_at"])}
    record_consent(donor=registered, actor=actor, at=at, **particulars)


def screening(
    stage: Stage, who: str, at: datetime, *, donor: str, laboratory: str, specimen_at: str, results: dict
) -> None:
    """Record the screening of a donor, test by test."""
    for test, found in results.items():
        record_screening(
            donor=Donor.objects.get(number=donor),
            test=test,
            results=[(key, str(text)) for key, text in found.items()],
            laboratory=laboratory,
            specimen_at=stage.instant(specimen_at),
            actor=stage.actor(who),
            at=at,
        )


def collection(
    stage: Stage, who: str, at: datetime, *, din: str, donor: str, tissue: str, where: str, collected_at: str
) -> None:
    """Collect tissue under a donation number; the symbol of its tag is scanned."""
    record_collection(
        chain=Chain.objects.get(number=stage.chain) if stage.chain else None,
        din=write_donation_number(din).text,
        donor=Donor.objects.get(number=donor),
        tissue=tissue,
        collected_at=stage.instant(collected_at),
        where=where,
        actor=stage.actor(who),
        at=at,
    )


def eligibility(stage: Stage, who: str, at: datetime, *, din: str, decision: str, reason: str = "") -> None:
    """Decide about a donation."""
    donation = _donation(din)
    decided = Eligibility(decision)
    content = eligibility_content(donation, stage.version, decided, reason)
    decide_eligibility(
        donation=donation,
        product_version=stage.version,
        decision=decided,
        reason=reason,
        signing=stage.signing(content, at, who),
        actor=stage.actor(who),
        at=at,
    )


def health(stage: Stage, who: str, at: datetime, *, din: str, answered_at: str, answers: dict[str, str]) -> None:
    """Record what the questionnaire and the chart say."""
    record_health(
        donation=_donation(din),
        answers=[(key, stage.text(text)) for key, text in answers.items()],
        answered_at=stage.instant(answered_at),
        actor=stage.actor(who),
        at=at,
    )


def countersign(stage: Stage, who: str, at: datetime, *, din: str) -> None:
    """Quality assurance countersigns the decision about a donation."""
    donation = _donation(din)
    signing = stage.signing(countersign_content(donation), at, who)
    countersign_eligibility(donation=donation, signing=signing, actor=stage.actor(who), at=at)


def _donation(din: str) -> Donation:
    return Donation.objects.select_related("record", "donor__record", "donor__site", "site").get(din=din)


def excursion(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    instrument: str,
    condition: str,
    worst: str,
    unit: str,
    began: str,
    ended: str,
    note: str,
) -> None:
    """An instrument lay outside its range for a time."""
    record_excursion(
        instrument=Instrument.objects.get(number=instrument),
        condition=condition,
        worst=worst,
        unit=unit,
        began_at=stage.instant(began),
        ended_at=stage.instant(ended),
        note=note,
        actor=stage.actor(who),
        at=at,
    )


VERBS: dict[str, Verb] = {
    "rooms": rooms,
    "instruments": instruments,
    "points": points,
    "clear_room": clear_room,
    "leave": leave,
    "plates": plates,
    "counted": counted,
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
