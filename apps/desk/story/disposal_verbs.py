"""What a story says about the end of units: a destruction asked for, approved, done and seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.desk.story.stage import Stage, Verb
from apps.disposal.content.signed import approve_content, destroy_content, witness_content
from apps.disposal.facts import Treated
from apps.disposal.models import Disposal
from apps.disposal.selectors import disposals
from apps.disposal.services import (
    approve_disposal,
    attach_proof,
    destroy_units,
    request_disposal,
    witness_destruction,
)
from apps.units.models import Unit


def ask_destruction(
    stage: Stage, who: str, at: datetime, *, units: Sequence[str], reason: str, treatment: str, note: str = ""
) -> None:
    """Ask that units of the batch are destroyed."""
    found = list(Unit.objects.filter(batch=stage.batch, number__in=units).select_related("record"))
    said = {"reason": reason, "treatment": treatment, "note": note}
    request_disposal(batch=stage.batch, units=found, actor=stage.actor(who), at=at, **said)


def approve_destruction(stage: Stage, who: str, at: datetime) -> None:
    """Quality looked at the consent and approves the last request."""
    disposal = _last(stage)
    signing = stage.signing(approve_content(disposal, True), at, who)
    approve_disposal(disposal=disposal, consent_checked=True, signing=signing, actor=stage.actor(who), at=at)


def destroy(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    waste_number: str,
    readings: Mapping[str, str],
    print_out: str,
    second: str,
) -> None:
    """The units are destroyed with their print-out attached; a second person who was present signs there."""
    disposal, actor = _last(stage), stage.actor(who)
    content = (settings.FIXTURES_DIR / stage.site.code.lower() / print_out).read_bytes()
    sent: dict[str, Any] = {"name": print_out, "media_type": "application/pdf", "content": content}
    attach_proof(disposal=disposal, parameter="printout", actor=actor, at=at, **sent)
    did = Treated(at - timedelta(minutes=5), waste_number, dict(readings))
    signing = stage.signing(destroy_content(disposal, did, at), at, who)
    done = destroy_units(disposal=disposal, did=did, signing=signing, actor=actor, at=at)
    signing = stage.signing(witness_content(done), at, second, on=who)
    witness_destruction(disposal=done, signing=signing, actor=actor, at=at)


def _last(stage: Stage) -> Disposal:
    return disposals().filter(batch=stage.batch).latest("pk")


VERBS: dict[str, Verb] = {
    "ask_destruction": ask_destruction,
    "approve_destruction": approve_destruction,
    "destroy": destroy,
}
