"""Units on their way to their end: asked for by Stella, approved by Quinn, destroyed by Olga, witnessed by Vera."""

from datetime import datetime
from typing import Any

from apps.batches.models import Batch
from apps.disposal.content.signed import approve_content, destroy_content, refuse_content, witness_content
from apps.disposal.facts import Treated
from apps.disposal.models import Disposal, ProofFile
from apps.disposal.selectors import disposal_now
from apps.disposal.services import (
    approve_disposal,
    attach_proof,
    destroy_units,
    refuse_disposal,
    request_disposal,
    witness_destruction,
)
from apps.organisation.models import User
from apps.units.models import Unit
from tests.cast import Cast, actor, sign_as
from tests.testing.story import DAY, FILLED, MINUTE

ASKED = FILLED + DAY
APPROVED = ASKED + 10 * MINUTE
DONE = ASKED + 60 * MINUTE
SEEN = ASKED + 65 * MINUTE
PRINT_OUT = b"%PDF-1.4\n% the cycle of AC-02: 121.6 Cel for 32 min\n"
GOOD = {"temperature": "121.6", "minutes": "32"}


def requested(cast: Cast, batch: Batch, *numbers: str, **said: Any) -> Disposal:
    """Stella asks that units are destroyed in the autoclave."""
    words = {"reason": "damaged", "treatment": "autoclave_121", "note": "Torn at the port.", "at": ASKED, **said}
    units = list(Unit.objects.filter(number__in=numbers).select_related("record"))
    return request_disposal(batch=batch, units=units, actor=actor(words.pop("by", cast.stella)), **words)


def approved(cast: Cast, disposal: Disposal, *, by: User | None = None, at: datetime = APPROVED) -> Disposal:
    """Quinn has looked at the consent and approves."""
    who = by or cast.quinn
    signing = sign_as(who, approve_content(disposal_now(disposal), True), at=at)
    return approve_disposal(disposal=disposal, consent_checked=True, signing=signing, actor=actor(who), at=at)


def refused(cast: Cast, disposal: Disposal, reason: str, *, at: datetime = APPROVED) -> Disposal:
    """Quinn refuses."""
    signing = sign_as(cast.quinn, refuse_content(disposal_now(disposal), reason), at=at)
    return refuse_disposal(disposal=disposal, reason=reason, signing=signing, actor=actor(cast.quinn), at=at)


def with_print_out(
    cast: Cast, disposal: Disposal, content: bytes = PRINT_OUT, name: str = "AC-02-118.pdf"
) -> ProofFile:
    """Olga attaches the print-out of the cycle."""
    sent = {"name": name, "media_type": "application/pdf", "content": content}
    return attach_proof(disposal=disposal, parameter="printout", **sent, actor=actor(cast.olga), at=DONE - 5 * MINUTE)


def treated(cast: Cast, disposal: Disposal, *, by: User | None = None, **did: Any) -> Disposal:
    """Olga records at DONE what she did a minute before, but for what is said otherwise."""
    who = by or cast.olga
    said = Treated(**{"at": DONE - MINUTE, "waste_number": "MW-2026-0311", "texts": GOOD, **did})
    signing = sign_as(who, destroy_content(disposal_now(disposal), said, DONE), at=DONE)
    return destroy_units(disposal=disposal, did=said, signing=signing, actor=actor(who), at=DONE)


def witnessed(cast: Cast, disposal: Disposal, *, by: User | None = None, at: datetime = SEEN) -> Disposal:
    """Vera, who was present, signs on Olga's screen."""
    who = by or cast.vera
    signing = sign_as(who, witness_content(disposal_now(disposal)), at=at, on=cast.olga)
    return witness_destruction(disposal=disposal, signing=signing, actor=actor(cast.olga), at=at)


def destroyed(cast: Cast, batch: Batch, *numbers: str, **said: Any) -> Disposal:
    """From the request to the witness."""
    disposal = approved(cast, requested(cast, batch, *numbers, **said))
    with_print_out(cast, disposal)
    return witnessed(cast, treated(cast, disposal))
