"""A queryset compiled once answers like the queryset itself, whatever it is asked for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from psycopg.adapt import Loader
from psycopg.pq import Format

from apps.audit.models import Entry, Record
from apps.core.instants import INSTANT, Compiled, InUTC
from apps.core.prepared import KEPT, Prepared, numbered, ready_cursor
from apps.organisation.models import RoleHeld
from tests.cast import AT, JOINED, Cast

READ = Prepared(
    lambda addresses, after, site: (
        Record.objects.filter(Q(address__in=addresses) | Q(site=site), opened_at__gt=after)
        .order_by("pk")
        .values_list("pk", "address", "opened_at")
    )
)


def asked(addresses: list[str], after: object, site: str) -> list[tuple[object, ...]]:
    found = Record.objects.filter(Q(address__in=addresses) | Q(site=site), opened_at__gt=after)
    return list(found.order_by("pk").values_list("pk", "address", "opened_at"))


@pytest.mark.parametrize("addresses", [[], ["user/olga"], ["user/olga", "user/vera"], ["site/NANHU"]])
@pytest.mark.parametrize("where", ["NANHU", "RHINE", ""])
def test_it_answers_like_the_queryset(cast: Cast, addresses: list[str], where: str) -> None:
    assert {cast.olga.username, cast.vera.username} == {"olga", "vera"}
    for after in (JOINED - timedelta(days=1), AT):
        assert READ(addresses, after, where) == asked(addresses, after, where)


def test_it_is_asked_again_with_other_parameters(cast: Cast) -> None:
    first, second = (
        READ([f"user/{user.username}"], JOINED - timedelta(days=1), "?") for user in (cast.olga, cast.vera)
    )

    assert [row[1] for row in (*first, *second)] == ["user/olga", "user/vera"]


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "\x01" + "0" + "\x01", "user/olga"])
def test_a_parameter_is_never_part_of_the_statement(cast: Cast, text: str) -> None:
    assert cast.olga  # opened on first use
    assert READ([text], AT - timedelta(days=999), text) == asked([text], AT - timedelta(days=999), text)


def test_uuids_come_back_as_uuids(cast: Cast) -> None:
    assert cast.olga
    by_action = Prepared(lambda action: Entry.objects.filter(action=action).order_by("n").values_list("id", "at"))

    assert by_action("user.opened") == list(Entry.objects.filter(action="user.opened").values_list("id", "at"))


def test_rows_come_with_the_rows_that_hang_on_them(
    cast: Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    people = Prepared(
        lambda name: RoleHeld.objects.filter(user__username=name).select_related("user__record", "site").order_by("pk")
    )
    expected = list(RoleHeld.objects.filter(user=cast.olga).select_related("user__record", "site").order_by("pk"))

    with django_assert_num_queries(1):
        found = people("olga")
        seen = [(grant, grant.user, grant.user.record.address, grant.site.code, grant.held_from) for grant in found]
    assert seen == [(one, one.user, one.user.record.address, one.site.code, one.held_from) for one in expected]
    assert found[0].record == expected[0].record  # what was not asked for is still there to be read


def test_postgresql_plans_what_is_asked_again_only_once(cast: Cast) -> None:
    assert cast.olga
    if connection.vendor == "postgresql":
        for _ in range(3):
            READ(["user/olga"], AT, "?")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%audit_record%'")
            assert cursor.fetchone()[0] > 0


def test_the_kept_statements_do_not_grow_without_end(db: None) -> None:
    many = Prepared(lambda ids: Record.objects.filter(pk__in=ids).values_list("pk"))
    for n in range(1, KEPT + 20):
        many(list(range(n)))

    assert many._statement.cache_info().currsize <= KEPT


def test_a_statement_that_changes_its_parameter_is_refused(db: None) -> None:
    beginning = Prepared(lambda words: Record.objects.filter(address__startswith=words).values_list("pk"))

    with pytest.raises(LookupError):
        beginning("user/")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT 1", "SELECT 1"),
        ("a = %s AND b IN (%s, %s)", "a = $1 AND b IN ($2, $3)"),
        ("a LIKE %s ESCAPE '%%' AND b = %s", "a LIKE $1 ESCAPE '%' AND b = $2"),
        ("a %%s %s", "a %s $1"),  # a per cent sign before an s is no mark
    ],
)
def test_the_server_gets_numbered_marks(text: str, sent: str) -> None:
    assert numbered(text) == sent


def test_a_per_cent_sign_within_a_statement_stays_one(cast: Cast) -> None:
    assert cast.olga
    like = Prepared(lambda action: Entry.objects.filter(action=action).extra(where=["action LIKE 'user.%%'"]))

    assert [entry.pk for entry in like("user.opened")] == [e.pk for e in Entry.objects.filter(action="user.opened")]
    assert like("site.opened") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # an hour that some zones have twice
        datetime(1900, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ],
)
@pytest.mark.parametrize("ready", [True, False], ids=["ready", "framework"])
@pytest.mark.postgres
def test_an_instant_comes_back_in_utc(at: datetime | None, ready: bool) -> None:
    with ready_cursor() if ready else connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS timestamptz)", [at])
        (found,) = cursor.fetchone()

    assert found == at
    assert found is None or found.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.postgres
def test_every_instant_is_read_by_the_driver() -> None:
    connection.ensure_connection()

    assert connection.connection.adapters.get_loader(INSTANT, Format.TEXT) is InUTC
    assert not issubclass(Compiled, Loader), "the driver's reader is the one in Python"
