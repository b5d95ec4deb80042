"""Judging a stranger's file in a process of its own: one made to eat memory or time ends there, not in the web."""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

from apps.documents import verify
from apps.documents.facts import SealVerdict
from apps.documents.verify import BUSY, LARGEST_FILE, NOT_JUDGED, TOO_LARGE, judge, trusted_from

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
AT_ONCE = BoundedSemaphore(2)  # in one process of the web server
ROOT = Path(__file__).resolve().parent.parent.parent

OBJECTIONS = {found.code: found for found in vars(verify).values() if isinstance(found, verify.Objection)}


def judge_apart(pdf_bytes: bytes, certificates: Sequence[Path], chain: Path, *, at: datetime) -> SealVerdict:
    """Judge one file by the strict rule, within bounds of memory and time."""
    if len(pdf_bytes) > LARGEST_FILE:
        return SealVerdict((TOO_LARGE,))
    if not AT_ONCE.acquire(timeout=SECONDS):
        return SealVerdict((BUSY,))
    try:
        return _asked(pdf_bytes, certificates, chain, at)
    finally:
        AT_ONCE.release()


def _asked(pdf_bytes: bytes, certificates: Sequence[Path], chain: Path, at: datetime) -> SealVerdict:
    command = [sys.executable, "-m", "apps.documents.verify_apart", at.isoformat(), str(chain), *map(str, certificates)]
    try:
        done = subprocess.run(command, input=pdf_bytes, capture_output=True, timeout=SECONDS, cwd=ROOT)  # noqa: S603  our own
    except subprocess.TimeoutExpired:
        return SealVerdict((NOT_JUDGED,))
    return _verdict(json.loads(done.stdout)) if done.returncode == 0 else SealVerdict((NOT_JUDGED,))


def _verdict(said: dict) -> SealVerdict:
    sealed_at = datetime.fromisoformat(said["sealed_at"]) if said["sealed_at"] else None
    return SealVerdict(
        tuple(OBJECTIONS[code] for code in said["codes"]),
        said["signer"],
        said["fingerprint"],
        sealed_at,
        said["content_hash"],
        said["content"],
    )


def main(at: str, chain: str, *certificates: str) -> None:
    """Read a file from standard input, print the verdict."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    trusted = trusted_from([Path(certificate) for certificate in certificates], Path(chain))
    verdict = judge(sys.stdin.buffer.read(), trusted, at=datetime.fromisoformat(at))
    said = {
        "codes": [objection.code for objection in verdict.objections],
        "signer": verdict.signer,
        "fingerprint": verdict.fingerprint,
        "sealed_at": verdict.sealed_at.isoformat() if verdict.sealed_at else "",
        "content_hash": verdict.content_hash,
        "content": verdict.content,
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
