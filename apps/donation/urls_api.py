"""Consents, screening and donations in the API."""

from django.urls import path

from apps.donation import api
from apps.signatures.api.verbs import signed_paths

app_name = "donation_api"
urlpatterns = [
    path("donors/<str:number>/consents/", api.Consents.as_view(), name="consents"),
    path("donors/<str:number>/consents/<int:pk>/withdrawal/", api.Withdrawal.as_view(), name="withdrawal"),
    path("donors/<str:number>/screening/", api.Screening.as_view(), name="screening"),
    path("donations/", api.DonationsView.as_view(), name="donations"),
    path("donations/<str:din>/", api.DonationView.as_view(), name="donation"),
    path("donations/<str:din>/labels/", api.DonationLabels.as_view(), name="labels"),
    path("donations/<str:din>/health/", api.Health.as_view(), name="health"),
    *signed_paths("donations/<str:din>/eligibility/", api.DecideEligibility, "donations_decide"),
    *signed_paths("donations/<str:din>/countersignature/", api.CountersignEligibility, "donations_countersign"),
]
