"""One of everything at NANHU, so that every address leads somewhere; and every address, by introspection."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.audit.models import Checkpoint, Entry, Record
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.blinding.models import CodeHolder
from apps.core.actor import SYSTEM
from apps.disposal.models import ProofFile
from apps.documents.models import Document
from apps.donation.models import Consent
from apps.dosing.models import TreatmentOrder
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, Point, SampleKind
from apps.facility.models import Room
from apps.facility.services import clear_line, install_probe, open_room, plan_point, take_plate
from apps.facility.services.probing import Came
from apps.identity.models import Chain, Donor, Recipient
from apps.lookback.models import FailureReport, LookBack, PhysicianNotice, RecallDuty
from apps.organisation.access import Access, access_of
from apps.organisation.models import RoleHeld, Training
from apps.quality.content import open_deviation_content
from apps.quality.facts import CapaKind, EventKind, Severity
from apps.quality.facts import Planned as Action
from apps.quality.models import Hold
from apps.quality.services import open_deviation, plan_capa, report_event, stop_record
from apps.stability.models import ExtendedUnit, Extension, Study, StudyPoint, StudyUnit
from apps.storage.facts import StoreKind
from apps.storage.models import StoreExcursion
from apps.storage.services import add_box, open_store, take_readings
from apps.supply.facts import Route
from apps.supply.models import NamedSupply
from apps.testing.facts import InvestigationState
from apps.testing.models import ControlValue, Investigation, Line, Result, RetestPlan
from apps.transport.models import LoggerFile
from apps.units.models import Unit
from apps.vigilance.facts import Category, Reported
from apps.vigilance.models import AdverseEvent
from apps.vigilance.services import receive_complaint
from tests.banks.story import master
from tests.blinding.story import begun, named
from tests.cast import AT, Cast, actor, sign_as, site_of
from tests.disposal.story import requested, with_print_out
from tests.documents.story import issued
from tests.dosing.story import ordered
from tests.lookback.story import looked_back
from tests.products.making import planned
from tests.recall.story import opened
from tests.testing.story import entered, filled, received_sample, running_batch
from tests.transport.story import on_the_way, released, with_file

NOUNS = {
    "batches": "batch", "release": "batch", "units": "unit", "samples": "sample", "runs": "run", "lots": "lot",
    "instruments": "equipment", "donors": "donor", "donations": "donation", "products": "product", "events": "event",
    "deviations": "deviation", "prepare": "batch", "clear": "batch", "draw": "batch", "analysis": "batch",
    "excursions": "equipment", "open": "batch", "recipients": "recipient", "orders": "order",
    "chains": "chain", "disposals": "disposal", "disposal": "disposal", "stores": "store",
    "probes": "probe", "look-backs": "lookback", "lookback": "lookback",
    "rooms": "room", "plates": "plate", "take": "batch",
    "investigations": "oos", "capas": "capa",
    "supplies": "supply", "supply": "supply",
    "shipments": "shipment", "transport": "shipment", "banks": "batch", "blinding": "batch",
    "recalls": "recall", "recall": "recall",
    "studies": "study", "stability": "study", "extensions": "extension",
    "complaints": "complaint", "adverse-events": "adverse", "adverse": "adverse",
}  # fmt: skip
UNKNOWN = "00000000-0000-4000-8000-000000000000"
INCUBATE = "expansion%5B1%5D.incubate"
TEMPERATURE = f"{INCUBATE}.temperature"
PLACES = {"steps": INCUBATE, "sections": "explant", "values": TEMPERATURE}
FIXED = {
    "username": "vera", "address": "batch%2FCT-0042", "page": "step", "chapter": "preparation", "version": "1",
    "quantity": "co2", "month": "3",
    "code": "X7K2-M9QD-4R", "site": "NANHU", "counted": "LABELS", "test": "endotoxin", "parameter": "endotoxin",
}  # fmt: skip
OF_A_KIND = {
    ("donors", "test"): "hiv",
    ("rooms", "code"): "ST-001",
    ("banks", "number"): "CT-0900",
    ("blinding", "number"): "BK-0001",
}
LOOKED_UP: dict[str, Callable[[], Any]] = {
    "size": lambda: Checkpoint.objects.values_list("size", flat=True).first(),
    "control": lambda: ControlValue.objects.values_list("control", flat=True).first(),
}
KEYS: dict[str, type[Model]] = {
    "roles": RoleHeld, "holds": Hold, "results": Result, "lines": Line, "consents": Consent, "files": ProofFile,
    "holders": CodeHolder, "store-excursions": StoreExcursion, "storage/excursions": StoreExcursion,
    "logger": LoggerFile, "duties": RecallDuty, "notices": PhysicianNotice, "account/trainings": Training,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One address: its pattern, its view, and a real path that leads to something at NANHU."""

    route: str
    path: str
    view: Any
    app_names: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return issubclass(getattr(self.view, "cls", object), APIView)

    @property
    def takes_json(self) -> bool:
        return any(issubclass(parser, JSONParser) for parser in self.view.cls.parser_classes)

    @property
    def is_public(self) -> bool:
        if self.is_api:
            return AllowAny in self.view.cls.permission_classes
        return not getattr(self.view, "login_required", True)

    @property
    def access(self) -> Access:
        return access_of(self.view, self.app_names)

    @property
    def names_a_thing(self) -> bool:
        return "<" in self.route

    @property
    def nowhere(self) -> "Place":
        """The same address of a thing that does not exist."""
        invented = {"int": "999999", "slug": "none", "uuid": UNKNOWN}
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: invented.get(found[1], "NONE-1"), _plain(self.route))
        return replace(self, path=f"/{path}")


