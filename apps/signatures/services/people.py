"""Decisions about people that take two: an administrator decides, a second person approves and signs in place.

They stand here and not in the organisation, because a signature needs the accounts below it.
"""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.models import RoleHeld, Site, User
from apps.organisation.rules import is_own_account
from apps.organisation.selectors import administered_site, failures_of
from apps.organisation.services import (
    forget_failures,
    give_new_secret,
    hold_role,
    reactivate,
    require,
    require_admin_of,
)
from apps.signatures import rules
from apps.signatures.content import (
    grant_content,
    reactivate_content,
    reset_content,
    unlock_approval_content,
    unlock_content,
)
from apps.signatures.facts import Signer, Signing
from apps.signatures.services.signing import admit_signer, sign

SECOND_PERSONS = (Role.QA, Role.SITE_ADMIN)


def grant_role(
    *,
    user: User,
    site: Site,
    role: Role,
    training_reference: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
    title_en: str = "",
    title_zh: str = "",
) -> RoleHeld:
    """Grant a role at a site; a second person approves. Nobody grants or approves a role to themselves."""
    admin = require(actor, Role.SITE_ADMIN, site.code, at=at, about=user.record.address)
    signer = _second_person(signing, actor, site.code, user, at)
    with audited(actor=admin, action="role.granted", at=at, touching=[user.record]) as change:
        titles = {"title_en": title_en, "title_zh": title_zh}
        content = grant_content(user=user, site=site, role=role, training_reference=training_reference, **titles)
        held = hold_role(
            change,
            user=user,
            site=site,
            role=role,
            training_reference=training_reference,
            granted_by=admin.username,
            approved_by=signer.actor.username,
            **titles,
        )
        sign(change, signer=signer, record=user.record, content=content, site=site.code)
        return held


def reset_secret(*, user: User, secret: str, signing: Signing, actor: Actor, at: datetime) -> User:
    """Replace a lost secret; a second person approves, the owner must change it to sign (21 CFR 11.200(a)(3))."""
    admin = require_admin_of(actor, user, at=at)
    site = administered_site(actor.username, user, at)
    signer = _second_person(signing, actor, site, user, at)
    with audited(actor=admin, action="user.secret.reset", at=at, touching=[user.record]) as change:
        changed = give_new_secret(change, user=user, secret=secret)
        sign(change, signer=signer, record=user.record, content=reset_content(user=user), site=site)
        return changed


def reactivate_account(*, user: User, signing: Signing, actor: Actor, at: datetime) -> User:
    """Open a closed account again for the same person; a second person approves."""
    admin = require_admin_of(actor, user, at=at)
    site = administered_site(actor.username, user, at)
    signer = _second_person(signing, actor, site, user, at)
    with audited(actor=admin, action="user.reactivated", at=at, touching=[user.record]) as change:
        stop_if(Objection("is_active", N_("This account is open.")) if user.is_active else None)
        changed = reactivate(change, user=user)
        sign(change, signer=signer, record=user.record, content=reactivate_content(user=user), site=site)
        return changed


def unlock_account(*, user: User, signing: Signing, countersigning: Signing, actor: Actor, at: datetime) -> User:
    """Open a locked account before its fifteen minutes are over; the administrator and a second person sign."""
    require_admin_of(actor, user, at=at)
    site = administered_site(actor.username, user, at)
    admin = admit_signer(signing=signing, actor=actor, role=Role.SITE_ADMIN, site=site, at=at)
    second = _second_person(countersigning, admin.actor, site, user, at)
    with audited(actor=admin.actor, action="account.unlocked", at=at, touching=[user.record]) as change:
        stop_if(
            Objection("not_locked", N_("This account is not locked.")) if not failures_of(user.username_key) else None
        )
        sign(change, signer=admin, record=user.record, content=unlock_content(user=user), site=site)
        sign(change, signer=second, record=user.record, content=unlock_approval_content(user=user), site=site)
        forget_failures(change, user=user)
        return user


def _second_person(signing: Signing, actor: Actor, site: str, user: User, at: datetime) -> Signer:
    signer = admit_signer(
        signing=signing, actor=actor, role=SECOND_PERSONS, site=site, at=at, about=user.record.address
    )
    stop_if(
        rules.is_the_same_person(signer.actor.username, actor.username),
        is_own_account(user.username, signer.actor.username),
        is_own_account(user.username, actor.username),
    )
    return signer
