"""What only SQLite can be asked: REPLACE, and tables that a migration rebuilds."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection, models

from apps.audit import triggers
from apps.audit.selectors.rows import audited_models
from apps.organisation.models import User
from apps.signatures.models import Signature
from tests.audit.owner import refused
from tests.audit.test_triggers import TRAIL, tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_recursive_triggers() -> Iterator[None]:
    """A connection from outside, which did not set the pragma."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        yield
        cursor.execute("PRAGMA recursive_triggers=ON")


def replaces(table: str, **changed: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
        columns = [f'"{name}"' for (name,) in cursor.fetchall()]
    values = [changed.get(column.strip('"'), column) for column in columns]
    return f'REPLACE INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} FROM "{table}"'


@pytest.mark.parametrize("table", tables([*TRAIL, User]))
def test_replace_does_not_walk_past_the_guard(recorded, without_recursive_triggers, table):
    assert refused(replaces(table))


def test_replace_by_another_unique_key_does_not_walk_past_the_guard(recorded, without_recursive_triggers):
    assert refused(replaces("audit_record", id='"id" + 1000'))
    assert refused(replaces("audit_entry", id="'0' || \"id\""))


def test_replace_by_the_key_of_a_part_of_the_table_does_not_walk_past_the_guard(recorded, without_recursive_triggers):
    assert refused(replaces("organisation_roleheld", id='"id" + 1000'))
    assert not refused(
        replaces("organisation_roleheld", id='"id" + 1000', held_until="opened.held_from").replace(
            'FROM "organisation_roleheld"', 'FROM "organisation_roleheld" AS opened'
        )
    )


@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_again_after_a_table_was_rebuilt():
    as_it_is, longer = Signature._meta.get_field("verb"), models.CharField(max_length=61)
    longer.set_attributes_from_name("verb")
    with connection.schema_editor() as editor:
        editor.alter_field(Signature, as_it_is, longer)
    fallen = triggers.missing(connection)

    call_command("migrate", verbosity=0)

    assert "signatures_signature_refuses_update" in fallen
    assert triggers.missing(connection) == []
    with connection.schema_editor() as editor:
        editor.alter_field(Signature, longer, as_it_is)


@pytest.mark.parametrize("model", audited_models(), ids=lambda model: model._meta.db_table)
def test_rows_that_wait_for_their_entry_are_found_without_reading_the_table(model):
    """Else each new entry would read every audited table from end to end: see apps/audit/indexes.py."""
    with connection.cursor() as cursor:
        cursor.execute(f'EXPLAIN QUERY PLAN SELECT 1 FROM "{model._meta.db_table}" WHERE last_entry_id = 1')
        plan = [row[-1] for row in cursor.fetchall()]

    assert all(line.startswith("SEARCH") for line in plan), plan
