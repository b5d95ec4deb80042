"""Blinded lots and codes in the API."""

from django.urls import path

from apps.blinding.api import codes as api
from apps.signatures.api.verbs import signed_paths

app_name = "blinding_api"
LOT = "blinding/<str:number>/"
urlpatterns = [
    path("blinding/", api.LotsView.as_view(), name="lots"),
    path(LOT, api.LotView.as_view(), name="lot"),
    *signed_paths(f"{LOT}holders/", api.NameHolder, "blinding_holder"),
    *signed_paths(f"{LOT}holders/<int:pk>/end/", api.EndHolder, "blinding_holder_end"),
    *signed_paths(f"{LOT}list/", api.SealList, "blinding_list_sealed"),
    signed_paths(f"{LOT}list/second/", api.CompareList, "blinding_list_compared")[1],
    *signed_paths(f"{LOT}list/reading/", api.ReadList, "blinding_list_read"),
    *signed_paths(f"{LOT}opening/", api.OpenCode, "blinding_opened"),
    signed_paths(f"{LOT}opening/second/", api.AgreeToOpen, "blinding_opened_second")[1],
    *signed_paths("recipients/<str:number>/code/breaking/", api.BreakCode, "blinding_broken"),
    path("recipients/<str:number>/code/", api.PatientCodeView.as_view(), name="patient_code"),
]
