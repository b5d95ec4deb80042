"""Who works where, and who may see what."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.core.actor import Actor
from apps.core.roles import Role
from apps.organisation.models import RoleHeld, Site, Training, User
from apps.organisation.rules import username_key


def user_named(username: str) -> User | None:
    """The account with this user name, in whatever case or width it was typed."""
    return User.objects.filter(username_key=username_key(username)).first()


def user_by_badge_or_name(identification: str) -> User | None:
    """The account whose badge was scanned or whose user name was typed."""
    return User.objects.filter(Q(badge=identification) | Q(username_key=username_key(identification))).first()


def roles_held(at: datetime) -> QuerySet[RoleHeld]:
    """Every role in force at an instant."""
    return RoleHeld.objects.filter(Q(held_until=None) | Q(held_until__gt=at), held_from__lte=at, user__is_active=True)


def role_of(actor: Actor, roles: Collection[Role], site: str, at: datetime) -> RoleHeld | None:
    """The first of these roles that the actor holds at the site."""
    held = roles_held(at).filter(user__username=actor.username, site__code=site, role__in=list(roles))
    return held.order_by("role").first()


def visible_to(user: User, at: datetime) -> set[str]:
    """The codes of the sites whose records this person may see: those where any role is held."""
    return set(roles_held(at).filter(user=user).values_list("site__code", flat=True))


def roles_at(user: User, site: str, at: datetime) -> set[Role]:
    """The roles this person holds at a site."""
    return {Role(role) for role in roles_held(at).filter(user=user, site__code=site).values_list("role", flat=True)}


def is_trained(actor: Actor, subject: str, at: datetime) -> bool:
    """Whether a valid proof of training on the subject exists."""
    valid = Q(valid_until=None) | Q(valid_until__gt=at)
    return Training.objects.filter(valid, user__username=actor.username, subject=subject, valid_from__lte=at).exists()


def site_at(code: str) -> Site:
    """The site with this code."""
    return Site.objects.get(code=code)
