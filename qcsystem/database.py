"""Which database, and the options it needs to be trusted with batch records."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ

# FULL: a committed record survives a power cut. recursive_triggers: REPLACE may not walk past a DELETE trigger.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;"


def database_settings(url: str, var: Path) -> dict[str, Any]:
    """PostgreSQL or SQLite as DATABASE_URL says; a SQLite file in `var` when it says nothing."""
    var.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url or f"sqlite:///{var / 'qcsystem.sqlite3'}"))
    if settings["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: a reader that turns writer would else fail with "database is locked" instead of waiting.
        options = {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20}
    else:
        settings["HOST"] = unquote(settings["HOST"])  # %2Frun%2Fpostgresql: the folder of a socket
        # What `apps.core.prepared` asks a second time on a connection is prepared there; nothing else is.
        options = {"application_name": "qcsystem", "prepare_threshold": 1}
        settings |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **options}
    return settings
