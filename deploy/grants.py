"""Prints the rights of the application's database role, for psql: python deploy/grants.py ROLE | psql OWNER_URL

The owner of the tables migrates; the application serves as a role that can append to the trail and never change it.
To be repeated after each migration.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")

import django
from django.apps import apps
from django.db.models import Model


def grants(role: str) -> Iterator[str]:
    """One statement after the other; what is not granted is refused."""
    name = _quoted(role)
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name};"
    yield f"GRANT USAGE ON SCHEMA public TO {name};"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name};"
    yield f"GRANT SELECT ON django_migrations TO {name};"
    for model in apps.get_models(include_auto_created=True):
        yield f"GRANT {rights(model)} ON {_quoted(model._meta.db_table)} TO {name};"


def rights(model: type[Model]) -> str:
    """What the application may do with a table."""
    if model._meta.label == "audit.Record":
        return "SELECT, INSERT, UPDATE"  # without UPDATE PostgreSQL refuses its row locks; the trigger refuses updates
    if getattr(model, "append_only", False):
        return "SELECT, INSERT"
    is_recorded = hasattr(model, "last_entry") or model._meta.app_label == "audit"
    return "SELECT, INSERT, UPDATE" if is_recorded else "SELECT, INSERT, UPDATE, DELETE"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    django.setup()
    print("\n".join(grants(sys.argv[1])))
