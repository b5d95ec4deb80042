"""Which roles may open which view. Deny by default: who holds no role opens nothing, and some roles never write.

A view says more by `@open_to(write={Role.QA})` (pages) or `open_to = Access(write={Role.QA})` (API classes). This is
the first of two gates: the service asks again for the role at the site of the record.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.audit.services import refuse
from apps.core.errors import KeptRefusal, NotAllowed, Objection
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.facts import roles_wanted
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of, sites_where

View = TypeVar("View", bound=Callable[..., Any])

EVERY_ROLE = frozenset(Role)
WRITERS = EVERY_ROLE - {Role.INSPECTOR, Role.SITE_ADMIN}  # administrators enter no data, inspectors only read
STAFF = WRITERS - {Role.PHYSICIAN, Role.NURSE, Role.COLLECTOR, Role.COURIER}
NO_ROLE: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Access:
    """Which roles read and which write here.

    `without_role` admits every signed-in person, `while_locked` also at the lock.
    """

    read: Collection[Role] = EVERY_ROLE
    write: Collection[Role] = WRITERS
    without_role: bool = False
    while_locked: bool = False

    def admits(self, method: str, roles: Collection[Role]) -> bool:
        """Whether somebody with these roles may use this method here."""
        wanted = self.read if method in SAFE_METHODS else self.write
        return self.without_role or bool(set(wanted) & set(roles))


DEFAULT = Access()
ANYONE = Access(without_role=True)
ADMINISTRATION_PAGES = Access(read={Role.SITE_ADMIN, Role.INSPECTOR}, write=NO_ROLE)


def open_to(
    *, read: Collection[Role] = EVERY_ROLE, write: Collection[Role] = WRITERS, access: Access | None = None
) -> Callable[[View], View]:
    """Declare who may read and who may write on a page: `@open_to(write={Role.QA})`, `@open_to(access=ANYONE)`."""

    def declare(view: View) -> View:
        view.open_to = access or Access(frozenset(read), frozenset(write))  # type: ignore[attr-defined]  # of a function
        return view

    return declare


def sites_as(request: HttpRequest, *roles: Role) -> set[str]:
    """The sites where the person holds one of these roles."""
    return sites_where(request.user.username, timezone.now(), *roles)


def access_of(view: Any, app_names: Collection[str] = ()) -> Access:
    """What a resolved view declares: the function itself, or the class behind it."""
    if "admin" in app_names:
        return ADMINISTRATION_PAGES
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        declared = getattr(holder, "open_to", None)
        if isinstance(declared, Access):
            return declared
    return DEFAULT


def may_use(access: Access, method: str, user: User, at: datetime) -> bool:
    """Whether this person may use the method on a view with this declaration."""
    return access.without_role or access.admits(method, all_roles_of(user, at))


def not_open(access: Access, method: str, path: str, username_key: str) -> NotAllowed:
    """The refusal of a view that is not open to this person; kept in their own chain."""
    wanted = roles_wanted(access.read if method in SAFE_METHODS else access.write)
    template = N_("This needs one of the roles {roles}; you hold none of them.")
    keep = KeptRefusal(f"user/{username_key}", "access.refused", {"path": path[:200], "method": method})
    return NotAllowed(Objection("role_missing", template, wanted), keep=keep)


class DeclaredRoles(BasePermission):
    """The API's default permission: signed in, and with a role that the view declares."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        now = timezone.now()
        declared = getattr(view, "open_to", DEFAULT)
        if not may_use(declared, str(request.method), request.user, now):
            refusal = not_open(declared, str(request.method), request.path, request.user.username_key)
            refuse(refusal, actor=actor_of(request), at=now)
        return True
