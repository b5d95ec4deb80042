"""From the last reading of the laboratory to a certificate in a stranger's hand, everybody at a screen of their own.

What happened before (the batch record, thirteen of its fourteen tests) is played by the services, see installation.py.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, expect

from tests.browser.conftest import SitDown
from tests.browser.installation import Installation, copied, served
from tests.browser.people import PORTRAIT, Person

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
BATCH, RUN = "CT-0041", "AR-0003"
PATIENCE = 120  # seconds; the sweeps come every 20


@pytest.fixture
def working(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An installation with its worker and beat: documents are issued by the task."""
    with copied(template, tmp_path / "var") as copy, served(copy, with_worker=True):
        yield copy


def test_a_batch_goes_from_its_last_reading_to_a_certificate_that_a_stranger_verifies(
    working: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    everybody = {name: sit_down(working, name) for name in ("analyst", "analyst2", "qc_head", "qa", "certifier", "qa2")}
    read_the_last_test(everybody["analyst"].sign_in())
    review_its_results(everybody["analyst2"].sign_in())
    approve_the_analysis(everybody["qc_head"].sign_in())
    review_by_exception(everybody["qa"].sign_in())
    refuse_the_operator(sit_down(working, "operator").sign_in())
    sign_decision(everybody["certifier"].sign_in(), "certify", "CERTIFIED")
    sign_decision(everybody["qa2"].sign_in(), "supply", "RELEASED")

    certificate = tmp_path / "BC-CT-0041.pdf"
    issued_certificate(everybody["qa2"]).save_as(certificate)
    stranger = sit_down(working, "nobody", PORTRAIT)
    stranger.go("/verify/").page.locator("[type=file]").set_input_files(certificate)
    stranger.page.locator("form:has([type=file]) [type=submit]").tap()
    expect(stranger.page.locator("main .status").first).to_have_attribute("data-tone", "ok")
    expect(stranger.page.locator("main")).to_contain_text("BC-CT-0041 v1")
    expect(stranger.page.locator("main")).not_to_contain_text("D-0116")
    assert "sessionid" not in {cookie["name"] for cookie in stranger.context.cookies()}

    forged = tmp_path / "forged.pdf"
    forged.write_bytes(certificate.read_bytes().replace(b"/Type", b"/Typo", 1))
    stranger.page.locator("[type=file]").set_input_files(forged)
    stranger.page.locator("form:has([type=file]) [type=submit]").tap()
    expect(stranger.page.locator("main .status").first).to_have_attribute("data-tone", "action")

    trace_the_viability(sit_down(working, "inspector").sign_in())


def read_the_last_test(analyst: Person) -> None:
    """From their work to the worksheet; every answer is recorded where it is given, then all are signed."""
    analyst.follow(RUN)
    for cell, answer in (("control-negative", "no_growth"), ("control-promotion", "yes")):
        analyst.page.locator(f"#{cell} [value={answer}]").check()
        expect(analyst.page.locator(f"#{cell} .wcell-found")).to_be_visible()
    result = analyst.page.locator(".wcell:has([action*='/lines/'])")
    result.locator("[value=no_growth]").check()
    expect(analyst.page.locator(".wcell-entry")).to_have_count(0)
    analyst.follow(f"/{RUN}/sign/")
    analyst.sign()
    expect(analyst.page.locator("form[data-signing]")).to_have_count(0)


def review_its_results(analyst2: Person) -> None:
    """The second analyst finds the review in their work."""
    analyst2.follow(RUN)
    analyst2.follow(f"/{RUN}/review/")
    analyst2.sign()
    expect(analyst2.page.locator("#run-acts [data-tone=ok]")).to_be_visible()


def approve_the_analysis(qc_head: Person) -> None:
    """Fourteen of fourteen: the certificate of analysis is approved."""
    qc_head.go(f"/testing/analysis/{BATCH}/")
    expect(qc_head.page.locator(".holds-list li")).to_have_count(0)
    qc_head.follow(f"/{BATCH}/approve/")
    qc_head.sign()
    expect(qc_head.page.locator(".signature")).to_contain_text("Huang Bo")


def review_by_exception(qa: Person) -> None:
    """Every finding is judged: an event is answered where it stands, the rest is accepted with a note."""
    qa.go(f"/release/{BATCH}/review/")
    qa.page.locator("#finding a.btn-primary[href*='/quality/events/']").click()
    qa.follow("/close/")
    qa.page.locator("main form textarea").fill("Flasks stayed closed; no effect on the product")
    qa.page.locator("main form [type=submit]").click()
    qa.sign()
    expect(qa.page.locator("form[data-signing]")).to_have_count(0)
    qa.go(f"/release/{BATCH}/review/")
    findings = qa.page.locator("[data-row]").count()
    for n in range(findings):
        qa.page.locator("#finding").evaluate("shown => shown.setAttribute('data-before', '')")
        qa.page.locator("[data-row] a").nth(n).click()
        expect(qa.page.locator("#finding:not([data-before]) h2")).to_contain_text(f"{n + 1} ·")
        note = qa.page.locator("#finding form [name=note]")
        if note.count():
            note.fill("Read with its place in the record; no effect")
            with qa.page.expect_navigation():
                qa.page.locator("#finding form [type=submit]").click()
    qa.follow(f"/{BATCH}/review/sign/")
    qa.sign()
    expect(qa.page.locator("form[data-signing]")).to_have_count(0)


def refuse_the_operator(operator: Person) -> None:
    """Whoever made the batch finds no act that certifies it, and is refused at its address."""
    operator.go(f"/release/{BATCH}/review/")
    expect(operator.page.locator("a[href$='/certify/']")).to_have_count(0)
    operator.go(f"/release/{BATCH}/certify/")
    expect(operator.page.locator("h1")).to_be_visible()
    expect(operator.page.locator("form[data-signing]")).to_have_count(0)
    assert operator.refusals == [f"/release/{BATCH}/certify/"]


def sign_decision(person: Person, act: str, state: str) -> None:
    """A decision over the batch, signed beside what it rests on; supply waits for the issued certificate."""
    review_page_with(person, f"/{BATCH}/{act}/")
    person.follow(f"/{BATCH}/{act}/")
    person.sign()
    expect(person.page.locator("form[data-signing]")).to_have_count(0)
    reply = person.context.request.get(f"{person.url}/api/v1/batches/{BATCH}/")
    assert reply.json()["header"]["state"] == state


def review_page_with(person: Person, part: str) -> None:
    """The page of the decisions, as soon as it has this link: what a task has to do first takes its time."""
    end = time.monotonic() + PATIENCE
    person.go(f"/release/{BATCH}/review/")
    while not person.page.locator(f'a[href*="{part}"]').count() and time.monotonic() < end:
        person.page.wait_for_timeout(500)
        person.page.reload()


def issued_certificate(person: Person) -> Download:
    """The certificate that the task issued after the next checkpoint, downloaded from its page."""
    review_page_with(person, f"/documents/BC-{BATCH}/")
    person.follow(f"/documents/BC-{BATCH}/")
    with person.page.expect_download() as downloading:
        person.page.locator("a[href$='/file/']").click(modifiers=["Alt"])
    return downloading.value


def trace_the_viability(inspector: Person) -> None:
    """One value, five hops, each on the one page."""
    inspector.go(f"/inspection/trace/batch%2F{BATCH}%2Fexpansion%5B3%5D.count%5B1%5D.viability_mean/")
    for hop in ("master", "form", "row", "entries", "documents"):
        expect(inspector.page.locator(f"#{hop}")).to_be_visible()
    expect(inspector.page.locator("#row")).to_contain_text("91.")
