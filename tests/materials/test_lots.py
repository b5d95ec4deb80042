"""Lots: received, released, rejected, prepared, expired to the minute."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.core.errors import BadInput, Happened, NotAllowed, Objection, Stale
from apps.lineage.selectors import ancestor_ids
from apps.materials import rules
from apps.materials.content import lot_content
from apps.materials.facts import LotFacts, LotState, LotVerb
from apps.materials.lifecycle import MOVES
from apps.materials.models import MaterialLot
from apps.materials.selectors import lots_expiring
from apps.materials.services import prepare_reagent, receive_lot, reject_lot, release_lot
from apps.quality.models import Event, Hold
from apps.quality.services import stop_record
from apps.signatures.models import Signature
from tests.batches.refusals import codes
from tests.batches.story import lot
from tests.cast import AT, Cast, actor, sign_as, site_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "first_instant_after"),
    [
        ("2027-02", "2027-03-01T00:00:00+08:00"),
        ("2028-02", "2028-03-01T00:00:00+08:00"),
        ("2026-12", "2027-01-01T00:00:00+08:00"),
        ("2027-03-31", "2027-04-01T00:00:00+08:00"),
        ("2027-03-31T14:00", "2027-03-31T14:00:00+08:00"),
        ("2027-03-31T14:00:00+01:00", "2027-03-31T14:00:00+01:00"),
    ],
)
def test_an_expiry_is_read_as_it_is_written(text: str, first_instant_after: str) -> None:
    read = rules.read_expiry(text, SHANGHAI)

    assert not isinstance(read, Objection)
    assert (read.text, read.at) == (text, datetime.fromisoformat(first_instant_after))


@pytest.mark.parametrize(
    ("text", "end"), [("2026-03", "2026-04-01T00:00:00+02:00"), ("2026-10", "2026-11-01T00:00:00+01:00")]
)
def test_a_month_ends_with_its_last_day_on_the_clock_of_the_site(text: str, end: str) -> None:
    read = rules.read_expiry(text, ZoneInfo("Europe/Berlin"))

    assert not isinstance(read, Objection)
    assert rules.is_expired(facts(expires_at=read.at), datetime.fromisoformat(end) - timedelta(seconds=1)) is None
    assert rules.is_expired(facts(expires_at=read.at), datetime.fromisoformat(end)) is not None


@pytest.mark.parametrize(
    "text",
    [
        *("", "2027", "2027-13", "2027-00", "31.03.2027", "03/2027", "2027-02-30", "soon", "20270331", "2027-W13-3"),
        *("9999-12", "9999-12-31", "9999-12-31T23:59:59-23:59", "9999-12-31T23:00Z", "0001-01-01T00:00+23:59"),
    ],
)
def test_what_is_no_expiry_is_refused(text: str) -> None:
    assert isinstance(rules.read_expiry(text, SHANGHAI), Objection)


def facts(**more: Any) -> LotFacts:
    found = {"number": "L-1", "material": "medium", "state": LotState.RELEASED, "expires_at": AT}
    return LotFacts(**{**found, **more})


def test_a_lot_is_used_before_its_expiry_and_not_at_it() -> None:
    assert rules.is_expired(facts(), AT - timedelta(microseconds=1)) is None
    assert rules.is_expired(facts(), AT) is not None


def test_opening_shortens_a_life_and_never_lengthens_it() -> None:
    opened = facts(opened_at=AT - timedelta(hours=30), life_after_opening=timedelta(hours=24))
    assert opened.usable_until == AT - timedelta(hours=6)

    long = facts(opened_at=AT - timedelta(hours=1), life_after_opening=timedelta(hours=24))
    assert long.usable_until == AT


@pytest.mark.parametrize("state", list(LotState))
@pytest.mark.parametrize("verb", list(LotVerb))
def test_every_decision_in_every_state(verb: LotVerb, state: LotState) -> None:
    assert (rules.may_not_move(verb, state, "L-1") is None) is (state in MOVES[verb].sources)


def test_a_received_lot_waits_in_quarantine(cast: Cast) -> None:
    received = lot(cast, "PL-121", "lysate", released=False)

    assert (received.state, received.record.address) == (LotState.QUARANTINED, "lot/PL-121")


def test_a_lot_is_released_by_qas_signature(cast: Cast) -> None:
    lot(cast, "PL-121", "lysate")

    assert MaterialLot.objects.get().state == LotState.RELEASED
    assert Signature.objects.get(verb="lot_release").username == "quinn"


def test_the_storekeeper_releases_nothing(cast: Cast) -> None:
    received = lot(cast, "PL-121", "lysate", released=False)
    signing = sign_as(cast.stella, lot_content(received, LotVerb.RELEASE))

    with pytest.raises(NotAllowed):
        release_lot(lot=received, signing=signing, actor=actor(cast.stella), at=AT)


def test_an_expired_lot_is_not_released(cast: Cast) -> None:
    received = lot(cast, "PL-120", "lysate", expiry="2026-10", released=False)
    signing = sign_as(cast.quinn, lot_content(received, LotVerb.RELEASE))

    assert codes(lambda: release_lot(lot=received, signing=signing, actor=actor(cast.quinn), at=AT)) == ["lot_expired"]


def test_a_lot_number_is_given_once(cast: Cast) -> None:
    lot(cast, "PL-121", "lysate")

    assert codes(lambda: lot(cast, "PL-121", "medium")) == ["number_taken"]


def test_an_unreadable_expiry_is_refused_at_its_field(cast: Cast) -> None:
    with pytest.raises(BadInput) as caught:
        receive_lot(number="PL-1", material="x", site=site_of("NANHU"), expiry="soon", actor=actor(cast.stella), at=AT)

    assert caught.value.objections[0].place == "expiry"


def reject(cast: Cast, found: MaterialLot, reason: str = "The certificate was withdrawn") -> MaterialLot:
    signing = sign_as(cast.quinn, lot_content(found, LotVerb.REJECT, reason))
    return reject_lot(lot=found, reason=reason, signing=signing, actor=actor(cast.quinn), at=AT)


def test_a_rejected_lot_holds_everything_made_from_it(cast: Cast) -> None:
    found = lot(cast, "PL-121", "lysate")
    reject(cast, MaterialLot.objects.select_related("record", "site").get(pk=found.pk))

    hold = Hold.objects.get(record=found.record)
    assert {block.value for block in hold.blocks} == {"CERTIFY", "ISSUE", "USE"}


def test_a_rejection_says_why(cast: Cast) -> None:
    found = lot(cast, "PL-121", "lysate", released=False)

    assert codes(lambda: reject(cast, found, " ")) == ["reason_missing"]


def test_what_was_decided_meanwhile_is_not_signed(cast: Cast) -> None:
    found = lot(cast, "PL-121", "lysate", released=False)
    signing = sign_as(cast.quentin, lot_content(found, LotVerb.REJECT, "Broken seal"))
    release = sign_as(cast.quinn, lot_content(found, LotVerb.RELEASE))
    release_lot(lot=found, signing=release, actor=actor(cast.quinn), at=AT)

    with pytest.raises(Stale):
        reject_lot(lot=found, reason="Broken seal", signing=signing, actor=actor(cast.quentin), at=AT)


def prepare(cast: Cast, components: list[MaterialLot], *, hours: int = 24, **more: Any) -> MaterialLot:
    now = [MaterialLot.objects.select_related("record", "site").get(pk=one.pk) for one in components]
    found = {"own_life": timedelta(hours=hours), "prepared_at": AT, "at": AT}
    return prepare_reagent(
        **{
            "number": "CM-1",
            "material": "complete_medium",
            "components": now,
            "site": site_of("NANHU"),
            "actor": actor(cast.olga),
            **found,
            **more,
        }
    )


def test_a_prepared_reagent_is_a_lot_made_from_its_components(cast: Cast) -> None:
    parts = [lot(cast, "MD-1", "medium"), lot(cast, "PL-1", "lysate")]
    made = prepare(cast, parts)

    assert (made.is_prepared, made.state) == (True, LotState.RELEASED)
    assert ancestor_ids([made.record]) == {part.record_id for part in parts}


@pytest.mark.parametrize(("hours", "expected"), [(24, 24), (72, 48)])
def test_a_prepared_reagent_lives_as_long_as_its_shortest_life(cast: Cast, hours: int, expected: int) -> None:
    ends = AT + timedelta(hours=48)
    parts = [lot(cast, "MD-1", "medium", expiry=ends.isoformat()), lot(cast, "PL-1", "lysate")]

    assert prepare(cast, parts, hours=hours).expires_at == AT + timedelta(hours=expected)


def test_a_reagent_is_prepared_from_released_lots_in_date(cast: Cast) -> None:
    parts = [lot(cast, "MD-1", "medium", released=False), lot(cast, "PL-1", "lysate")]

    assert codes(lambda: prepare(cast, parts)) == ["lot_not_released"]
    assert codes(lambda: prepare(cast, [])) == ["no_components"]


def test_no_reagent_is_prepared_from_what_is_held(cast: Cast) -> None:
    part = lot(cast, "PL-1", "lysate")
    stop_record(record=part.record, reason="Ice had gone", actor=actor(cast.quinn), at=AT)

    assert codes(lambda: prepare(cast, [part])) == ["open_holds"]


def test_a_reagent_that_was_prepared_all_the_same_waits_for_qa(cast: Cast) -> None:
    parts = [lot(cast, "MD-1", "medium", released=False)]
    made = prepare(cast, parts, happened=Happened(AT, "Noticed after it was mixed"))

    assert made.state == LotState.QUARANTINED
    assert Event.objects.get(subject=made.record).severity == "CRITICAL"


def test_nothing_is_prepared_tomorrow(cast: Cast) -> None:
    parts = [lot(cast, "MD-1", "medium")]

    assert codes(lambda: prepare(cast, parts, prepared_at=AT + timedelta(days=1))) == ["in_the_future"]


def test_lots_about_to_expire_are_known(cast: Cast) -> None:
    lot(cast, "PL-1", "lysate", expiry=(AT + timedelta(days=3)).isoformat())
    lot(cast, "PL-2", "lysate", expiry=(AT + timedelta(days=30)).isoformat())
    lot(cast, "PL-3", "lysate", expiry=(AT + timedelta(days=3)).isoformat(), released=False)

    assert [found.number for found in lots_expiring(AT, timedelta(days=7))] == ["PL-1"]


def test_lots_at_the_api(cast: Cast, api_client: Any) -> None:
    stella, quinn, olga = api_client(cast.stella), api_client(cast.quinn), api_client(cast.olga)
    body = {"number": "PL-121", "material": "lysate", "site": "NANHU", "expiry": "2027-03"}
    assert olga.post("/api/v1/lots/", body).status_code == 403
    received = stella.post("/api/v1/lots/", body)
    assert (received.status_code, received.json()["state"]) == (201, "QUARANTINED"), received.content
    assert stella.post("/api/v1/lots/", body).json()["code"] == "number_taken"
    assert stella.post("/api/v1/lots/", {**body, "number": "PL-122", "expiry": "soon"}).status_code == 400
    assert stella.post("/api/v1/lots/", {**body, "number": "PL-123", "site": "RHINE"}).status_code == 400

    url = "/api/v1/lots/PL-121/release/"
    assert quinn.sign(url, person=cast.quinn).status_code == 428
    released = quinn.sign(url, person=cast.quinn, if_match=received["ETag"])
    assert released.json()["state"] == "RELEASED", released.content
    listed = olga.get("/api/v1/lots/?state=RELEASED&material=lysate").json()["results"]
    assert [found["number"] for found in listed] == ["PL-121"]
    assert api_client(cast.rita).get("/api/v1/lots/PL-121/").status_code == 404


def test_a_reagent_is_prepared_at_the_api(cast: Cast, api_client: Any) -> None:
    lot(cast, "MD-1", "medium")
    olga = api_client(cast.olga)
    body = {
        "number": "CM-1",
        "material": "complete_medium",
        "site": "NANHU",
        "components": ["MD-1"],
        "own_life": "24 h",
        "prepared_at": datetime(2026, 11, 6, tzinfo=UTC).isoformat(),
    }
    assert olga.post("/api/v1/reagents/", {**body, "own_life": "a day"}).json()["code"] == "no_duration"
    assert olga.post("/api/v1/reagents/", {**body, "components": ["MD-2"]}).json()["code"] == "unknown_number"
    made = olga.post("/api/v1/reagents/", body)
    assert made.json()["expires_at"] == "2026-11-07T08:00:00+08:00", made.content
