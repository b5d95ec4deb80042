"""The database itself refuses to change or delete what was recorded."""

import pytest
from django.apps import apps
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection

from apps.audit import triggers
from apps.audit.models import Audited, Checkpoint, Entry, Head, Leaf, Record, Sealed, Subtree
from apps.organisation.models import Site, User
from apps.signatures.models import Signature
from tests.audit.owner import refused

pytestmark = pytest.mark.django_db


TRAIL = [Record, Entry, Leaf, Checkpoint, Subtree, Signature]


def tables(models) -> list[str]:
    return [model._meta.db_table for model in models]


@pytest.mark.parametrize("table", tables(TRAIL))
def test_an_append_only_row_is_never_changed(recorded, table):
    column = {"audit_record": "site", "signatures_signature": "username"}.get(table, "hash")
    column = "root" if table == "audit_checkpoint" else column

    assert refused(f'UPDATE "{table}" SET "{column}" = %s', "forged")


@pytest.mark.parametrize("table", tables([*TRAIL, Head, User, Site]))
def test_no_recorded_row_is_ever_deleted(recorded, table):
    assert refused(f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", tables([*TRAIL, Head, User]))
def test_no_recorded_table_is_ever_emptied(recorded, table):
    if connection.vendor == "postgresql":
        assert refused(f'SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE "{table}" CASCADE')
    else:
        assert refused(f'DELETE FROM "{table}"')  # SQLite has no TRUNCATE: it is a DELETE without a condition


def test_every_audited_table_and_every_table_of_the_trail_is_under_guard():
    guarded = {*triggers.append_only_models(), *triggers.kept_models()}
    recorded = {model for model in apps.get_models() if issubclass(model, Audited | Sealed)}

    assert guarded == recorded | {Record, Head, Entry, Leaf, Subtree, Checkpoint}
    assert {Record, Entry, Leaf, Subtree, Checkpoint, Signature} <= set(triggers.append_only_models())


def test_a_trigger_that_was_dropped_is_missed_by_the_check_and_restored_by_migrate():
    triggers.remove(connection)
    missed = {message.msg for message in run_checks(tags=[Tags.database], databases=["default"])}
    assert any("audit_entry_refuses" in message for message in missed)

    call_command("migrate", verbosity=0)

    assert triggers.missing(connection) == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_a_trigger_that_says_something_else_counts_as_missing():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = "audit_entry_refuses_change"
            cursor.execute(f'ALTER TABLE audit_entry DISABLE TRIGGER "{name}"')
        else:
            name = "audit_entry_refuses_delete"
            cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute(f'CREATE TRIGGER "{name}" BEFORE DELETE ON audit_entry BEGIN SELECT 1; END')

    assert triggers.missing(connection) == [name]
