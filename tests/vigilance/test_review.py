"""Whoever reviews a batch reads what was reported of it, and the event of it is among the findings."""

from dataclasses import replace

from django.test import Client

from apps.batches.models import Batch
from apps.quality.models import Event
from apps.release.selectors import review_page
from tests.cast import Cast
from tests.dosing.conftest import World
from tests.supply.story import waiting_batch
from tests.vigilance.story import CLOUDY, LATER, complained

begins_with = waiting_batch


def test_a_complaint_stands_on_the_review_and_its_event_among_the_findings(cast: Cast, world: World) -> None:
    batch = Batch.objects.select_related("record", "site").get(pk=world.made.pk)
    pages = Client()
    pages.force_login(cast.quinn)
    before = len(review_page(batch).findings)

    complaint = complained(cast, None, replace(CLOUDY, received_at=LATER), concerned=[batch])

    page = pages.get(f"/release/{batch.number}/review/").content.decode()
    assert f"/vigilance/complaints/{complaint.number}/" in page
    assert Event.objects.get(about=complaint.record.address).record.number in page
    assert len(review_page(batch).findings) > before
