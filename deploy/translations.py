"""Whether the compiled translations say what their sources say; `--write` compiles them. Both are committed, so that
running the system needs no gettext."""

import gettext
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def is_current(source: Path, scratch: Path) -> bool:
    """Compile the source aside and compare every sentence, not the bytes: they differ between versions of gettext."""
    compile_into(source, scratch / "fresh.mo")
    compiled = source.with_suffix(".mo")
    return compiled.exists() and catalogue(compiled) == catalogue(scratch / "fresh.mo")


def compile_into(source: Path, target: Path) -> None:
    subprocess.run(["msgfmt", "--check-format", "--output-file", str(target), str(source)], check=True)


def catalogue(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        sentences = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]  # no public way
    sentences.pop("", None)  # the header: dates and tools
    return sentences


def main() -> int:
    status = 0
    with tempfile.TemporaryDirectory() as scratch:
        for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
            if "--write" in sys.argv[1:]:
                compile_into(source, source.with_suffix(".mo"))
            elif not is_current(source, Path(scratch)):
                print(f"{source.relative_to(ROOT)} was changed and not compiled. Run: make docs")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
