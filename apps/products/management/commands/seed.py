"""manage.py seed: read the rule tables and the master records of a folder of seeds, and take in what is new."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core.actor import SYSTEM
from apps.core.errors import Refused
from apps.products.loader import Loaded, load, read_tables
from apps.products.rules.problems import DefinitionRefused
from apps.products.services import import_table, import_version

TABLES = (
    "units.yaml",
    "methods.yaml",
    "retention.yaml",
    "abo.yaml",
    "monitoring.yaml",
    "investigation.yaml",
    "vigilance.yaml",
    "recall.yaml",
)


class Command(BaseCommand):
    """Validates first and imports nothing when anything is wrong; the same seeds twice are once."""

    help = "Validate and import seeds/: units, methods, retention, groups and every product version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.SEEDS_DIR, help="the folder of seeds")
        parser.add_argument("--check", action="store_true", help="validate only, write nothing")

    def handle(self, *, folder: Path, check: bool, **options: object) -> None:
        """Validate all, then import all. A wrong file ends with every problem, its place and its reason."""
        try:
            tables = read_tables(folder)
            products = [load(source, tables) for source in product_sources(folder)]
        except DefinitionRefused as refused:
            raise CommandError("\n".join(str(problem) for problem in refused.problems)) from None
        except FileNotFoundError as missing:
            raise CommandError(f"{missing.filename} is missing") from None
        for loaded in products:
            self.stdout.write(f"valid: {loaded.definition.key} v{loaded.definition.version} {loaded.sha256[:12]}")
        if check:
            return
        now = timezone.now()
        for name in TABLES:
            import_table(file=folder / name, actor=SYSTEM, at=now)
        for loaded in products:
            try:
                version = import_version(loaded=loaded, actor=SYSTEM, at=now)
            except Refused as refused:
                raise CommandError(f"{refused} {way_out(loaded, refused)}Nothing of this file was taken in.") from None
            self.stdout.write(f"in the register: {version.number} ({version.state})")


def way_out(loaded: Loaded, refused: Refused) -> str:
    """What to do when the text of a settled version was changed where it lies."""
    if refused.code != "settled":
        return ""
    key, version = loaded.definition.key, loaded.definition.version
    return (
        f"The text of {loaded.definition.title.en} in seeds/products/{key}/ is no longer the one that was signed. "
        f"Put the signed text back and write the change as version {version + 1}; "
        f"or, where only demo data would be lost, remove {settings.VAR_DIR}/ and start anew. "
    )


def product_sources(folder: Path) -> list[Path]:
    """Every version of every product, oldest first: products/<key>/v1/ or products/<key>/v1.yaml."""
    found = [source for source in (folder / "products").glob("*/v*") if source.is_dir() or source.suffix == ".yaml"]
    return sorted(found, key=lambda source: (source.parent.name, int(source.stem.removeprefix("v"))))
