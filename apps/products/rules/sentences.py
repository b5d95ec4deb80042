"""What the validator found, said in words with the place in the record."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from apps.products.rules.problems import Problem, path

SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "string_type": "is a text; put it in quotes",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "does not have the form that is asked for here ({pattern})",
    "too_short": "needs at least {min_length}",
    "int_type": "is a whole number without quotes",
    "greater_than_equal": "is at least {ge}",
    "less_than_equal": "is at most {le}",
    "bool_type": "is true or false",
    "bool_parsing": "is true or false",
    "model_type": "is a group of keys",
    "model_attributes_type": "is a group of keys",
    "tuple_type": "is a list",
    "literal_error": "is one of: {expected}",
}
LANGUAGES = {"en": "the English text is missing", "zh": "the Chinese text is missing"}


def problems_of(error: ValidationError, data: object) -> Iterator[Problem]:
    """Every error with its place, as the file is written: the validator's own detours are left out."""
    seen: set[tuple[str, str]] = set()
    for fault in error.errors(include_url=False):
        place, reason = _place(fault, data), _reason(fault)
        if (place, reason) not in seen:
            seen.add((place, reason))
            yield Problem(place, reason)


def _place(fault: ErrorDetails, data: object) -> str:
    parts = _written(fault["loc"], data, is_missing=fault["type"] == "missing")
    inner = fault.get("ctx", {}).get("at", "")
    if fault["type"] == "kind":
        inner = "kind"
    place = path(*parts)
    return f"{place}.{inner}" if inner and place else place or inner


def _written(loc: Sequence[str | int], data: object, *, is_missing: bool) -> list[str | int]:
    """Leave out the names of alternatives, which stand in no file; a missing key is the last and stays."""
    parts: list[str | int] = []
    for i, step in enumerate(loc):
        if isinstance(step, int):
            parts.append(step)
            data = data[step] if isinstance(data, list) and step < len(data) else None
        elif isinstance(data, dict) and step in data:
            parts.append(step)
            data = data[step]
        elif is_missing and i == len(loc) - 1:
            parts.append(step)
    return parts


def _reason(fault: ErrorDetails) -> str:
    if fault["type"] == "missing" and fault["loc"][-1] in LANGUAGES:
        return LANGUAGES[fault["loc"][-1]]
    sentence = SENTENCES.get(fault["type"])
    return sentence.format(**fault.get("ctx", {})) if sentence else fault["msg"]
