from django.apps import AppConfig


class DisposalConfig(AppConfig):
    name = "apps.disposal"
    label = "disposal"
    default_auto_field = "django.db.models.BigAutoField"
