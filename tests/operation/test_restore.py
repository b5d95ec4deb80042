"""A backup that was never restored is none: dumped as the manual says, restored elsewhere, verified there."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.services import sequence_entries
from apps.documents.models import Document
from apps.documents.store import path_of
from tests.cast import Cast
from tests.documents.story import issued
from tests.operation.elsewhere import database_url, environment, managed

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
FORGED = "UPDATE audit_entry SET username = 'nobody'"


class Elsewhere:
    """Another host: an empty folder and an empty database until something is restored there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, folder / "files"
        self.database = str(folder / "restored.sqlite3") if connection.vendor == "sqlite" else "restored"
        keys = {
            "QCS_CHECKPOINT_KEY": settings.CHECKPOINT_KEY,
            "QCS_SEAL_KEY": settings.SEAL_KEY,
            "QCS_SEAL_CERT": settings.SEAL_CERT,
            "QCS_SEAL_CHAIN": settings.SEAL_CHAIN,
        }
        own = {name: str(path) for name, path in keys.items()}  # kept apart from backups
        self.environment = environment(folder, database_url(self.database), **own)

    def restore_all(self) -> None:
        """The database first, then the files: these were written before the rows that name them."""
        restore_sqlite(self.database) if connection.vendor == "sqlite" else restore_postgres(self.folder)
        shutil.copytree(settings.FILES_DIR, self.files)
        shutil.copytree(settings.CHECKPOINTS_DIR, self.folder / "checkpoints")

    def execute(self, statement: str) -> None:
        """As the owner of the restored database."""
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.database) as base:
                base.execute(statement)
            return
        host, user = connection.settings_dict["HOST"], connection.settings_dict["USER"]
        with psycopg.connect(host=host, user=user, dbname=self.database) as base:
            base.execute(statement)


def restore_sqlite(copy: str) -> None:
    """`sqlite3 var/….sqlite3 ".backup copy.sqlite3"`, by the same function of SQLite."""
    with sqlite3.connect(str(connection.settings_dict["NAME"])) as source, sqlite3.connect(copy) as target:
        source.backup(target)


def restore_postgres(folder: Path) -> None:
    dump = str(folder / "qcs.dump")
    told = connection.settings_dict
    server = ["-h", str(told["HOST"]), "-U", str(told["USER"])]
    for command in (
        ["pg_dump", *server, "--format=custom", f"--file={dump}", str(told["NAME"])],
        ["createdb", *server, "restored"],
        ["pg_restore", *server, "--exit-on-error", "--dbname=restored", dump],
    ):
        subprocess.run(command, check=True, capture_output=True, env=os.environ)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    yield Elsewhere(folder)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")


def test_a_backup_restored_elsewhere_is_as_it_was_written_and_its_certificates_are_valid(
    cast: Cast, elsewhere: Elsewhere
) -> None:
    assert cast.olga
    document: Document = issued(at=timezone.now())
    sequence_entries(at=timezone.now())

    elsewhere.restore_all()
    audit = managed(elsewhere.environment, "verify_audit", "--json")
    certificate = managed(
        elsewhere.environment, "verify_certificate", str(elsewhere.files / path_of(document.file_sha256))
    )

    assert (audit.returncode, audit.stderr) == (0, "")
    assert json.loads(audit.stdout)["looked_at"]["entries"] == Entry.objects.count() > 5
    assert (certificate.returncode, certificate.stdout.splitlines()[0]) == (0, "VALID"), certificate.stderr
    assert "It is in force." in certificate.stdout
    refused = sqlite3.IntegrityError if connection.vendor == "sqlite" else psycopg.DatabaseError
    with pytest.raises(refused, match="what was recorded stays"):  # the triggers were restored too
        elsewhere.execute(FORGED)
