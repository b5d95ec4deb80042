"""One recorded value: by the service, over the API, by the plain ORM and by the bare driver, all the same rows."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.audit.models import Entry, Head
from apps.audit.services.door import Change
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.batches import visible_batches
from apps.batches.services.recording import RECORDED, record_value
from apps.core.actor import Actor
from apps.organisation.models import User
from apps.organisation.selectors import user_named
from tests.benchmarks.filling import FIRST_KEY, LEFT_OPEN
from tests.benchmarks.table import Line, medians, ms

WARM = 4
ROUNDS = 80
OPERATOR = "operator"
SERVICE_BOUND = 1.5
API_BOUND = {"postgresql": 6, "sqlite": 18}
STATEMENTS_BOUND = 10
_keys = count(FIRST_KEY // 2)


def measure_values() -> list[Line]:
    """The lines about one recorded value."""
    operator = user_named(OPERATOR)
    open_batches = list(
        visible_batches(operator, timezone.now()).filter(state=BatchState.RUNNING, number__startswith="FB")
    )
    pattern = _recorded(open_batches.pop(), operator)
    rounds = min(ROUNDS, len(open_batches) // 4 - WARM)
    ways = _ways(open_batches, operator, pattern)
    for n in range(rounds, rounds + WARM):
        for way in ways.values():
            way(n)
    took = medians(ways, rounds)
    bound = API_BOUND[connection.vendor]
    by_service, by_api = took["service"] / took["orm"], took["api"] / took["driver"]
    statements = _statements(open_batches[-1], operator)
    return [
        Line(
            "one recorded value, service against plain ORM",
            ms(took["service"]), ms(took["orm"]), by_service, f"≤ {SERVICE_BOUND}", by_service <= SERVICE_BOUND,
        ),
        Line(
            "one recorded value, API against bare driver",
            ms(took["api"]), ms(took["driver"]), by_api, f"≤ {bound}", by_api <= bound,
        ),
        Line(
            "one recorded value, statements",
            str(statements), "3", statements / 3, f"≤ {STATEMENTS_BOUND}", statements <= STATEMENTS_BOUND,
        ),
    ]  # fmt: skip


def _ways(batches: Sequence[Batch], operator: User, pattern: RecordedValue) -> dict[str, Callable[[int], object]]:
    """Each way of writing, with batches of its own; what is written without the service is worked out beforehand."""
    client = APIClient(SERVER_NAME="localhost")
    client.force_login(operator)
    share = len(batches) // 4
    mine, theirs, orm, driver = (batches[i * share : (i + 1) * share] for i in range(4))
    for_orm, for_driver = ([rows_for(batch, pattern) for batch in some] for some in (orm, driver))
    write = bare_writer(for_driver[0])

    def by_api(n: int) -> None:
        address = f"/api/v1/batches/{theirs[n].number}/values/"
        reply = client.post(address, {"place": LEFT_OPEN, "text": "37.0"}, format="json")  # as programs send it
        assert reply.status_code == 201, reply.content

    return {
        "orm": lambda n: write_plainly(for_orm[n]),
        "service": lambda n: _recorded(mine[n], operator),
        "api": by_api,
        "driver": lambda n: write(for_driver[n]),
    }


def _recorded(batch: Batch, user: User) -> RecordedValue:
    actor = Actor(username=user.username, printed_name=user.printed_name, authenticated="session", device="tablet 7")
    return record_value(batch=batch, place=LEFT_OPEN, text="37.0", actor=actor, at=timezone.now())


def _statements(batch: Batch, user: User) -> int:
    with CaptureQueriesContext(connection) as said:
        _recorded(batch, user)
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in said)


# --- the same rows, without the service -----------------------------------------------------------------------------


@dataclass
class Written:
    """The rows that one recorded value leaves behind."""

    value: RecordedValue
    entry: Entry
    head: Head


class _Preparing(Change):
    """The door, as far as to what would be stored."""

    def _store(self, rows: Sequence[models.Model]) -> None:
        for row in rows:
            row.pk = next(_keys)

    def _close(self, entries: Sequence[Entry], heads: Iterable[Head]) -> None:
        (self.entry,), (self.head,) = entries, heads


def rows_for(batch: Batch, pattern: RecordedValue) -> Written:
    """The rows that the service would write in this batch, with their place in its chain."""
    columns = {name.attname: getattr(pattern, name.attname) for name in pattern._meta.concrete_fields}
    step = batch.steps.get(place=LEFT_OPEN.rpartition(".")[0])
    own = {"id": None, "batch_id": batch.pk, "record_id": batch.record_id, "step_id": step.pk, "last_entry_id": None}
    actor = Actor(username=OPERATOR, printed_name=pattern.printed_name, role="OPERATOR", device="tablet 7")
    change = _Preparing(actor, RECORDED, pattern.recorded_at, "", [batch.record])
    value = change.create(RecordedValue(**columns | own))
    change.flush()
    return Written(value, change.entry, change.head)


def write_plainly(rows: Written) -> None:
    """As one would with Django alone: the head under lock, the value, its entry, the head moved on."""
    with transaction.atomic():
        head = Head.objects.select_for_update(no_key=True).get(pk=rows.head.pk)
        rows.value.save(force_insert=True)
        rows.entry.save(force_insert=True)
        head.n, head.hash = rows.head.n, rows.head.hash
        head.save(update_fields=["n", "hash"])


def bare_writer(example: Written) -> Callable[[Written], None]:
    """The three statements on a connection of the driver's own, ready made."""
    inserts = [(_insert(row), row) for row in (example.value, example.entry)]
    mark = "%s" if connection.vendor == "postgresql" else "?"
    move = f"UPDATE audit_head SET n = {mark}, hash = {mark} WHERE record_id = {mark}"
    (value_sql, _), (entry_sql, _) = inserts
    begin, bare = bare_connection()

    def write(rows: Written) -> None:
        begin()
        bare.execute(value_sql, _parameters(rows.value))
        bare.execute(entry_sql, _parameters(rows.entry))
        bare.execute(move, (rows.head.n, rows.head.hash, rows.head.pk))
        bare.commit()

    return write


def bare_connection() -> tuple[Callable[[], object], Any]:
    """A connection of the driver to the same database, and how a transaction begins there."""
    if connection.vendor == "postgresql":
        chosen = connection.settings_dict
        bare = psycopg.connect(host=chosen["HOST"], user=chosen["USER"], dbname=chosen["NAME"])
        return (lambda: None), bare
    light = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None, timeout=20)
    light.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    return (lambda: light.execute("BEGIN IMMEDIATE")), light


def _insert(row: models.Model) -> str:
    fields = row._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    mark = "%s" if connection.vendor == "postgresql" else "?"
    return f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({', '.join([mark] * len(fields))})"


def _parameters(row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in row._meta.concrete_fields]
