"""A copy of every signed head outside the database: CHECKPOINTS_DIR/heads.jsonl, one line each, only appended to.

Whoever cuts the newest entries *and* the checkpoints over them, or restores an older copy of the database, leaves a
database that agrees with itself. This file, a copy of it elsewhere, or the head printed on a certificate shows it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.core.canonical import canonical


def append_head(**head: object) -> None:
    """Write one signed head at the end, through to the disk."""
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(canonical(head) + "\n")
        file.flush()
        os.fsync(file.fileno())


def heads(until: int | None = None) -> Iterator[dict[str, Any]]:
    """The heads as they were made, in the first `until` bytes. A line without its end (a power cut) is left out."""
    if not heads_file().exists():
        return
    with open(heads_file(), "rb") as file:
        for line in file:
            if line.endswith(b"\n") and (until is None or file.tell() <= until):
                yield json.loads(line)


def length() -> int:
    """How long the file is by now: what stands in it then was committed before."""
    return heads_file().stat().st_size if heads_file().exists() else 0


def heads_file() -> Path:
    """Where the heads are kept."""
    return settings.CHECKPOINTS_DIR / "heads.jsonl"
