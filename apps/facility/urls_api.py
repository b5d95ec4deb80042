"""Rooms and instruments in the API."""

from django.urls import path

from apps.facility import api
from apps.facility.api import monitoring
from apps.signatures.api.verbs import signed_paths

app_name = "facility_api"
urlpatterns = [
    path("instruments/", api.InstrumentsView.as_view(), name="instruments"),
    path("instruments/<str:number>/", api.InstrumentView.as_view(), name="instrument"),
    path("instruments/<str:number>/calibrations/", api.Calibrations.as_view(), name="calibrations"),
    path("instruments/<str:number>/cleanings/", api.Cleanings.as_view(), name="cleanings"),
    path("instruments/<str:number>/extensions/", api.Extensions.as_view(), name="extensions"),
    path("instruments/<str:number>/qualifications/", api.Qualifications.as_view(), name="qualifications"),
    path("instruments/<str:number>/status/", api.Status.as_view(), name="status"),
    path("instruments/<str:number>/excursions/", api.Excursions.as_view(), name="excursions"),
    path("rooms/", api.RoomsView.as_view(), name="rooms"),
    path("rooms/<str:code>/points/", monitoring.Points.as_view(), name="room_points"),
    path("rooms/<str:code>/samples/", monitoring.Plates.as_view(), name="room_samples"),
    path("plates/<str:number>/count/", monitoring.PlateCount.as_view(), name="plate_count"),
    path("rooms/<str:code>/leave/", api.Leaving.as_view(), name="leave"),
    *signed_paths("rooms/<str:code>/clearances/", api.ClearLine, "rooms_clear"),
]
