from django.apps import AppConfig


class DosingConfig(AppConfig):
    name = "apps.dosing"
    label = "dosing"
    default_auto_field = "django.db.models.BigAutoField"
