from django.apps import AppConfig
from django.db.backends.signals import connection_created

from apps.core.instants import read_by_the_driver


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Before the first connection is made."""
        connection_created.connect(read_by_the_driver)
