"""21 CFR 11.10: controls for closed systems, clause by clause."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, models, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Audited, Entry, Record
from apps.core.errors import RuleBroken, SignatureRefused
from apps.core.roles import Role
from apps.organisation.services import deactivate_user, require, withdraw_role
from apps.quality import content
from apps.quality.facts import RootCause
from apps.quality.models import Deviation, Event
from apps.quality.services import close_deviation
from apps.signatures.content import grant_content
from apps.signatures.facts import SignedContent
from apps.signatures.services import grant_role, reauthenticate
from tests.audit.owner import drop_the_triggers, execute
from tests.batches.story import Room, instrument
from tests.cast import AT, SECRET, ApiPerson, Cast, Part, actor, join, sign_as, site_of, train

ROOT = Path(__file__).resolve().parents[2]


def verified() -> str:
    """What `verify_audit` says when it fails; nothing when all is as it was written."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out)
    except CommandError:
        return out.getvalue()
    return ""


def test_11_10_a_an_altered_record_is_discerned_and_named(cast: Cast) -> None:
    olga = cast.olga
    assert verified() == ""

    drop_the_triggers()
    execute("UPDATE organisation_user SET printed_name = 'Olga O.' WHERE id = %s", olga.pk)

    assert re.search(rf"user/olga#\d+; organisation_user {olga.pk}, column printed_name", verified())


def test_11_10_b_a_complete_copy_leaves_the_system_for_people_and_for_programs(
    room: Room, cast: Cast, web_client: Any
) -> None:
    room.receipt()
    ines, record = web_client(cast.ines), room.batch.record
    url = "/inspection/records/batch%2FCT-0042/export"

    copied = json.loads(ines.get(f"{url}.json").content)["entries"]
    table = b"".join(ines.get(f"{url}.csv").streaming_content).decode("utf-8-sig")

    standing = list(Entry.objects.filter(record=record).order_by("n").values_list("text", flat=True))
    assert [entry["text"] for entry in copied] == standing
    assert len(list(csv.DictReader(io.StringIO(table)))) == len(standing)
    assert "signature.start" in {json.loads(text)["action"] for text in standing}
    assert "4.1" in table


def test_11_10_b_the_whole_record_of_a_batch_is_one_package(room: Room, cast: Cast, web_client: Any) -> None:
    room.receipt()

    reply = web_client(cast.ines).get("/inspection/records/batch%2FCT-0042/copy.zip")
    with ZipFile(io.BytesIO(b"".join(reply.streaming_content))) as package:
        manifest, values = json.loads(package.read("manifest.json")), package.read("values.csv").decode()
        held = {member["name"]: sha256(package.read(member["name"])).hexdigest() for member in manifest["members"]}

    assert held == {member["name"]: member["sha256"] for member in manifest["members"]}
    assert {"values.csv", "signatures.csv", "trail/batch%2FCT-0042.json"} <= held.keys()
    assert "4.1" in values


def test_11_10_c_no_recorded_row_is_deleted_by_the_application(room: Room, happen: Callable[..., Event]) -> None:
    happen(room.batch.record)
    tables = [model for model in apps.get_models() if issubclass(model, Audited)]
    rows = {model._meta.label: row for model in tables if (row := model._base_manager.first()) is not None}
    assert {"organisation.User", "batches.Batch", "quality.Event", "signatures.Signature"} <= set(rows)

    for row in rows.values():
        with pytest.raises((DatabaseError, models.ProtectedError)), transaction.atomic():
            row.delete()

    assert [label for label, row in rows.items() if not type(row)._base_manager.filter(pk=row.pk).exists()] == []


def test_11_10_c_no_record_is_deleted_by_page_api_or_administration(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any, web_client: Any
) -> None:
    number, pk = happen(batch).record.number, Event.objects.get().pk

    api = api_client(cast.quinn).delete(f"/api/v1/events/{number}/")
    page = web_client(cast.quinn).delete(f"/quality/events/{number}/")
    administration = web_client(cast.adam).post(reverse("admin:quality_event_delete", args=[pk]), {"post": "yes"})

    assert (api.status_code, page.status_code, administration.status_code) == (405, 403, 403)
    assert Event.objects.filter(pk=pk).exists()


