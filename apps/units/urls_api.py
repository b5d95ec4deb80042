"""Units, labels and containers in the API."""

from django.urls import path

from apps.units.api import views
from apps.units.api.acts import act_path

app_name = "units_api"
ONE = "batches/<str:number>"
urlpatterns = [
    path("units/", views.UnitList.as_view(), name="units"),
    path("units/<str:number>/", views.UnitShow.as_view(), name="unit"),
    path(f"{ONE}/units/balance/", views.Whereabouts.as_view(), name="whereabouts"),
    act_path(f"{ONE}/containers/", views.IssueContainers, "containers_issue"),
    act_path(f"{ONE}/containers/losses/", views.LoseContainers, "containers_account"),
    act_path(f"{ONE}/labels/", views.Labels, "labels_print"),
    act_path(f"{ONE}/labels/fates/", views.SettleLabels, "labels_settle"),
    act_path(f"{ONE}/fill/", views.Fill, "units_fill"),
    act_path(f"{ONE}/freeze/", views.Freeze, "units_freeze"),
    act_path(f"{ONE}/reconciliations/", views.Reconcile, "units_reconcile"),
]
