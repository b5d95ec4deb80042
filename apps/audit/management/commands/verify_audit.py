"""manage.py verify_audit: whether everything recorded is still as it was written."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.facts import Finding
from apps.audit.selectors import Verification, record_at

SHOWN = 20


class Command(BaseCommand):
    """Names the first bad place and column in plain words; exit status 1 when anything is wrong."""

    help = "Verifies chains, columns, rows, tree and signed heads of the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chains-only", action="store_true", help="only that the chains are unbroken")
        parser.add_argument("--record", metavar="ADDRESS", help="only one record, such as batch/CT-0042")
        parser.add_argument(
            "--processes", type=int, default=len(os.sched_getaffinity(0)), help="how many look at a large trail (cores)"
        )
        parser.add_argument("--json", action="store_true", help="the report as JSON, with every finding")
        parser.add_argument(
            "--head", action="append", default=[], metavar="SIZE:ROOT", help="a head printed on a certificate"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verification = Verification(
            chains_only=options["chains_only"],
            record=_record(options["record"]),
            processes=options["processes"],
            known_heads=dict(_head(text) for text in options["head"]),
        )
        if options["json"]:
            findings = list(verification.findings())
            self.stdout.write(json.dumps(_report(verification, findings), indent=2, ensure_ascii=False))
            count = len(findings)
        else:
            count = self._tell(verification)
        if count:
            raise CommandError(f"{count} findings: what is stored is not what was written.")

    def _tell(self, verification: Verification) -> int:
        count = 0
        for count, finding in enumerate(verification.findings(), 1):
            if count == 1:
                self.stdout.write("The first place that is not as it was written:")
            if count <= SHOWN:
                self.stdout.write(f"  {finding.place}: {finding.sentence}")
        if count > SHOWN:
            self.stdout.write(f"  … and {count - SHOWN} more")
        for name, number in asdict(verification.tally).items():
            self.stdout.write(f"{number:>12,} {name}")
        for part, seconds in verification.seconds.items():
            self.stdout.write(f"{seconds:>12.2f} s {part}")
        if not count:
            self.stdout.write("Everything looked at is as it was written.")
        return count


def _record(address: str | None) -> Any:
    if address is None:
        return None
    record = record_at(address)
    if record is None:
        raise CommandError(f"There is no record {address}.")
    return record


def _head(text: str) -> tuple[int, str]:
    size, _, root = text.partition(":")
    if not size.isdigit() or len(root) != 64:
        raise CommandError(f"{text} is not SIZE:ROOT, such as 40412:7c1e…")
    return int(size), root.lower()


def _report(verification: Verification, findings: list[Finding]) -> dict[str, Any]:
    seconds = {part: round(value, 3) for part, value in verification.seconds.items()}
    looked_at = {"looked_at": asdict(verification.tally), "seconds": seconds}
    return {"is_as_written": not findings, **looked_at, "findings": [asdict(finding) for finding in findings]}
