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
    """One column as the trail holds it: decimals with the column's places, personal fields as a salted hash."""
    value = getattr(row, field.attname)
    if value is not None and isinstance(field, models.DecimalField):
        value = Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places))
    if field.name in row.personal:
        return {"sha256": sha256_hex(f"{row.salt}{canonical(value)}")}  # type: ignore[attr-defined]
    return value
