"""The register of certified batches in the API."""

from django.urls import path

from apps.register import api

app_name = "register_api"
urlpatterns = [
    path("register/", api.RegisterEntries.as_view(), name="register"),
    path("register/gaps/", api.RegisterGaps.as_view(), name="gaps"),
]
