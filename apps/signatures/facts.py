"""What is signed, and what a person sends to sign it."""

from dataclasses import dataclass, field
from uuid import UUID

from apps.core.actor import Actor
from apps.core.canonical import canonical, sha256_hex


@dataclass(frozen=True)
class Line:
    """One line of what the signer reads: label, value, and a note such as the limit or the verdict."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class SignedContent:
    """What is shown to the signer, and exactly what is hashed: verb, record, meaning in the first person, lines.

    `members` are the hashes of the items of a shown list (a section, a worksheet, a tray) signed in one act.
    """

    verb: str
    address: str
    meaning: str
    lines: tuple[Line, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The canonical text that is stored with the challenge and the signature."""
        lines = [[line.label, line.value, line.note] for line in self.lines]
        return canonical(
            {
                "verb": self.verb,
                "address": self.address,
                "meaning": self.meaning,
                "lines": lines,
                "members": self.members,
            }
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical text."""
        return sha256_hex(self.text)


@dataclass(frozen=True)
class Signing:
    """A person's answer to a challenge: the secret, and the user name or badge where the second component is needed."""

    challenge: UUID
    secret: str = field(repr=False)
    username: str = ""


@dataclass(frozen=True)
class Signer:
    """A person recognised by secret for one challenge. `actor` is the signer, not always the session's person."""

    actor: Actor
    challenge_id: UUID
    content_hash: str
    printed_name_zh: str = ""
