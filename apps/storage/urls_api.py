"""Stores and moves in the API."""

from django.urls import path

from apps.storage import api

app_name = "storage_api"
urlpatterns = [
    path("stores/", api.Stores.as_view(), name="stores"),
    path("stores/<str:number>/", api.OneStore.as_view(), name="store"),
    path("stores/<str:number>/boxes/", api.Boxes.as_view(), name="boxes"),
    path("units/<str:number>/stays/", api.Stays.as_view(), name="stays"),
    path("units/<str:number>/take-out/", api.TakeOut.as_view(), name="take_out"),
    path("units/<str:number>/free-places/", api.FreePlaces.as_view(), name="free_places"),
]
