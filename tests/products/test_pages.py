"""Master records on pages and in the API: the same decisions both ways, and manage.py seed."""

import shutil
from io import StringIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from apps.audit.models import Entry
from apps.audit.selectors import version_of
from apps.core.http import etag_of
from apps.products.facts import VersionState
from apps.products.loader import SEEDS
from apps.products.models import ProductVersion, RuleTable
from apps.products.selectors import version_named
from apps.products.services import import_version
from apps.signatures.models import Signature
from tests.cast import AT, SECRET, actor

pytestmark = pytest.mark.django_db

NUMBER = "msc_covid19-v1"
CHAPTERS = [
    "product",
    "donation",
    "preparation",
    "units",
    "testing",
    "release",
    "storage",
    "transport",
    "dosing",
    "disposal",
    "sources",
]


@pytest.fixture
def draft(cast, msc):
    return import_version(loaded=msc, actor=actor(cast.arthur), at=AT)


def if_match(version):
    return etag_of(version.record.address, version_of(version.record))


def signed_by_page(client, url, person, **words):
    shown = client.post(url, words) if words else client.get(url)
    signing = shown.context["signing"]
    answer = {"challenge": signing["challenge"], "secret": SECRET, "username": person.username}
    return client.post(url, {**signing["hidden"], **answer, **words})


def test_the_list_names_every_version_one_may_see(web_client, cast, draft):
    assert NUMBER in web_client(cast.olga).get("/products/").content.decode()
    assert NUMBER not in web_client(cast.rita).get("/products/").content.decode()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_is_a_readable_page(web_client, cast, draft, chapter):
    client = web_client(cast.olga)
    english = client.get(f"/products/{NUMBER}/chapters/{chapter}/").content.decode()

    assert f'/products/{NUMBER}/chapters/{chapter}/" aria-current="page"' in english
    assert "Cell(" not in english
    assert "Bilingual(" not in english


def test_the_page_shows_limits_with_their_mark(web_client, cast, draft):
    page = web_client(cast.olga).get(f"/products/{NUMBER}/chapters/testing/").content.decode()

    assert "&lt; 0.5" in page
    assert "Bacterial endotoxin" in page


def test_the_readable_document_is_a_pdf(web_client, cast, draft):
    reply = web_client(cast.olga).get(f"/products/{NUMBER}/readable/")

    assert (reply.status_code, reply["Content-Type"], reply.content[:4]) == (200, "application/pdf", b"%PDF")


def test_a_record_of_another_site_is_not_found(web_client, cast, draft):
    assert web_client(cast.rita).get(f"/products/{NUMBER}/").status_code == 404


def test_author_and_second_person_sign_on_the_pages(web_client, cast, draft):
    author, qa = web_client(cast.arthur), web_client(cast.quinn)

    assert signed_by_page(author, f"/products/{NUMBER}/sign/", cast.arthur).status_code == 302
    assert signed_by_page(qa, f"/products/{NUMBER}/approve/", cast.quinn).status_code == 302
    page = qa.get(f"/products/{NUMBER}/").content.decode()
    assert version_named(NUMBER).state == VersionState.APPROVED
    assert "Arthur Ames" in page
    assert "Quinn Qian" in page
    assert "MR-MSC-COVID19-V1" in page


def test_a_return_asks_for_its_reason_first(web_client, cast, draft):
    signed_by_page(web_client(cast.arthur), f"/products/{NUMBER}/sign/", cast.arthur)
    qa, url = web_client(cast.quinn), f"/products/{NUMBER}/return/"

    assert qa.get(url).templates[0].name == "products/reason.html"
    assert qa.post(url, {"reason": ""}).status_code == 400
    assert signed_by_page(qa, url, cast.quinn, reason="The source of the potency limit is missing.").status_code == 302
    assert version_named(NUMBER).state == VersionState.DRAFT


def test_a_wrong_secret_on_the_page_signs_nothing(web_client, cast, draft):
    client, url = web_client(cast.arthur), f"/products/{NUMBER}/sign/"
    signing = client.get(url).context["signing"]
    reply = client.post(
        url, {**signing["hidden"], "challenge": signing["challenge"], "secret": "guess", "username": "arthur"}
    )

    assert reply.status_code == 401
    assert not Signature.objects.filter(record=draft.record).exists()


def test_an_author_hands_in_a_file_and_reads_what_is_wrong_with_it(web_client, cast):
    client = web_client(cast.arthur)
    broken = SimpleUploadedFile("v1.yaml", b"key: x\nversion: 1.5\n")
    reply = client.post("/products/import/", {"file": broken})

    assert reply.status_code == 400
    assert "not in quotes" in reply.content.decode()


def test_an_author_hands_in_a_good_file(web_client, cast, msc):
    reply = web_client(cast.arthur).post(
        "/products/import/", {"file": SimpleUploadedFile("v1.yaml", msc.text.encode())}
    )

    assert (reply.status_code, reply["Location"]) == (302, f"/products/{NUMBER}/")


def test_others_hand_in_nothing(api_client, web_client, cast):
    assert web_client(cast.olga).get("/products/import/").status_code == 403
    assert api_client(cast.olga).post("/api/v1/products/", {"text": "key: x"}).status_code == 403


