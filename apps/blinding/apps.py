from django.apps import AppConfig


class BlindingConfig(AppConfig):
    name = "apps.blinding"
    label = "blinding"
    default_auto_field = "django.db.models.BigAutoField"
