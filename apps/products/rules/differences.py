"""What two versions of a master record say differently. Entries with a key are compared by their key."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.products.rules.problems import path

At = tuple[str | int, ...]
MISSING = object()


@dataclass(frozen=True)
class Difference:
    """One place with what it said before and what it says now; empty where there was or is nothing."""

    place: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def differences(before: object, after: object) -> tuple[Difference, ...]:
    """Every difference, in the order of the newer version."""
    return tuple(_compare(before, after, ()))


def _compare(before: object, after: object, at: At) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(before, after, at)
    elif isinstance(before, list) and isinstance(after, list) and _is_keyed(before) and _is_keyed(after):
        yield from _mappings(_by_key(before), _by_key(after), at)
        if [entry["key"] for entry in before if entry in after] != [entry["key"] for entry in after if entry in before]:
            yield Difference(path(*at), _order(before), _order(after))
    else:
        yield Difference(path(*at), _text(before), _text(after))


def _mappings(before: dict, after: dict, at: At) -> Iterator[Difference]:
    for key in [*after, *(key for key in before if key not in after)]:
        yield from _compare(before.get(key, MISSING), after.get(key, MISSING), (*at, key))


def _is_keyed(entries: list) -> bool:
    return bool(entries) and all(isinstance(entry, dict) and "key" in entry for entry in entries)


def _by_key(entries: list[dict]) -> dict[str, dict]:
    return {entry["key"]: {name: value for name, value in entry.items() if name != "key"} for entry in entries}


def _order(entries: list[dict]) -> str:
    return ", ".join(entry["key"] for entry in entries)


def _text(value: object) -> str:
    if value is MISSING or value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_text(inner) for inner in value)
    return str(value)
