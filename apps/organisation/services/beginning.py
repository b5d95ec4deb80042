"""How access begins: before there is an administrator, the installation names two."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.models import Site, User
from apps.organisation.selectors import roles_held
from apps.organisation.services.accounts import confirm_identity, open_account
from apps.organisation.services.credentials import refuse_weak
from apps.organisation.services.roles import hold_role


@dataclass(frozen=True)
class Named:
    """One of the two first administrators, as the installer names them."""

    username: str
    printed_name: str
    secret: str = field(repr=False)


def name_first_administrators(*, site: Site, people: Sequence[Named], at: datetime) -> list[User]:
    """Open the accounts of the first two administrators of an installation, each standing for the other.

    From then on access is administered by people: two are needed for every grant, so the first are two as well.
    """
    stop_if(
        None
        if len({person.username for person in people}) == 2 == len(people)
        else Objection("two_administrators", N_("Name two administrators: every grant needs a second person.")),
        Objection("administrators_exist", N_("There are administrators already; they open accounts on the pages."))
        if roles_held(at).filter(role=Role.SITE_ADMIN).exists()
        else None,
    )
    for person in people:
        refuse_weak(person.secret, User(username=person.username, printed_name=person.printed_name))
    users = [_open(person, at) for person in people]
    for user, other in zip(users, reversed(users), strict=True):
        _grant(user, other, site, at)
    return users


def _open(person: Named, at: datetime) -> User:
    user = open_account(
        username=person.username,
        printed_name=person.printed_name,
        secret=person.secret,
        must_change_secret=True,
        at=at,
        actor=SYSTEM,
    )
    return confirm_identity(user=user, at=at, actor=SYSTEM)


def _grant(user: User, other: User, site: Site, at: datetime) -> None:
    with audited(actor=SYSTEM, action="role.granted", at=at, touching=[user.record]) as change:
        hold_role(
            change,
            user=user,
            site=site,
            role=Role.SITE_ADMIN,
            training_reference="INSTALLATION",
            granted_by=SYSTEM.username,
            approved_by=other.username,
        )
