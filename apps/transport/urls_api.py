"""Shipments in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.transport.api import views

app_name = "transport_api"
ONE = "shipments/<str:number>"
urlpatterns = [
    path("shipments/", views.ShipmentsView.as_view(), name="shipments"),
    path(f"{ONE}/", views.ShipmentView.as_view(), name="shipment"),
    path(f"{ONE}/cancel/", views.Cancel.as_view(), name="cancel"),
    path(f"{ONE}/codes/", views.Codes.as_view(), name="codes"),
    path(f"{ONE}/acknowledge/", views.Acknowledge.as_view(), name="acknowledge"),
    path(f"{ONE}/logger-files/", views.LoggerFiles.as_view(), name="logger_files"),
    *signed_paths(f"{ONE}/pack/", views.Pack, "shipments_pack"),
    *signed_paths(f"{ONE}/hand-over/", views.Give, "shipments_hand_over"),
    *signed_paths(f"{ONE}/take/", views.Take, "shipments_take"),
    *signed_paths(f"{ONE}/receive/", views.Receive, "shipments_receive"),
    *signed_paths(f"{ONE}/confirm/", views.Confirm, "shipments_confirm"),
    *signed_paths(f"{ONE}/accept/", views.Accept, "shipments_accept"),
    *signed_paths(f"{ONE}/quarantine/", views.Quarantine, "shipments_quarantine"),
    *signed_paths(f"{ONE}/reject/", views.Reject, "shipments_reject"),
    *signed_paths(f"{ONE}/return/", views.Return, "shipments_return"),
]
