"""Enumerations of the pure layers as choices of a model field."""

from enum import StrEnum


def choices_of(enumeration: type[StrEnum]) -> list[tuple[str, str]]:
    """The members as Django choices; the edge translates the words."""
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enumeration]
