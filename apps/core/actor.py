"""Who acts: the name that every entry of the trail carries."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """A person at a screen, a machine with a token, or the system itself (a sweep, the first run)."""

    PERSON = "PERSON"
    MACHINE = "MACHINE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Actor:
    """One acting person, machine or the system, as text: the trail must be readable when accounts are gone.

    `authenticated` says how the actor was recognised (session, signature, token, system); `session` and `device`
    bind a series of signatures to one continuous period of access (21 CFR 11.200(a)(1)).
    """

    username: str
    printed_name: str
    kind: ActorKind = ActorKind.PERSON
    authenticated: str = "session"
    role: str = ""
    session: str = ""
    device: str = ""
    request_id: str = ""


SYSTEM = Actor(username="system", printed_name="System", kind=ActorKind.SYSTEM, authenticated="system")