def test_the_api_imports_shows_and_lists(api_client, cast, msc):
    client = api_client(cast.arthur)
    made = client.post("/api/v1/products/", {"text": msc.text})
    shown = client.get(f"/api/v1/products/{NUMBER}/")

    assert (made.status_code, made.json()["number"], made.json()["state"]) == (201, NUMBER, "DRAFT")
    assert shown.json()["definition"]["preparation"]["stages"][0]["key"] == "receipt"
    assert shown["ETag"] == f'"product/{NUMBER}#1"'
    assert [row["number"] for row in client.get("/api/v1/products/").json()["results"]] == [NUMBER]
    assert client.get(f"/api/v1/products/{NUMBER}/changes/").json() == []


def test_the_api_names_every_problem_of_a_record(api_client, cast):
    reply = api_client(cast.arthur).post("/api/v1/products/", {"text": "key: x\nversion: 1\n"})

    assert reply.status_code == 400
    assert {"donation", "testing"} <= {objection["place"] for objection in reply.json()["objections"]}


def test_author_and_second_person_sign_in_the_api(api_client, cast, draft):
    author, qa = api_client(cast.arthur), api_client(cast.quinn)
    signed = author.sign(f"/api/v1/products/{NUMBER}/sign/", {}, person=cast.arthur, if_match=if_match(draft))
    approved = qa.sign(f"/api/v1/products/{NUMBER}/approve/", {}, person=cast.quinn, if_match=if_match(draft))

    assert (signed.status_code, signed.json()["state"]) == (200, "AUTHOR_SIGNED")
    assert (approved.status_code, approved.json()["state"], approved.json()["approver"]) == (200, "APPROVED", "quinn")


def test_a_decision_needs_the_version_that_was_seen(api_client, cast, draft):
    client, url = api_client(cast.arthur), f"/api/v1/products/{NUMBER}/sign/"

    assert client.sign(url, {}, person=cast.arthur).status_code == 428
    assert client.sign(url, {}, person=cast.arthur, if_match=f"product/{NUMBER}#99").status_code == 412


def test_the_page_and_the_api_write_the_same(api_client, web_client, cast, msc, draft):
    signed_by_page(web_client(cast.arthur), f"/products/{NUMBER}/sign/", cast.arthur)
    by_page = Entry.objects.filter(record=draft.record).order_by("n").values_list("action", "table")
    actions = list(by_page)
    signed_by_page(web_client(cast.quinn), f"/products/{NUMBER}/return/", cast.quinn, reason="Once more, please.")
    before = Entry.objects.filter(record=draft.record).count()
    api_client(cast.arthur).sign(f"/api/v1/products/{NUMBER}/sign/", {}, person=cast.arthur, if_match=if_match(draft))
    by_api = list(Entry.objects.filter(record=draft.record).order_by("n").values_list("action", "table"))[before:]

    assert by_api == actions[1:]


def seed(*arguments):
    said = StringIO()
    call_command("seed", *arguments, stdout=said)
    return said.getvalue()


def test_seed_imports_tables_and_products_once():
    first = seed()
    entries = Entry.objects.count()

    assert f"in the register: {NUMBER} (DRAFT)" in first
    assert {table.key for table in RuleTable.objects.all()} == {file.stem for file in SEEDS.glob("*.yaml")}
    assert seed() == first
    assert Entry.objects.count() == entries


def test_seed_may_only_check():
    assert "valid: msc_covid19 v1" in seed("--check")
    assert not ProductVersion.objects.exists()


def test_seed_refuses_a_wrong_file_with_place_and_reason_and_imports_nothing(tmp_path):
    shutil.copytree(SEEDS, tmp_path / "seeds")
    file = tmp_path / "seeds" / "products" / "msc_covid19" / "v1" / "storage.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("shelf_life: 12 mo", "shelf_life: 0 mo"), encoding="utf-8")

    with pytest.raises(CommandError, match=r"storage\.states\[1\]\.shelf_life: .*zero.*\(storage\.yaml:\d+\)"):
        seed("--folder", str(tmp_path / "seeds"))

    assert not ProductVersion.objects.exists()


def test_seed_says_that_a_signed_record_is_changed_by_a_new_version_only(tmp_path, web_client, cast):
    seed()
    signed_by_page(web_client(cast.arthur), f"/products/{NUMBER}/sign/", cast.arthur)
    shutil.copytree(SEEDS, tmp_path / "seeds")
    file = tmp_path / "seeds" / "products" / "msc_covid19" / "v1" / "units.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("planned: 9", "planned: 8"), encoding="utf-8")

    with pytest.raises(CommandError, match="write the change as a new version") as refused:
        seed("--folder", str(tmp_path / "seeds"))

    said = str(refused.value)
    assert f"{NUMBER} is AUTHOR_SIGNED" in said
    assert "write the change as version 2" in said
    assert f"remove {settings.VAR_DIR}/" in said
    assert "\n" not in said


def test_seed_says_which_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match=r"units\.yaml is missing"):
        seed("--folder", str(tmp_path))
