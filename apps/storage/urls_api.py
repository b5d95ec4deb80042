"""Stores, moves, readings and excursions in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.storage import api

app_name = "storage_api"
PROBE, EXCURSION = "probes/<str:number>", "store-excursions/<int:pk>"
urlpatterns = [
    path("stores/", api.Stores.as_view(), name="stores"),
    path("stores/<str:number>/", api.OneStore.as_view(), name="store"),
    path("stores/<str:number>/boxes/", api.Boxes.as_view(), name="boxes"),
    path("stores/<str:number>/probes/", api.Probes.as_view(), name="probes"),
    path("stores/<str:number>/limits/", api.Limits.as_view(), name="limits"),
    path("stores/<str:number>/instrument/", api.Scanned.as_view(), name="scanned"),
    path("stores/<str:number>/tolerance/", api.Tolerance.as_view(), name="tolerance"),
    path(f"{PROBE}/readings/", api.Readings.as_view(), name="readings"),
    path(f"{PROBE}/readings/bulk/", api.Bulk.as_view(), name="bulk"),
    path(f"{PROBE}/readings/file/", api.File.as_view(), name="file"),
    path(f"{PROBE}/mean-kinetic-temperature/", api.MeanKinetic.as_view(), name="mean_kinetic"),
    path(f"{PROBE}/retire/", api.Retire.as_view(), name="retire"),
    path("store-excursions/", api.Excursions.as_view(), name="excursions"),
    path(f"{EXCURSION}/", api.OneExcursion.as_view(), name="excursion"),
    *signed_paths(f"{EXCURSION}/acceptance/", api.Accept, "store_excursions_accept"),
    *signed_paths(f"{EXCURSION}/refusal/", api.Refuse, "store_excursions_refuse"),
    path("units/<str:number>/stays/", api.Stays.as_view(), name="stays"),
    path("units/<str:number>/take-out/", api.TakeOut.as_view(), name="take_out"),
    path("units/<str:number>/free-places/", api.FreePlaces.as_view(), name="free_places"),
]
