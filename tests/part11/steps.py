"""Small steps that several clauses share."""

from django.test import Client

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.organisation.models import User
from apps.quality.models import Event
from tests.cast import SECRET, ApiPerson

REASON = "Probe was moved while cleaning"


def web() -> Client:
    """A browser at the door."""
    return Client()


def tag(record: Record) -> str:
    """The version of a record as the API names it."""
    return f'"{record.address}#{version_of(record)}"'


def challenge(client: ApiPerson, event: Event) -> dict[str, object]:
    """What is to be signed to close an event: id, asks_username, content."""
    shown = client.post(f"/api/v1/events/{event.record.number}/closure/challenges/", {"reason": REASON})
    assert shown.status_code == 201, shown.content
    return shown.json()


def answer(client: ApiPerson, event: Event, **signature: object) -> tuple[int, str]:
    """Sign the closing of an event; the status and the code of the refusal."""
    said = {"challenge": challenge(client, event)["id"], "secret": SECRET, **signature}
    reply = client.post(
        f"/api/v1/events/{event.record.number}/closure/",
        {"reason": REASON, "signature": said},
        headers={"If-Match": tag(event.record)},
    )
    return reply.status_code, reply.json().get("code", "")


def signed_in(user: User) -> ApiPerson:
    """A person at the API."""
    client = ApiPerson()
    assert client.sign_in(user).status_code == 200
    return client
