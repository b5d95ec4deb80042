"""Rules about accounts: pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_

MAX_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
DECLARATION_VERSION = "1"
DORMANT_AFTER = timedelta(days=90)
RESERVED_NAMES = frozenset({"system", "nobody", "machine", "anonymous", "unknown", "new"})
USER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


def username_key(username: str) -> str:
    """The form in which user names are compared: two names that look alike are one name (21 CFR 11.100(a))."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def is_not_a_user_name(username: str) -> Objection | None:
    """A user name is plain letters, digits, - and _: no two of them can look alike in different scripts."""
    key = username_key(username)
    if USER_NAME.fullmatch(key) and key not in RESERVED_NAMES:
        return None
    template = N_("A user name has 2 to 40 letters a to z, digits, - or _, and begins with a letter or digit.")
    return Objection("username_form", template, {"username": username[:80]}, place="username")


def is_taken(username: str) -> Objection:
    """A user name is never given to a second person, not even after the first has left (21 CFR 11.100(a))."""
    template = N_("The user name {username} was used before and is never given again.")
    return Objection("username_taken", template, {"username": username}, place="username")


def is_own_account(username: str, acting: str) -> Objection | None:
    """What needs somebody else's judgement is not done to one's own account."""
    if username != acting:
        return None
    return Objection("own_account", N_("Nobody does this to their own account. Ask another administrator."))


def is_missing(text: str, code: str, sentence: str, place: str) -> Objection | None:
    """A reason or reference of nothing but blanks and dots is none."""
    return None if text.strip(" .-") else Objection(code, sentence, place=place)


def is_no_view(name: str, path: str) -> list[Objection | None]:
    """A saved view is a page of this house under a name."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return [
        is_missing(name, "name_missing", N_("Give it a name."), "name"),
        None if is_own else Objection("not_a_page", N_("This is no page of this system."), place="path"),
    ]


def is_no_saved_view(name: str) -> Objection:
    """Nothing was saved under this name."""
    return Objection("no_saved_view", N_("You saved no view “{name}”."), {"name": name}, "name")


def is_dormant(last_session: datetime | None, opened: datetime, at: datetime) -> bool:
    """An account that nobody used for 90 days is checked and disabled (21 CFR 11.300(b))."""
    return (last_session or opened) <= at - DORMANT_AFTER


def is_idle(last_activity: datetime, limit: timedelta, at: datetime) -> bool:
    """Whether the period of controlled access has ended because nobody did anything."""
    return at - last_activity >= limit


def is_locked(failures: Sequence[datetime], at: datetime) -> Objection | None:
    """After five wrong secrets, at sign-in or signing, an account rests for fifteen minutes (21 CFR 11.300(d))."""
    last = max(failures, default=None)
    if last is None or last + LOCK_TIME <= at:
        return None
    # Counted back from the last one: an account that locked rests its whole time, however slowly they came.
    if sum(failure > last - LOCK_TIME for failure in failures) < MAX_FAILURES:
        return None
    until = last + LOCK_TIME
    return Objection(
        "locked",
        N_("Too many wrong passwords. Wait until {until} or ask your site administrator."),
        {"until": until},
    )


def is_granted_by_the_same(holder: str, granted_by: str, approved_by: str, system: str) -> Objection | None:
    """Three persons stand behind a role: who holds it, who grants it, who approves it."""
    if holder in (granted_by, approved_by):
        return Objection("own_grant", N_("Nobody grants or approves a role to themselves."))
    if granted_by == approved_by and granted_by != system:
        return Objection("one_person", N_("The person who grants a role and the one who approves it are two persons."))
    return None


def is_untrained(subject: str) -> Objection:
    """Who works is trained on the master record, gowned and qualified in date (21 CFR 211.25; EU GMP Annex 1, 7.6)."""
    template = N_("You have no valid training on {subject}. Quality assurance records it on the page of the person.")
    return Objection("training_missing", template, {"subject": subject})


def is_not_the_trainee(trainee: str, actor: str) -> Objection | None:
    """Only who was trained can say so."""
    if trainee == actor:
        return None
    return Objection("not_the_trainee", N_("Only {name} can acknowledge this training."), {"name": trainee})


def ends_before_it_begins(until: datetime | None, at: datetime) -> Objection | None:
    """A training is valid for some time."""
    if until is None or until > at:
        return None
    return Objection("no_length", N_("It must end after it began."), place="until")
