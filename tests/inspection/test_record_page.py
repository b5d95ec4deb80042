"""The chain of a record: shown from its first entry, and checked while you wait."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.services import sequence_entries
from apps.inspection import views
from apps.inspection.selectors import searching
from tests.audit.owner import drop_the_triggers, execute, undone
from tests.cast import AT


def url_of(address: str) -> str:
    return f"/inspection/records/{quote(address, safe='')}/"


@pytest.fixture
def told(note):
    """Seven entries in the chain of test/A, in the signed tree."""
    for n in range(7):
        record = note("A", line=n)
    sequence_entries(at=AT)
    return record


@pytest.fixture
def ines(web_client, cast):
    return web_client(cast.ines)


def test_the_chain_is_shown_from_its_first_entry(told, ines):
    reply = ines.get(url_of("test/A"))

    assert [entry.n for entry in reply.context["page"].rows] == [1, 2, 3, 4, 5, 6, 7]
    assert "This is all of them." in reply.content.decode()


def test_a_long_chain_is_paged_both_ways(told, ines, monkeypatch):
    monkeypatch.setattr(searching, "PAGE", 3)

    def page(query: str) -> tuple[list[int], str, str]:
        shown = ines.get(url_of("test/A") + query).context["page"]
        return [entry.n for entry in shown.rows], shown.previous_cursor, shown.next_cursor

    assert page("") == ([1, 2, 3], "", "3")
    assert page("?after=3") == ([4, 5, 6], "4", "6")
    assert page("?after=6") == ([7], "7", "")
    assert page("?before=7") == ([4, 5, 6], "4", "6")
    assert page("?before=4") == ([1, 2, 3], "", "3")


def test_an_entry_is_found_by_its_place_in_the_chain(told, ines):
    reply = ines.get(url_of("test/A#5"))

    assert [entry.n for entry in reply.context["page"].rows] == [5, 6, 7]
    assert 'aria-selected="true"' in reply.content.decode()


def test_the_chain_is_hashed_again_while_you_wait(told, ines):
    said = ines.get(url_of("test/A")).content.decode()

    assert "7 entries were hashed again just now" in said
    assert "Verified" in said


def test_what_is_not_as_it_was_written_is_named_on_the_page(told, ines):
    with undone():
        drop_the_triggers()
        execute(
            "UPDATE audit_entry SET text = replace(text, '\"line\":3', '\"line\":4') WHERE n = 4 AND record_id = %s",
            told.pk,
        )
        said = ines.get(url_of("test/A")).content.decode()

    assert "Not as written" in said
    assert "test/A#4" in said
    assert "its text was changed after it was written" in said


def test_a_chain_too_long_to_wait_for_says_which_command_checks_it(told, ines, monkeypatch):
    monkeypatch.setattr(views, "CHECKED_WHILE_YOU_WAIT", 6)
    said = ines.get(url_of("test/A")).content.decode()

    assert "manage.py verify_audit --record test/A" in said


def test_the_page_of_another_site_is_not_found(told, web_client, cast):
    assert web_client(cast.rita).get(url_of("test/A")).status_code == 404


@pytest.mark.parametrize("address", ["test/NONE", "nonsense", "test/A?after=x"])
def test_what_is_no_record_is_not_found(told, ines, address):
    assert ines.get(url_of(address)).status_code == 404


def test_the_address_of_a_value_leads_to_its_trace(told, ines):
    reply = ines.get(url_of("batch/CT-0042/receipt.arrive.temperature"))

    assert reply.url == "/inspection/trace/batch%2FCT-0042%2Freceipt.arrive.temperature/"


def test_a_cursor_that_is_no_number_begins_anew(told, ines):
    assert ines.get(url_of("test/A") + "?after=x&before=-1").context["page"].rows[0].n == 1


def test_the_page_costs_the_same_however_long_the_chain(note, told, ines, django_assert_num_queries):
    ines.get(url_of("test/A"))
    with CaptureQueriesContext(connection) as short:
        ines.get(url_of("test/A"))
    for n in range(70):
        note("A", line=n)

    with django_assert_num_queries(len(short)):
        ines.get(url_of("test/A"))
