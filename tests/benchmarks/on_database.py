"""Everything that is measured on one database, in a process of its own: DATABASE_URL says which.

python -m tests.benchmarks.on_database FILE      writes the lines of the table to FILE
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402  after the setup
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.audit.models import Entry  # noqa: E402
from apps.audit.services import sequence_entries  # noqa: E402
from apps.audit.tasks import count_rows  # noqa: E402
from apps.batches.models import RecordedValue  # noqa: E402
from tests.benchmarks.filling import PATTERN, fill  # noqa: E402
from tests.benchmarks.pages import keep_as_it_is, measure_lists, measure_pages  # noqa: E402
from tests.benchmarks.shipments import measure_shipments  # noqa: E402
from tests.benchmarks.stages import measure_stages  # noqa: E402
from tests.benchmarks.stock import measure_stock  # noqa: E402
from tests.benchmarks.table import Line  # noqa: E402
from tests.benchmarks.trail import measure_trail, verify  # noqa: E402
from tests.benchmarks.values import measure_values  # noqa: E402

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


def measure() -> list[Line]:
    """Fill step by step and measure at each."""
    with told("the demo's first story"):
        prepare()
    fill_until(SMALL)
    small = verify("columns")
    fill_until(FEW)
    few = keep_as_it_is("few")
    fill_until(FULL)
    with told("sequencer"):
        lines = [_sequenced()]
    with told("verification"):
        lines += measure_trail(small)
    with told("pages"):
        lines += measure_pages()
    with told("values"):
        lines += measure_values()
    with told("shipments"):
        lines += measure_shipments()
    fill_until(HEADERS)
    with told("lists"):
        lines += measure_lists(few, (FEW, HEADERS))
    with told("stages"):
        lines += measure_stages()
    with told("stock"):
        lines += measure_stock()
    return lines


def _sequenced() -> Line:
    begun = time.perf_counter()
    entries = sequence_entries(at=timezone.now(), chunk=20_000)
    rate = entries / (time.perf_counter() - begun)
    values = RecordedValue.objects.count()
    return Line(f"sequencer; {values:,} values, {Entry.objects.count():,} entries stand", f"{rate:,.0f} entries/s")


def main() -> None:
    """Measure and write the lines down."""
    Path(sys.argv[1]).write_text(json.dumps([line.as_dict() for line in measure()]), encoding="utf-8")


if __name__ == "__main__":
    main()
