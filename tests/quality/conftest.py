"""A record that can be held, reported on and deviated from."""

from collections.abc import Callable

import pytest

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.quality.content import open_deviation_content
from apps.quality.facts import EventKind, Severity
from apps.quality.models import Deviation, Event
from apps.quality.services import open_deviation, report_event
from tests.cast import AT, Cast, actor, sign_as


@pytest.fixture
def make_record(site: object) -> Callable[..., Record]:
    def make(number: str = "CT-0042", kind: str = "batch", at_site: str = "NANHU") -> Record:
        with audited(actor=SYSTEM, action=f"{kind}.planned", at=AT) as change:
            record = change.open_record(kind, number, site=at_site)
            change.note(record, f"{kind}.planned")
        return record

    return make


@pytest.fixture
def batch(make_record: Callable[..., Record]) -> Record:
    return make_record()


@pytest.fixture
def happen(cast: Cast) -> Callable[..., Event]:
    """Something happens to a record, as a stage would report it."""

    def happen(subject: Record, severity: Severity = Severity.MAJOR) -> Event:
        facts = {"place": "INC-07", "value": "35.2 °C", "minutes": "95"}
        with audited(actor=actor(cast.olga), action="excursion", at=AT, touching=[subject]) as change:
            return report_event(
                change,
                subject=subject,
                kind=EventKind.EXCURSION,
                severity=severity,
                template="{place} was at {value} for {minutes} min.",
                facts=facts,
                about="equipment/INC-07",
            )

    return happen


@pytest.fixture
def deviation(batch: Record, happen: Callable[..., Event], cast: Cast) -> Deviation:
    """An excursion that Quinn judged to be a major deviation."""
    event = happen(batch)
    said = {"classification": Severity.MAJOR, "rationale": "Outside the validated range"}
    signing = sign_as(cast.quinn, open_deviation_content(event=event, **said))
    return open_deviation(event=event, signing=signing, actor=actor(cast.quinn), at=AT, **said)
