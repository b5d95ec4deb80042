"""Pages of rooms and instruments."""

from django.urls import path

from apps.facility import views

app_name = "facility"
urlpatterns = [
    path("", views.instruments, name="list"),
    path("install/", views.install, name="install"),
    path("instruments/<str:number>/", views.instrument, name="instrument"),
    path("instruments/<str:number>/calibrate/", views.calibrate, name="calibrate"),
    path("instruments/<str:number>/qualify/", views.qualify, name="qualify"),
    path("instruments/<str:number>/status/", views.change_status, name="status"),
    path("rooms/", views.rooms, name="rooms"),
    path("rooms/open/", views.open_room, name="open_room"),
    path("rooms/<str:code>/leave/", views.leave, name="leave"),
    path("clear/<str:number>/", views.clear, name="clear"),
]
