"""Rules about accounts: pure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_

MAX_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
DECLARATION_VERSION = "1"


def username_key(username: str) -> str:
    """The form in which user names are compared: two names that look alike are one name (21 CFR 11.100(a))."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def is_locked(failures: Sequence[datetime], at: datetime) -> Objection | None:
    """After five wrong secrets, at sign-in or signing, an account rests for fifteen minutes (21 CFR 11.300(d))."""
    recent = sorted(failure for failure in failures if failure > at - LOCK_TIME)
    if len(recent) < MAX_FAILURES:
        return None
    until = recent[-1] + LOCK_TIME
    return Objection(
        "locked",
        N_("Too many wrong secrets. Wait until {until:%H:%M} UTC or ask your site administrator."),
        {"until": until},
    )
