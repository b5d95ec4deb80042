"""Lots in the API."""

from django.urls import path

from apps.materials import api
from apps.signatures.api.verbs import signed_paths

app_name = "materials_api"
urlpatterns = [
    path("lots/", api.LotsView.as_view(), name="lots"),
    path("lots/<str:number>/", api.LotView.as_view(), name="lot"),
    path("lots/<str:number>/labels/", api.LotLabels.as_view(), name="lot_labels"),
    path("reagents/", api.Reagents.as_view(), name="reagents"),
    *signed_paths("lots/<str:number>/release/", api.ReleaseLot, "lots_release"),
    *signed_paths("lots/<str:number>/rejection/", api.RejectLot, "lots_reject"),
]
