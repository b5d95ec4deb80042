from django.apps import AppConfig


class StabilityConfig(AppConfig):
    name = "apps.stability"
    label = "stability"
    default_auto_field = "django.db.models.BigAutoField"
