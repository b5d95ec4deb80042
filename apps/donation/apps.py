from django.apps import AppConfig


class DonationConfig(AppConfig):
    name = "apps.donation"
    label = "donation"
    default_auto_field = "django.db.models.BigAutoField"