def test_11_10_d_access_is_limited_to_authorised_people(cast: Cast, api_client: Any, web_client: Any) -> None:
    stranger, nobody, reader = api_client(), api_client(cast.nora), api_client(cast.ines)

    assert [client.get("/api/v1/events/").status_code for client in (stranger, nobody, reader)] == [401, 403, 200]
    assert web_client().get("/quality/").headers["Location"] == "/sign-in/?next=/quality/"


def test_11_10_d_a_deactivated_person_is_out_with_the_next_request(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.olga)
    assert client.get("/api/v1/events/").status_code == 200

    deactivate_user(user=cast.olga, reason="Left the firm", at=AT, actor=actor(cast.adam))

    assert client.get("/api/v1/events/").status_code == 401


def test_11_10_e_time_and_person_are_the_servers_and_a_forged_one_is_ignored(
    cast: Cast, batch: Record, api_client: Any
) -> None:
    forged = {"placed_at": "2020-01-01T00:00:00Z", "placed_by": "quinn", "at": "2020-01-01T00:00:00Z"}

    reply = api_client(cast.olga).post("/api/v1/holds/", {"record": batch.address, "reason": "Cloudy", **forged})

    assert reply.json()["placed_by"] == "olga"
    entry = Entry.objects.get(record=batch, action="hold.placed")
    assert (entry.username, '"placed_by":"olga"' in entry.text) == ("olga", True)
    assert timezone.now() - entry.at < timedelta(minutes=5)


def test_11_10_e_a_corrected_value_does_not_obscure_the_former_one(room: Room) -> None:
    room.enter("receipt.arrive.temperature", "4.1")
    room.correct("receipt.arrive.temperature", "4.7", reason="Misread the display")

    rows = room.batch.values.filter(place="receipt.arrive.temperature").order_by("pk")
    assert list(rows.values_list("text", "reason")) == [("4.1", ""), ("4.7", "Misread the display")]
    entry = Entry.objects.get(pk=rows.last().last_entry_id)
    assert (entry.username, '"reason":"Misread the display"' in entry.text) == ("olga", True)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET username = 'mallory'", "DELETE FROM audit_entry"])
def test_11_10_e_the_trail_is_append_only_for_the_application(cast: Cast, statement: str) -> None:
    assert cast.olga
    before = list(Entry.objects.order_by("pk").values_list("pk", "username"))

    with pytest.raises(DatabaseError), transaction.atomic():
        execute(statement)

    assert list(Entry.objects.order_by("pk").values_list("pk", "username")) == before


def test_11_10_f_a_step_out_of_order_is_refused_and_kept(room: Room) -> None:
    with pytest.raises(RuleBroken) as refused:
        room.enter("culture[1].harvest.cells", "8.00")

    assert refused.value.code == "out_of_order"
    assert Entry.objects.filter(record=room.batch.record, action="batch.refused.out_of_order").count() == 1


def test_11_10_f_a_decision_out_of_order_is_refused_and_kept(cast: Cast, deviation: Deviation) -> None:
    said: dict[str, Any] = {"root_cause": "Door seal", "category": RootCause.EQUIPMENT}
    signing = sign_as(cast.quinn, content.close_deviation_content(deviation=deviation, **said))

    with pytest.raises(RuleBroken):
        close_deviation(deviation=deviation, **said, signing=signing, actor=actor(cast.quinn), at=AT)

    assert Entry.objects.filter(record=deviation.record, action="quality.refused.out_of_order").count() == 1


def test_11_10_g_authority_is_checked_at_the_act_and_not_at_the_page(
    cast: Cast, batch: Record, happen: Callable[..., Event], web_client: Any
) -> None:
    number, client = happen(batch).record.number, web_client(cast.quinn)
    url = f"/quality/events/{number}/close/"
    signing = client.post(url, {"reason": "Probe was moved"}).context["signing"]

    withdraw_role(held=cast.quinn.roles.get(), reason="Moved", at=AT, actor=actor(cast.adam))
    answer = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}

    assert client.post(url, answer).status_code == 403
    assert Event.objects.get().state == "OPEN"


