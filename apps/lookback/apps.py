from django.apps import AppConfig


class LookbackConfig(AppConfig):
    name = "apps.lookback"
    label = "lookback"
    default_auto_field = "django.db.models.BigAutoField"
