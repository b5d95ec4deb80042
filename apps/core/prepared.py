"""Reads on the path of every entry: a queryset of plain columns, compiled once and asked many times.

Django compiles a queryset anew each time, which costs several times what the database needs to answer it. What is asked
stays written as a queryset; only the text of its statement is kept, per database and per length of its lists.
See docs/decisions/0043-prepared-statements.md for what it gains.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Build = Callable[..., QuerySet[Any, tuple[Any, ...]]]
Row = tuple[Any, ...]
KEPT = 200  # statements of one queryset: its lists come in few lengths
# Stands for a parameter while the statement is compiled: a value of its type that nothing else in it has.
STAND_IN: dict[type, Callable[[int], Any]] = {
    datetime: lambda n: datetime(2990, 1, 1, tzinfo=UTC) + timedelta(seconds=n),
    int: lambda n: 9_100_000_000 + n,
    str: lambda n: f"\x01{n}\x01",
}


@dataclass(frozen=True)
class Statement:
    """The text; for each of its marks the place of a parameter, or a constant; how columns are read."""

    sql: str
    marks: tuple[tuple[int | None, Any], ...]
    converters: dict[int, tuple[Any, Any]]

    def values(self, given: Sequence[Any]) -> list[Any]:
        """What is bound to the marks."""
        return [constant if place is None else given[place] for place, constant in self.marks]

    def read(self, row: Row) -> Row:
        """A row as the queryset would give it."""
        if not self.converters:
            return row
        columns = list(row)
        for i, (steps, expression) in self.converters.items():
            for step in steps:
                columns[i] = step(columns[i], expression, connection)
        return tuple(columns)


class Prepared:
    """`read = Prepared(lambda batch, places: Step.objects.filter(batch=batch, place__in=places).values_list("pk"))`.

    Parameters are texts, whole numbers and instants, or lists of these, in the order of the lambda.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._statement = lru_cache(maxsize=KEPT)(self._compiled)

    def __call__(self, *given: Any) -> list[Row]:
        """The rows for these parameters."""
        statement = self._statement(connection.vendor, *map(_shape, given))
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.values([_adapted(value) for value in _flat(given)]))
            return [statement.read(row) for row in cursor.fetchall()]

    def _compiled(self, vendor: str, *shapes: tuple[type, int | None]) -> Statement:
        numbers = count()
        stand_ins = [
            STAND_IN[kind](next(numbers)) if length is None else [STAND_IN[kind](next(numbers)) for _ in range(length)]
            for kind, length in shapes
        ]
        compiler = self._build(*stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = {_adapted(value): i for i, value in enumerate(_flat(stand_ins))}
        if lost := places.keys() - set(parameters):
            raise LookupError(f"the statement changes its parameters: {len(lost)} of them are not found in it again")
        marks = tuple((places.get(value), value) for value in parameters)
        return Statement(sql, marks, compiler.get_converters([column[0] for column in compiler.select]))


def _shape(given: Any) -> tuple[type, int | None]:
    if isinstance(given, list):
        return (_kind(given[0]) if given else str), len(given)
    return _kind(given), None


def _kind(value: Any) -> type:
    return next(kind for kind in STAND_IN if isinstance(value, kind))


def _flat(given: Sequence[Any]) -> Iterator[Any]:
    for one in given:
        yield from one if isinstance(one, list) else [one]


def _adapted(value: Any) -> Any:
    """As the driver takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
