"""Holds, events and deviations in the API."""

from django.urls import path

from apps.quality import api
from apps.signatures.api.verbs import signed_paths

app_name = "quality_api"
urlpatterns = [
    path("holds/", api.HoldsView.as_view(), name="holds"),
    path("holds/<int:pk>/", api.HoldView.as_view(), name="hold"),
    path("events/", api.EventsView.as_view(), name="events"),
    path("events/<str:number>/", api.EventView.as_view(), name="event"),
    path("deviations/", api.DeviationsView.as_view(), name="deviations"),
    path("deviations/<str:number>/", api.DeviationView.as_view(), name="deviation"),
    *signed_paths("holds/<int:pk>/lift/", api.LiftHold, "holds_lift"),
    *signed_paths("events/<str:number>/closure/", api.CloseEvent, "events_close"),
    *signed_paths("events/<str:number>/deviation/", api.OpenDeviation, "events_open_deviation"),
    *signed_paths("deviations/<str:number>/product-impact/", api.SignProductImpact, "deviations_sign_impact"),
    *signed_paths("deviations/<str:number>/closure/", api.CloseDeviation, "deviations_close"),
]
