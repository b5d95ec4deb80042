"""The register on screen: found, opened, withdrawn; each by those who may."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.documents.models import Document
from apps.documents.store import read_file
from tests.cast import SECRET, Cast
from tests.documents import demo
from tests.documents.story import issued, requested

pytestmark = pytest.mark.django_db
WebClient = Callable[..., Client]


def test_the_list_shows_the_documents_of_my_site_newest_first(cast: Cast, web_client: WebClient) -> None:
    issued()
    requested(demo.certificate_of_analysis(version=1))

    page = web_client(cast.olga).get("/documents/").content.decode()

    assert page.index("COA-0042 v1") < page.index("BC-0042 v1")
    assert "waits for its checkpoint" in page
    assert "BC-0042" not in web_client(cast.rita).get("/documents/").content.decode()


def test_the_list_is_filtered_by_kind_state_and_words(cast: Cast, web_client: WebClient) -> None:
    issued()
    requested(demo.certificate_of_analysis(version=1))
    client = web_client(cast.olga)

    for query, found in (
        ("kind=BATCH_CERTIFICATE", ["BC-0042"]),
        ("state=DRAFT", ["COA-0042"]),
        ("q=coa", ["COA-0042"]),
        ("q=CT-0042", ["BC-0042", "COA-0042"]),
        ("q=nothing", []),
        ("after=abc&before=", ["BC-0042", "COA-0042"]),
    ):
        page = client.get(f"/documents/?{query}").content.decode()
        assert [number for number in ("BC-0042", "COA-0042") if f">{number} v1<" in page] == found, query


def test_pages_of_the_list_follow_one_another_without_gap_or_repeat(cast: Cast, web_client: WebClient) -> None:
    for number in range(120):
        requested(demo.batch_certificate(number=f"BC-{number:04d}", blocks=()))
    client, url, seen = web_client(cast.olga), "/documents/", []

    while url:
        page = client.get(url).context["page"]
        seen += [row.number for row in page.rows]
        url = f"/documents/?after={page.next_cursor}" if page.next_cursor else ""
    assert seen == [f"BC-{number:04d}" for number in reversed(range(120))]

    middle = client.get(f"/documents/?before={page.rows[0].pk}").context["page"]
    assert [row.number for row in middle.rows] == seen[50:100]


def test_the_list_asks_the_database_the_same_number_of_times_however_long_it_is(
    cast: Cast, web_client: WebClient
) -> None:
    client = web_client(cast.olga)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/documents/")
        return len(asked)

    requested()
    queries()
    few = queries()
    for number in range(30):
        requested(demo.batch_certificate(number=f"BC-{number}", blocks=()))
    assert queries() == few


def test_the_page_of_a_document_proves_it(cast: Cast, web_client: WebClient) -> None:
    document = issued()

    page = web_client(cast.ines).get("/documents/BC-0042/1/").content.decode()

    for said in (document.code, "batch/CT-0042", f"#{document.checkpoint.size}"):
        assert said in page.replace("<wbr>", "")


def test_the_file_is_handed_out_as_it_was_sealed(cast: Cast, web_client: WebClient) -> None:
    document = issued()

    reply = web_client(cast.olga).get("/documents/BC-0042/1/file/")

    assert reply["Content-Type"] == "application/pdf"
    assert 'filename="BC-0042-v1.pdf"' in reply["Content-Disposition"]
    assert reply.content == read_file(document.file_sha256)


@pytest.mark.parametrize("path", ["/documents/BC-0042/1/", "/documents/BC-0042/1/file/", "/documents/BC-0042/9/"])
def test_a_document_of_another_site_does_not_exist(cast: Cast, web_client: WebClient, path: str) -> None:
    issued()

    assert web_client(cast.rita).get(path).status_code == 404
    assert web_client().get(path).status_code == 302


def test_a_document_that_waits_has_no_file(cast: Cast, web_client: WebClient) -> None:
    requested()

    assert web_client(cast.olga).get("/documents/BC-0042/1/file/").status_code == 404


def test_quality_assurance_withdraws_on_screen(cast: Cast, web_client: WebClient) -> None:
    issued()
    client = web_client(cast.quinn)

    panel = client.post("/documents/BC-0042/1/withdraw/", {"reason": "a wrong sample number"})
    signing = panel.context["signing"]
    answer = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}
    done = client.post("/documents/BC-0042/1/withdraw/", answer)

    assert "Copies of it are no longer valid" in panel.content.decode()
    assert done.status_code == 302
    assert Document.objects.get().state == "WITHDRAWN"
    assert "a wrong sample number" in client.get("/documents/BC-0042/1/").content.decode()


def test_a_withdrawal_without_reason_stays_on_the_form(cast: Cast, web_client: WebClient) -> None:
    issued()

    reply = web_client(cast.quinn).post("/documents/BC-0042/1/withdraw/", {"reason": ""})

    assert reply.status_code == 400
    assert Document.objects.get().state == "ISSUED"


def test_others_do_not_reach_the_withdrawal(cast: Cast, web_client: WebClient) -> None:
    issued()

    assert web_client(cast.olga).get("/documents/BC-0042/1/withdraw/").status_code == 403
