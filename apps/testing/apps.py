from django.apps import AppConfig


class TestingConfig(AppConfig):
    name = "apps.testing"
    label = "testing"
    default_auto_field = "django.db.models.BigAutoField"
