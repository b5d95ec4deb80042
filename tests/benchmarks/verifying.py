"""One verification of the whole trail in a process of its own, whose memory is then known.

python -m tests.benchmarks.setting_up verifying columns|chains|bare
"""

import json
import os
import resource
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection

from apps.audit.selectors import Verification
from apps.audit.selectors.chains import LOWEST, Part, parts
from apps.audit.selectors.helpers import helpers
from apps.audit.selectors.snapshot import PIECE, in_pieces

TEXT = {"postgresql": "text", "sqlite": "CAST(text AS BLOB)"}
PROCESSES = len(os.sched_getaffinity(0))


def verified(what: str) -> dict[str, Any]:
    """What the product's own verification says."""
    verification = Verification(chains_only=what == "chains", processes=PROCESSES)
    found = [f"{finding.place}: {finding.sentence}" for finding in verification.findings()]
    tally = verification.tally
    return {"entries": tally.entries, "rows": tally.rows, "seconds": verification.seconds, "findings": found[:5]}


def bare() -> dict[str, Any]:
    """What no verification can do without, in as many processes: every text read and hashed, nothing compared."""
    with helpers(PROCESSES) as shared:
        begun = time.perf_counter()
        entries = sum(shared.look_at(parts(), bare_part))
        return {"entries": entries, "seconds": {"bare": time.perf_counter() - begun}, "findings": []}


def bare_part(part: Part) -> int:
    """Read and hash the entries of these records. Returns how many they were."""
    sql = f"""SELECT record_id, n, {TEXT[connection.vendor]}, hash FROM audit_entry
        WHERE record_id <= %s AND (record_id, n) > (%s, %s) ORDER BY record_id, n LIMIT {PIECE}"""
    entries, last = 0, ""
    for rows in in_pieces(sql, (part[1], part[0], LOWEST), keys=2):
        entries += len(rows)
        for _, _, text, _ in rows:
            last = sha256((last + sha256(text).hexdigest()).encode()).hexdigest()
    return entries


def peak_mb() -> float:
    """The most memory of this process and its helpers; what they share counts for each. Not `ru_maxrss` of this one:

    that begins with the memory of the process that started it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return (own + PROCESSES * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> None:
    """Print what was looked at, how long it took and the most memory it needed."""
    what = sys.argv[1]
    told = bare() if what == "bare" else verified(what)
    print(json.dumps({**told, "peak_mb": peak_mb()}))
