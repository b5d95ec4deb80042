"""Keys of an installation: made on first run in embedded and training mode, handed in from outside in server mode."""

import os
import secrets
from pathlib import Path

MADE_HERE = "made-on-first-run-"  # server mode refuses secrets that begin like this


def made_or_kept(path: Path) -> str:
    """The secret in this file, made on the first run. Only its owner may read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        try:
            with open(path, "x", opener=_private) as file:
                file.write(MADE_HERE + secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process of the same start was faster
    return path.read_text().strip()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)
