"""Documents that are made from the code: `make docs` writes them, `make check` says which no longer tell the truth.

To add one: import a function without arguments that returns the text, and name its path in GENERATED.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apps.donation.rules import labelling  # noqa: E402  the path comes first
from deploy.lifecycle_page import lifecycle_page  # noqa: E402  the path comes first

GENERATED: dict[str, Callable[[], str]] = {
    "docs/donor_labels.md": labelling.as_markdown,
    "docs/lifecycle.md": lifecycle_page,
}


def outdated() -> list[str]:
    """The documents that differ from what the code says now."""
    return [path for path, made in GENERATED.items() if _text(ROOT / path) != made()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> int:
    paths = outdated()
    if "--write" in sys.argv[1:]:
        for path in paths:
            (ROOT / path).write_text(GENERATED[path](), encoding="utf-8")
            print(f"written: {path}")
        return 0
    for path in paths:
        print(f"{path} no longer says what the code does. Run: make docs")
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main())
