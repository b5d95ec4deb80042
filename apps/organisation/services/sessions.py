"""Signing in, signing out, and coming back after the lock: each is written to the account's chain."""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.organisation.models import User
from apps.organisation.services.recognition import recognise


def open_session(*, identification: str, secret: str, at: datetime, stranger: Actor, address: str | None) -> User:
    """Sign in with both components. Raises SignatureRefused: wrong_secret or locked."""
    user = recognise(
        identification=identification, secret=secret, purpose="sign_in", at=at, actor=stranger, address=address
    )
    with audited(actor=_as(user, stranger), action="session.opened", at=at, touching=[user.record]) as change:
        change.note(user.record, "session.opened", address=address or "")
    return user


def resume_session(*, user: User, secret: str, at: datetime, actor: Actor, address: str | None) -> None:
    """Unlock one's own session with the secret; only its owner can."""
    recognise(identification=user.username, secret=secret, purpose="unlock", at=at, actor=actor, address=address)
    with audited(actor=actor, action="session.resumed", at=at, touching=[user.record]) as change:
        change.note(user.record, "session.resumed", address=address or "")


def close_session(*, user: User, at: datetime, actor: Actor) -> None:
    """Sign out."""
    with audited(actor=actor, action="session.closed", at=at, touching=[user.record]) as change:
        change.note(user.record, "session.closed")


def _as(user: User, stranger: Actor) -> Actor:
    return Actor(
        username=user.username,
        printed_name=user.printed_name,
        authenticated="user name and secret",
        device=stranger.device,
        request_id=stranger.request_id,
    )
