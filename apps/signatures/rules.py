"""Rules of signing: pure."""

from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_

CHALLENGE_TIME = timedelta(minutes=5)
SERIES_LIMIT = timedelta(hours=12)


def is_spent(used_at: datetime | None, expires_at: datetime, at: datetime) -> Objection | None:
    """A challenge is answered once and in time."""
    if used_at is not None:
        return Objection("used_challenge", N_("This was already signed once. Open it again to sign."))
    if at >= expires_at:
        return Objection("expired_challenge", N_("The time to sign has passed. Read it again, then sign."))
    return None


def is_someone_elses(shown_in: str, session: str) -> Objection | None:
    """A challenge is answered on the session to which it was shown."""
    if shown_in == session:
        return None
    return Objection("other_session", N_("This was shown on another session. Open it here to sign."))


def is_incomplete(typed_name: str, has_series: bool) -> Objection | None:
    """The first signing of a continuous period takes both components (21 CFR 11.200(a)(1)(i))."""
    if typed_name or has_series:
        return None
    return Objection(
        "id_needed",
        N_("Scan your badge or type your user name as well: it is your first signing here."),
        place="username",
    )


def may_not_sign(
    identity_checked_at: datetime | None, declaration: str, current: str, must_change: bool
) -> Objection | None:
    """Identity checked (11.100(b)), declaration accepted (11.10(j)), no secret that others know (11.200(a)(3))."""
    if identity_checked_at is None:
        return Objection(
            "identity_unconfirmed", N_("Your identity was not confirmed yet. Ask your site administrator.")
        )
    if declaration != current:
        return Objection("no_declaration", N_("Accept the signature declaration first; it is in your account."))
    if must_change:
        return Objection("secret_to_change", N_("Choose a password of your own first; it is in your account."))
    return None


def is_in_series(last_at: datetime | None, series_limit: timedelta, at: datetime) -> bool:
    """Whether the period of controlled access is still continuous.

    The idle limit is kept by the session, whose key changes when it locks; this bound only says that no series
    outlives a working day.
    """
    return last_at is not None and at - last_at < series_limit


def is_the_same_person(one: str, other: str) -> Objection | None:
    """What two persons sign is signed by two."""
    if one != other:
        return None
    return Objection("same_person", N_("A second person signs this, not the one who asks for it."), place="username")
