"""What a row looks like in the trail."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.db import models

from apps.audit.models import Audited, Sealed
from apps.core.canonical import canonical, sha256_hex

Image = dict[str, object]


class Column(NamedTuple):
    """How one column enters the trail: its places are those of a decimal, `is_personal` asks for a salted hash."""

    attname: str
    name: str
    to_python: Callable[[Any], object]
    places: Decimal | None
    is_personal: bool


@cache
def columns_of(model: type[Audited] | type[Sealed]) -> tuple[Column, ...]:
    """The columns of an audited table in their order, without the one that names the entry."""
    fields = [field for field in model._meta.concrete_fields if field.name != "last_entry"]
    return tuple(
        Column(field.attname, field.name, field.to_python, _places(field), field.name in model.personal)
        for field in fields
    )


def image_of(row: Audited) -> Image:
    """Every column of the row but the entry that wrote it, as the database will give it back."""
    return {column.attname: value_in_trail(row, column) for column in columns_of(type(row))}


def value_in_trail(row: Audited, column: Column) -> object:
    """One column as the trail holds it: in its own type, decimals with its places, personal fields as a salted hash."""
    attname, _, to_python, places, is_personal = column
    value = to_python(getattr(row, attname))
    if places is not None and isinstance(value, Decimal):
        value = value.quantize(places)
    if is_personal:
        return {"sha256": salted_hash(row.salt, value)}  # type: ignore[attr-defined]  # where fields are personal
    return value


def _places(field: models.Field) -> Decimal | None:
    return Decimal(1).scaleb(-field.decimal_places) if isinstance(field, models.DecimalField) else None


def salted_hash(salt: str, value: object) -> str:
    """What stands for a personal value in the trail; without the salt it tells nothing."""
    return sha256_hex(f"{salt}{canonical(value)}")
