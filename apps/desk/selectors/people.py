"""What waits for those who administer access."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.organisation.models import RoleHeld, User
from apps.organisation.selectors import recent_locks


def locked(whom: Asked) -> Iterator[Task]:
    """Accounts of one's sites that locked after wrong passwords, and that no two people have unlocked."""
    here = set(RoleHeld.objects.filter(site__code__in=whom.sites).values_list("user", flat=True))
    for lock in recent_locks(whom.at):
        name = lock.user.username
        if lock.user.pk in here and name != whom.username:
            yield _task(N_("Find out why an account locked"), lock.user, lock.locked_at, Risk.MIDDLE)


def unconfirmed(whom: Asked) -> Iterator[Task]:
    """Open accounts whose owner nobody has identified: they can't sign."""
    waiting = User.objects.filter(Q(roles__site__code__in=whom.sites) | Q(roles=None), is_active=True)
    waiting = waiting.filter(identity_checked_at=None).select_related("record").distinct()
    for user in waiting.order_by("pk")[:MOST]:
        yield _task(N_("Confirm who owns an account"), user, user.record.opened_at, Risk.LOW)


def _task(ask: str, user: User, since: datetime, risk: Risk) -> Task:
    return Task(
        ask, user.username, since, "signatures:person", (user.username,), {"name": user.printed_name}, "{name}", risk
    )
