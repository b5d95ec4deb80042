"""Cell banks in the API."""

from django.urls import path

from apps.banks import api
from apps.signatures.api.verbs import signed_paths

app_name = "banks_api"
INTO = "batches/<str:number>/draws/"
urlpatterns = [
    path("banks/", api.BanksView.as_view(), name="banks"),
    path("banks/<str:number>/", api.BankView.as_view(), name="bank"),
    *signed_paths(INTO, api.DrawUnits, "banks_draw"),
    signed_paths(f"{INTO}second/", api.CompareDraw, "banks_draw_second")[1],
    *signed_paths("batches/<str:number>/below-reserve/", api.DecideBelow, "banks_below"),
]
