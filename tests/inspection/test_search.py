"""Search of the trail: by record, person, action, day and words; only what the person may see; page by page."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import Entry
from apps.core.roles import Role
from apps.inspection.selectors import searching
from apps.inspection.selectors.searching import PAGE
from tests.cast import AT, give_role


@pytest.fixture
def shown(web_client, cast):
    """`shown(person="olga")`: the places on the page, newest first, as Ines the inspector sees them."""
    clients = {}

    def ask(by=None, **question):
        person = by or cast.ines
        client = clients.setdefault(person.pk, web_client(person))
        reply = client.get(f"/inspection/audit/?{urlencode(question)}")
        assert reply.status_code == 200
        return [entry.place for entry in reply.context["page"].rows]

    return ask


def test_the_newest_entry_stands_first(note, shown):
    note("A")
    note("B", at=AT + timedelta(minutes=1))
    note("A", at=AT + timedelta(minutes=2))

    assert shown(record="test/") == ["test/A#2", "test/B#1", "test/A#1"]


@pytest.mark.parametrize("words", ["test/CT-0042", "0042", "ct-0042", "test/CT-0042#1"])
def test_a_record_is_found_by_its_address_or_a_part_of_its_number(note, shown, words):
    note("CT-0042")
    note("CT-0050")

    assert shown(record=words) == ["test/CT-0042#1"]


@pytest.mark.parametrize("words", ["olga", "Olga Orlova", "orlova", "奥尔加", "OLGA"])
def test_a_person_is_found_by_user_name_or_name(note, shown, cast, words):
    note("A", who=cast.olga.username)
    note("B", who="somebody")

    assert shown(record="test/", person=words) == ["test/A#1"]


def test_a_person_whose_account_is_gone_is_found_by_the_user_name_in_the_trail(note, shown):
    note("A", who="left_long_ago")

    assert shown(person="left_long_ago") == ["test/A#1"]


def test_an_action_is_found_by_its_beginning(note, shown):
    note("A", "signature.reviewed")
    note("B", "batch.value.recorded")

    assert shown(record="test/", action="signature.") == ["test/A#1"]


def test_days_are_those_of_the_site(note, shown):
    late_in_utc = AT.replace(hour=17)  # 01:00 of the next day in Nanhu
    note("A", at=late_in_utc)

    assert shown(record="test/", since="2026-11-06", until="2026-11-06") == ["test/A#1"]
    assert shown(record="test/", until="2026-11-05") == []


def test_words_are_found_in_the_text_of_an_entry(note, shown):
    note("A", reason="Misread the display", at=timezone.now())
    note("B", at=timezone.now())

    assert shown(text="misread the") == ["test/A#1"]


def test_words_alone_are_looked_for_in_the_last_month_only(note, shown):
    long_ago = timezone.now() - timedelta(days=40)
    note("A", reason="Misread the display", at=long_ago)

    assert shown(text="Misread") == []
    assert shown(text="Misread", since=f"{long_ago:%Y-%m-%d}") == ["test/A#1"]
    assert shown(text="Misread", record="test/A") == ["test/A#1"]


def test_a_day_that_can_not_be_read_is_named_and_narrows_nothing(note, web_client, cast):
    note("A")
    page = web_client(cast.ines).get("/inspection/audit/?record=test/&since=yesterday")

    assert page.context["form"].errors["since"]
    assert [entry.place for entry in page.context["page"].rows] == ["test/A#1"]


def test_a_person_sees_the_entries_of_their_sites_only(note, shown, cast):
    note("A", site="NANHU")
    note("B", site="RHINE")

    assert shown(record="test/", by=cast.olga) == ["test/A#1"]
    assert shown(record="test/", by=cast.rita) == ["test/B#1"]


def test_what_belongs_to_no_site_is_seen_by_qa_administrators_and_inspectors(shown, cast):
    assert cast.vera
    for person, sees in ((cast.olga, False), (cast.quinn, True), (cast.adam, True), (cast.ines, True)):
        assert bool(shown(record="user/vera", by=person)) is sees


def test_pages_follow_one_another_without_gap_or_repeat(note, web_client, cast, monkeypatch):
    monkeypatch.setattr(searching, "PAGE", 2)
    for n in range(7):
        note("A", n=n, at=AT + timedelta(seconds=n // 3))  # several in the same instant
    client, seen, cursor = web_client(cast.ines), [], ""
    for _ in range(4):
        page = client.get(f"/inspection/audit/?{urlencode({'record': 'test/A', 'after': cursor})}").context["page"]
        seen += [entry.place for entry in page.rows]
        cursor = page.next_cursor

    newest_first = Entry.objects.filter(record__address="test/A").order_by("-at", "-id")
    assert seen == [f"test/A#{entry.n}" for entry in newest_first]
    assert cursor == ""


@pytest.mark.parametrize("cursor", ["nonsense", "2026-11-05T06:00:00~x", "2026-11-05T06:00:00~" + "0" * 32])
def test_a_cursor_that_can_not_be_read_begins_anew(note, shown, cursor):
    note("A")

    assert shown(record="test/", after=cursor) == ["test/A#1"]


@pytest.mark.parametrize("question", ["", "record=test/", "person=olga", "action=test.", "since=2026-11-01"])
def test_a_page_costs_the_same_however_long_the_trail(note, web_client, cast, django_assert_num_queries, question):
    client = web_client(cast.ines)
    note("first")
    with CaptureQueriesContext(connection) as short:
        client.get(f"/inspection/audit/?{question}")
    for n in range(PAGE + 5):
        note(f"{n:03}", at=AT + timedelta(seconds=n))

    with django_assert_num_queries(len(short)):
        client.get(f"/inspection/audit/?{question}")
    assert len(short) <= 12


def test_an_entry_shows_who_what_why_before_and_after(room, web_client):
    room.enter("receipt.arrive.temperature", "4.1")
    room.correct("receipt.arrive.temperature", "4.2", reason="Misread the display")
    page = web_client(room.cast.ines).get("/inspection/audit/?record=CT-0042&action=batch.value")
    said = page.content.decode()

    assert "Misread the display" in said
    assert "Olga Orlova" in said
    assert "batch.value.corrected" in said


def test_a_change_shows_only_what_differs(web_client, cast):
    give_role(cast.olga, Role.CHECKER)
    client = web_client(cast.ines)
    rows = client.get("/inspection/audit/?record=user/olga&action=user.").context["page"].rows
    confirmed = next(row for row in rows if row.action == "user.identity.confirmed")

    assert confirmed.is_change
    assert {change.name for change in confirmed.changes} == {"identity_checked_at", "identity_checked_by"}


def test_every_role_reads_the_trail_and_nobody_writes_it(web_client, cast):
    for person in (cast.olga, cast.ines, cast.adam, cast.quinn):
        client = web_client(person)
        assert client.get("/inspection/audit/").status_code == 200
        assert client.post("/inspection/audit/").status_code in (403, 405)


def test_nobody_reads_the_trail_without_signing_in(client, db):
    assert client.get("/inspection/audit/").status_code == 302
