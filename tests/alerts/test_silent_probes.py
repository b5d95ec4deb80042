"""A probe that says nothing for its interval is told of once, and no more when it speaks again."""

from datetime import datetime
from typing import Any

import pytest

from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.core.errors import Objection
from apps.core.http import sentence
from apps.facility.models import Probe
from apps.facility.services import retire_probe
from apps.organisation.models import User
from tests.cast import Cast, actor
from tests.storage.conftest import tank_of
from tests.storage.watching import minute, probe_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def probe(cast: Cast) -> Probe:
    """A probe that read at noon and was installed just before."""
    found = probe_of(cast, tank_of(cast), at=minute(0))
    take(cast, found, (5, "-160"), at=minute(5))
    return found


def silences(user: User, at: datetime) -> list[Any]:
    raise_due_alerts(at=at)
    return [alert for alert in alerts_for(user, at) if alert.kind == "PROBE_SILENT"]


def test_silence_is_told_once_to_store_and_quality_after_the_interval(cast: Cast, probe: Probe) -> None:
    assert silences(cast.stella, minute(20)) == []
    (told,) = silences(cast.stella, minute(21))
    assert (told.subject.address, told.due_at) == ("probe/TP-31", minute(20))
    said = sentence(Objection(told.kind, told.template, told.facts))
    assert said == "Probe TP-31 of store/LN-03 is silent since 2026-11-05 09:05 UTC."

    assert [alert.pk for alert in silences(cast.stella, minute(60))] == [told.pk]
    assert len(silences(cast.quinn, minute(60))) == 1
    assert silences(cast.rolf, minute(60)) == []
    assert Alert.objects.filter(kind="PROBE_SILENT").count() == 2


def test_the_next_reading_answers_it_and_the_next_silence_is_another_fact(cast: Cast, probe: Probe) -> None:
    (first,) = silences(cast.stella, minute(30))
    take(cast, probe, (31, "-160"), at=minute(31))

    assert silences(cast.stella, minute(31)) == []
    (second,) = silences(cast.stella, minute(60))
    assert second.pk != first.pk


def test_a_probe_that_never_spoke_is_silent_since_it_was_installed(cast: Cast, probe: Probe) -> None:
    probe_of(cast, tank_of(cast, "LN-04"), "TP-41", at=minute(30))

    assert [alert.due_at for alert in silences(cast.stella, minute(50)) if alert.subject.number == "TP-41"] == [
        minute(45)
    ]


def test_a_probe_that_was_taken_away_is_not_missed(cast: Cast, probe: Probe) -> None:
    silences(cast.stella, minute(30))
    retire_probe(probe=probe, reason="Broken.", actor=actor(cast.stella), at=minute(31))

    assert silences(cast.stella, minute(60)) == []
