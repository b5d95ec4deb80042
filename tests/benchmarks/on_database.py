"""Everything that is measured on one database, in a process of its own: DATABASE_URL says which.

python -m tests.benchmarks.setting_up on_database FILE PART...      writes the lines of these parts to FILE
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.services import sequence_entries
from apps.audit.tasks import count_rows
from apps.batches.models import RecordedValue
from tests.benchmarks.filling import PATTERN, fill
from tests.benchmarks.pages import keep_as_it_is, measure_lists, measure_pages
from tests.benchmarks.shipments import measure_shipments
from tests.benchmarks.stages import measure_stages
from tests.benchmarks.stock import measure_stock
from tests.benchmarks.table import Line
from tests.benchmarks.trail import measure_trail, verify
from tests.benchmarks.values import measure_values

FULL = int(os.environ.get("QCS_BENCH_BATCHES", "10000"))  # with values
FEW = max(FULL // 10, 1)
SMALL = max(FULL // 160, 1)  # about ten thousand entries
HEADERS = FULL * 10  # in all: the others are headers only


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    print(f"[{connection.vendor}] {text}", file=sys.stderr, flush=True)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    begun = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - begun:.0f} s")


def prepare() -> None:
    """An installation with the first story of the demo."""
    with tempfile.TemporaryDirectory() as folder:
        fixtures = Path(folder)
        (fixtures / "nanhu").mkdir()
        for name in ("people.yaml", f"nanhu/{PATTERN.lower().replace('-', '_')}.yaml"):
            (fixtures / name).symlink_to(settings.FIXTURES_DIR / name)
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        call_command("demo", fixtures=fixtures, verbosity=0)


def fill_until(batches: int, *, full: int = FULL) -> None:
    """Fill, say how long it took, and let SQLite count its tables as its hourly task does."""
    with told(f"{batches:,} batches"):
        for _ in fill(batches, full_until=full):
            pass
    count_rows()


def measure(parts: Set[str]) -> list[Line]:
    """Fill step by step and measure at each what is asked for."""
    lines: list[Line] = []

    def take(part: str, lines_of: Callable[[], list[Line]]) -> None:
        if part in parts:
            with told(part):
                lines.extend(lines_of())

    with told("the demo's first story"):
        prepare()
    fill_until(SMALL)
    small = verify("columns") if "verification" in parts else {}
    fill_until(FEW)
    few = keep_as_it_is("few") if "lists" in parts else None
    fill_until(FULL)
    if parts & {"sequencer", "verification"}:
        lines.append(_sequenced())
    take("verification", lambda: measure_trail(small))
    take("pages", measure_pages)
    take("values", measure_values)
    take("shipments", measure_shipments)
    if few:
        fill_until(HEADERS)
        take("lists", lambda: measure_lists(few, (FEW, HEADERS)))
    take("stages", measure_stages)
    take("stock", measure_stock)
    return lines


def _sequenced() -> Line:
    begun = time.perf_counter()
    entries = sequence_entries(at=timezone.now(), chunk=20_000)
    rate = entries / (time.perf_counter() - begun)
    values = RecordedValue.objects.count()
    return Line(f"sequencer; {values:,} values, {Entry.objects.count():,} entries stand", f"{rate:,.0f} entries/s")


def main() -> None:
    """Measure and write the lines down."""
    written, *parts = sys.argv[1:]
    Path(written).write_text(json.dumps([line.as_dict() for line in measure(set(parts))]), encoding="utf-8")
