"""Lots in the API."""

from django.urls import path

from apps.materials.api import lots as api
from apps.materials.api import stock
from apps.signatures.api.verbs import signed_paths

app_name = "materials_api"
urlpatterns = [
    path("lots/", api.LotsView.as_view(), name="lots"),
    path("lots/<str:number>/", api.LotView.as_view(), name="lot"),
    path("lots/<str:number>/labels/", api.LotLabels.as_view(), name="lot_labels"),
    path("lots/<str:number>/movements/", stock.Movements.as_view(), name="lot_movements"),
    path("lots/<str:number>/counts/", stock.Counts.as_view(), name="lot_counts"),
    path("lots/<str:number>/destructions/", stock.Destructions.as_view(), name="lot_destructions"),
    path("lots/<str:number>/containers/", stock.Containers.as_view(), name="lot_containers"),
    path("lots/<str:number>/containers/put-away/", stock.PutAway.as_view(), name="lot_put_away"),
    path("reagents/", api.Reagents.as_view(), name="reagents"),
    *signed_paths("lots/<str:number>/release/", api.ReleaseLot, "lots_release"),
    *signed_paths("lots/<str:number>/rejection/", api.RejectLot, "lots_reject"),
]
