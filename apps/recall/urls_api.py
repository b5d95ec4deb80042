"""Recalls in the API."""

from django.urls import path

from apps.recall import api
from apps.signatures.api.verbs import signed_paths

app_name = "recall_api"
urlpatterns = [
    path("recalls/", api.Recalls.as_view(), name="recalls"),
    *signed_paths("recalls/open/", api.OpenRecall, "recalls_open"),
    path("recalls/<str:number>/", api.RecallView.as_view(), name="recall"),
    path("recalls/<str:number>/units/<int:pk>/", api.AccountFor.as_view(), name="account"),
    path("recalls/<str:number>/units/<int:pk>/reach/", api.Reach.as_view(), name="reach"),
    *signed_paths("recalls/<str:number>/close/", api.CloseRecall, "recalls_close"),
]
