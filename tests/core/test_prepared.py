"""A queryset compiled once answers like the queryset itself, whatever it is asked for."""

from datetime import timedelta

import pytest
from django.db.models import Q

from apps.audit.models import Entry, Record
from apps.core.prepared import KEPT, Prepared
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
    cast.olga  # noqa: B018  the account is opened on first use
    assert READ([text], AT - timedelta(days=999), text) == asked([text], AT - timedelta(days=999), text)


def test_uuids_come_back_as_uuids(cast: Cast) -> None:
    cast.olga  # noqa: B018
    by_action = Prepared(lambda action: Entry.objects.filter(action=action).order_by("n").values_list("id", "at"))

    assert by_action("user.opened") == list(Entry.objects.filter(action="user.opened").values_list("id", "at"))


def test_the_kept_statements_do_not_grow_without_end(db: None) -> None:
    many = Prepared(lambda ids: Record.objects.filter(pk__in=ids).values_list("pk"))
    for n in range(1, KEPT + 20):
        many(list(range(n)))

    assert many._statement.cache_info().currsize <= KEPT


def test_a_statement_that_changes_its_parameter_is_refused(db: None) -> None:
    beginning = Prepared(lambda words: Record.objects.filter(address__startswith=words).values_list("pk"))

    with pytest.raises(LookupError):
        beginning("user/")
