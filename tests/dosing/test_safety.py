"""Early safety windows: counted from the end of the infusion, answered when they are over, told until then."""

from datetime import datetime, timedelta
from typing import Any

import time_machine

from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.dosing.models import Infusion, SafetyCheck, TreatmentOrder
from apps.dosing.selectors import overdue_windows, windows_of
from apps.dosing.services import record_safety_check
from apps.quality.models import Event
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import END, START, ended, ready_order, started

HOUR = timedelta(hours=1)
OVER = END + 6 * HOUR


def begins_with(cast: Cast) -> TreatmentOrder:
    """A dose that was given; Paula, a physician, is there as well."""
    order = ready_order(cast)
    started(cast, order)
    ended(cast, order)
    return order


def looked(cast: Cast, order: TreatmentOrder, *seen: str, at: datetime = OVER, **words: Any) -> SafetyCheck:
    told = {"window": "six_hours", "seen": list(seen), "actor": actor(cast.nils), "at": at, **words}
    return record_safety_check(order=order, **told)


def test_the_windows_of_the_master_are_counted_from_the_end_of_the_infusion(cast: Cast, order: TreatmentOrder) -> None:
    assert [(one.key, one.due_at) for one in windows_of(order)] == [("six_hours", OVER), ("one_day", END + 24 * HOUR)]


def test_that_nothing_was_seen_is_said_when_the_window_is_over(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: looked(cast, order, at=OVER - timedelta(minutes=1))) == ["window_open"]
    looked(cast, order)

    assert [one.answered for one in windows_of(order)] == [True, False]


def test_what_is_seen_is_recorded_at_once_and_leaves_the_window_open(cast: Cast, order: TreatmentOrder) -> None:
    looked(cast, order, "arrhythmia", at=END + HOUR)

    assert (windows_of(order)[0].seen, windows_of(order)[0].answered) == (("arrhythmia",), False)
    event = Event.objects.get(subject=order.record, severity="CRITICAL")
    assert event.facts["seen"] == "New arrhythmia"


def test_the_same_sent_twice_is_one(cast: Cast, order: TreatmentOrder) -> None:
    first, again = looked(cast, order, "arrest"), looked(cast, order, "arrest", at=OVER + timedelta(seconds=2))

    assert first == again
    assert Event.objects.filter(subject=order.record, severity="CRITICAL").count() == 1


def test_only_what_the_master_looks_for_is_said_of_its_windows(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: looked(cast, order, "fever")) == ["not_looked_for"]
    assert "not_looked_for" in codes(lambda: looked(cast, order, window="two_days"))
    assert "before_the_start" in codes(lambda: looked(cast, order, "arrest", observed_at=START - HOUR))


def test_a_window_without_its_answer_is_told_to_nurse_and_physician(cast: Cast, order: TreatmentOrder) -> None:
    def told(at: datetime) -> set[str]:
        raise_due_alerts(at=at)
        return {
            name
            for name in ("nils", "paula", "olga")
            for one in alerts_for(getattr(cast, name), at)
            if one.facts.get("what") == "Early safety, 6 h"
        }

    assert [told(OVER - HOUR), told(OVER)] == [set(), {"nils", "paula"}]
    looked(cast, order)
    assert told(OVER) == set()


def test_what_is_due_is_asked_for_and_not_every_dose_that_was_given(
    cast: Cast, order: TreatmentOrder, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert list(overdue_windows(OVER - HOUR)) == []
    assert [window.key for _order, window, _due_at in overdue_windows(OVER)] == ["six_hours"]
    looked(cast, order)
    looked(cast, order, window="one_day", at=END + 24 * HOUR)
    with django_assert_num_queries(1):
        assert list(overdue_windows(END + 48 * HOUR)) == []


def test_a_dose_of_an_earlier_version_that_asked_for_no_window_is_nobodys_duty(
    cast: Cast, order: TreatmentOrder
) -> None:
    infusion = Infusion.objects.select_related("record").get(order=order)
    with audited(actor=SYSTEM, action="test.upgraded", at=END, touching=[infusion.record]) as change:
        change.update(infusion, window_due_at=None)

    assert [window.key for _order, window, _due_at in overdue_windows(OVER)] == ["six_hours"]
    assert list(overdue_windows(END + 48 * HOUR)) == []


def test_a_window_is_answered_on_the_page_and_in_the_api(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    page_url, api_url = f"/dosing/orders/{order.number}/safety/", f"/api/v1/orders/{order.number}/safety/"
    with time_machine.travel(END + 24 * HOUR, tick=True):
        page, client = web_client(cast.nils), api_client(cast.nils)
        assert "Early safety, 24 h" in page.get(f"{page_url}?of=one_day").content.decode()
        assert page.post(f"{page_url}?of=one_day", {"seen": ["peep"], "note": "At 9:10"}).status_code == 302
        reply = client.post(api_url, {"window": "six_hours"})
        listed = page.get(f"/dosing/orders/{order.number}/outcomes/").content.decode()
        windows = client.get(api_url).json()

    assert reply.status_code == 201, reply.content
    assert [(one["key"], one["seen"], one["answered"]) for one in windows] == [
        ("six_hours", [], True),
        ("one_day", ["peep"], True),
    ]
    assert "nothing of it" in listed
    assert "PEEP up by 5 cmH₂O" in listed
