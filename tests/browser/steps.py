"""The page of a step in somebody's hands: what they enter, where it is shown, and what it costs them.

The human pace is that of the keystroke-level model (Card, Moran, Newell 1980): an average typist's key, a tap, and the
moment before each value in which it is read from the instrument. What the software takes is measured, not assumed.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from tests.browser.people import SITE_ZONE, Person

KEY, TAP, READ, AIM = 0.28, 1.2, 1.35, 2.5  # seconds: a key, a tap, a look at the instrument, a scanner in the hand

NOT_A_SCANNER = 60  # ms between two keys: faster than anybody types a value, slower than a scanner


@dataclass
class Cost:
    """What one step costs a person: seconds at human pace, seconds held up by the software, taps beyond the values."""

    step: str
    human: float = 0.0
    held_up: float = 0.0
    taps: int = 0

    @property
    def seconds(self) -> float:
        return self.human + self.held_up


@dataclass
class Hands:
    """A person at the page of a step."""

    person: Person
    batch: str
    costs: list[Cost] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    # --- where ---
    def open(self, step: str) -> None:
        """The step's page by its address."""
        self.person.go(f"/batches/{self.batch}/steps/{quote(step, safe='')}/")

    def cell(self, place: str) -> Locator:
        """Where a value is asked or shown."""
        return self.person.page.locator(f"#at-{re.sub('[^A-Za-z0-9_]+', '-', place)}")

    def panel(self) -> Locator:
        """The column that says what was recorded, and what it means."""
        return self.person.page.locator("#entry-now")

    def expect_recorded(self, place: str, text: str = "") -> None:
        """The value stands in its cell."""
        expect(self.cell(place)).to_have_class(re.compile(r"\bis-recorded\b"))
        expect(self.cell(place)).to_contain_text(text)

    # --- what they enter ---
    def write(self, place: str, text: str, *, leaves: bool = True) -> None:
        """Type a value where it belongs and leave the field."""
        self.cell(place).locator("[name=text]").focus()
        self.person.page.keyboard.type(text, delay=NOT_A_SCANNER)
        self._spend(READ + KEY * (len(text) + 1))
        if leaves:
            self.person.page.wait_for_timeout(NOT_A_SCANNER)
            self.person.page.keyboard.press("Enter")
            self._wait_for(place, text)

    def choose(self, place: str, key: str) -> None:
        """Tap one of the words of a choice, or take it from its list."""
        self._spend(READ + TAP)
        options = self.cell(place).locator("select[name=text]")
        if options.count():
            options.select_option(key)
        else:
            self.cell(place).locator(f"button[name=text][value={key}]").tap()
        self._wait_for(place)

    def now(self, place: str) -> None:
        """Tap "Now"."""
        self._spend(READ + TAP)
        self.cell(place).locator("button[name=now]").tap()
        self._wait_for(place)

    def at(self, place: str, *, minutes_ago: int) -> None:
        """As if "Now" had been tapped a moment ago: the test does not wait as the enzyme does."""
        then = datetime.now(ZoneInfo(SITE_ZONE)) - timedelta(minutes=minutes_ago)
        self._spend(READ + TAP)
        self.cell(place).locator("input[name=text]").fill(f"{then:%Y-%m-%dT%H:%M}")
        self.person.page.keyboard.press("Enter")
        self._wait_for(place, f"{then:%H:%M}")

    def open_vessels(self, made_from: str) -> None:
        """Tick what they are made from; each gets its number and its label."""
        self._spend(READ + 2 * TAP)
        form = self.person.page.locator(".open-vessels form")
        form.locator("label", has_text=made_from).tap()
        began = time.perf_counter()
        with self.person.page.expect_navigation():
            form.locator("[type=submit]").tap()
        self._waited(began)

    def scan(self, place: str, code: str, *, label: str = "") -> None:
        """Aim the scanner at a label, wherever the focus is; `label` is what its symbol says, where that is more."""
        self._spend(AIM)
        self.person.scan(label or code)
        self._wait_for(place, code)

    def go_on(self, act: str = "[data-main-act]") -> None:
        """Tap the one filled button of the step, or another act at the foot of the page."""
        self._spend(TAP)
        began = time.perf_counter()
        with self.person.page.expect_navigation():
            self.person.page.locator(act).tap()
        self._waited(began)

    # --- what it costs ---
    @contextmanager
    def routine_step(self, step: str) -> Iterator[Cost]:
        """Everything in the block is one step of the record."""
        self.costs.append(Cost(step))
        self.person.taps_beyond_values(anew=True)
        yield self.costs[-1]
        self.costs[-1].taps = self.person.taps_beyond_values()

    def _spend(self, seconds: float) -> None:
        if self.costs:
            self.costs[-1].human += seconds

    def _wait_for(self, place: str, text: str = "") -> None:
        """A field is left and the next one is read meanwhile: only what takes longer holds anybody up."""
        began = time.perf_counter()
        self.expect_recorded(place, text)
        self.waits.append(time.perf_counter() - began)
        self._held_up(self.waits[-1] - READ)

    def _waited(self, began: float) -> None:
        self.waits.append(time.perf_counter() - began)
        self._held_up(self.waits[-1])

    def _held_up(self, seconds: float) -> None:
        if self.costs:
            self.costs[-1].held_up += max(0.0, seconds)
