"""The scripts of the shell in a real Chromium: scanner, keyboard, keypad, clocks, loss of the network, idle screen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCRIPTS = Path(settings.BASE_DIR) / "apps/core/static/core/js"
NOW = datetime(2026, 11, 5, 6, 6, tzinfo=UTC)
ECHO = """<div id="scan-echo" hidden data-nowhere="nothing here takes it"><span data-echo-icon="ok"></span>
<span data-echo-icon="action"></span><span data-echo-text></span></div>"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<p id=arrived>there</p>", content_type="text/html"))
    page.goto("https://page.example/")
    yield page
    page.close()


def show(page: Page, body: str, *scripts: str) -> None:
    page.set_content(f"<!doctype html><body data-keys=on>{body}</body>")
    for script in scripts:
        page.add_script_tag(path=SCRIPTS / f"{script}.js")


def scan(page: Page, code: str) -> None:
    """As a scanner types: all at once, Enter at the end. The page's clock stands still, however busy the machine is."""
    page.clock.install(time=NOW)
    page.clock.pause_at(NOW + timedelta(seconds=1))
    page.keyboard.type(code)
    page.keyboard.press("Enter")


# --- scanner ---
STEP = f"""<form id=lots><input id=lot data-scan-input=lot data-scan-pattern="^PL-\\d+$">
<input type=hidden name=entered_by value=typed></form><input id=number data-number value="91.">
<input id=other data-scan-input=any>{ECHO}"""


def test_a_scan_goes_where_its_content_belongs_and_never_into_the_number(page):
    show(page, STEP, "scan")
    page.locator("#number").focus()
    page.locator("#number").press("End")

    scan(page, "PL-121")

    assert page.input_value("#lot") == "PL-121"
    assert page.input_value("#number") == "91."
    assert page.input_value("[name=entered_by]") == "scan"
    assert "PL-121" in page.inner_text("#scan-echo")


def test_a_code_that_fits_no_pattern_goes_to_the_field_for_any_code(page):
    show(page, STEP, "scan")

    scan(page, "CC-03-AX")

    assert (page.input_value("#lot"), page.input_value("#other")) == ("", "CC-03-AX")


def test_a_person_who_types_keeps_the_keys(page):
    show(page, STEP, "scan")
    page.locator("#number").focus()
    page.locator("#number").press("End")

    page.keyboard.type("25", delay=120)
    page.keyboard.press("Enter")

    assert page.input_value("#number") == "91.25"
    assert page.is_hidden("#scan-echo")


def test_the_same_code_twice_within_two_seconds_is_one_scan(page):
    show(page, STEP, "scan")
    scan(page, "PL-121")
    page.evaluate("document.getElementById('lot').value = ''")

    scan(page, "PL-121")

    assert page.input_value("#lot") == ""


def test_a_code_that_belongs_nowhere_is_said_aloud(page):
    show(page, f"<input id=number data-number>{ECHO}", "scan")

    scan(page, "PL-121")

    assert "PL-121: nothing here takes it" in page.inner_text("#scan-echo")


# --- keyboard ---
LIST = """<a href="/batches/" data-go=b>Batches</a><input id=search data-search><textarea id=note></textarea>
<dialog id=keys>keys<form method=dialog><button>Close</button></form></dialog>
<table><tr data-row><td><a href="/one/">1</a><a href="/one/give/" data-key=H>h</a></td></tr>
<tr data-row><td><a href="/two/">2</a><a href="/two/give/" data-key=H>h</a></td></tr></table>
<button data-key=A onclick="document.title='accepted'">Accept</button>"""


def test_j_and_k_walk_through_the_rows_and_enter_opens(page):
    show(page, LIST, "keys")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.inner_text("tr.is-current a") == "1"
    page.keyboard.press("Enter")

    page.wait_for_selector("#arrived")
    assert page.url.endswith("/one/")


def test_a_letter_of_a_row_acts_on_the_row_in_hand_and_on_no_other(page):
    show(page, LIST, "keys")
    page.keyboard.press("h")
    assert page.locator("#arrived").count() == 0

    for key in ("j", "j", "h"):
        page.keyboard.press(key)

    page.wait_for_selector("#arrived")
    assert page.url.endswith("/two/give/")


def test_g_and_a_letter_go_to_a_section(page):
    show(page, LIST, "keys")

    page.keyboard.press("g")
    page.keyboard.press("b")

    page.wait_for_selector("#arrived")
    assert page.url.endswith("/batches/")


def test_slash_searches_and_the_question_mark_lists_the_keys(page):
    show(page, LIST, "keys")

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")

    assert page.locator("dialog#keys[open]").count() == 1


