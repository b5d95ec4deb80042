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
    path("deviations/<str:number>/reopen/", views.reopen_deviation, name="reopen_deviation"),
    path("deviations/<str:number>/capa/", views.plan_capa, name="plan_capa"),
    path("capas/<str:number>/", views.capa, name="capa"),
    path("capas/<str:number>/done/", views.carry_out, name="carry_out"),
    path("capas/<str:number>/effective/", views.find_effective, name="find_effective"),
    path("capas/<str:number>/not-effective/", views.find_ineffective, name="find_ineffective"),
    path("capas/<str:number>/postpone/", views.postpone, name="postpone"),
    path("capas/<str:number>/reopen/", views.reopen_capa, name="reopen_capa"),
    path("capas/<str:number>/cancel/", views.cancel_capa, name="cancel_capa"),
]
