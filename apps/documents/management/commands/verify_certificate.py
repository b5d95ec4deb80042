"""`manage.py verify_certificate FILE`: exit 0 only for a file that is unchanged, ours and in force."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.core.errors import RuleBroken
from apps.documents.facts import Judgement, Standing
from apps.documents.selectors import document_by_code, judgement_of
from apps.documents.verify import LARGEST_FILE, TOO_LARGE

SAID = {
    Standing.CURRENT: "It is in force.",
    Standing.SUPERSEDED: "It was replaced by a later version.",
    Standing.WITHDRAWN: "It was withdrawn.",
    Standing.UNKNOWN: "The register of this installation does not know this file.",
}


class Command(BaseCommand):
    """Judge one PDF by the strict rule and the register."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                data = opened.read(LARGEST_FILE + 1)  # more of it would be read for nothing
            judgement = judgement_of(data, at=timezone.now())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(_for_machines(judgement)) if options["json"] else _for_people(judgement))
        if not judgement.valid:
            sys.exit(1)


def _for_people(judgement: Judgement) -> str:
    verdict = judgement.verdict
    document = document_by_code(judgement.code) if judgement.code else None
    lines = ["VALID" if judgement.valid else "NOT VALID"]
    if verdict.good:
        lines.append(
            f"The file is unchanged. It was sealed by {verdict.signer}, {verdict.sealed_at:%Y-%m-%d %H:%M:%S %Z}."
        )
        lines.append(SAID[judgement.standing])
    lines += [objection.text for objection in verdict.objections]
    if document:
        lines += [f"Document  {document.name}, {document.title_en}", f"Code      {document.code}"]
        lines.append(f"Issued    {document.issued_at:%Y-%m-%d %H:%M:%S %Z}")
        lines += [f"Withdrawn {document.withdrawn_reason}"] if document.withdrawn_reason else []
    lines += [f"Content   {verdict.content_hash}"] if verdict.content_hash else []
    digest = _digest(judgement)
    return "\n".join([*lines, *([f"File      {digest}"] if digest else [])])


def _for_machines(judgement: Judgement) -> dict[str, object]:
    return {
        "valid": judgement.valid,
        "standing": judgement.standing,
        "objections": [objection.code for objection in judgement.verdict.objections],
        "code": judgement.code,
        "content_hash": judgement.verdict.content_hash,
        "file_sha256": _digest(judgement),
    }


def _digest(judgement: Judgement) -> str:
    """The fingerprint of the file; none where it was not read to its end."""
    return "" if TOO_LARGE in judgement.verdict.objections else judgement.file_sha256
