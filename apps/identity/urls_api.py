"""Donors and recipients in the API."""

from django.urls import path

from apps.identity import api

app_name = "identity_api"
urlpatterns = [
    path("donors/", api.DonorsView.as_view(), name="donors"),
    path("donors/<str:number>/", api.DonorView.as_view(), name="donor"),
    path("donors/<str:number>/donation-numbers/", api.NumbersView.as_view(), name="numbers"),
    path("donors/<str:number>/erasure/", api.DonorErasure.as_view(), name="erase_donor"),
    path("recipients/", api.RecipientsView.as_view(), name="recipients"),
    path("recipients/<str:number>/", api.RecipientView.as_view(), name="recipient"),
    path("recipients/<str:number>/erasure/", api.RecipientErasure.as_view(), name="erase_patient"),
    path("chains/", api.ChainsView.as_view(), name="chains"),
    path("chains/<str:number>/", api.ChainView.as_view(), name="chain"),
]
