"""Django's administration with our own site. Apart from the site itself, for it loads before any table."""

from django.contrib.admin import site
from django.contrib.admin.apps import SimpleAdminConfig


class ReadOnlyAdminConfig(SimpleAdminConfig):
    """The administration pages, read-only, with every table."""

    default = False
    default_site = "apps.organisation.administration.ReadOnlySite"

    def ready(self) -> None:
        super().ready()
        site.register_everything()
