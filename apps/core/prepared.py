"""Reads on the path of every entry: a queryset of plain columns, compiled once and asked many times.

Django compiles a queryset anew each time, which costs several times what the database needs to answer it. What is asked
stays written as a queryset; only the text of the statement is kept, per database and per length of its lists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Build = Callable[..., QuerySet[Any, tuple[Any, ...]]]
FIRST_INSTANT = datetime(2990, 1, 1, tzinfo=UTC)
FIRST_NUMBER = 9_100_000_000
SELECT = "SELECT "
MOST_SHAPES = 200


@dataclass(frozen=True)
class Statement:
    """The compiled text, which parameter stands at which of its marks, and how its columns are read."""

    rest: str
    marks: tuple[tuple[int | None, Any], ...]
    convert: Callable[[list[tuple[Any, ...]]], list[tuple[Any, ...]]]


class Prepared:
    """`read = Prepared(lambda batch, places: Step.objects.filter(batch=batch, place__in=places).values_list("pk"))`.

    Parameters are texts, whole numbers and instants, or lists of these, in the order of the lambda.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._compiled: dict[tuple[object, ...], Statement] = {}

    def __call__(self, *given: Any) -> list[tuple[Any, ...]]:
        """The rows for these parameters."""
        shape = (connection.vendor, *(len(one) if isinstance(one, list) else type(one) for one in given))
        statement = self._compiled.get(shape) or self._compile(shape, given)
        flat = _flat(given)
        values = [constant if place is None else flat[place] for place, constant in statement.marks]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {statement.rest}", values)
            return statement.convert(cursor.fetchall())

    def _compile(self, shape: tuple[object, ...], given: Sequence[Any]) -> Statement:
        stand_ins = _stand_ins(given)
        query = self._build(*stand_ins).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = {value: i for i, value in enumerate(_flat(stand_ins))}
        marks = tuple((places.get(value), value) for value in parameters)
        converters = compiler.get_converters([column[0] for column in compiler.select])

        def convert(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
            return [_converted(row, converters) for row in rows] if converters else rows

        statement = Statement(sql.removeprefix(SELECT), marks, convert)
        if len(self._compiled) >= MOST_SHAPES:
            self._compiled.clear()
        self._compiled[shape] = statement
        return statement


def _converted(row: tuple[Any, ...], converters: dict[int, tuple[Any, Any]]) -> tuple[Any, ...]:
    values = list(row)
    for i, (steps, expression) in converters.items():
        for step in steps:
            values[i] = step(values[i], expression, connection)
    return tuple(values)


def _stand_ins(given: Sequence[Any]) -> list[Any]:
    """One value of its own for each parameter, by which it is found again in the compiled statement."""
    found: list[Any] = []
    n = 0
    for one in given:
        if isinstance(one, list):
            found.append([_stand_in(item, n + i) for i, item in enumerate(one)])
            n += len(one)
        else:
            found.append(_stand_in(one, n))
            n += 1
    return found


def _stand_in(value: Any, n: int) -> Any:
    if isinstance(value, datetime):
        return FIRST_INSTANT + timedelta(seconds=n)
    return FIRST_NUMBER + n if isinstance(value, int) else f"\x01{n}\x01"


def _flat(given: Sequence[Any]) -> list[Any]:
    """The parameters one after the other, as the database driver takes them."""
    found = [item for one in given for item in (one if isinstance(one, list) else [one])]
    return [connection.ops.adapt_datetimefield_value(one) if isinstance(one, datetime) else one for one in found]
