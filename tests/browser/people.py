"""A person in front of a screen: a browser context of their own, and everything that went wrong on their pages."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PORTRAIT = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
SITE_ZONE = "Asia/Shanghai"
SCANNER = 0.004  # seconds between two keys
REFUSALS = (400, 401, 403, 409, 412, 422)  # an answer to what somebody sent, shown on the page
TOLD_TWICE = ("Failed to load resource", "Response Status Error Code 4", "htmx:sendError", "htmx:afterRequest")
# ... by the console as well: the answers and failures of requests are watched themselves
expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no fault of a page
WATCH = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile || ""}`));
const entries = "button[name=text], button[name=now], input, select";
const isValue = (item) => item.closest("form[data-record]")?.contains(item.closest(entries))
    || item.closest(".open-vessels form");
addEventListener("click", (event) => {
    if (!event.isTrusted || isValue(event.target)) return;
    sessionStorage.setItem("taps", 1 + Number(sessionStorage.getItem("taps")));
}, true);
"""


@dataclass
class Person:
    """Somebody with a screen. `faults` must be empty in the end: violated policies, errors, failed requests."""

    name: str
    url: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # addresses that gave them no page

    # --- where they are ---
    def go(self, path: str) -> "Person":
        """Type an address."""
        self.page.goto(self.url + path)
        return self

    @property
    def path(self) -> str:
        """The address they look at."""
        return self.page.url.removeprefix(self.url)

    def sign_in(self) -> "Person":
        """User name and password on the sign-in page."""
        self.go("/sign-in/")
        self.page.locator("[name=username]").fill(self.name)
        self.page.locator("[name=secret]").fill(settings.DEMO_SECRET)
        self.page.locator("form:has([name=secret]) [type=submit]").click()
        expect(self.page).not_to_have_url(re.compile("/sign-in/"))
        return self

    def whoami(self) -> str:
        """Who is signed in, as the API knows it."""
        return str(self.context.request.get(f"{self.url}/api/v1/session/").json()["username"])

    # --- what they do ---
    def follow(self, part: str) -> None:
        """Click the link whose address contains a part."""
        self.page.locator(f'a[href*="{part}"]:visible').first.click()

    def scan(self, code: str) -> None:
        """As a scanner types: all at once, Enter at the end. Keys say when they were pressed, however busy we are."""
        wire, began = self.context.new_cdp_session(self.page), time.time()
        for n, key in enumerate([*code, "Enter"]):
            text = "\r" if key == "Enter" else key
            pressed = {"key": key, "timestamp": began + n * SCANNER}
            wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **pressed})
            wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
        wire.detach()

    def sign(self, *, by: str = "", secret: str = settings.DEMO_SECRET) -> None:
        """Answer what is shown for signing: id where it is asked, secret, and the verb."""
        form = self.page.locator("form[data-signing]")
        form.locator("[name=secret]").fill(secret)  # first: this waits for the page, counting does not
        asked = form.locator("[name=username]")
        if asked.count():
            asked.fill(by or self.name)
        form.locator("[type=submit]").click()

    def taps_beyond_values(self, *, anew: bool = False) -> int:
        """How often they tapped since it was counted anew, without the choices that are values themselves."""
        if anew:
            self.page.evaluate("sessionStorage.setItem('taps', 0)")
        return int(self.page.evaluate("Number(sessionStorage.getItem('taps'))"))


def at_screen(browser: Browser, url: str, name: str, screen: dict[str, Any], **more: Any) -> Person:
    """Sit down in front of a screen. Nobody is signed in yet."""
    context = browser.new_context(**{"locale": "en-GB", "timezone_id": SITE_ZONE, **screen, **more})
    context.add_init_script(WATCH)
    person = Person(name, url, context, context.new_page())
    context.on("console", lambda message: _hear(person, message))
    context.on("weberror", lambda error: person.faults.append(f"{person.path}: {error.error}"))
    context.on("response", lambda response: _see(person, response))
    context.on("requestfailed", lambda request: _miss(person, request))
    return person


def _hear(person: Person, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning") and not message.text.startswith(TOLD_TWICE):
        person.faults.append(f"{person.path}: console says {message.text}")


def _see(person: Person, response: Response) -> None:
    answered = response.request.method == "POST" and response.status in REFUSALS
    if 400 <= response.status < 500 and response.request.is_navigation_request():
        person.refusals.append(response.url.removeprefix(person.url))
    elif response.status >= 400 and not answered:
        person.faults.append(f"{person.path}: {response.request.method} {response.url} -> {response.status}")


def _miss(person: Person, request: Request) -> None:
    if request.failure not in (
        "net::ERR_ABORTED",
        "net::ERR_INTERNET_DISCONNECTED",
    ):  # left the page; offline on purpose
        person.faults.append(f"{person.path}: {request.method} {request.url}: {request.failure}")
