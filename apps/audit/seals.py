"""What a seal hashes: each row that came with it as one canonical line; the lines sorted, not in the order of keys."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from apps.audit.images import Column, columns_of
from apps.audit.models import Sealed
from apps.core.canonical import canonical, sha256_hex


@cache
def sealed_columns(model: type[Sealed]) -> tuple[Column, ...]:
    """The columns that a seal covers: all but the key, which the database gives, and the seal itself."""
    own = {model._meta.pk.attname, model._meta.get_field(model.sealed_by).attname}
    return tuple(column for column in columns_of(model) if column.attname not in own)


def seal_of(rows: Sequence[Sealed]) -> str:
    """The SHA-256 over rows of one table."""
    if not rows:
        return sealed_text(())
    columns = sealed_columns(type(rows[0]))
    return sealed_text(line(columns, [getattr(row, column.attname) for column in columns]) for row in rows)


def sealed_text(lines: Iterable[str]) -> str:
    """The SHA-256 of lines."""
    return sha256_hex("\n".join(sorted(lines)))


def line(columns: Sequence[Column], values: Sequence[object]) -> str:
    """One row as it is hashed, each column in its own type, decimals with its places."""
    return canonical([_fit(column, value) for column, value in zip(columns, values, strict=True)])


def _fit(column: Column, value: object) -> object:
    value = column.to_python(value)
    return value.quantize(column.places) if column.places is not None and isinstance(value, Decimal) else value
