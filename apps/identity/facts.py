"""What a person's identity consists of, kept apart from everything that is made of their donation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """The personal data of a donor or a recipient: erasable, and in the trail only as a salted hash."""

    name: str
    born: str
    identifier: str