def test_11_10_g_work_needs_a_valid_training_on_this_version(cast: Cast) -> None:
    master = "product/msc_covid19-v1"
    train(cast.olga, master, until=AT)

    def ask(days: int) -> str:
        at = AT + timedelta(days=days)
        return require(actor(cast.olga), Role.OPERATOR, "NANHU", at=at, trained_on=master).role

    assert ask(-1) == "OPERATOR"
    with pytest.raises(RuleBroken) as refused:
        ask(0)
    assert refused.value.code == "training_missing"
    assert Entry.objects.filter(record=cast.olga.record, action="access.refused").exists()


def test_11_10_h_a_reading_names_its_instrument_and_one_out_of_calibration_is_refused(room: Room) -> None:
    room.receipt().clear_line().medium().seed()
    instrument(room.cast, "INC-07", "incubator", calibration_due=AT - timedelta(days=1))

    with pytest.raises(RuleBroken) as refused:
        room.enter("culture[1].feed[1].incubator", "INC-07", scanned=True)

    assert refused.value.code == "not_calibrated"


def test_11_10_h_every_entry_names_the_device(cast: Cast, batch: Record) -> None:
    client = ApiPerson(HTTP_USER_AGENT="Tablet 4", REMOTE_ADDR="10.1.2.3")
    client.sign_in(cast.olga)
    client.post("/api/v1/holds/", {"record": batch.address, "reason": "Cloudy"})

    assert '"device":"10.1.2.3 Tablet 4"' in Entry.objects.get(record=batch, action="hold.placed").text


def test_11_10_i_no_role_without_the_reference_of_a_training(cast: Cast) -> None:
    said: dict[str, Any] = {"site": site_of("NANHU"), "role": Role.CHECKER, "training_reference": " "}
    signing = sign_as(cast.quinn, grant_content(user=cast.nora, **said), on=cast.adam)

    with pytest.raises(RuleBroken) as refused:
        grant_role(user=cast.nora, signing=signing, actor=actor(cast.adam), at=AT, **said)

    assert refused.value.code == "training_reference_missing"


def test_11_10_j_nobody_signs_before_accepting_the_declaration_and_the_acceptance_is_kept(
    cast: Cast, batch: Record, happen: Callable[..., Event], api_client: Any
) -> None:
    newcomer = join("newcomer", Part("New Comer", "新人", Role.QA), accepts=False)
    event, client = happen(batch), api_client(newcomer)
    url, tag = f"/api/v1/events/{event.record.number}/closure/", f"{event.record.address}#1"

    before = client.sign(url, {"reason": "Probe was moved"}, person=newcomer, if_match=tag)
    client.post("/api/v1/account/declaration/")
    after = client.sign(url, {"reason": "Probe was moved"}, person=newcomer, if_match=tag)

    assert (before.status_code, before.json()["code"], after.status_code) == (401, "no_declaration", 200)
    assert Entry.objects.filter(record=newcomer.record, action="user.declaration.accepted").count() == 1


def test_11_10_j_who_accepted_an_older_declaration_accepts_the_present_one_first(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = sign_as(cast.olga, SignedContent("any.verb", "user/olga", "I sign."))
    monkeypatch.setattr("apps.signatures.services.signing.DECLARATION_VERSION", "2")

    with pytest.raises(SignatureRefused) as refused:
        reauthenticate(signing=signing, actor=actor(cast.olga), at=AT)

    assert (refused.value.code, cast.olga.declaration_version) == ("no_declaration", "1")


def test_11_10_k_the_documentation_is_kept_with_the_system_and_its_history_is_in_order_of_time() -> None:
    history = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", history, flags=re.M)

    assert versions
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)
    assert {"lifecycle.md", "server_mode.md"} <= {path.name for path in (ROOT / "docs").glob("*.md")}
