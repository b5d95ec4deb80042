"""Pages of looking back from a donor."""

from django.urls import path

from apps.lookback import views

app_name = "lookback"
urlpatterns = [
    path("", views.look_backs, name="list"),
    path("donors/<str:number>/", views.start, name="start"),
    path("<str:number>/", views.look_back, name="look_back"),
    path("<str:number>/duties/<int:pk>/answer/", views.answer, name="answer"),
    path("<str:number>/notices/<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<str:number>/notices/<int:pk>/deputy/", views.deputy, name="deputy"),
    path("<str:number>/report/", views.report, name="report"),
]
