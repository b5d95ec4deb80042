"""What lapses is told, named when a batch is started, extended by QA; the log of what was used when."""

from datetime import timedelta
from typing import Any

from apps.alerts.facts import AlertKind
from apps.alerts.selectors import due_things
from apps.batches.content import move_content
from apps.batches.facts.words import Verb
from apps.batches.selectors.batches import batch_now
from apps.core.errors import NotAllowed
from apps.facility.models import Instrument
from apps.facility.services import clean, extend_calibration, qualify, take_out_of_service
from apps.inspection.selectors.usage import as_table, use_log
from tests.batches.refusals import codes, refused
from tests.batches.story import Room, instrument
from tests.cast import AT, Cast, actor, train

DAY = timedelta(days=1)


def told(at: Any) -> list[AlertKind]:
    return [due.kind for due in due_things(at) if due.subject_id == Instrument.objects.get().record_id]


def test_a_calibration_is_told_before_it_lapses_until_qa_extends_it(cast: Cast) -> None:
    found = instrument(cast, "INC-07", "incubator", calibration_due=AT + 60 * DAY)
    quinn: dict[str, Any] = {"actor": actor(cast.quinn), "at": AT}
    assert told(AT) == []
    assert told(AT + 31 * DAY) == [AlertKind.CALIBRATION_LAPSING]
    assert told(AT + 60 * DAY) == told(AT + 99 * DAY) == [AlertKind.CALIBRATION_LAPSED]

    assert codes(lambda: extend_calibration(instrument=found, until=AT, reason="Why not", **quinn)) == ["no_extension"]
    later = AT + 200 * DAY
    assert codes(lambda: extend_calibration(instrument=found, until=later, reason=" ", **quinn)) == ["reason_missing"]
    stella = {"actor": actor(cast.stella), "at": AT}
    assert isinstance(
        refused(lambda: extend_calibration(instrument=found, until=later, reason="x", **stella)), NotAllowed
    )
    extend_calibration(instrument=found, until=later, reason="The service comes in May", **quinn)
    assert told(AT + 60 * DAY) == []
    qualify(instrument=found, report="PQ-1", until=AT + 70 * DAY, **quinn)
    assert told(AT + 60 * DAY) == [AlertKind.CALIBRATION_LAPSING]
    take_out_of_service(instrument=found, reason="Away", **quinn)
    assert told(AT + 60 * DAY) == []


def test_the_starter_signs_what_lapses_before_the_planned_end(planned: Room) -> None:
    cast, batch = planned.cast, batch_now(planned.batch)
    instrument(cast, "INC-07", "incubator", calibration_due=AT + 5 * DAY)
    instrument(cast, "INC-08", "incubator", calibration_due=AT + 50 * DAY)
    instrument(cast, "INC-09", "incubator", qualified_until=AT + 20 * DAY)
    instrument(cast, "INC-10", "incubator", calibration_due=AT + 5 * DAY, status="OUT_OF_SERVICE")
    instrument(cast, "LN-1", "tank", calibration_due=AT + 5 * DAY)
    here, subject = batch.product_version.record.address, "procedure/other"
    train(cast.oscar, here, at=AT, until=AT + DAY)
    train(cast.rolf, here, at=AT, until=AT + DAY)
    train(cast.oscar, subject, at=AT, until=AT + DAY)
    train(cast.olga, here, at=AT, until=AT + DAY)
    train(cast.olga, here, at=AT, until=AT + 99 * DAY)

    def named() -> list[str]:
        shown = move_content(Verb.START, batch)
        return [line.value for line in shown.lines if line.label == "Lapses before the planned end"]

    assert named() == []
    batch.planned_end = AT + 30 * DAY
    assert named() == [f"Oscar Ortega: {here}", "INC-07 (incubator)", "INC-09 (incubator)"]
    batch.planned_end = AT + DAY
    assert named() == []
    batch.planned_end = AT + DAY + timedelta(seconds=1)
    assert named() == [f"Oscar Ortega: {here}"]


def test_the_log_says_for_which_batch_an_instrument_was_used(room: Room, web_client: Any, api_client: Any) -> None:
    found = instrument(room.cast, "INC-07", "incubator")
    room.receipt().clear_line().medium().seed()
    place = "culture[1].feed[1].incubator"
    room.enter(place, "INC-07")

    first, *others = use_log(found.record)
    assert (first.thing, first.what, first.address, first.by) == (
        "INC-07",
        "used",
        f"batch/CT-0042/{place}",
        "Olga Orlova",
    )
    assert [one.what for one in others] == ["equipment.installed"]
    assert place in as_table([first])
    assert [one.thing for one in use_log(room.batch.record)] == ["INC-07"]

    ines = web_client(room.cast.ines)
    assert place in ines.get("/inspection/use-log/equipment/INC-07/export.csv").content.decode()
    assert "Olga Orlova" in ines.get("/inspection/use-log/equipment/INC-07/").content.decode()
    rows = api_client(room.cast.olga).get("/api/v1/use-log/equipment%2FINC-07/").json()
    assert rows[0]["address"] == f"batch/CT-0042/{place}"
    assert api_client(room.cast.rita).get("/api/v1/use-log/equipment%2FINC-07/").status_code == 404


def test_cleaning_holds_for_a_time_and_is_judged_at_the_moment_of_use(room: Room) -> None:
    found, olga = instrument(room.cast, "INC-07", "incubator"), {"actor": actor(room.cast.olga), "at": AT}
    room.receipt().clear_line().medium().seed()
    assert codes(lambda: clean(instrument=found, agent=" ", until=None, **olga)) == ["reason_missing"]
    assert codes(lambda: clean(instrument=found, agent="Ethanol 70 %", until=AT, **olga)) == ["no_length"]

    clean(instrument=found, agent="Ethanol 70 %", until=room.now, **olga)
    place = "culture[1].feed[1].incubator"
    assert codes(lambda: room.enter(place, "INC-07")) == ["not_clean"]
    clean(instrument=found, agent="Ethanol 70 %", until=room.now + DAY, actor=actor(room.cast.olga), at=room.now)
    assert room.enter(place, "INC-07").text == "INC-07"
    assert "equipment.cleaned" in [one.what for one in use_log(found.record)]
