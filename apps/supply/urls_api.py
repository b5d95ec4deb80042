"""Supply to named patients in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.supply import api
from apps.units.api.acts import act_path

app_name = "supply_api"
ONE = "supplies/<str:number>"
urlpatterns = [
    path("supplies/", api.Supplies.as_view(), name="supplies"),
    path(f"{ONE}/", api.SupplyView.as_view(), name="supply"),
    *signed_paths(f"{ONE}/decision/", api.Decide, "supplies_decide"),
    *signed_paths(f"{ONE}/release/", api.Release, "supplies_release"),
    act_path(f"{ONE}/donor/", api.DonorTold, "supplies_donor_told"),
    act_path(f"{ONE}/withdrawal/", api.Withdraw, "supplies_withdraw"),
]
