"""Whether someone may act here: the first line of every service."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from apps.audit.services import refuse
from apps.core.actor import Actor, ActorKind
from apps.core.errors import KeptRefusal, NotAllowed, Objection, RuleBroken
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation import rules
from apps.organisation.facts import roles_wanted
from apps.organisation.models import User
from apps.organisation.selectors import administered_site, role_of, sites_of, sites_where


def require(
    actor: Actor,
    role: Role | Collection[Role],
    site: str,
    *,
    at: datetime,
    trained_on: str | None = None,
    about: str = "",
) -> Actor:
    """The actor with the role under which they act. Raises NotAllowed, kept in the trail of `about` (or of the actor).

    `trained_on` is the address of the master version whose training must be valid (21 CFR 11.10(g), (i)). Without it
    the act is refused, kept as well; what an untrained person did all the same can be recorded, as every truth can.
    """
    roles = [role] if isinstance(role, Role) else list(role)
    keep = KeptRefusal(about or f"user/{actor.username}", "access.refused", {"site": site})
    held = role_of(actor, roles, site, at, trained_on=trained_on)
    if held is None:
        wanted = roles_wanted(roles)
        template = N_("This needs the role {roles} at {site}; you do not hold it.")
        refuse(
            NotAllowed(Objection("role_missing", template, {**wanted, "site": site}), keep=keep),
            actor=actor,
            at=at,
        )
    if trained_on and not getattr(held, "is_trained", False):
        refuse(RuleBroken(rules.is_untrained(trained_on), keep=keep), actor=actor, at=at)
    return replace(actor, role=held.role)


def require_admin_of(actor: Actor, user: User | None, *, at: datetime) -> Actor:
    """The actor as administrator of a site where this person holds a role; of any site when the person holds none yet.

    The system itself (the installation, a periodic check) needs no role.
    """
    if actor.kind is ActorKind.SYSTEM:
        return actor
    site = administered_site(actor.username, user, at)
    return require(actor, Role.SITE_ADMIN, site, at=at, about=f"user/{user.username_key}" if user else "")


def require_trainer_of(actor: Actor, user: User, *, at: datetime) -> Actor:
    """The actor as who records trainings: QA of a site where this person works, or its administrator."""
    if actor.kind is ActorKind.SYSTEM:
        return actor
    places = sorted(sites_of(user, at) & sites_where(actor.username, at, Role.QA))
    if places:
        return require(actor, Role.QA, places[0], at=at, about=user.record.address)
    return require_admin_of(actor, user, at=at)
