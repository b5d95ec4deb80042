"""Pages of rooms and instruments."""

from django.urls import path

from apps.facility.views import keeping as views
from apps.facility.views import monitoring

app_name = "facility"
urlpatterns = [
    path("", views.instruments, name="list"),
    path("install/", views.install, name="install"),
    path("instruments/<str:number>/", views.instrument, name="instrument"),
    path("instruments/<str:number>/calibrate/", views.calibrate, name="calibrate"),
    path("instruments/<str:number>/clean/", monitoring.clean, name="clean"),
    path("instruments/<str:number>/extend/", views.extend, name="extend"),
    path("instruments/<str:number>/qualify/", views.qualify, name="qualify"),
    path("instruments/<str:number>/status/", views.change_status, name="status"),
    path("rooms/", views.rooms, name="rooms"),
    path("rooms/open/", views.open_room, name="open_room"),
    path("rooms/<str:code>/environment/", monitoring.environment, name="environment"),
    path("rooms/<str:code>/environment.csv", monitoring.environment_table, name="environment_table"),
    path("rooms/<str:code>/points/", monitoring.plan_point, name="plan_point"),
    path("rooms/<str:code>/samples/", monitoring.take, name="sample"),
    path("plates/<str:number>/count/", monitoring.read, name="count"),
    path("rooms/<str:code>/leave/", views.leave, name="leave"),
    path("clear/<str:number>/", views.clear, name="clear"),
]
