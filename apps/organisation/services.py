"""What is done to accounts and roles: found, open, grant, train, confirm, accept, recognise."""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.hashers import make_password

from apps.audit.services import Change, audited, refuse
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import KeptRefusal, NotAllowed, Objection, RuleBroken, SignatureRefused, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.models import FailedAttempt, RoleHeld, Site, Training, User
from apps.organisation.rules import DECLARATION_VERSION, is_locked, username_key
from apps.organisation.selectors import is_trained, role_of, user_by_badge_or_name, user_named


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

    `trained_on` is the address of the master version whose training must be valid (21 CFR 11.10(g), (i)).
    """
    roles = [role] if isinstance(role, Role) else list(role)
    keep = KeptRefusal(about or f"user/{actor.username}", "access.refused", {"site": site})
    held = role_of(actor, roles, site, at)
    if held is None:
        wanted = ", ".join(sorted(roles))
        template = N_("This needs the role {roles} at {site}; you do not hold it.")
        refuse(
            NotAllowed(Objection("role_missing", template, {"roles": wanted, "site": site}), keep=keep),
            actor=actor,
            at=at,
        )
    if trained_on and not is_trained(actor, trained_on, at):
        template = N_("You have no valid training on {subject}.")
        refuse(
            NotAllowed(Objection("training_missing", template, {"subject": trained_on}), keep=keep), actor=actor, at=at
        )
    return replace(actor, role=held.role)


def found_site(*, code: str, at: datetime, actor: Actor = SYSTEM, **particulars: str) -> Site:
    """Set up a site. Done by the installation, before anyone works there."""
    with audited(actor=actor, action="site.founded", at=at) as change:
        record = change.open_record("site", code, site=code)
        return change.create(Site(record=record, code=code, **particulars))


def open_account(
    *, username: str, printed_name: str, secret: str, at: datetime, actor: Actor, **particulars: object
) -> User:
    """Open an account. Its user name must never have been used before, in any case or width."""
    taken = user_named(username)
    if taken:
        template = N_("The user name {username} was used before and is never given again.")
        raise RuleBroken(Objection("username_taken", template, {"username": username}, place="username"))
    with audited(actor=actor, action="user.opened", at=at) as change:
        record = change.open_record("user", username_key(username), site="")
        user = User(record=record, username=username, username_key=username_key(username), printed_name=printed_name)
        user.salt, user.password = secrets.token_hex(32), make_password(secret)
        for name, value in particulars.items():
            setattr(user, name, value)
        return change.create(user)


def hold_role(
    change: Change,
    *,
    user: User,
    site: Site,
    role: Role,
    training_reference: str,
    granted_by: str,
    approved_by: str,
    **titles: str,
) -> RoleHeld:
    """Give a person a role at a site, with the training that justifies it. Nobody grants or approves a role to themselves."""
    stop_if(
        Objection(
            "training_reference_missing", N_("A role needs the reference of a training."), place="training_reference"
        )
        if not training_reference.strip()
        else None,
        Objection("own_grant", N_("Nobody grants or approves a role to themselves."))
        if user.username in (granted_by, approved_by)
        else None,
        Objection("one_person", N_("The person who grants a role and the one who approves it are two persons."))
        if granted_by == approved_by and granted_by != SYSTEM.username
        else None,
    )
    held = RoleHeld(record=user.record, user=user, site=site, role=role, held_from=change.at, **titles)
    held.training_reference, held.granted_by, held.approved_by = training_reference, granted_by, approved_by
    return change.create(held, action="role.granted")


def record_training(
    *, user: User, subject: str, reference: str, at: datetime, actor: Actor, until: datetime | None = None
) -> Training:
    """Record a person's training on a subject (the address of a master version or a procedure)."""
    with audited(actor=actor, action="training.recorded", at=at, touching=[user.record]) as change:
        return change.create(
            Training(
                record=user.record, user=user, subject=subject, reference=reference, valid_from=at, valid_until=until
            )
        )


def confirm_identity(*, user: User, at: datetime, actor: Actor) -> User:
    """State that this person's identity was checked (21 CFR 11.100(b)): a condition of signing."""
    with audited(actor=actor, action="user.identity.confirmed", at=at, touching=[user.record]) as change:
        return change.update(user, identity_checked_at=at, identity_checked_by=actor.username)


def accept_declaration(*, user: User, at: datetime, actor: Actor) -> User:
    """Accept that one's electronic signature binds like one by hand (21 CFR 11.10(j)): a condition of signing."""
    with audited(actor=actor, action="user.declaration.accepted", at=at, touching=[user.record]) as change:
        return change.update(user, declaration_version=DECLARATION_VERSION, declaration_accepted_at=at)


def recognise(
    *, identification: str, secret: str, purpose: str, at: datetime, actor: Actor, address: str | None = None
) -> User:
    """The person whose user name or badge and secret these are. Raises SignatureRefused: wrong_secret or locked.

    Every failure counts, at sign-in and at signing alike, for the named account only: nobody else is ever stopped by it.
    """
    user = user_by_badge_or_name(identification)
    key = user.username_key if user else username_key(identification)[:80]
    about = f"user/{key}" if user else "access/unknown"
    failures = list(FailedAttempt.objects.filter(username_key=key).order_by("-at").values_list("at", flat=True)[:20])
    locked = is_locked(failures, at)
    if locked:
        refuse(SignatureRefused(locked, keep=KeptRefusal(about, f"{purpose}.refused_while_locked")), actor=actor, at=at)
    is_right = user.check_password(secret) if user else _waste_the_time_of_a_check(secret)
    if user and user.is_active and is_right:
        FailedAttempt.objects.filter(username_key=key).delete()
        return user
    FailedAttempt.objects.create(username_key=key, purpose=purpose, address=address, at=at)
    wrong = Objection(
        "wrong_secret", N_("User name or secret is wrong. Nothing was signed or changed."), place="secret"
    )
    refuse(
        SignatureRefused(wrong, keep=KeptRefusal(about, f"{purpose}.failed", {"address": address or ""})),
        actor=actor,
        at=at,
    )


def _waste_the_time_of_a_check(secret: str) -> bool:
    # An unknown name must not answer faster than a known one.
    make_password(secret)
    return False
