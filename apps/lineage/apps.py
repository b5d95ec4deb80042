from django.apps import AppConfig


class LineageConfig(AppConfig):
    name = "apps.lineage"
    label = "lineage"
    default_auto_field = "django.db.models.BigAutoField"
