"""The same said on a page and over the API leaves the same: rows, signatures, entries, and the same refusals."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from apps.audit.models import Audited, Entry, Record
from apps.audit.selectors import version_of
from apps.audit.services import audited
from apps.organisation.models import User
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.models import Signature
from tests.audit.owner import undone
from tests.batches.story import Room, planned_room, start
from tests.cast import SECRET, ApiPerson, Cast, actor

OF_THE_WAY = {"id", "request", "row", "salt"}  # what differs between any two requests
PLACE = "receipt.arrive.temperature"
BATCH = "/batches/CT-0042/"


class Desk:
    """A room, a person at the pages and the same person at the API."""

    def __init__(self, room: Room, person: User) -> None:
        self.room, self.person = room, person
        self.page, self.api = Client(), ApiPerson()
        self.page.post("/sign-in/", {"username": person.username, "secret": SECRET})
        self.api.sign_in(person)

    def sign_page(self, url: str, form: dict[str, str], *, person: User) -> int:
        """Fill the form, read the panel, answer it."""
        shown = self.page.post(url, form) if form else self.page.get(url)
        panel = shown.context["signing"]
        answer = {**panel["hidden"], "challenge": panel["challenge"], "username": person.username, "secret": SECRET}
        return self.page.post(url, {**form, **answer}).status_code

    def tag(self, record: Record) -> str:
        return f"{record.address}#{version_of(record)}"

    @property
    def event(self) -> Record:
        return Record.objects.filter(kind="event").latest("pk")


Way = Callable[[Desk], int]


def shown_value(desk: Desk) -> int:
    return desk.room.batch.values.filter(place=PLACE).latest("pk").pk


def correction(desk: Desk) -> dict[str, Any]:
    return {"text": "4.9", "reason": "Misread the display", "supersedes": shown_value(desk)}


def grant() -> dict[str, str]:
    return {"site": "NANHU", "role": "CHECKER", "training_reference": "TR-9", "title_en": "", "title_zh": ""}


WAYS: dict[str, tuple[str, Way, Way]] = {
    "enter a value": (
        "olga",
        lambda desk: desk.page.post(f"{BATCH}values/receipt.arrive.remark/", {"text": "Box intact"}).status_code,
        lambda desk: (
            desk.api.post(
                f"/api/v1{BATCH}values/", {"place": "receipt.arrive.remark", "text": "Box intact"}
            ).status_code
        ),
    ),
    "enter a value out of order": (
        "olga",
        lambda desk: desk.page.post(f"{BATCH}values/culture[1].harvest.cells/", {"text": "8.00"}).status_code,
        lambda desk: (
            desk.api.post(f"/api/v1{BATCH}values/", {"place": "culture[1].harvest.cells", "text": "8.00"}).status_code
        ),
    ),
    "correct a value": (
        "olga",
        lambda desk: desk.page.post(f"{BATCH}values/{PLACE}/correct/", correction(desk)).status_code,
        lambda desk: desk.api.post(f"/api/v1{BATCH}values/{PLACE}/corrections/", correction(desk)).status_code,
    ),
    "stop a batch": (
        "olga",
        lambda desk: desk.page.post("/quality/stop/?record=batch/CT-0042", {"reason": "Cloudy"}).status_code,
        lambda desk: desk.api.post("/api/v1/holds/", {"record": "batch/CT-0042", "reason": "Cloudy"}).status_code,
    ),
    "close an event": (
        "quinn",
        lambda desk: desk.sign_page(
            f"/quality/events/{desk.event.number}/close/", {"reason": "Probe was moved"}, person=desk.person
        ),
        lambda desk: (
            desk.api.sign(
                f"/api/v1/events/{desk.event.number}/closure/",
                {"reason": "Probe was moved"},
                person=desk.person,
                if_match=desk.tag(desk.event),
            ).status_code
        ),
    ),
    "terminate a batch": (
        "quinn",
        lambda desk: desk.sign_page(f"{BATCH}terminate/", {"reason": "Donor withdrew"}, person=desk.person),
        lambda desk: (
            desk.api.sign(
                f"/api/v1{BATCH}terminate/",
                {"reason": "Donor withdrew"},
                person=desk.person,
                if_match=desk.tag(desk.room.batch.record),
            ).status_code
        ),
    ),
    "grant a role, approved by a second person in place": (
        "adam",
        lambda desk: desk.sign_page("/people/oscar/roles/", grant(), person=desk.room.cast.quinn),
        lambda desk: desk.api.sign("/api/v1/people/oscar/roles/", grant(), person=desk.room.cast.quinn).status_code,
    ),
    "close an account": (
        "adam",
        lambda desk: desk.page.post("/people/oscar/deactivation/", {"reason": "Left the firm"}).status_code,
        lambda desk: desk.api.post("/api/v1/people/oscar/deactivation/", {"reason": "Left the firm"}).status_code,
    ),
}


def without_the_way(told: Any) -> Any:
    """An entry's text without identifiers that no two requests share."""
    if isinstance(told, dict):
        kept = {name: value for name, value in told.items() if name not in OF_THE_WAY and not name.endswith("_id")}
        return {name: without_the_way(value) for name, value in kept.items()}
    return [without_the_way(item) for item in told] if isinstance(told, list) else told


def left_by(way: Way, desk: Desk) -> dict[str, Any]:
    """What an act leaves behind, before it is taken back."""
    with undone():
        before = set(Entry.objects.values_list("pk", flat=True))
        signed = set(Signature.objects.values_list("pk", flat=True))
        status = way(desk)
        entries = Entry.objects.exclude(pk__in=before).order_by("record__address", "n")
        signatures = Signature.objects.exclude(pk__in=signed).order_by("pk").values()
        return {
            "refused": status >= 400 and status,
            "entries": [without_the_way(json.loads(entry.text)) for entry in entries],
            "signatures": [without_the_way(signature) for signature in signatures],
            "rows": {model._meta.label: model._base_manager.count() for model in tables()},
        }


def tables() -> list[type[Audited]]:
    return [model for model in apps.get_models() if issubclass(model, Audited)]


@pytest.fixture
def story(cast: Cast) -> Room:
    """CT-0042 running, one value entered, one event reported."""
    room = start(planned_room(cast))
    room.enter(PLACE, "4.1")
    record = room.batch.record
    with audited(actor=actor(cast.olga), action="excursion", at=room.now, touching=[record]) as change:
        about: dict[str, Any] = {"subject": record, "kind": EventKind.EXCURSION, "severity": Severity.MINOR}
        report_event(change, template="INC-07 was at 35.2 °C.", **about)
    assert cast.oscar
    assert cast.quinn
    return room


@pytest.mark.parametrize("act", WAYS)
def test_a_page_and_the_api_leave_the_same_rows_signatures_and_entries(story: Room, act: str) -> None:
    name, by_page, by_api = WAYS[act]
    with time_machine.travel(story.now + timedelta(minutes=1), tick=False):
        desk = Desk(story, getattr(story.cast, name))
        page, api = left_by(by_page, desk), left_by(by_api, desk)

    assert page["entries"]
    assert page == api
