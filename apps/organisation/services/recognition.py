"""Recognising a person by secret, at sign-in, at the lock and at every signature alike."""

from datetime import datetime
from typing import NoReturn

from django.contrib.auth.hashers import make_password

from apps.audit.services import Change, refuse
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, SignatureRefused
from apps.core.text import N_
from apps.organisation.models import FailedAttempt, User
from apps.organisation.rules import is_locked, username_key
from apps.organisation.selectors import failures_of, user_by_badge_or_name


def recognise(
    *, identification: str, secret: str, purpose: str, at: datetime, actor: Actor, address: str | None = None
) -> User:
    """The person whose user name or badge and secret these are. Raises SignatureRefused: wrong_secret or locked.

    Every failure counts, at sign-in and at signing alike, for the named account only: nobody else is stopped by it.
    """
    user = user_by_badge_or_name(identification)
    key = user.username_key if user else username_key(identification)[:80]
    about = f"user/{key}" if user else "access/unknown"
    locked = is_locked(failures_of(key), at)
    if locked:
        refuse(SignatureRefused(locked, keep=KeptRefusal(about, f"{purpose}.refused_while_locked")), actor=actor, at=at)
    is_right = user.check_password(secret) if user else _waste_the_time_of_a_check(secret)
    if user is None or not user.is_active or not is_right:
        _count_failure(key, about, purpose, actor=actor, at=at, address=address)
    FailedAttempt.objects.filter(username_key=key).delete()
    return user


def forget_failures(change: Change, *, user: User) -> None:
    """End the rest of a locked account before its fifteen minutes are over."""
    FailedAttempt.objects.filter(username_key=user.username_key).delete()
    change.note(user.record, "account.unlocked")


def _count_failure(key: str, about: str, purpose: str, *, actor: Actor, at: datetime, address: str | None) -> NoReturn:
    FailedAttempt.objects.create(username_key=key, purpose=purpose, address=address or None, at=at)
    action = "account.locked" if is_locked(failures_of(key), at) else f"{purpose}.failed"
    facts = {"address": address or "", "purpose": purpose}
    wrong = Objection(
        "wrong_secret", N_("User name or password is wrong. Nothing was signed or changed."), place="secret"
    )
    refuse(SignatureRefused(wrong, keep=KeptRefusal(about, action, facts)), actor=actor, at=at)


def _waste_the_time_of_a_check(secret: str) -> bool:
    # An unknown name must not answer faster than a known one.
    make_password(secret)
    return False
