"""What does not go as planned at a step: beyond a limit, corrected, scanned wrongly, two tablets, no network."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.installation import Installation
from tests.browser.people import TABLET
from tests.browser.steps import Hands

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
STEP = "expansion[1].incubate"
TEMPERATURE, CO2 = f"{STEP}.temperature", f"{STEP}.co2"


@pytest.fixture
def hands(fresh: Installation, sit_down: SitDown) -> Hands:
    """The operator at the incubator, whose readings are still open."""
    held = Hands(sit_down(fresh, "operator", TABLET).sign_in(), "CT-0043")
    held.open(STEP)
    return held


def test_a_value_beyond_its_action_limit_says_so_and_can_be_corrected_with_a_reason(hands: Hands) -> None:
    hands.write(TEMPERATURE, "35.2")

    expect(hands.panel().locator("[data-tone=action]")).to_be_visible()
    expect(hands.panel().locator(".entry-says")).to_contain_text("36.0")
    expect(hands.cell(TEMPERATURE)).to_have_attribute("data-tone", "action")

    hands.cell(TEMPERATURE).locator("a").tap()
    form = hands.panel().locator("form.entry-form")
    form.locator("[name=text]").fill("36.2")
    form.locator("[type=submit]").tap()
    expect(form.locator("[aria-invalid=true]")).to_have_attribute("name", "reason")
    form.locator("[name=reason]").fill("Read from the wrong display")
    form.locator("[type=submit]").tap()

    hands.expect_recorded(TEMPERATURE, "36.2")
    expect(hands.panel().locator(".struck")).to_contain_text("35.2")
    expect(hands.panel()).to_contain_text("Read from the wrong display")
    expect(hands.cell(TEMPERATURE)).to_have_attribute("data-tone", "alert")


def test_a_number_that_cannot_be_stays_as_typed_with_its_sentence_beside_it(hands: Hands) -> None:
    hands.write(TEMPERATURE, "36,9", leaves=False)
    hands.person.page.keyboard.press("Tab")

    field = hands.cell(TEMPERATURE).locator("[name=text]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("36,9")
    expect(hands.cell(TEMPERATURE).locator("[role=alert]")).to_be_visible()


def test_a_foreign_label_stops_the_hands_and_lands_in_no_field(hands: Hands) -> None:
    hands.write(CO2, "5.", leaves=False)

    hands.person.scan("CT-0042-P1-F01")

    stop = hands.person.page.locator("#step-stop [role=alert]")
    expect(stop).to_contain_text("CT-0042-P1-F01")
    expect(hands.cell(CO2).locator("[name=text]")).to_have_value("5.")


def test_the_second_tablet_is_shown_both_values_and_loses_nothing(
    hands: Hands, fresh: Installation, sit_down: SitDown
) -> None:
    second = Hands(sit_down(fresh, "operator2", TABLET).sign_in(), "CT-0043")
    second.open(STEP)
    hands.write(TEMPERATURE, "36.9")

    second.write(TEMPERATURE, "37.1", leaves=False)
    second.person.page.keyboard.press("Tab")

    conflict = second.cell(TEMPERATURE).locator("[role=alert]")
    expect(conflict.locator(".conflict")).to_contain_text("36.9")
    expect(conflict.locator(".not-recorded")).to_contain_text("37.1")
    second.write(CO2, "5.0")  # the rest of the step goes on
    expect(second.cell(TEMPERATURE)).to_contain_text("37.1")
    hands.open(STEP)
    hands.expect_recorded(TEMPERATURE, "36.9")
    hands.expect_recorded(CO2, "5.0")


def test_what_is_entered_without_network_is_said_to_be_unrecorded_and_is_sent_when_it_is_back(hands: Hands) -> None:
    page = hands.person.page
    hands.person.context.set_offline(True)

    hands.write(TEMPERATURE, "36.9", leaves=False)
    page.keyboard.press("Tab")
    hands.write(CO2, "5.0", leaves=False)
    page.keyboard.press("Tab")

    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#saved-state")).to_have_attribute("data-state", "waiting")
    expect(page.locator("#saved-state")).to_contain_text("2")
    expect(hands.cell(TEMPERATURE)).to_have_class(re.compile("is-asked"))
    hands.person.context.set_offline(False)

    hands.expect_recorded(TEMPERATURE, "36.9")
    hands.expect_recorded(CO2, "5.0")
    expect(page.locator("#saved-state")).to_have_attribute("data-state", "all")
    expect(page.locator("#offline")).to_be_hidden()
