"""Pages of quality."""

from django.urls import path

from apps.quality import views

app_name = "quality"
urlpatterns = [
    path("", views.overview, name="list"),
    path("stop/", views.stop, name="stop"),
    path("report/", views.report, name="report"),
    path("holds/<int:pk>/", views.hold, name="hold"),
    path("holds/<int:pk>/lift/", views.lift, name="lift"),
    path("events/<str:number>/", views.event, name="event"),
    path("events/<str:number>/close/", views.close_event, name="close_event"),
    path("events/<str:number>/deviation/", views.open_deviation, name="open_deviation"),
    path("deviations/<str:number>/", views.deviation, name="deviation"),
    path("deviations/<str:number>/impact/", views.sign_impact, name="sign_impact"),
    path("deviations/<str:number>/close/", views.close_deviation, name="close_deviation"),
]
