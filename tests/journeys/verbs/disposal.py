"""The end of units at the API."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.journeys.api_player import API, ApiStage, ApiVerb


def ask_destruction(stage: ApiStage, who: str, *, units: Sequence[str], **said: str) -> None:
    """Ask that units are destroyed."""
    stage.post(who, f"{API}/disposals/", {"batch": stage.number, "units": list(units), **said})


def approve_destruction(stage: ApiStage, who: str) -> None:
    """Quality approves the last request."""
    url = _last(stage, who)
    stage.sign(who, f"{url}approve/", {"consent_checked": True}, seen=url)


def destroy(
    stage: ApiStage, who: str, *, waste_number: str, readings: Mapping[str, str], print_out: str, second: str
) -> None:
    """The print-out attached, the destruction signed, and witnessed on the same screen."""
    url = _last(stage, who)
    content = (settings.FIXTURES_DIR / "nanhu" / print_out).read_bytes()
    sent: dict[str, Any] = {"parameter": "printout"}
    sent["file"] = SimpleUploadedFile(print_out, content, "application/pdf")
    assert stage.at_screen(who).post(f"{url}files/", sent, format="multipart").status_code == 201
    done = timezone.now() - timedelta(minutes=5)
    body = {"treated_at": done.isoformat(), "waste_number": waste_number, "readings": dict(readings)}
    stage.sign(who, f"{url}destroy/", body, seen=url)
    stage.sign(who, f"{url}witness/", seen=url, by=second)


def _last(stage: ApiStage, who: str) -> str:
    number = stage.all(who, f"{API}/disposals/", batch=stage.number)[-1]["number"]
    return f"{API}/disposals/{number}/"


VERBS: dict[str, ApiVerb] = {
    "ask_destruction": ask_destruction,
    "approve_destruction": approve_destruction,
    "destroy": destroy,
}
