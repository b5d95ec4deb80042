"""The second person: present at the destruction, never the one who did it. Their signature makes the certificate."""

from datetime import datetime
from typing import Any

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.disposal import rules
from apps.disposal.content.certificate import destruction_certificate
from apps.disposal.content.signed import witness_content
from apps.disposal.facts import DisposalState, DisposalVerb
from apps.disposal.lifecycle import MOVES, may_not_move
from apps.disposal.models import Disposal
from apps.disposal.selectors import disposal_now, interim_of
from apps.disposal.services.deciding import kept_out_of_order
from apps.documents.services import request_document
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def witness_destruction(*, disposal: Disposal, signing: Signing, actor: Actor, at: datetime) -> Disposal:
    """A second person who was present signs; the certificate of destruction is requested and follows the checkpoint."""
    verb, site, address = DisposalVerb.WITNESS, disposal.batch.site.code, disposal.record.address
    signer = admit_signer(signing=signing, actor=actor, role=MOVES[verb].roles, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="disposal.witnessed", at=at, touching=[disposal.record]) as change:
        now = disposal_now(disposal)
        stop_if(
            may_not_move(verb, DisposalState(now.state)),
            rules.is_own_work(now.treated_by, signer.actor.username),
            keep=kept_out_of_order(verb, now),
        )
        sign(change, signer=signer, record=now.record, content=witness_content(now), site=site)
        seen: dict[str, Any] = {"witnessed_at": at, "witnessed_by": signer.actor.username}
        seen["carrier_due_at"] = (now.treated_at or at) + interim_of(now)
        done = change.update(now, state=MOVES[verb].target, **seen)
        request_document(change, content=destruction_certificate(done), subject=done.record, site=site)
        return done
