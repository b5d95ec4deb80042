"""A batch of the small preparation, told through the services: planned, started, filled in, signed, checked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from apps.audit.services import audited
from apps.batches import content
from apps.batches.facts.words import Verb
from apps.batches.models import Attachment, Batch, RecordedValue, Step
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.situation import history_of
from apps.batches.services.checking import check_section, witness_step
from apps.batches.services.correcting import correct_value
from apps.batches.services.files import attach_file, certify_true_copy
from apps.batches.services.occurring import start_occurrence
from apps.batches.services.planning import finish_batch, plan_batch, start_batch
from apps.batches.services.recording import record_value
from apps.batches.services.signing import complete_step, sign_section, sign_step
from apps.batches.services.vessels import open_vessels
from apps.core.actor import SYSTEM
from apps.core.errors import Happened
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
from apps.identity.models import Donor
from apps.identity.rules.contents import write_donation_number
from apps.identity.services import register_donor
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import receive_lot, release_lot
from apps.organisation.models import User
from apps.products.definition import ChoiceParameter, EqualsLimit, OneOfLimit
from apps.products.definition.parameters import Recordable
from apps.products.facts import Place, VersionState
from apps.products.loader import SEEDS, Loaded, read_product, standard_tables, validated
from apps.products.models import ProductVersion
from apps.products.reading import Reading, read_yaml
from apps.quality.models import Event, Hold
from apps.signatures.facts import SignedContent, Signer
from apps.signatures.services import sign
from tests.cast import AT, Cast, actor, sign_as, site_of, train

SMALL = Path(__file__).parent / "small.yaml"
SOON = timedelta(minutes=1)
DIN = "G123426000117"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@cache
def small_data() -> dict[str, Any]:
    """What the product of the seeds says, with the small preparation in place of its own."""
    whole = read_product(SEEDS / "products" / "msc_covid19" / "v1")
    data = {**whole.data, "preparation": read_yaml(SMALL.read_text(encoding="utf-8"), SMALL.name).data}
    units = {**data["units"], "container": {**data["units"]["container"], "material": "medium"}}
    return {**data, "units": units}


def small_record() -> Loaded:
    """The product of the seeds with the small preparation."""
    return validated(Reading(small_data()), standard_tables())


def approved(loaded: Loaded, *, state: VersionState = VersionState.APPROVED) -> ProductVersion:
    """The version as a row with its two signatures; how it gets them is told in the tests of products."""
    definition = loaded.definition
    number = f"{definition.key}-v{definition.version}"
    with audited(actor=SYSTEM, action="product.imported", at=AT) as change:
        record = change.open_record("product", number, site="NANHU")
        signature = [_signature(change, record, verb) for verb in ("product_sign", "product_approve")]
        version = ProductVersion(record=record, key=definition.key, version=definition.version, text=loaded.text)
        version.sha256, version.sites = loaded.sha256, f" {' '.join(definition.authorisation.sites)} "
        version.title_en, version.title_zh = definition.title.en, definition.title.zh
        version.state, version.imported_at, version.imported_by = state, AT, SYSTEM.username
        version.author_signature = signature[0] if state is not VersionState.DRAFT else None
        version.approval_signature = signature[1] if state is VersionState.APPROVED else None
        version.approved_at = AT
        return change.create(version)


def _signature(change: Any, record: Any, verb: str) -> Any:
    shown = SignedContent(verb, record.address, "I approve.")
    return sign(change, signer=Signer(SYSTEM, None, shown.hash), record=record, content=shown, site="NANHU")


def donor(cast: Cast, number: str = "D-0117", *, at: datetime = AT - timedelta(days=3)) -> Donor:
    """A donor who consented to everything the product asks for."""
    paula, asked = actor(cast.paula), small_record().definition.donation.consent
    person = Person("Wang Fang", "1994-02-11", "330402199402110021")
    found = register_donor(
        number=number, site=site_of("NANHU"), donor_class="allogeneic", person=person, actor=paula, at=at
    )
    record_consent(
        donor=found,
        version="3.1",
        signatory="mother",
        scopes=asked.required_scopes,
        ethics_reference="EC-2026-014",
        signed_at=at,
        actor=paula,
        at=at,
    )
    return found


def collected(
    cast: Cast, of: Donor, din: str = DIN, *, at: datetime = AT - timedelta(days=1), **answers: str
) -> Donation:
    """A cord, collected the day before the story begins, with the medical history that was asked then."""
    found = record_collection(
        din=write_donation_number(din).text,
        donor=of,
        tissue="cord",
        collected_at=at,
        where="Ward 3",
        actor=actor(cast.paula),
        at=at,
    )
    healthy(cast, found, at=at, **answers)
    return found


def screened(cast: Cast, of: Donor, *, but: str = "", at: datetime = AT - timedelta(days=1)) -> None:
    """Every screening test with a result that passes; none for the test named in `but`."""
    for test in small_record().definition.donation.screening:
        if test.key != but:
            record_screening(
                donor=of,
                test=test.key,
                results=[(result.key, passing(result)) for result in test.results],
                laboratory="Lab 1",
                specimen_at=at,
                actor=actor(cast.paula),
                at=at,
            )


def passing(parameter: Recordable) -> str:
    """A text that meets the limit of a parameter; a day lies long enough ago for every interval."""
    limit = parameter.limit
    if parameter.kind == "YES_NO" and limit is None:
        return "no"
    if parameter.kind == "DATE":
        return (AT - timedelta(days=200)).date().isoformat()
    if isinstance(limit, EqualsLimit):
        return limit.value
    if isinstance(limit, OneOfLimit):
        return limit.values[0]
    if isinstance(parameter, ChoiceParameter):
        return parameter.options[0].key
    high = None if getattr(limit, "high_open", False) else getattr(limit, "high", None)
    return str(high or getattr(limit, "low", None) or "1")


def decide(
    cast: Cast, donation: Donation, version: ProductVersion, decision: Eligibility, reason: str = ""
) -> Donation:
    """Paula decides about a donation; Quinn countersigns when she finds it eligible."""
    shown = eligibility_content(donation, version, decision, reason)
    decided = decide_eligibility(
        donation=donation,
        product_version=version,
        decision=decision,
        reason=reason,
        signing=sign_as(cast.paula, shown),
        actor=actor(cast.paula),
        at=AT,
    )
    return countersigned(cast, decided) if decision is Eligibility.ELIGIBLE else decided


def countersigned(cast: Cast, donation: Donation, *, at: datetime = AT) -> Donation:
    """Quinn countersigns the decision about a donation."""
    signing = sign_as(cast.quinn, countersign_content(donation), at=at)
    return countersign_eligibility(donation=donation, signing=signing, actor=actor(cast.quinn), at=at)


def healthy(
    cast: Cast,
    donation: Donation,
    *,
    at: datetime = AT - timedelta(days=1),
    product: Loaded | None = None,
    **answers: str,
) -> None:
    """The medical history of a donor whom nothing excludes, but for what is said."""
    medical = (product or small_record()).definition.donation.eligibility
    said = {one.key: passing(one) for one in medical.criteria} | {one.key: "no" for one in medical.exclusions}
    record_health(
        donation=donation,
        answers=[(key, text) for key, text in (said | answers).items() if text],
        answered_at=at,
        actor=actor(cast.paula),
        at=at,
    )


def lot(
    cast: Cast, number: str, material: str, *, expiry: str = "2027-03", released: bool = True, **particulars: Any
) -> MaterialLot:
    """A lot in the store."""
    where = {"site": site_of("NANHU"), "actor": actor(cast.stella), "at": AT}
    received = receive_lot(number=number, material=material, expiry=expiry, **particulars, **where)
    if released:
        shown = lot_content(received, LotVerb.RELEASE)
        release_lot(lot=received, signing=sign_as(cast.quinn, shown), actor=actor(cast.quinn), at=AT)
    return received


def instrument(cast: Cast, number: str, kind: str, **particulars: object) -> Instrument:
    """An instrument in service."""
    found = {"calibration_due": AT + timedelta(days=180), **particulars}
    return install_instrument(
        number=number, kind=kind, label=kind, site=site_of("NANHU"), actor=actor(cast.quinn), at=AT, **found
    )


@dataclass
class Room:
    """A running batch and the people around it; time moves on with every act."""

    cast: Cast
    batch: Batch
    now: datetime = AT
    lots: dict[str, MaterialLot] = field(default_factory=dict)

    def later(self, **span: float) -> "Room":
        self.now += timedelta(**span)
        return self

    def enter(self, place: str, text: str, *, who: User | None = None, **more: Any) -> RecordedValue:
        self.now += SOON
        person = actor(who or self.cast.olga)
        return record_value(batch=self.batch, place=place, text=text, actor=person, at=self.now, **more)

    def correct(self, place: str, text: str, reason: str = "Misread the display", **more: Any) -> RecordedValue:
        self.now += SOON
        shown = [row.pk for row in history_of(self.batch, Place.parse(place))] or [0]
        return correct_value(
            **{
                "batch": self.batch,
                "place": place,
                "supersedes": shown[-1],
                "text": text,
                "reason": reason,
                "actor": actor(self.cast.olga),
                "at": self.now,
                **more,
            }
        )

    def complete(self, step: str, *, who: User | None = None, **more: Any) -> Step:
        self.now += SOON
        return complete_step(batch=self.batch, step=step, actor=actor(who or self.cast.olga), at=self.now, **more)

    def sign_step(self, step: str, *, who: User | None = None, happened: Happened | None = None) -> Step:
        self.now += SOON
        person = who or self.cast.olga
        shown = sign_as(person, content.step_content(self.batch, Place.parse(step)), at=self.now)
        said = {"signing": shown, "actor": actor(person), "at": self.now, "happened": happened}
        return sign_step(batch=self.batch, step=step, **said)

    def witness(self, step: str, *, who: User | None = None) -> Step:
        self.now += SOON
        shown = content.witness_content(self.batch, Place.parse(step))
        signing = sign_as(who or self.cast.vera, shown, at=self.now, on=self.cast.olga)
        return witness_step(batch=self.batch, step=step, signing=signing, actor=actor(self.cast.olga), at=self.now)

    def sign_section(self, section: str, *, who: User | None = None) -> list[Step]:
        self.now += SOON
        person = who or self.cast.olga
        shown = content.section_content(self.batch, Place.parse(section), person.username)
        signing = sign_as(person, shown, at=self.now)
        return sign_section(batch=self.batch, section=section, signing=signing, actor=actor(person), at=self.now)

    def check(self, section: str, *, who: User | None = None) -> list[Step]:
        self.now += SOON
        person = who or self.cast.vera
        signing = sign_as(person, content.check_content(self.batch, Place.parse(section)), at=self.now)
        return check_section(batch=self.batch, section=section, signing=signing, actor=actor(person), at=self.now)

    def again(self, place: str, **more: Any) -> list[Step]:
        self.now += SOON
        return start_occurrence(batch=self.batch, place=place, actor=actor(self.cast.olga), at=self.now, **more)

    def flasks(self, step: str, count: int = 2, kind: str = "flask") -> list[Any]:
        self.now += SOON
        return open_vessels(
            batch=self.batch, step=step, kind=kind, count=count, actor=actor(self.cast.olga), at=self.now
        )

    def finish(self) -> Batch:
        self.now += SOON
        shown = content.move_content(Verb.FINISH, batch_now(self.batch))
        signing = sign_as(self.cast.olga, shown, at=self.now)
        return finish_batch(batch=self.batch, signing=signing, actor=actor(self.cast.olga), at=self.now)

    def events(self) -> list[str]:
        return list(Event.objects.filter(subject=self.batch.record).order_by("pk").values_list("kind", flat=True))

    def holds(self) -> list[str]:
        open_ones = Hold.objects.filter(record=self.batch.record, lifted_at=None).exclude(key__startswith="test:")
        return list(open_ones.order_by("pk").values_list("key", flat=True))

    def receipt(self) -> "Room":
        """The first section, filled in."""
        self.enter("receipt.arrive.arrived_at", "2026-11-05 14:00")
        self.enter("receipt.arrive.temperature", "4.1")
        self.complete("receipt.arrive")
        return self

    def clear_line(self, n: int = 1) -> "Room":
        """The line clearance of a passage: entered, witnessed, signed."""
        self.enter(f"culture[{n}].clear.clean", "yes")
        self.witness(f"culture[{n}].clear")
        self.sign_step(f"culture[{n}].clear")
        return self

    def medium(self, n: int = 1) -> "Room":
        """The medium of a passage, from released lots."""
        for number, material in ((f"MD-{n}", "medium"), ("PL-1", "lysate")):
            if number not in self.lots:
                self.lots[number] = lot(self.cast, number, material)
        self.enter(f"culture[{n}].prepare.medium", f"MD-{n}")
        self.enter(f"culture[{n}].prepare.lysate", "PL-1")
        self.enter(f"culture[{n}].prepare.share", "7.5")
        self.complete(f"culture[{n}].prepare")
        return self

    def seed(self, n: int = 1, cells: str = "1.00") -> "Room":
        """Two flasks, seeded."""
        self.flasks(f"culture[{n}].seed")
        self.enter(f"culture[{n}].seed.seeded", cells)
        self.enter(f"culture[{n}].seed.seeded_at", self.now.isoformat())
        self.complete(f"culture[{n}].seed")
        return self

    def feed(self, n: int = 1, time: int = 1, confluent: str = "yes") -> "Room":
        """One feeding of both flasks, everything scanned."""
        if not Instrument.objects.filter(number="INC-07").exists():
            instrument(self.cast, "INC-07", "incubator")
        step = f"culture[{n}].feed[{time}]"
        self.enter(f"{step}.incubator", "INC-07", scanned=True)
        for vessel in self.batch.vessels.filter(section=f"culture[{n}]"):
            self.enter(f"{step}.flask[{vessel.row}].flask", vessel.number, scanned=True)
            self.enter(f"{step}.flask[{vessel.row}].confluence", "80")
        self.enter(f"{step}.confluent", confluent)
        self.complete(step)
        return self

    def harvest(self, n: int = 1, cells: str = "8.00") -> "Room":
        """Four days later: both flasks closed."""
        self.later(days=4)
        step = f"culture[{n}].harvest"
        for vessel in self.batch.vessels.filter(section=f"culture[{n}]"):
            self.enter(f"{step}.flask[{vessel.row}].flask", vessel.number, scanned=True)
        self.enter(f"{step}.harvested_at", self.now.isoformat())
        self.enter(f"{step}.cells", cells)
        self.complete(step)
        return self

    def count(self, n: int = 1, first: str = "95.0", second: str = "94.0") -> "Room":
        """Two counts."""
        if not Instrument.objects.filter(number="CC-01").exists():
            instrument(self.cast, "CC-01", "counter")
        step = f"culture[{n}].count"
        self.enter(f"{step}.counter", "CC-01")
        self.enter(f"{step}.replicate[A].viability", first)
        self.enter(f"{step}.replicate[B].viability", second)
        self.complete(step)
        self.complete(f"culture[{n}].growth")
        return self

    def passage(self, n: int = 1, enough: str = "yes") -> "Room":
        """A whole passage, to its decision."""
        self.clear_line(n).medium(n).seed(n).feed(n).harvest(n).count(n)
        self.enter(f"culture[{n}].decide.enough", enough)
        self.sign_step(f"culture[{n}].decide")
        return self

    def whole_record(self) -> "Room":
        """Everything that a finished record needs."""
        self.receipt().passage()
        self.later(minutes=30)
        self.flasks("closing.start_fill", 1, "pool")
        self.enter("closing.start_fill.started_at", self.now.isoformat())
        self.complete("closing.start_fill")
        self.attach("closing.papers.printout")
        self.certify_copy()
        self.complete("closing.papers")
        self.sign_section("receipt")
        self.sign_section("culture[1]")
        self.check("culture[1]")
        return self

    def attach(self, place: str, image: bytes = PNG, **more: Any) -> RecordedValue:
        self.now += SOON
        return attach_file(
            batch=self.batch,
            place=place,
            name="printout.png",
            media_type="image/png",
            content=image,
            actor=actor(self.cast.olga),
            at=self.now,
            **more,
        )

    def certify_copy(self, *, who: User | None = None) -> Attachment:
        self.now += SOON
        person = who or self.cast.vera
        file = Attachment.objects.select_related("batch__record", "batch__site").get(batch=self.batch)
        signing = sign_as(person, content.true_copy_content(file), at=self.now)
        return certify_true_copy(attachment=file, signing=signing, actor=actor(person), at=self.now)


def planned_room(cast: Cast, *, version: ProductVersion | None = None, number: str = "CT-0042") -> Room:
    """A planned batch from an eligible donation; Olga and Oscar are trained on the record."""
    version = version or approved(small_record())
    of = donor(cast)
    donation = collected(cast, of)
    screened(cast, of)
    donation = decide(cast, donation, version, Eligibility.ELIGIBLE)
    for person in (cast.olga, cast.oscar):
        train(person, version.record.address)
    batch = plan_batch(
        number=number,
        product_version=version,
        site=site_of("NANHU"),
        donation=donation,
        actor=actor(cast.olga),
        at=AT,
    )
    return Room(cast, batch)


def start(room: Room, chain: str = "") -> Room:
    """Olga starts it; `chain` is what she scans from the bag."""
    shown = content.move_content(Verb.START, batch_now(room.batch))
    signing = sign_as(room.cast.olga, shown, at=room.now)
    room.batch = start_batch(batch=room.batch, chain=chain, signing=signing, actor=actor(room.cast.olga), at=room.now)
    return room
