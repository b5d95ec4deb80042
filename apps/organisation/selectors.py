"""Who works where, and who may see what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from apps.audit.models import Entry
from apps.core.actor import Actor
from apps.core.errors import BadInput
from apps.core.prepared import Prepared
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.organisation.facts import ROLE_DUTIES
from apps.organisation.models import FailedAttempt, RoleHeld, Site, Training, User
from apps.organisation.rules import DECLARATION_VERSION, LOCK_TIME, is_dormant, is_locked, username_key


def user_named(username: str) -> User | None:
    """The account with this user name, in whatever case or width it was typed."""
    return User.objects.filter(username_key=username_key(username)).first()


def printed_names(usernames: Iterable[str]) -> dict[str, str]:
    """Printed names by user name; who has no account (the system) keeps the name."""
    wanted = {name for name in usernames if name}
    found = dict(User.objects.filter(username__in=wanted).values_list("username", "printed_name"))
    return {name: found.get(name, name) for name in wanted}


def user_by_badge_or_name(identification: str) -> User | None:
    """The account whose badge was scanned or whose user name was typed."""
    return User.objects.filter(Q(badge=identification) | Q(username_key=username_key(identification))).first()


def roles_held(at: datetime) -> QuerySet[RoleHeld]:
    """Every role in force at an instant."""
    return RoleHeld.objects.filter(Q(held_until=None) | Q(held_until__gt=at), held_from__lte=at, user__is_active=True)


@dataclass(frozen=True)
class Held:
    """A role that somebody holds, and whether they are trained on the subject that was asked for."""

    role: Role
    is_trained: bool


# Asked by every request.
_GRANTS = Prepared(
    lambda user, at: roles_held(at).filter(user=user).select_related("user", "site").order_by("site__code", "role")
)
_HELD = Prepared(
    lambda username, site, roles, subject, at: (
        roles_held(at)
        .filter(user__username=username, site__code=site, role__in=roles)
        .annotate(is_trained=Exists(_trainings(subject, at).filter(user=OuterRef("user"))))
        .order_by("role")
        .values_list("role", "is_trained")
    )
)


def role_of(
    actor: Actor, roles: Collection[Role], site: str, at: datetime, *, trained_on: str | None = None
) -> Held | None:
    """The first of these roles that the actor holds at the site, and the training on a subject, in one statement."""
    found = _HELD(actor.username, site, [role.value for role in roles], trained_on or "", at)
    return Held(Role(found[0][0]), bool(found[0][1])) if found else None


def visible_to(user: User, at: datetime) -> set[str]:
    """The codes of the sites whose records this person may see: those where any role is held. A stranger sees none."""
    if not user.is_authenticated:
        return set()
    return {grant.site.code for grant in grants_of(user, at)}


def roles_at(user: User, site: str, at: datetime) -> set[Role]:
    """The roles this person holds at a site."""
    return {Role(grant.role) for grant in grants_of(user, at) if grant.site.code == site}


def is_trained(actor: Actor, subject: str, at: datetime) -> bool:
    """Whether a valid proof of training on the subject exists."""
    return _trainings(subject, at).filter(user__username=actor.username).exists()


def _trainings(subject: str, at: datetime) -> QuerySet[Training]:
    valid = Q(valid_until=None) | Q(valid_until__gt=at)
    return Training.objects.filter(valid, subject=subject, valid_from__lte=at)


def visible_sites(user: User, at: datetime) -> QuerySet[Site]:
    """The sites where this person holds a role."""
    return Site.objects.filter(code__in=visible_to(user, at)).order_by("pk")


def site_at(code: str) -> Site:
    """The site with this code."""
    return Site.objects.get(code=code)


def site_named(code: str, user: User, at: datetime) -> Site:
    """A site where this person holds a role, by the code that was sent. Raises BadInput."""
    if code not in visible_to(user, at):
        raise BadInput(unknown(code, "site"))
    return site_at(code)


def sites_of(user: User, at: datetime) -> set[str]:
    """The codes of the sites where this person holds a role, also when the account is closed."""
    in_force = RoleHeld.objects.filter(Q(held_until=None) | Q(held_until__gt=at), held_from__lte=at, user=user)
    return set(in_force.values_list("site__code", flat=True))


def sites_where(username: str, at: datetime, *roles: Role) -> set[str]:
    """The codes of the sites where somebody holds one of these roles."""
    return set(roles_held(at).filter(user__username=username, role__in=roles).values_list("site__code", flat=True))


def administered_site(username: str, user: User | None, at: datetime) -> str:
    """As whose administrator somebody acts on an account: a site where its owner works; any while they work nowhere."""
    administered = sites_where(username, at, Role.SITE_ADMIN)
    places = sites_of(user, at) if user else set()
    candidates = sorted(administered & places if places else administered) or sorted(places)
    return candidates[0] if candidates else ""


def people_with(role: Role, site: str, at: datetime) -> QuerySet[User]:
    """Everybody who holds a role at a site now, by name."""
    return User.objects.filter(pk__in=roles_held(at).filter(role=role, site__code=site).values("user")).order_by(
        "printed_name", "pk"
    )


def failures_of(key: str) -> list[datetime]:
    """The latest wrong secrets of one user name, newest first."""
    return list(FailedAttempt.objects.filter(username_key=key).order_by("-at").values_list("at", flat=True)[:20])


def locked_accounts(at: datetime) -> list[User]:
    """A duty: accounts that rest after wrong secrets; the administrator should know at once (21 CFR 11.300(d))."""
    recent = FailedAttempt.objects.filter(at__gt=at - LOCK_TIME).values("username_key")
    wrong: dict[str, list[datetime]] = {}
    counted = FailedAttempt.objects.filter(username_key__in=recent, at__gt=at - 2 * LOCK_TIME)
    for key, when in counted.values_list("username_key", "at"):
        wrong.setdefault(key, []).append(when)
    keys = [key for key, times in wrong.items() if is_locked(times, at)]
    return list(User.objects.filter(username_key__in=keys, is_active=True).order_by("username"))


@dataclass(frozen=True)
class Lock:
    """An account that locked after wrong secrets, since when, and the place of that in the account's chain."""

    user: User
    locked_at: datetime
    n: int


