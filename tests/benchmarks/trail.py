"""Verification of the trail: entries per second, and memory, each in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from tests.benchmarks.table import Line

CHAINS_BOUND = 250_000
COLUMNS_BOUND = 100_000
FLAT = 1.1


def verify(what: str) -> dict[str, Any]:
    """One run of `tests.benchmarks.verifying`: columns, chains or bare."""
    command = [sys.executable, "-m", "tests.benchmarks.setting_up", "verifying", what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert not told["findings"], told["findings"]
    return told


def measure_trail(small: dict[str, Any]) -> list[Line]:
    """The lines about verification; `small` is what the same took with ten thousand entries."""
    bare, chains, whole = (verify(what) for what in ("bare", "chains", "columns"))
    limit = _rate(bare, "bare")
    lines = [
        _line("verify_audit, chains only", _rate(chains, "chains"), limit, CHAINS_BOUND),
        _line("verify_audit, columns compared", _rate(whole, "chains"), limit, COLUMNS_BOUND),
    ]
    rows, spent = whole["rows"], whole["seconds"]
    lines.append(Line("verify_audit, rows against the trail", f"{rows / spent['rows']:,.0f} rows/s"))
    lines.append(Line("verify_audit, tree and signed heads", f"{whole['entries'] / spent['tree']:,.0f} entries/s"))
    ratio = whole["peak_mb"] / small["peak_mb"]
    lines.append(
        Line(
            f"verify_audit, memory: {whole['entries']:,} entries against {small['entries']:,}",
            f"{whole['peak_mb']:.0f} MB",
            f"{small['peak_mb']:.0f} MB",
            ratio,
            f"≤ {FLAT}",
            ratio <= FLAT,
        )
    )
    return lines


def _rate(told: dict[str, Any], part: str) -> float:
    return told["entries"] / told["seconds"][part]


def _line(what: str, rate: float, limit: float, bound: int) -> Line:
    return Line(
        what, f"{rate:,.0f} entries/s", f"{limit:,.0f} read and hashed/s", limit / rate, f"≥ {bound:,}/s", rate >= bound
    )
