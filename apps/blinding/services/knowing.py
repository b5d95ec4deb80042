"""Who may know a code is asked again each time: named, and still not one who treats or judges patients."""

from datetime import datetime

from apps.batches.models import Batch
from apps.blinding import rules
from apps.blinding.selectors import is_holder
from apps.core.errors import NotAllowed
from apps.organisation.selectors import roles_at, user_named
from apps.signatures.facts import Signer


def stop_the_blind(batch: Batch, signer: Signer, at: datetime) -> None:
    """Refuse whoever holds no code, or has come to the bed since they were named. Raises NotAllowed."""
    person = user_named(signer.actor.username)
    if person is None or not is_holder(batch, person.username):
        raise NotAllowed(rules.holds_no_code(batch.number))
    blind = rules.may_not_know(person.printed_name, roles_at(person, batch.site.code, at))
    if blind:
        raise NotAllowed(blind)