def build_world(cast: Cast) -> None:
    """A running batch with units, a sample on a run, a document; an event, a deviation, a stop; a disposal, a way."""
    assert cast.vera.is_active  # the account that addresses name
    batch = running_batch(cast)
    filled(cast, batch)
    sample = received_sample(cast, batch)
    entered(cast, batch, sample, "endotoxin")
    _investigation(batch)
    issued()
    ordered(cast)
    record = batch.record
    with audited(actor=actor(cast.olga), action="excursion", at=AT, touching=[record]) as change:
        said: dict[str, Any] = {"subject": record, "kind": EventKind.EXCURSION, "severity": Severity.MAJOR}
        events = [report_event(change, template="INC-07 was at 35.2 °C.", **said) for _ in range(2)]
    judged = {"classification": Severity.MAJOR, "rationale": "Outside the range"}
    signing = sign_as(cast.quinn, open_deviation_content(event=events[1], **judged))
    deviation = open_deviation(event=events[1], signing=signing, actor=actor(cast.quinn), at=AT, **judged)
    due, kind = AT + timedelta(days=9), CapaKind.CORRECTIVE
    action = Action(kind=kind, what="New seal", owner="vera", due_at=due, criterion="No alarm", check_at=due)
    plan_capa(source=deviation.record, subject=record, planned=action, actor=actor(cast.quinn), at=AT)
    stop_record(record=record, reason="Cloudy", actor=actor(cast.olga), at=AT)
    with_print_out(cast, requested(cast, batch, "CT-0042-U09"))
    _store(cast)
    _chain()
    _way(cast)
    planned(cast, master())  # a bank, from which something could be drawn
    named(cast, begun(cast, "kit", "BK-0001", AT), cast.stella, at=AT)  # a lot of kits with a holder of its code
    _look_back(cast)
    _supply()
    _vigilance(cast)
    opened(cast, "unit/CT-0043-U01", at=AT)  # a mock recall of one unit
    _stability(batch)


def _stability(batch: Batch) -> None:
    """A study of the batch with one month, a later expiry of one of its units; how it comes about is told elsewhere."""
    unit = Unit.objects.select_related("record").get(number="CT-0042-U02")
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[batch.record, unit.record]) as change:
        number = f"{batch.number}-ST01"
        opened = {"opened_at": AT, "opened_by": "quinn", "opened_name": "Quinn Qian"}
        study = Study(batch=batch, n=1, number=number, started_at=AT, **opened)
        study.record = change.open_record("study", number, site="NANHU")
        change.create(study)
        change.create(StudyUnit(record=study.record, study=study, unit=unit))
        when = {"due_at": AT, "opens_at": AT, "ends_at": AT}
        change.create(StudyPoint(record=study.record, study=study, month=3, key="ST01-M03", **when))
        number = f"{batch.number}-X01"
        proposed = {"proposed_at": AT, "proposed_by": "quinn", "proposed_name": "Quinn Qian"}
        extension = Extension(study=study, batch=batch, number=number, months=6, ground="Month 6", **proposed)
        extension.record = change.open_record("extension", number, site="NANHU")
        change.create(extension)
        dates = {"old_expires_at": unit.expires_at, "new_expires_at": unit.expires_at + timedelta(days=30)}
        change.create(ExtendedUnit(record=extension.record, extension=extension, unit=unit, **dates))


