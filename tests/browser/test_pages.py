"""Every page in Chromium, in both languages, at the desk and on the tablet: nothing is violated, missing or cut off,
and no English is left on a Chinese page.
"""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser.addresses import LEAD_NOWHERE, WHO, Address, every_page
from tests.browser.conftest import SitDown
from tests.browser.installation import Installation
from tests.browser.latin import latin_words
from tests.browser.people import DESK, PORTRAIT, TABLET, Person

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
LANGUAGES = [code for code, _ in settings.LANGUAGES]
NO_PAGE = (302, 405)  # an act without a page of its own
# What is wider than it should be, and text that is cut off without a sign that there is more. Hints for keys may be
# cut off: a tablet has none.
WRONG = """() => {
    const found = [], root = document.documentElement, MAY_BE = ".skip, .visually-hidden *, .keybar";
    if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth - root.clientWidth} px too wide`);
    for (const item of document.body.querySelectorAll("*")) {
        if (item.scrollWidth <= item.clientWidth + 1 || item.matches(MAY_BE)) continue;
        const style = getComputedStyle(item), text = item.innerText?.trim();
        const isCut = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
        if (!text || !isCut || item.clientWidth < 2) continue;
        found.push(`cut off: ${item.tagName}.${item.className} ${text.slice(0, 40)}`);
    }
    return found;
}"""


def pages_of(who: str, *, short_form: bool) -> list[Address]:
    """What this person opens; in the short form every fourth."""
    pages = [address for address in every_page() if address.who == who]
    return pages[::4] if short_form else pages


def choose_language(person: Person, language: str) -> None:
    """Take the other language from the menu, when it is not the one."""
    if person.page.locator("html").get_attribute("lang") != language:
        person.page.locator("details.menu:has([name=language]) > summary").click()
        person.page.locator(f"[name=language][value={language}]").click()
    expect(person.page.locator("html")).to_have_attribute("lang", language)


def is_page(person: Person, address: Address) -> bool:
    """Whether something answers there that a browser draws, and not a file or an act without a page."""
    reply = person.context.request.get(person.url + address.path, max_redirects=0)
    assert (reply.status == 404) == (address.route in LEAD_NOWHERE), f"{address.path} as {address.who}: {reply.status}"
    return reply.status not in NO_PAGE and "text/html" in reply.headers["content-type"]


def faults_of(page: Page, address: Address, language: str) -> list[str]:
    """What is wrong with the open page at the desk and on the tablet, lying and standing."""
    lang = page.locator("html").get_attribute("lang")
    found = [f"{address.path}: lang is {lang}"] if lang not in (language, None) else []  # a part of a page has none
    for screen in (TABLET, PORTRAIT, DESK):
        page.set_viewport_size(screen["viewport"])
        found += [f"{address.path} at {screen['viewport']['width']}: {fault}" for fault in page.evaluate(WRONG)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["nobody", *WHO.values()])
def test_every_page_keeps_to_its_policy_and_its_screen(
    fresh: Installation, sit_down: SitDown, short_form: bool, who: str, language: str
) -> None:
    person, found = sit_down(fresh, who), []
    person.go("/sign-in/") if who == "nobody" else person.sign_in()
    choose_language(person, language)
    for address in pages_of(who, short_form=short_form):
        if is_page(person, address):
            person.go(address.path)
            found += faults_of(person.page, address, language)
            if language != "en":
                found += [f"{address.path}: {fault}" for fault in latin_words(person.page, address.path)]

    assert "\n".join(found) == ""
