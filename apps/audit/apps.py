from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections
from django.db.models.signals import post_migrate

from apps.audit import indexes, triggers


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Restore triggers and indexes after every migration: SQLite drops them when a table is rebuilt."""
        post_migrate.connect(restore_guards, sender=self)
        register(triggers_are_there, Tags.database)


def restore_guards(using: str, **kwargs: Any) -> None:
    """The one allowed receiver of a signal."""
    triggers.install(connections[using])
    indexes.install(connections[using])


def triggers_are_there(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning, not an error: `migrate`, which mends it, runs this check first. `verify_audit` fails on it."""
    return [
        Warning(
            f"The database does not refuse changes of recorded data: the trigger {name} is missing.",
            hint="Find out who dropped it, then run `manage.py migrate`, which makes it again.",
            id="audit.W001",
        )
        for alias in databases or []
        for name in triggers.missing(connections[alias])
    ]
