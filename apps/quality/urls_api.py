"""Holds, events and deviations in the API."""

from django.urls import path

from apps.quality.api import capas
from apps.quality.api import deciding as api
from apps.signatures.api.verbs import signed_paths

app_name = "quality_api"
urlpatterns = [
    path("holds/", api.HoldsView.as_view(), name="holds"),
    path("holds/<int:pk>/", api.HoldView.as_view(), name="hold"),
    path("events/", api.EventsView.as_view(), name="events"),
    path("events/<str:number>/", api.EventView.as_view(), name="event"),
    path("deviations/", api.DeviationsView.as_view(), name="deviations"),
    path("deviations/<str:number>/", api.DeviationView.as_view(), name="deviation"),
    path("capas/", capas.CapasView.as_view(), name="capas"),
    path("capas/<str:number>/", capas.CapaView.as_view(), name="capa"),
    path("capas/<str:number>/evidence/", capas.CarryOutCapa.as_view(), name="capas_carry_out"),
    path("capas/<str:number>/postponement/", capas.PostponeCapa.as_view(), name="capas_postpone"),
    path("capas/<str:number>/reopening/", capas.ReopenCapa.as_view(), name="capas_reopen"),
    path("capas/<str:number>/cancellation/", capas.CancelCapa.as_view(), name="capas_cancel"),
    path("deviations/<str:number>/capas/", capas.PlanCapa.as_view(), name="deviations_capa"),
    *signed_paths("capas/<str:number>/effect/", capas.FindEffective, "capas_effective"),
    *signed_paths("capas/<str:number>/no-effect/", capas.FindIneffective, "capas_ineffective"),
    *signed_paths("deviations/<str:number>/reopening/", api.ReopenDeviation, "deviations_reopen"),
    *signed_paths("holds/<int:pk>/lift/", api.LiftHold, "holds_lift"),
    *signed_paths("events/<str:number>/closure/", api.CloseEvent, "events_close"),
    *signed_paths("events/<str:number>/deviation/", api.OpenDeviation, "events_open_deviation"),
    *signed_paths("deviations/<str:number>/product-impact/", api.SignProductImpact, "deviations_sign_impact"),
    *signed_paths("deviations/<str:number>/closure/", api.CloseDeviation, "deviations_close"),
]
