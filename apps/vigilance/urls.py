"""Pages of complaints and adverse events."""

from django.urls import path

from apps.vigilance import views

app_name = "vigilance"
urlpatterns = [
    path("", views.complaints, name="list"),
    path("complaints.csv", views.complaints_table, name="complaints_table"),
    path("adverse.csv", views.adverse_table, name="adverse_table"),
    path("trend/", views.trend, name="trend"),
    path("receive/", views.receive, name="receive"),
    path("complaints/<str:number>/", views.complaint, name="complaint"),
    path("complaints/<str:number>/concerned/", views.name, name="name"),
    path("complaints/<str:number>/triage/", views.triage, name="triage"),
    path("complaints/<str:number>/answer/", views.answer, name="answer"),
    path("complaints/<str:number>/close/", views.close, name="close"),
    path("complaints/<str:number>/reopen/", views.reopen, name="reopen"),
    path("orders/<str:number>/", views.record, name="record"),
    path("adverse/", views.adverse_events, name="adverse_events"),
    path("adverse/<str:number>/", views.adverse_event, name="adverse_event"),
    path("adverse/<str:number>/follow/", views.follow, name="follow"),
    path("adverse/<str:number>/assess/", views.assess, name="assess"),
    path("adverse/<str:number>/report/", views.report, name="report"),
    path("adverse/<str:number>/close/", views.close_event, name="close_event"),
    path("adverse/<str:number>/reopen/", views.reopen_event, name="reopen_event"),
]
