"""What a careless or a hostile program may send: bodies made from the schema, and strange values in them."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from drf_spectacular.generators import SchemaGenerator

Schema = Mapping[str, Any]
UUID = "00000000-0000-4000-8000-000000000000"
PLAUSIBLE: dict[str, Any] = {  # by the name of the field: what leads deeper than any text would
    "record": "batch/CT-0042", "batch": "CT-0042", "number": "ODD-1", "site": "NANHU", "product": "msc_covid19-v1",
    "place": "receipt.arrive.temperature", "text": "4.1", "unit": "", "reason": "Seen by the operator",
    "username": "vera", "secret": "nine copper kettles", "test": "endotoxin", "value": "0.1", "count": 1,
    "role": "CHECKER", "sample": "CT-0042-S1", "instrument": "INC-07", "donation": "G123426000117", "minutes": 10,
}  # fmt: skip
ODD: dict[str, Any] = {
    "nul": "a\0b",
    "surrogate": "\ud800",
    "emoji": "😀‮",
    "long": "x" * 100_000,
    "empty": "",
    "blank": " \t\n",
    "zero": 0,
    "negative": -1,
    "huge": 10**400,
    "infinite": "1e400",
    "float": 1e308,
    "nan": float("nan"),
    "number_text": "9" * 400,
    "yes": True,
    "nothing": None,
    "list": [],
    "nested_list": [[["x"]], {}],
    "object": {},
    "wrong_object": {"en": 1, "\0": None},
    "address": "batch/CT-0042/../[99999999999999999999].x#1",
    "place": "explant[99999999999999999999999].seed[0].row[\u0661].cells",
    "instant": "0001-01-01T00:00:00+23:59",
    "late_instant": "9999-12-31T23:59:59.999999-23:59",
    "day": "2026-02-30",
    "percent": "%s %(x)s {0} {x.__class__}",
}  # fmt: skip
WHOLE: tuple[Any, ...] = (None, [], "", 0, "text", [{}], {"": ""}, {"a" * 5000: {}}, True)


def description() -> dict[str, Any]:
    """The OpenAPI description, as the server draws it."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))


def operations(described: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Every operation: verb, path, what is said of it."""
    for path, item in described["paths"].items():
        for verb, operation in item.items():
            if verb in ("get", "post", "put", "patch", "delete"):
                yield verb, path, operation


def body_of(operation: Schema, described: Schema) -> Any:
    """A plausible body, or None where nothing is sent."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    return plausible("", content["application/json"]["schema"], described)


def plausible(name: str, schema: Schema, described: Schema) -> Any:
    """A value of this schema, by the name of its field where that leads deeper."""
    schema = _named(schema, described)
    if "properties" in schema:
        return {key: plausible(key, part, described) for key, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [plausible(name, schema.get("items", {}), described)]
    return schema["enum"][0] if "enum" in schema else PLAUSIBLE.get(name, _plain(schema))


def _named(schema: Schema, described: Schema) -> Schema:
    """What a reference or the first of several forms leads to."""
    for union in ("allOf", "oneOf", "anyOf"):
        if union in schema:
            return _named(schema[union][0], described)
    if "$ref" not in schema:
        return schema
    found: Any = described
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _named(found, described)


def _plain(schema: Schema) -> Any:
    formats = {"date-time": "2026-11-05T06:00:00Z", "date": "2026-11-05", "uuid": UUID, "email": "a@site.example"}
    kinds = {"integer": 1, "number": 1, "boolean": True}
    return formats.get(schema.get("format", ""), kinds.get(schema.get("type", ""), "x"))


def strange(body: Any) -> Iterator[tuple[str, Any]]:
    """The body with one strange value in one place, for every place and value; what was done, in words."""
    for place in places(body):
        for name, odd in ODD.items():
            changed = deepcopy(body)
            _put(changed, place, odd)
            yield f"{'.'.join(map(str, place))}={name}", changed
        changed = deepcopy(body)
        _put(changed, place, _MISSING)
        yield f"{'.'.join(map(str, place))} missing", changed
    for number, whole in enumerate(WHOLE):
        yield f"whole body {number}", whole


_MISSING = object()


def places(body: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body that holds a value."""
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield (*before, key)
        yield from places(value, (*before, key))


def _put(body: Any, place: tuple[Any, ...], value: Any) -> None:
    for step in place[:-1]:
        body = body[step]
    if value is _MISSING:
        del body[place[-1]]
    else:
        body[place[-1]] = value
