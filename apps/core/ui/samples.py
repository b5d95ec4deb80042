"""The living page's values: samples.yaml in the reader's language, its clocks set relative to now."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from apps.core.errors import Objection
from apps.core.text import N_
from apps.core.ui.plots import Bounds, limit_strip, trend
from apps.core.ui.wording import bilingual

SOURCE = Path(__file__).with_name("samples.yaml")


@cache
def _source() -> Any:
    return YAML(typ="safe", pure=True).load(SOURCE.read_text(encoding="utf-8"))


def samples(now: datetime) -> dict[str, Any]:
    """Every part's context by the name its template uses."""
    context = _in_language(_source())
    context["clock"] |= {
        "ends_at": now + timedelta(hours=1, minutes=37, seconds=48),
        "started_at": now - timedelta(minutes=22, seconds=12),
    }
    context["band"]["clock"] = context["lock"]["clock"] = context["clock"]
    context["patient_band"] = {"patient": context["patient"] | {"born": date(1968, 4, 12)}}
    context["signing"] |= {"lines": context["lines"], "expires_at": now + timedelta(minutes=4, seconds=32)}
    context["signing_refused"] = context["signing"] | {"refused": [_wrong_secret()]}
    context["refusal"]["objections"] = [_expired()]
    context["correction"]["history"][0]["at"] = now - timedelta(days=3, hours=2)
    context["theirs"]["at"] = context["mine"]["at"] = now
    for row in context["work"]:
        row["since"] = now - timedelta(minutes=row["minutes"])
    return context | _plots()


def _in_language(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            return bilingual(value)
        return {name: _in_language(item) for name, item in value.items()}
    return [_in_language(item) for item in value] if isinstance(value, list) else value


def _wrong_secret() -> Objection:
    template = N_("The password does not fit the user name. {left} tries are left.")
    return Objection("wrong_secret", template, {"left": 3})


def _expired() -> Objection:
    return Objection(
        "material_expired", N_("Lot {lot} expired on {date}."), {"lot": "PL-118", "date": date(2026, 10, 31)}
    )


def _plots() -> dict[str, object]:
    bounds = Bounds(low=Decimal("90.0"), alert_low=Decimal("92.0"))
    means = [94.6, 93.6, 95.5, 92.6, 93.8, 91.0, 94.8, 96.1, 93.0, 94.1, 91.5]
    batches = [(f"CT-{32 + i:04d}", mean) for i, mean in enumerate(means)]
    before = [("P2", Decimal("94.8")), ("P1", Decimal("96.1"))]
    return {
        "strip": limit_strip(Decimal("91.8"), bounds, before, "%", axis=(86, 100)),
        "trend": trend(batches, bounds, axis=(88.5, 96.5)),
    }
