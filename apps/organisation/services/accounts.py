"""Sites and the accounts of people."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from apps.audit.services import Change, audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import NotAllowed, Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation import rules
from apps.organisation.models import Site, User
from apps.organisation.rules import DECLARATION_VERSION, username_key
from apps.organisation.selectors import user_named
from apps.organisation.services.access import require, require_admin_of

MOST_VIEWS = 20


def found_site(*, code: str, at: datetime, actor: Actor = SYSTEM, **particulars: str) -> Site:
    """Set up a site. Done by the installation, before anyone works there."""
    with audited(actor=actor, action="site.founded", at=at) as change:
        record = change.open_record("site", code, site=code)
        return change.create(Site(record=record, code=code, **particulars))


def set_idle_limit(*, site: Site, minutes: int, at: datetime, actor: Actor) -> Site:
    """Set after how many idle minutes a session locks: one to thirty, by the site's administrator only."""
    actor = require(actor, Role.SITE_ADMIN, site.code, at=at, about=site.record.address)
    with audited(actor=actor, action="site.idle_limit.set", at=at, touching=[site.record]) as change:
        stop_if(
            None
            if 1 <= minutes <= 30
            else Objection("idle_limit", N_("The idle limit is 1 to 30 minutes."), place="idle_minutes")
        )
        return change.update(Site.objects.get(pk=site.pk), idle_minutes=minutes)


def open_account(
    *, username: str, printed_name: str, secret: str, at: datetime, actor: Actor, **particulars: object
) -> User:
    """Open an account. Its user name must never have been used before, in any case or width."""
    actor = require_admin_of(actor, None, at=at)
    stop_if(rules.is_not_a_user_name(username), rules.is_taken(username) if user_named(username) else None)
    user = User(username=username.strip(), username_key=username_key(username), printed_name=printed_name.strip())
    user.salt, user.password, user.secret_changed_at = secrets.token_hex(32), make_password(secret), at
    for name, value in particulars.items():
        setattr(user, name, value)
    try:
        with audited(actor=actor, action="user.opened", at=at) as change:
            user.record = change.open_record("user", user.username_key, site="")
            return change.create(user)
    except IntegrityError as race:  # two people asked for one name in the same instant: the database gives it once
        raise RuleBroken(rules.is_taken(username)) from race


def confirm_identity(*, user: User, at: datetime, actor: Actor) -> User:
    """State that this person's identity was checked (21 CFR 11.100(b)): a condition of signing."""
    actor = require_admin_of(actor, user, at=at)
    stop_if(rules.is_own_account(user.username, actor.username))
    with audited(actor=actor, action="user.identity.confirmed", at=at, touching=[user.record]) as change:
        return change.update(_now(user), identity_checked_at=at, identity_checked_by=actor.username)


def accept_declaration(*, user: User, at: datetime, actor: Actor) -> User:
    """Accept that one's electronic signature binds like one by hand (21 CFR 11.10(j)): a condition of signing."""
    if actor.username != user.username:
        raise NotAllowed(Objection("own_declaration", N_("Everybody accepts the declaration for themselves.")))
    with audited(actor=actor, action="user.declaration.accepted", at=at, touching=[user.record]) as change:
        return change.update(_now(user), declaration_version=DECLARATION_VERSION, declaration_accepted_at=at)


def give_badge(*, user: User, badge: str, at: datetime, actor: Actor) -> User:
    """Give a person a badge to be scanned instead of typing the user name; the one before it stops working."""
    actor = require_admin_of(actor, user, at=at)
    with audited(actor=actor, action="user.badge.given", at=at, touching=[user.record]) as change:
        stop_if(
            Objection("badge_taken", N_("This badge belongs to somebody else."), place="badge")
            if User.objects.filter(badge=badge).exclude(pk=user.pk).exists()
            else None,
            Objection("badge_form", N_("A badge's content can't look like a user name."), place="badge")
            if rules.is_not_a_user_name(badge) is None
            else None,
        )
        return change.update(_now(user), badge=badge)


def choose_display(*, user: User, language: str, theme: str, at: datetime, actor: Actor) -> User:
    """Choose the language and the theme of one's own screens."""
    with audited(actor=actor, action="user.display.chosen", at=at, touching=[user.record]) as change:
        return change.update(_now(user), language=language, theme=theme)


def keep_view(*, user: User, name: str, path: str, at: datetime, actor: Actor) -> User:
    """Keep a list as one filters it, under a name; the same name again replaces what stood under it."""
    stop_if(*rules.is_no_view(name, path))
    with audited(actor=actor, action="user.view.kept", at=at, touching=[user.record]) as change:
        now = _now(user)
        others = [view for view in now.saved_views if view["name"] != name.strip()]
        return change.update(now, saved_views=[*others, {"name": name.strip(), "path": path}][-MOST_VIEWS:])


def forget_view(*, user: User, name: str, at: datetime, actor: Actor) -> User:
    """A saved view is not needed any more; the trail still knows it."""
    with audited(actor=actor, action="user.view.forgotten", at=at, touching=[user.record]) as change:
        now = _now(user)
        stop_if(None if any(view["name"] == name for view in now.saved_views) else rules.is_no_saved_view(name))
        return change.update(now, saved_views=[view for view in now.saved_views if view["name"] != name])


def deactivate_user(*, user: User, reason: str, at: datetime, actor: Actor) -> User:
    """Close an account at once: its sessions end with the next request. Never deleted, its name never given again."""
    actor = require_admin_of(actor, user, at=at)
    stop_if(
        rules.is_own_account(user.username, actor.username),
        rules.is_missing(reason, "reason_missing", N_("Say why."), "reason"),
    )
    with audited(actor=actor, action="user.deactivated", reason=reason, at=at, touching=[user.record]) as change:
        return change.update(_now(user), is_active=False)


def reactivate(change: Change, *, user: User) -> User:
    """Open a closed account again, with a secret to be changed; whoever decides that signs it."""
    return change.update(_now(user), action="user.reactivated", is_active=True, must_change_secret=True)


def _now(user: User) -> User:
    return User.objects.get(pk=user.pk)