def recent_locks(at: datetime) -> list[Lock]:
    """A duty: accounts that locked today or yesterday and were not unlocked by two people since.

    One per account and day (UTC), so that who tries all day fills nobody's screen; one more after each unlocking.
    """
    since = (at.astimezone(UTC) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    told = Entry.objects.filter(action__in=("account.locked", "account.unlocked"), at__gte=since, at__lte=at)
    standing: dict[tuple[int, date], tuple[int, datetime]] = {}
    for record, n, when, action in told.order_by("record", "n").values_list("record_id", "n", "at", "action"):
        if action == "account.unlocked":
            standing = {key: lock for key, lock in standing.items() if key[0] != record}
        else:
            standing.setdefault((record, when.astimezone(UTC).date()), (n, when))
    people = User.objects.filter(record__in={record for record, _ in standing}, is_active=True)
    accounts = {user.record_id: user for user in people.select_related("record")}
    return [Lock(accounts[record], when, n) for (record, _), (n, when) in standing.items() if record in accounts]


def last_sessions() -> dict[int, datetime]:
    """When each account last signed in, by the id of its record."""
    opened = Entry.objects.filter(action="session.opened").values("record").annotate(last=Max("at"))
    return {row["record"]: row["last"] for row in opened}


def dormant_accounts(at: datetime) -> list[User]:
    """A duty: open accounts that nobody used for 90 days (21 CFR 11.300(b)). Demonstration accounts don't count."""
    last = last_sessions()
    people = User.objects.filter(is_active=True, is_demo=False).select_related("record").order_by("username")
    return [user for user in people if is_dormant(last.get(user.record_id), user.record.opened_at, at)]


def all_roles_of(user: User, at: datetime) -> set[Role]:
    """Every role this person holds, at whatever site."""
    return {Role(grant.role) for grant in grants_of(user, at)}


def grants_of(user: User, at: datetime) -> list[RoleHeld]:
    """The roles this person holds now with their sites, in the order of the sites' codes.

    The person of a request comes with them; before anything is written the service asks again.
    """
    return user.grants if user.grants is not None else grants_in_force(user.pk, at)


def grants_in_force(user_id: int, at: datetime) -> list[RoleHeld]:
    """The same, with the account, as the database has it now."""
    return _GRANTS(user_id, at)


@dataclass(frozen=True)
class AccountPage:
    """What the page of one account shows."""

    user: User
    grants: tuple[RoleHeld, ...]
    trainings: tuple[Training, ...]
    last_session: datetime | None
    may_sign: bool
    is_locked: bool

    @property
    def looks_after_people(self) -> bool:
        """Whether the list of people is open to this person."""
        return any(grant.role in (Role.SITE_ADMIN, Role.QA, Role.INSPECTOR) for grant in self.grants)

    @property
    def administered(self) -> list[Site]:
        """The sites whose access this person administers."""
        return [grant.site for grant in self.grants if grant.role == Role.SITE_ADMIN]

    @property
    def sites(self) -> list[Site]:
        """The sites where any role is held, each once."""
        return list({grant.site.code: grant.site for grant in self.grants}.values())


def account_page(user: User, at: datetime) -> AccountPage:
    """One account with the roles it holds and the trainings that justify them."""
    trainings = Training.objects.filter(user=user).order_by("subject", "valid_from")
    last = Entry.objects.filter(record=user.record_id, action="session.opened").aggregate(last=Max("at"))["last"]
    return AccountPage(
        user=user,
        grants=tuple(grants_of(user, at)),
        trainings=tuple(trainings),
        last_session=last,
        may_sign=_may_sign(user),
        is_locked=is_locked(failures_of(user.username_key), at) is not None,
    )


def account_pages(users: Sequence[User], at: datetime) -> list[AccountPage]:
    """Many accounts as `account_page` shows one, without their trainings, in as many queries as for one."""
    grants: dict[int, list[RoleHeld]] = {}
    for grant in roles_held(at).filter(user__in=users).select_related("site").order_by("site__code", "role"):
        grants.setdefault(grant.user_id, []).append(grant)
    last, locked = last_sessions(), {user.pk for user in locked_accounts(at)}
    return [
        AccountPage(
            user, tuple(grants.get(user.pk, ())), (), last.get(user.record_id), _may_sign(user), user.pk in locked
        )
        for user in users
    ]


def _may_sign(user: User) -> bool:
    is_ready = user.identity_checked_at is not None and user.declaration_version == DECLARATION_VERSION
    return is_ready and user.is_active and not user.must_change_secret


def demo_accounts(at: datetime) -> list[dict[str, object]]:
    """The demonstration accounts for the sign-in page, with their one secret. Shown in embedded mode only."""
    if settings.QCS_MODE != "embedded":
        return []
    grants = roles_held(at).filter(user__is_demo=True).select_related("user", "site").order_by("user__pk", "pk")
    return [
        {
            "username": grant.user.username,
            "password": settings.DEMO_SECRET,
            "role": grant.title,
            "does": ROLE_DUTIES[Role(grant.role)],
            "site": grant.site.name,
        }
        for grant in grants
    ]


def visible_people(viewer: User, at: datetime) -> QuerySet[User]:
    """Everybody who works, or has ever worked, at the viewer's sites, and those who work nowhere yet."""
    here = RoleHeld.objects.filter(site__code__in=visible_to(viewer, at)).values("user")
    return User.objects.filter(Q(pk__in=here) | Q(roles=None)).select_related("record").distinct()
