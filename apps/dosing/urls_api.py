"""Treatment orders in the API."""

from django.urls import path

from apps.dosing.api import agreeing, bedside, doses, following, sending
from apps.dosing.api import orders as api
from apps.signatures.api.verbs import signed_paths
from apps.units.api.acts import act_path

app_name = "dosing_api"
ONE = "orders/<str:number>"
urlpatterns = [
    path("orders/", api.OrdersView.as_view(), name="orders"),
    path(f"{ONE}/", api.OrderView.as_view(), name="order"),
    *signed_paths("recipients/<str:number>/orders/", api.OrderTreatment, "orders_write"),
    *signed_paths(f"{ONE}/check/", api.CheckOrder, "orders_check"),
    *signed_paths(f"{ONE}/supplies/", agreeing.AgreeToSupply, "orders_agree"),
    act_path(f"{ONE}/reservation/", api.ReserveUnits, "orders_reserve"),
    act_path(f"{ONE}/reservation/end/", api.FreeReserved, "orders_free"),
    act_path(f"{ONE}/shipment/", sending.ShipReserved, "orders_ship"),
    act_path(f"{ONE}/thaws/", doses.ThawUnit, "orders_thaw"),
    *signed_paths(f"{ONE}/dose/", doses.PrepareVolume, "orders_dose"),
    *signed_paths(f"{ONE}/dose/check/", doses.ConfirmVolume, "orders_dose_check"),
    *signed_paths(f"{ONE}/infusion/", bedside.StartInfusion, "orders_infusion"),
    signed_paths(f"{ONE}/infusion/second/", bedside.CompareInfusion, "orders_infusion_second")[1],
    act_path(f"{ONE}/infusion/moments/", bedside.NoteMoment, "orders_infusion_moment"),
    act_path(f"{ONE}/vitals/", bedside.RecordVitals, "orders_vitals"),
    *signed_paths(f"{ONE}/infusion/end/", bedside.EndInfusion, "orders_infusion_end"),
    act_path(f"{ONE}/reactions/", following.RecordReaction, "orders_reaction"),
    act_path(f"{ONE}/safety/", following.RecordSafety, "orders_safety"),
    act_path(f"{ONE}/outcomes/", following.RecordOutcome, "orders_outcome"),
    act_path(f"{ONE}/cancellation/", api.CancelOrder, "orders_cancel"),
]
