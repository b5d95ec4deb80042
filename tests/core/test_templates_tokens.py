"""The colours of the pages: the table of tokens keeps its contrast, and no colour stands anywhere else."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

CORE = Path(settings.BASE_DIR) / "apps/core/static"
CSS = CORE / "core/css"
STATUS = ["ok", "alert", "action", "hold", "late", "corrected", "superseded", "conditional"]
BANDS = ["band-msc", "band-plasma", "band-immunoglobulin", "band-nkt", "band-hsc", "patient-1", "patient-2"]
GROUNDS = ["bg", "surface", "sunken", "accent-soft"]


def tokens_of(theme: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text()
    light = _declared(text, '[data-bs-theme="light"] {')
    return light if theme == "light" else light | _declared(text, '[data-bs-theme="dark"] {')


def _declared(text: str, selector: str) -> dict[str, str]:
    body = text.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_ratio_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent"])
def test_text_is_readable_on_every_ground(theme, ground, ink):
    token = tokens_of(theme)

    assert contrast(token[ink], token[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("status", STATUS)
def test_a_status_is_readable_on_its_tag_and_on_the_page(theme, status):
    token = tokens_of(theme)

    assert contrast(token[status], token[f"{status}-soft"]) >= 4.5
    assert contrast(token[status], token["surface"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_borders_of_fields_and_the_focus_ring_stand_out(theme, ground):
    token = tokens_of(theme)

    assert contrast(token["line-2"], token[ground]) >= 3
    assert contrast(token["focus"], token[ground]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_on_buttons_are_readable(theme):
    token = tokens_of(theme)

    assert contrast(token["on-accent"], token["accent"]) >= 4.5
    assert contrast(token["on-accent"], token["accent-strong"]) >= 4.5
    assert contrast(token["on-stop"], token["stop"]) >= 4.5
    assert contrast(token["on-stop"], token["stop-strong"]) >= 4.5


@pytest.mark.parametrize("band", BANDS)
def test_white_words_are_readable_on_every_band(band):
    assert contrast(tokens_of("light")[band], "#ffffff") >= 4.5


def test_no_band_has_the_hue_of_a_status():
    token = tokens_of("light")

    assert not {token[band] for band in BANDS} & {token[status] for status in STATUS}


@pytest.mark.parametrize("name", ["shell.css", "parts.css"])
def test_colours_are_named_in_the_tokens_only(name):
    text = re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(), flags=re.S)
    foreign = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) - {"#ffffff", "#hatch"}

    assert foreign <= {"#0a5c6b", "#45535f"}, "an avatar on a band and the ground of an unknown band"


def test_every_token_that_is_used_exists():
    declared, used = set(), set()
    for sheet in CSS.glob("*.css"):
        text = sheet.read_text()
        declared |= set(re.findall(r"(--[\w-]+)\s*:", text))
        used |= set(re.findall(r"var\((--[\w-]+)", text))

    assert {name for name in used if not name.startswith("--bs-")} <= declared


def test_vendored_files_are_those_of_the_table():
    table = (CORE / "vendor/VENDOR.md").read_text()
    rows = re.findall(r"^\| (\S+) \| \S+ \| [\d.]+ \| \S+ \| \S+ \| [0-9a-f]{64} \| ([0-9a-f]{64}) \|$", table, re.M)
    there = {str(path.relative_to(CORE / "vendor")) for path in (CORE / "vendor").rglob("*") if path.is_file()}

    assert {name for name, _ in rows} == there - {"VENDOR.md"}
    for name, digest in rows:
        assert hashlib.sha256((CORE / "vendor" / name).read_bytes()).hexdigest() == digest, name
