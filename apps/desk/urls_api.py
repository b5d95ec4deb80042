"""My work and the scan resolver in the API."""

from django.urls import path

from apps.desk import api

app_name = "desk_api"
urlpatterns = [
    path("my-work/", api.MyWork.as_view(), name="my_work"),
    path("my-work/hand-over/", api.HandOverTask.as_view(), name="hand_over"),
    path("my-work/take-back/", api.TakeTaskBack.as_view(), name="take_back"),
    path("scan/", api.Scan.as_view(), name="scan"),
]
