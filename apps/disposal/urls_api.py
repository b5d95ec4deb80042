"""The destruction of units in the API."""

from django.urls import path

from apps.disposal import api
from apps.signatures.api.verbs import signed_paths

app_name = "disposal_api"
ONE = "disposals/<str:number>"
urlpatterns = [
    path("disposals/", api.DisposalsView.as_view(), name="disposals"),
    path(f"{ONE}/", api.DisposalView.as_view(), name="disposal"),
    path(f"{ONE}/files/", api.FilesView.as_view(), name="files"),
    *signed_paths(f"{ONE}/approve/", api.Approve, "disposals_approve"),
    *signed_paths(f"{ONE}/refuse/", api.Refuse, "disposals_refuse"),
    *signed_paths(f"{ONE}/destroy/", api.Destroy, "disposals_destroy"),
    *signed_paths(f"{ONE}/witness/", api.Witness, "disposals_witness"),
]
