"""Pages of recipients and treatment orders."""

from django.urls import path

from apps.dosing import views

app_name = "dosing"
urlpatterns = [
    path("", views.orders, name="list"),
    path("recipients/", views.recipients, name="recipients"),
    path("recipients/register/", views.register, name="register"),
    path("recipients/<str:number>/", views.recipient, name="recipient"),
    path("recipients/<str:number>/order/", views.order, name="order"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/check/", views.check, name="check"),
    path("orders/<str:number>/agree/", views.agree, name="agree"),
    path("orders/<str:number>/reserve/", views.reserve, name="reserve"),
    path("orders/<str:number>/ship/", views.ship, name="ship"),
    path("orders/<str:number>/free/", views.free, name="free"),
    path("orders/<str:number>/thaw/", views.thaw, name="thaw"),
    path("orders/<str:number>/dose/", views.prepare, name="prepare"),
    path("orders/<str:number>/dose/check/", views.confirm, name="confirm"),
    path("orders/<str:number>/bedside/", views.bedside, name="bedside"),
    path("orders/<str:number>/bedside/start/", views.start, name="start"),
    path("orders/<str:number>/bedside/moment/", views.moment, name="moment"),
    path("orders/<str:number>/bedside/vitals/", views.vitals, name="vitals"),
    path("orders/<str:number>/bedside/reaction/", views.reaction, name="reaction"),
    path("orders/<str:number>/outcomes/", views.outcomes, name="outcomes"),
    path("orders/<str:number>/outcomes/record/", views.outcome, name="outcome"),
    path("orders/<str:number>/safety/", views.safety, name="safety"),
    path("orders/<str:number>/bedside/end/", views.end, name="end"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
]
