"""A passage is harvested on a tablet: the steps from the reading to the signatures, and what they cost the hands."""

import re
from statistics import median

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.installation import Installation
from tests.browser.people import TABLET
from tests.browser.steps import Hands

pytestmark = [pytest.mark.browser, pytest.mark.heavy]


def test_a_passage_is_harvested_within_the_budget_of_the_hands(fresh: Installation, sit_down: SitDown) -> None:
    operator = sit_down(fresh, "operator", TABLET).sign_in()
    hands = Hands(operator, "CT-0043")
    operator.follow("/batches/CT-0043")  # from my work, straight to the step
    expect(operator.page).to_have_url(re.compile("incubate"))
    p1 = "expansion[1]"

    with hands.routine_step("incubate"):
        hands.write(f"{p1}.incubate.temperature", "36.9")
        hands.write(f"{p1}.incubate.co2", "5.0")
        hands.go_on()
        hands.go_on()
    with hands.routine_step("feed"):
        hands.scan(f"{p1}.feed[1].complete_medium", "CM-106", label="lot/CM-106")
        for row in ("01", "02"):
            hands.scan(f"{p1}.feed[1].flask[{row}].flask", f"CT-0043-P1-F{row}")
            hands.write(f"{p1}.feed[1].flask[{row}].confluence", "80")
        hands.now(f"{p1}.feed[1].fed_at")
        hands.choose(f"{p1}.feed[1].confluence_reached", "yes")
        hands.go_on()
        hands.go_on()
    with hands.routine_step("harvest"):
        hands.scan(f"{p1}.harvest.wash_buffer", "PBS-031")
        hands.scan(f"{p1}.harvest.harvest_enzyme", "TRY-044")
        for row in ("01", "02"):
            hands.scan(f"{p1}.harvest.flask[{row}].flask", f"CT-0043-P1-F{row}")
            hands.write(f"{p1}.harvest.flask[{row}].confluence", "82")
        hands.at(f"{p1}.harvest.started_at", minutes_ago=5)
        hands.at(f"{p1}.harvest.enzyme_added_at", minutes_ago=3)
        hands.now(f"{p1}.harvest.neutralised_at")
        hands.go_on()
        hands.go_on()
    with hands.routine_step("pool"):
        hands.open_vessels(made_from="CT-0043-P1-F01")
        hands.now(f"{p1}.pool.pooled_at")
        hands.write(f"{p1}.pool.volume", "8.0")
        hands.go_on()
        hands.go_on()
    with hands.routine_step("count"):
        hands.scan(f"{p1}.count[1].cell_counter", "CC-03")
        hands.scan(f"{p1}.count[1].count_dye", "AP-2291")
        for row, viability, viable in (("A", "94.8", "1.42"), ("B", "95.2", "1.40")):
            hands.write(f"{p1}.count[1].replicate[{row}].viability", viability)
            hands.write(f"{p1}.count[1].replicate[{row}].viable", viable)
        hands.go_on()
        hands.go_on()
    with hands.routine_step("growth"):
        hands.go_on()
        hands.go_on()
    with hands.routine_step("take_samples"):
        hands.go_on()
        hands.go_on()
    with hands.routine_step("decide"):
        hands.scan(f"{p1}.decide.pool", "CT-0043-P1-POOL")
        for place, text in (("cells_forward", "11.28"), ("cells_sampled", "0.00"), ("cells_discarded", "0.00")):
            hands.write(f"{p1}.decide.{place}", text)
        hands.choose(f"{p1}.decide.ready_to_formulate", "no")
        hands.go_on()
        operator.sign()
        expect(operator.page.locator("form[data-signing]")).to_have_count(0)

    # the list of the section is read and signed; somebody else checks it at a desk
    hands.go_on()
    expect(operator.page).to_have_url(re.compile("/sections/.*/sign/"))
    expect(operator.page.locator(".step-values")).to_have_count(9)
    operator.sign()
    expect(operator.page.locator("[data-main-act]")).to_be_visible()
    checker = sit_down(fresh, "checker").sign_in()
    checker.follow("CT-0043")
    checker.go("/batches/CT-0043/check/")
    checker.follow("/sections/expansion%5B1%5D/check/")
    checker.sign()
    expect(checker.page.locator("form[data-signing]")).to_have_count(0)

    # the next passage: the zone is cleared, and the second person signs on the operator's screen
    operator.page.reload()
    hands.go_on("form[action*='/occurrences/'] button")
    p2 = "expansion[2].line_clearance"
    with hands.routine_step("line clearance"):
        hands.scan(f"{p2}.biosafety_cabinet", "BSC-01")
        for place in ("previous_lot_removed", "labels_removed", "surfaces_disinfected"):
            hands.choose(f"{p2}.{place}", "yes")
        hands.write(f"{p2}.pressure_difference", "15")
    hands.go_on()
    operator.sign(by="checker")
    expect(operator.page.locator("form[data-signing]")).to_have_count(0)
    assert operator.whoami() == "operator"
    hands.go_on()
    operator.sign()
    expect(operator.page.locator("#step-signoff")).to_contain_text("Zhao Min")

    spent = {cost.step: (round(cost.seconds), cost.taps) for cost in hands.costs}
    assert {step for step, (seconds, taps) in spent.items() if seconds > 30 or taps > 2} == set(), spent
    assert median(hands.waits) < 2
