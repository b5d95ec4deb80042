"""Reads on the path of every entry: a queryset, compiled once and asked many times.

Django compiles a queryset anew each time, which costs several times what the database needs to answer it. What is asked
stays written as a queryset; only the text of its statement is kept, per database and per length of its lists.
See docs/decisions/0043-prepared-statements.md for what it gains.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Build = Callable[..., QuerySet[Any, Any]]
Row = tuple[Any, ...]
KEPT = 200  # statements of one queryset: its lists come in few lengths
KEPT_TEXTS = 500
MARK = re.compile("%[s%]")
# Stands for a parameter while the statement is compiled: a value of its type that nothing else in it has.
STAND_IN: dict[type, Callable[[int], Any]] = {
    datetime: lambda n: datetime(2990, 1, 1, tzinfo=UTC) + timedelta(seconds=n),
    int: lambda n: 9_100_000_000 + n,
    str: lambda n: f"\x01{n}\x01",
}


def ready_cursor() -> CursorWrapper:
    """A cursor for statements whose text is always the same: PostgreSQL then plans them once, not every time.

    The framework's own cursors write the parameters into the text, as a log of statements should show them; this one
    binds them apart.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or database.queries_logged:
        return database.cursor()
    database.close_if_health_check_failed()
    database.ensure_connection()
    return database.make_cursor(_ReadyCursor(database.connection))


class _ReadyCursor(psycopg.RawCursor[Row]):
    """Takes a text with `%s` to the server as it wants it, `$1`. The driver would split a long text anew every time."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_ReadyCursor":
        """Parameters are a sequence, or none and the text goes as it is."""
        return super().execute(query if params is None else numbered(query), params, **options)


@lru_cache(maxsize=KEPT_TEXTS)
def numbered(sql: str) -> str:
    """The same statement with `$1`, `$2` ... for each `%s`, and `%` for `%%`."""
    numbers = count(1)
    return MARK.sub(lambda mark: "%" if mark[0] == "%%" else f"${next(numbers)}", sql)


@dataclass(frozen=True)
class Statement:
    """The text; for each of its marks the place of a parameter, or a constant; how columns are read, and rows made."""

    sql: str
    marks: tuple[tuple[int | None, Any], ...]
    converters: dict[int, tuple[Any, Any]]
    make: Callable[[Row], Any]

    def values(self, given: Sequence[Any]) -> list[Any]:
        """What is bound to the marks."""
        return [constant if place is None else given[place] for place, constant in self.marks]

    def read(self, rows: Iterable[Row]) -> list[Any]:
        """The rows as the queryset would give them."""
        return list(map(self.make, self._converted(rows) if self.converters else rows))

    def _converted(self, rows: Iterable[Row]) -> Iterator[Row]:
        database = connections[DEFAULT_DB_ALIAS]
        steps = [(i, step, expression) for i, (some, expression) in self.converters.items() for step in some]
        for row in rows:
            columns = list(row)
            for i, step, expression in steps:
                columns[i] = step(columns[i], expression, database)
            yield tuple(columns)


class Prepared:
    """`read = Prepared(lambda batch, places: Step.objects.filter(batch=batch, place__in=places).values_list("pk"))`.

    Without `values_list` it gives model instances, with those that `select_related` names. Parameters are texts, whole
    numbers and instants, or lists of these, in the order of the lambda.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._statement = lru_cache(maxsize=KEPT)(self._compiled)

    def __call__(self, *given: Any) -> list[Any]:
        """The rows for these parameters."""
        statement = self._statement(connection.vendor, *map(_shape, given))
        with ready_cursor() as cursor:
            cursor.execute(statement.sql, statement.values([_adapted(value) for value in _flat(given)]))
            return statement.read(cursor.fetchall())

    def _compiled(self, vendor: str, *shapes: tuple[type, int | None]) -> Statement:
        numbers = count()
        stand_ins = [
            STAND_IN[kind](next(numbers)) if length is None else [STAND_IN[kind](next(numbers)) for _ in range(length)]
            for kind, length in shapes
        ]
        asked = self._build(*stand_ins)
        compiler = asked.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = {_adapted(value): i for i, value in enumerate(_flat(stand_ins))}
        if lost := places.keys() - set(parameters):
            raise LookupError(f"the statement changes its parameters: {len(lost)} of them are not found in it again")
        marks = tuple((places.get(value), value) for value in parameters)
        converters = compiler.get_converters([column[0] for column in compiler.select])
        make = _instances(compiler) if asked._iterable_class is ModelIterable else tuple
        return Statement(sql, marks, converters, make)


def _instances(compiler: SQLCompiler) -> Callable[[Row], Model]:
    """How a queryset makes a model instance of a row, and those that hang on it."""
    info, alias = compiler.klass_info, connection.alias
    columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [column[0].target.attname for column in compiler.select[columns]]
    others = get_related_populators(info, compiler.select, alias)

    def make(row: Row) -> Model:
        made: Model = info["model"].from_db(alias, names, row[columns])
        for other in others:
            other.populate(row, made)
        return made

    return make


def _shape(given: Any) -> tuple[type, int | None]:
    if isinstance(given, list):
        return (_kind(given[0]) if given else str), len(given)
    return _kind(given), None


def _kind(value: Any) -> type:
    return type(value) if type(value) in STAND_IN else next(kind for kind in STAND_IN if isinstance(value, kind))


def _flat(given: Sequence[Any]) -> Iterator[Any]:
    for one in given:
        yield from one if isinstance(one, list) else [one]


def _adapted(value: Any) -> Any:
    """As the driver takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
