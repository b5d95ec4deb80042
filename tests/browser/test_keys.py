"""The desk without a mouse, and in the dark: what a person chose stays."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.installation import Installation
from tests.browser.people import Person
from tests.browser.steps import NOT_A_SCANNER

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
GROUND = "() => getComputedStyle(document.body).backgroundColor"


def press(person: Person, *keys: str) -> None:
    """Key after key at the pace of a person, once the page is there; a faster row of letters is taken for a scan."""
    person.page.wait_for_load_state()
    for key in keys:
        person.page.keyboard.press(key)
        person.page.wait_for_timeout(NOT_A_SCANNER)


def test_a_list_is_walked_searched_and_opened_by_keys(fresh: Installation, sit_down: SitDown) -> None:
    qa = sit_down(fresh, "qa").sign_in()
    press(qa, "g", "b")
    expect(qa.page).to_have_url(re.compile("/batches/$"))
    rows = qa.page.locator("[data-row]")

    press(qa, "j", "j")
    expect(rows.nth(1)).to_have_class(re.compile("is-current"))
    press(qa, "k")
    expect(rows.nth(0)).to_have_class(re.compile("is-current"))
    press(qa, "/")
    expect(qa.page.locator("main [data-search]")).to_be_focused()
    press(qa, "j")
    expect(qa.page.locator("main [data-search]")).to_have_value("j")
    press(qa, "Escape", "k", "Enter")

    expect(qa.page).to_have_url(re.compile("/batches/CT-[0-9]+/$"))


def test_the_dark_display_stays_on_the_pages_that_follow(fresh: Installation, sit_down: SitDown) -> None:
    qa = sit_down(fresh, "qa").sign_in()
    light = qa.page.evaluate(GROUND)

    qa.page.locator("details.menu:has([name=theme]) > summary").click()
    qa.page.locator("[name=theme][value=dark]").click()

    expect(qa.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    qa.go("/batches/")
    expect(qa.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert qa.page.evaluate(GROUND) != light
