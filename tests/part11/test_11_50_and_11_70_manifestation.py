"""21 CFR 11.50 and 11.70: what a signature shows, and that it stays with what was signed."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.organisation.models import User
from apps.quality import content
from apps.quality.models import Deviation, Event
from apps.quality.services import close_event
from apps.signatures.models import Signature
from apps.signatures.selectors import is_genuine, shown_signatures
from tests.audit.owner import drop_the_triggers, execute
from tests.cast import AT, Cast, actor, sign_as
from tests.part11.steps import REASON


@pytest.fixture
def closed(cast: Cast, batch: Record, happen: Callable[..., Event]) -> Event:
    event = happen(batch)
    signing = sign_as(cast.quinn, content.close_event_content(event=event, reason=REASON))
    return close_event(event=event, reason=REASON, signing=signing, actor=actor(cast.quinn), at=AT)


def page_of(client: Any, url: str) -> str:
    return unescape(client.get(url).content.decode())


def test_11_50_a_printed_name_time_and_meaning_stand_with_the_record(
    cast: Cast, closed: Event, web_client: Any
) -> None:
    page = page_of(web_client(cast.ines), f"/quality/events/{closed.record.number}/")

    assert "Quinn Qian" in page
    assert "I judged this event; no deviation is needed, for the reason given." in page
    assert "2026-11-05 14:00" in page  # 06:00 UTC in Jiaxing
    assert "UTC+8" in page


def test_11_50_a_a_later_change_of_the_name_leaves_signed_records_as_they_were(
    cast: Cast, closed: Event, web_client: Any
) -> None:
    with audited(actor=SYSTEM, action="user.renamed", at=AT, touching=[cast.quinn.record]) as change:
        change.update(User.objects.get(username="quinn"), printed_name="Quinn Quast")

    assert Signature.objects.get(record=closed.record).printed_name == "Quinn Qian"
    page = page_of(web_client(cast.ines), f"/quality/events/{closed.record.number}/")
    assert "Quinn Qian" in page
    assert "Quinn Quast" not in page


@pytest.mark.parametrize("query", ["", "?print=1", "?signatures=off", "?lang=zh-hans"])
def test_11_50_b_the_signature_cannot_be_switched_off_in_any_view(
    cast: Cast, closed: Event, deviation: Deviation, web_client: Any, query: str
) -> None:
    client = web_client(cast.ines)

    for url in (f"/quality/events/{closed.record.number}/", f"/quality/deviations/{deviation.record.number}/"):
        assert "Quinn Qian" in page_of(client, f"{url}{query}")


def test_11_70_a_signature_copied_to_another_record_is_not_genuine(
    cast: Cast, closed: Event, make_record: Callable[..., Record]
) -> None:
    genuine = Signature.objects.get(record=closed.record)
    other = make_record("CT-0043")
    columns = [field.column for field in Signature._meta.concrete_fields if field.column not in ("id", "record_id")]
    listed = ", ".join(connection.ops.quote_name(column) for column in columns)
    copy = f"INSERT INTO signatures_signature (record_id, {listed}) SELECT %s, {listed} FROM signatures_signature"
    execute(f"{copy} WHERE id = %s", other.pk, genuine.pk)

    copied = Signature.objects.get(record=other)
    assert (is_genuine(genuine), is_genuine(copied)) == (True, False)
    assert [shown.is_genuine for shown in shown_signatures(other)] == [False]


def test_11_70_content_edited_after_signing_is_found(cast: Cast, closed: Event) -> None:
    drop_the_triggers()
    execute("UPDATE signatures_signature SET content = replace(content, 'moved', 'lost')")

    assert not is_genuine(Signature.objects.get(record=closed.record))


def test_11_70_a_signature_cannot_be_removed_or_changed_by_the_application(cast: Cast, closed: Event) -> None:
    row = Signature.objects.get(record=closed.record)

    for attack in (row.delete, lambda: Signature.objects.update(printed_name="Mallory")):
        with pytest.raises(DatabaseError, match="what was recorded stays"), transaction.atomic():
            attack()

    assert Signature.objects.get(pk=row.pk).printed_name == "Quinn Qian"


def test_11_70_a_record_changed_after_signing_is_shown_as_not_covered(cast: Cast, closed: Event) -> None:
    as_signed = content.close_event_content(event=closed, reason=REASON).hash
    as_changed = content.close_event_content(event=closed, reason="Something else").hash

    covers = [shown_signatures(closed.record, lambda row, now=now: now)[0].covers for now in (as_signed, as_changed)]

    assert covers == [True, False]
