"""What a row looks like in the trail."""

from decimal import Decimal

from django.db import models

from apps.audit.models import Audited
from apps.core.canonical import canonical, sha256_hex

Image = dict[str, object]


def image_of(row: Audited) -> Image:
    """Every column of the row but the entry that wrote it, as the database will give it back."""
    return {
        field.attname: value_in_trail(row, field) for field in row._meta.concrete_fields if field.name != "last_entry"
    }


def value_in_trail(row: Audited, field: models.Field) -> object:
    """One column as the trail holds it: in its own type, decimals with its places, personal fields as a salted hash."""
    value = field.to_python(getattr(row, field.attname))
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        value = value.quantize(Decimal(1).scaleb(-field.decimal_places))
    if field.name in row.personal:
        return {"sha256": salted_hash(row.salt, value)}  # type: ignore[attr-defined]
    return value


def salted_hash(salt: str, value: object) -> str:
    """What stands for a personal value in the trail; without the salt it tells nothing."""
    return sha256_hex(f"{salt}{canonical(value)}")
