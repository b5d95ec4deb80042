"""The destruction of units in the API."""

from django.urls import path

from apps.disposal.api import carrying
from apps.disposal.api import disposals as api
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
    *signed_paths(f"{ONE}/carrier/", carrying.GiveWaste, "disposals_carrier"),
    *signed_paths(f"{ONE}/carrier/take/", carrying.TakeWaste, "disposals_carrier_take"),
    path(f"{ONE}/carrier/codes/", carrying.WasteCodes.as_view(), name="carrier_codes"),
    path(f"{ONE}/carrier/acknowledge/", carrying.AcknowledgeWaste.as_view(), name="carrier_acknowledge"),
]