def _investigation(batch: Batch) -> None:
    """A result under investigation, a plan of retests proposed; how it comes about is told elsewhere."""
    line = Line.objects.filter(sample__batch=batch).select_related("run").get()
    said: dict[str, Any] = {
        "batch": batch,
        "line": line,
        "test": line.run.test,
        "state": InvestigationState.INVALIDATED,
    }
    said |= {"opened_at": AT, "opened_by": "anna", "opened_name": "Anna Arendt", "due_at": AT, "cause": "METHOD"}
    said |= {"decided_at": AT, "decided_by": "quentin", "decided_name": "Quentin Quist", "number": "CT-0042-O01"}
    plan: dict[str, Any] = {"kind": "RETEST", "analyst": "ada", "analyst_name": "Ada Almeida", "retests": 1}
    plan |= {"method": line.run.method, "method_version": line.run.method_version, "rationale": "Once"}
    plan |= {"proposed_at": AT, "proposed_by": "hugo", "proposed_name": "Hugo Hahn"}
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        record = change.open_record("oos", "CT-0042-O01", site="NANHU")
        found = change.create(Investigation(record=record, **said))
        change.create(RetestPlan(record=record, investigation=found, **plan))


def _chain() -> None:
    """A chain of identity between a donor and a patient who are there; how one is issued is told elsewhere."""
    said: dict[str, Any] = {"donor": Donor.objects.first(), "recipient": Recipient.objects.first(), "issued_at": AT}
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        record = change.open_record("chain", "CHA999926ABC123", site="NANHU")
        chain = Chain(record=record, number=record.number, site=site_of("NANHU"), kind="DIRECTED", product="x", **said)
        change.create(chain)


def _way(cast: Cast) -> None:
    """A shipment under way, of another batch; the file of its logger."""
    batch = running_batch(cast, "CT-0043", 2)
    released(cast, batch)
    with_file(cast, on_the_way(cast, batch, "CT-0043-U01", "CT-0043-U02"))


def _look_back(cast: Cast) -> None:
    """A look-back from the donor of the units under way; it holds, so it comes last."""
    looked_back(cast, Unit.objects.get(number="CT-0043-U01").batch.donation.donor)


def _supply() -> None:
    """Units agreed to for the patient of the order, whose physician has to read of others that failed; how that comes
    about is told elsewhere."""
    order = TreatmentOrder.objects.select_related("record", "recipient").get()
    said: dict[str, Any] = {"route": Route.CONDITIONAL, "informed": "At the visit", "agreed_at": AT}
    said |= {"agreed_by": "paula", "agreed_name": "Paula Petrova", "recipient": order.recipient, "order": order.record}
    looked = LookBack.objects.select_related("record").get()
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[looked.record]) as change:
        record = change.open_record("supply", f"{order.number}-N1", site="NANHU")
        change.create(
            NamedSupply(record=record, number=record.number, batch=Batch.objects.get(number="CT-0042"), **said)
        )
        told = {"record": looked.record, "look_back": looked, "order": order.record, "recipient": order.recipient}
        change.create(PhysicianNotice(units=["CT-0043-U01"], due_at=AT, **told))
        change.create(FailureReport(record=looked.record, look_back=looked, due_at=AT))


def _vigilance(cast: Cast) -> None:
    """A complaint about a unit; an adverse event of the order: how it comes about is told elsewhere."""
    order = TreatmentOrder.objects.select_related("record", "recipient").get()
    unit = Unit.objects.select_related("record", "batch__site", "batch__record").get(number="CT-0042-U01")
    said = Reported("Ward 5", "by phone", AT, Category.LABEL, Severity.MINOR, "The label is torn.")
    receive_complaint(site=site_of("NANHU"), said=said, concerned=[unit], actor=actor(cast.olga), at=AT)
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        record = change.open_record("adverse", f"{order.number}-AE01", site="NANHU")
        seen: dict[str, Any] = {"term": "Chills", "grade": 2, "outcome": "RECOVERED", "onset_at": AT, "known_at": AT}
        seen |= {"clock_from": AT, "recorded_at": AT, "recorded_by": "nils", "recorded_name": "Nils", "assess_by": AT}
        who = {"order": order, "recipient": order.recipient}
        change.create(AdverseEvent(record=record, number=record.number, **who, **seen))


