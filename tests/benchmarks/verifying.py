"""One verification of the whole trail in a process of its own, whose memory is then known.

python -m tests.benchmarks.verifying columns|chains|bare
"""

import json
import resource
import sys
import time
from hashlib import sha256
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  after the setup

from apps.audit.selectors import Verification  # noqa: E402
from apps.audit.selectors.snapshot import PIECE, in_pieces  # noqa: E402

TEXT = {"postgresql": "convert_to(text, 'UTF8')", "sqlite": "CAST(text AS BLOB)"}


def verified(what: str) -> dict[str, Any]:
    """What the product's own verification says."""
    verification = Verification(chains_only=what == "chains")
    found = [f"{finding.place}: {finding.sentence}" for finding in verification.findings()]
    tally = verification.tally
    return {"entries": tally.entries, "rows": tally.rows, "seconds": verification.seconds, "findings": found[:5]}


def bare() -> dict[str, Any]:
    """What no verification can do without: every text read and hashed, twice, and nothing compared."""
    sql = f"""SELECT record_id, n, {TEXT[connection.vendor]}, hash FROM audit_entry
        WHERE (record_id, n) > (%s, %s) ORDER BY record_id, n LIMIT {PIECE}"""
    begun, entries, last = time.perf_counter(), 0, ""
    for rows in in_pieces(sql, (-1, -1), keys=2):
        entries += len(rows)
        for _, _, text, _ in rows:
            last = sha256((last + sha256(text).hexdigest()).encode()).hexdigest()
    return {"entries": entries, "seconds": {"bare": time.perf_counter() - begun}, "findings": []}


def main() -> None:
    """Print what was looked at, how long it took and the most memory it needed."""
    what = sys.argv[1]
    told = bare() if what == "bare" else verified(what)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**told, "peak_mb": peak}))


if __name__ == "__main__":
    main()
