"""The scan resolver in the API."""

from django.urls import path

from apps.desk import api

app_name = "desk_api"
urlpatterns = [
    path("scan/", api.Scan.as_view(), name="scan"),
]