def _store(cast: Cast) -> None:
    """A tank with one box and a probe that read too warm."""
    keeper: dict[str, Any] = {"actor": actor(cast.quinn), "at": AT}
    said: dict[str, Any] = {"grade": Grade.UNCLASSIFIED, "label_en": "Cryo store", "label_zh": "低温库"}
    room = open_room(code="ST-001", site=site_of("NANHU"), **said, **keeper)
    _environment(cast, room)
    tank = open_store(
        number="LN-03", kind=StoreKind.TANK, label="Tank", room=room, low=None, high=Decimal(-150), **keeper
    )
    add_box(store=tank, rack="4", code="2", rows=8, columns=8, **keeper)
    probe = install_probe(number="TP-31", watches=tank.record, site=tank.site, unit="Cel", silent_after=15, **keeper)
    warm = [Point(1, AT - timedelta(minutes=10), Decimal(-140), "-140")]
    take_readings(store=tank, probe=probe, points=warm, came=Came("api", "Cel"), **keeper)


def _environment(cast: Cast, room: Room) -> None:
    """A room cleared for the batch, a planned point and a sample of it."""
    batch, olga = Record.objects.get(address="batch/CT-0042"), actor(cast.olga)
    point = plan_point(room=room, code="S1", kind=SampleKind.SETTLE, grade=Grade.C, actor=actor(cast.quinn), at=AT)
    signing = sign_as(cast.olga, clearance_content(room, batch))
    clear_line(room=room, cleared_for=batch, signing=signing, actor=olga, at=AT)
    take_plate(room=room, point=point, number="P-001", taken_at=AT, actor=olga, at=AT)


def every_place() -> list[Place]:
    """Every address but those of the administration pages, which have a test of their own."""
    return [_place(route, pattern, names) for route, pattern, names in _walk(get_resolver()) if "admin" not in names]


def _walk(
    resolver: URLResolver, prefix: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route, (*names, pattern.app_name) if pattern.app_name else names)
        else:
            yield route, pattern, names


def _place(route: str, pattern: URLPattern, names: tuple[str, ...]) -> Place:
    noun = _noun(route)
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _value(found[1], noun, route), _plain(route))
    return Place(route, path, pattern.callback, names)


def _noun(route: str) -> str:
    """What an address is about: of the words before the thing it names, the last that is the name of a kind."""
    words = [part.lstrip("^") for part in route.partition("<")[0].split("/") if part not in ("", "api", "v1")]
    return next((word for word in reversed(words) if word in NOUNS), words[0] if words else "")


def _plain(route: str) -> str:
    # A regular expression as a route: its groups become parameters, one of its verbs is taken.
    simple = re.sub(r"\(\?P<(\w+)>\[\^/\]\+\)", r"<\1>", route)
    return re.sub(r"\(\?P<\w+>(\w+)(?:\|\w+)*\)", r"\1", simple).replace("^", "").replace("$", "")


def _value(name: str, noun: str, route: str) -> str:
    if name == "address" and "/trace/" in f"/{route}":
        return f"{FIXED[name]}%2F{TEMPERATURE}"
    if name == "place":
        return PLACES.get(next((part for part in PLACES if f"/{part}/" in route), ""), "explant")
    if (noun, name) in OF_A_KIND or name in FIXED:
        return OF_A_KIND.get((noun, name)) or FIXED[name]
    if name == "pk":
        return str(_entry() if "<uuid:" in route else _key(route))
    if name in LOOKED_UP:
        return str(LOOKED_UP[name]() or 1)
    return "1" if f"<int:{name}>" in route else _number(noun)


def _entry() -> object:
    """An entry of our batch."""
    of_ours = Entry.objects.filter(record__site="NANHU", record__kind="batch").order_by("n")
    return of_ours.values_list("pk", flat=True).first() or UNKNOWN


def _number(noun: str) -> str:
    document = Document.objects.exclude(file_sha256="").first()
    if noun == "documents" and document:
        return document.number
    first = Record.objects.filter(kind=NOUNS.get(noun, ""), site="NANHU").order_by("pk").first()
    return quote(first.number, safe="") if first else "1"


def _key(route: str) -> int:
    for part, model in KEYS.items():
        row = model._base_manager.order_by("pk").first() if f"{part}/" in route else None
        if row is not None:
            return int(row.pk)
    return 1
