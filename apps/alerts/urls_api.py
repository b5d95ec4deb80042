"""Alerts of the API."""

from django.urls import path

from apps.alerts import api

app_name = "alerts_api"
urlpatterns = [
    path("alerts/", api.AlertList.as_view(), name="list"),
    path("alerts/<int:pk>/acknowledge/", api.AcknowledgeAlert.as_view(), name="acknowledge"),
]
