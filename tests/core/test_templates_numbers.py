"""Numbers, times and sentences as people read them. Nothing is rounded on its way to the page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from apps.core.errors import Objection
from apps.core.templatetags import qcs
from apps.core.ui import numbers, times, wording
from apps.core.ui.clocks import clock_view
from apps.core.ui.plots import Bounds, limit_strip, trend

SPACE = "\N{NO-BREAK SPACE}"
AT = datetime(2026, 11, 5, 6, 6, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english_in_nanhu():
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        yield


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ("1.10", "1.10"),
        (Decimal("1.10"), "1.10"),
        ("-146", "−146"),
        ("<0.05", f"<{SPACE}0.05"),
        (">= 90", f"≥{SPACE}90"),
        ("6.40e8", "6.40×10⁸"),
        (Decimal("6.4E+8"), "6.4×10⁸"),
        ("3e-2", "3×10⁻²"),
        ("1204", "1204"),
        ("ND", "ND"),
        ("no growth", "no growth"),
        ("91.2 · 91.8", "91.2 · 91.8"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_value_is_shown_as_entered(entered, shown):
    assert numbers.measured_text(entered) == shown


def test_a_power_is_raised_for_the_eye_and_spoken_for_the_ear():
    html = numbers.measured("6.40e8")

    assert '<span aria-hidden="true">×10<sup>8</sup></span>' in html
    assert '<span class="visually-hidden"> times 10 to the 8</span>' in html


def test_text_that_is_no_number_is_escaped():
    assert numbers.measured("<script>") == "&lt;script&gt;"
    assert numbers.quantity("1", "<b>") == (
        f'<span class="quantity"><span class="n">1</span>{SPACE}<span class="unit">&lt;b&gt;</span></span>'
    )


def test_only_totals_are_grouped():
    assert numbers.total(1204) == '<span class="n">1,204</span>'
    assert numbers.measured("1204") == '<span class="n">1204</span>'


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [("640000000", 2, "6.40e8"), ("5714", 2, "5.714e3"), ("0.00012", 1, "1.2e-4"), ("0", 2, "0")],
)
def test_a_computed_count_in_powers_loses_no_digit(number, digits, shown):
    assert numbers.in_powers(number, digits) == shown


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("", "2026-11-05 14:06"),
        ("time", "14:06"),
        ("short", "11-05 14:06"),
        ("seconds", "2026-11-05 14:06:09"),
        ("zone", "2026-11-05 14:06 UTC+8"),
    ],
)
def test_an_instant_is_shown_in_the_zone_of_the_site(form, shown):
    html = times.instant(AT, form)

    assert f">{shown}<" in html
    assert 'datetime="2026-11-05T14:06:09+08:00"' in html


def test_half_hours_of_a_zone_are_told():
    with timezone.override("Asia/Kolkata"):
        assert times.zone_text(AT) == "UTC+5:30"


def test_a_date_is_that_of_the_site():
    assert ">2026-11-06<" in times.day(datetime(2026, 11, 5, 18, 0, tzinfo=UTC))
    assert ">2026-10-31<" in times.day(date(2026, 10, 31))


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (38, "38 s", "38 秒"),
        (220, "3 min 40 s", "3 分 40 秒"),
        (45 * 60, "45 min", "45 分钟"),
        (190 * 60, "3 h 10 min", "3 小时 10 分"),
        (7200, "2 h", "2 小时"),
        (76 * 3600, "3 d 4 h", "3 天 4 小时"),
        (14 * 86400, "14 d", "14 天"),
        (119.9 * 60, "1 h 59 min", "1 小时 59 分"),
    ],
)
def test_a_length_of_time_is_told_in_two_units_and_never_rounded_up(seconds, english, chinese):
    assert times.duration(timedelta(seconds=seconds)) == english
    with translation.override("zh-hans"):
        assert times.duration(timedelta(seconds=seconds)) == chinese


def test_an_age_carries_its_instant_for_assistive_technology():
    html = times.age(AT, AT + timedelta(minutes=21))

    assert ">21 min<" in html
    assert '<span class="visually-hidden">, 2026-11-05 14:06</span>' in html


@pytest.mark.parametrize(
    ("elapsed", "state", "digits"),
    [
        (0, "running", "2:00:00"),
        (89, "running", "31:00"),
        (90, "alert", "30:00"),
        (120, "over", "0:00"),
        (125, "over", "5:00"),
    ],
)
def test_a_clock_warns_in_its_last_quarter_and_counts_on_after_its_end(elapsed, state, digits):
    view = clock_view(AT + timedelta(minutes=120), AT, AT + timedelta(minutes=elapsed))

    assert (view.state, view.digits) == (state, digits)


@pytest.mark.parametrize(
    ("language", "days"), [("en", ["6 d 13 h", "2 d 0 h"]), ("zh-hans", ["6 天 13 小时", "2 天 0 小时"])]
)
def test_a_clock_over_days_counts_days_and_hours(language, days):
    left = [timedelta(hours=157, minutes=9, seconds=35), timedelta(hours=48), timedelta(hours=48, seconds=-1)]
    with translation.override(language):
        digits = [clock_view(AT + one, AT, AT).digits for one in left]

    assert digits == [*days, "47:59:59"]


def test_the_end_of_a_clock_is_written_with_its_day_when_that_is_not_today():
    """AT is 14:06 in Nanhu: nine hours later it is still that day, ten hours later it is not."""
    forms = [clock_view(AT + timedelta(hours=hours), AT, AT).end_form for hours in (9, 10)]

    assert forms == ["time", "short"]


def test_an_objection_is_told_with_its_facts_in_the_readers_words():
    objection = Objection(
        "late",
        "Lot {lot} at {at}: {values}, {limit}.",
        {
            "lot": SimpleNamespace(en="Lysate", zh="裂解液"),
            "at": AT,
            "values": [Decimal("-1.50"), "x"],
            "limit": Decimal("1E+3"),
        },
    )

    assert wording.sentence(objection) == "Lot Lysate at 2026-11-05 14:06: −1.50, x, 1×10³."
    with translation.override("zh-hans"):
        assert wording.sentence(objection) == "Lot 裂解液 at 2026-11-05 14:06: −1.50、x, 1×10³."


def test_a_marked_sentence_is_translated_and_an_empty_one_stays_empty():
    with translation.override("zh-hans"):
        assert wording.sentence("Nothing is lost.") == "数据均已保留。"
        assert wording.sentence("") == ""


def test_a_label_of_the_master_is_shown_in_the_readers_language():
    assert wording.bilingual({"en": "Viability", "zh": "活率"}) == "Viability"
    with translation.override("zh-hans"):
        assert wording.bilingual(SimpleNamespace(en="Viability", zh="活率")) == "活率"
    assert wording.bilingual("HLA-DR") == "HLA-DR"


@pytest.mark.parametrize(("name", "letters"), [("Lin Wei", "LW"), ("Wang", "W"), ("林薇", "林"), ("", ""), (None, "")])
def test_initials_of_a_name(name, letters):
    assert wording.initials(name) == letters


def test_an_address_breaks_only_at_its_joints_and_is_escaped():
    assert qcs.address("batch/CT-0042/p3.x") == (
        '<code class="addr">batch/<wbr>CT-0042/<wbr>p3.<wbr>x</code>'
    )  # fmt: skip
    assert "<script>" not in qcs.address("<script>")


def test_a_fingerprint_shows_its_head_and_keeps_the_whole():
    html = qcs.fingerprint("7c1e4ab093d2f602")

    assert "7c1e 4ab0 93d2 …" in html
    assert 'title="7c1e4ab093d2f602"' in html


def test_a_value_stands_between_its_limits():
    strip = limit_strip(Decimal("91.8"), Bounds(low=90, alert_low=92), [("P1", Decimal("96.1"))], "%", axis=(86, 100))

    assert [zone.tone for zone in strip.zones] == ["action", "alert", "usual"]
    assert sum(zone.length for zone in strip.zones) == pytest.approx(300, abs=0.3)
    assert strip.zones[1].start < strip.value.at < strip.zones[2].start
    assert [tick.text for tick in strip.ticks] == ["90", "92"]


@pytest.mark.parametrize(
    ("bounds", "tones"),
    [
        (Bounds(low=5, high=6), ["action", "usual", "action"]),
        (Bounds(high=15), ["usual", "action"]),
        (Bounds(high=15, alert_high=12), ["usual", "alert", "action"]),
        (Bounds(low=1, alert_low=2, alert_high=8, high=9), ["action", "alert", "usual", "alert", "action"]),
        (Bounds(), ["usual"]),
    ],
)
def test_every_kind_of_limit_has_its_zones(bounds, tones):
    assert [zone.tone for zone in limit_strip(5, bounds).zones] == tones


def test_a_value_beyond_the_axis_stays_at_its_end():
    assert limit_strip(500, Bounds(low=90), axis=(80, 100)).value.at == 300


def test_the_last_batches_are_joined_in_their_order():
    shape = trend([("CT-1", 1), ("CT-2", 3), ("CT-3", 2)], Bounds(low=0), axis=(0, 4), width=100, height=40)

    assert shape.path == "M0.0 30.0 L50.0 10.0 L100.0 20.0"
    assert (shape.first, shape.last) == ("CT-1", "CT-3")
