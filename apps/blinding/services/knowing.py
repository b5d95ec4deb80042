"""Who may know a code is asked again each time: named, and still not one who treats or judges patients."""

from datetime import datetime

from apps.audit.services import refuse
from apps.batches.models import Batch
from apps.blinding import rules
from apps.blinding.selectors import is_holder
from apps.core.errors import KeptRefusal, NotAllowed
from apps.organisation.selectors import roles_at, user_named
from apps.signatures.facts import Signer


def stop_the_blind(batch: Batch, signer: Signer, at: datetime) -> None:
    """Refuse whoever holds no code, or has come to the bed since they were named. Raises NotAllowed, kept in the trail
    of the lot."""
    person, site = user_named(signer.actor.username), batch.site.code
    if person is None or not is_holder(batch, person.username):
        against = rules.holds_no_code(batch.number)
    else:
        blind = rules.may_not_know(person.printed_name, roles_at(person, site, at))
        if blind is None:
            return
        against = blind
    keep = KeptRefusal(batch.record.address, "access.refused", {"site": site})
    refuse(NotAllowed(against, keep=keep), actor=signer.actor, at=at)