def test_a_letter_presses_its_button_but_never_inside_a_field(page):
    show(page, LIST, "keys")
    page.locator("#note").focus()
    page.keyboard.press("a")
    assert page.title() != "accepted"
    page.keyboard.press("Escape")

    page.keyboard.press("a")

    assert page.title() == "accepted"


def test_single_letters_can_be_switched_off(page):
    show(page, LIST, "keys")
    page.evaluate("document.body.dataset.keys = 'off'")

    page.keyboard.press("a")

    assert page.title() != "accepted"


# --- keypad ---
KEYPAD = """<input id=a data-number><input id=b data-number><div data-keypad>
<button type=button data-key-in=9>9</button>
<button type=button data-key-in=.>.</button><button type=button data-key-undo>u</button>
<button type=button data-key-sign>s</button><button type=button data-key-next>n</button></div>"""


def test_the_keypad_writes_into_the_field_in_hand_and_goes_on_to_the_next(page):
    show(page, KEYPAD, "entry")
    page.locator("#a").focus()

    for key in ("[data-key-in='9']", "[data-key-in='.']", "[data-key-in='9']", "[data-key-undo]", "[data-key-sign]"):
        page.locator(key).click()
    page.locator("[data-key-next]").click()
    page.locator("[data-key-in='9']").click()

    assert (page.input_value("#a"), page.input_value("#b")) == ("<9.", "9")


# --- clocks ---
def clock(page: Page, left: timedelta, whole: timedelta) -> str:
    """A clock whose server is a day ahead of the device."""
    end = NOW + left
    page.clock.install(time=NOW - timedelta(days=1))
    page.clock.pause_at(NOW - timedelta(days=1) + timedelta(seconds=1))
    return (
        f'<meta name="server-now" content="{NOW.isoformat()}"><div data-clock data-end="{end.isoformat()}" '
        f'data-start="{(end - whole).isoformat()}" data-days="%(days)d 天 %(hours)d 小时" data-days-from="48">'
        "<span data-clock-digits></span>"
        "<span data-clock-over hidden>over</span>"
        '<span data-clock-say data-say-quarter="a quarter" data-say-five="five" data-say-over="over"></span></div>'
    )


def test_a_clock_counts_from_the_servers_time_whatever_the_device_says(page):
    show(page, clock(page, timedelta(hours=1), timedelta(hours=2)), "clock")

    shown = page.inner_text("[data-clock-digits]")

    assert shown in ("1:00:00", "59:59", "59:58")


def test_a_clock_over_days_counts_days_and_hours(page):
    show(page, clock(page, timedelta(hours=48, seconds=30), timedelta(days=7)), "clock")
    assert page.inner_text("[data-clock-digits]") == "2 天 0 小时"

    page.clock.run_for(40_000)
    assert page.inner_text("[data-clock-digits]").startswith("47:59:")


def test_a_clock_warns_announces_and_counts_on_when_it_is_over(page):
    show(page, clock(page, timedelta(minutes=31), timedelta(hours=2)), "clock")
    assert page.get_attribute("[data-clock]", "data-state") == "running"

    page.clock.run_for(120_000)
    assert page.get_attribute("[data-clock]", "data-state") == "alert"
    assert page.inner_text("[data-clock-say]") == "a quarter"

    page.clock.run_for(32 * 60_000)
    assert page.get_attribute("[data-clock]", "data-state") == "over"
    assert page.is_visible("[data-clock-over]")


# --- the page itself ---
def test_the_loss_of_the_network_is_said_and_signing_waits(page):
    show(
        page,
        "<div id=offline hidden>No network</div><form data-signing><button type=submit>Sign</button></form>",
        "page",
    )

    page.context.set_offline(True)
    page.wait_for_function("!document.getElementById('offline').hidden")
    assert page.is_disabled("button")
    page.context.set_offline(False)

    page.wait_for_function("document.getElementById('offline').hidden")
    assert page.is_enabled("button")


def test_an_idle_screen_locks_itself_and_a_used_one_does_not(page):
    page.clock.install(time=NOW)
    show(page, '<form data-idle-lock action="/lock/" method=post></form><input id=note>')
    page.evaluate("document.body.dataset.idleSeconds = '60'")
    page.add_script_tag(path=SCRIPTS / "page.js")

    page.clock.run_for(50_000)
    page.locator("#note").press("x")
    page.clock.run_for(50_000)
    assert page.url.endswith("example/")
    page.clock.run_for(20_000)

    page.wait_for_selector("#arrived")
    assert page.url.endswith("/lock/")


def test_focus_goes_to_the_field_with_the_error(page):
    show(page, "<input id=a><input id=b aria-invalid=true>", "page")

    assert page.evaluate("document.activeElement.id") == "b"
