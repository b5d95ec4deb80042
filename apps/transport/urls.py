"""Pages of shipments."""

from django.urls import path

from apps.transport import views

app_name = "transport"
urlpatterns = [
    path("", views.shipment_list, name="list"),
    path("batches/<str:number>/request/", views.request_page, name="request"),
    path("<str:number>/", views.shipment, name="shipment"),
    path("<str:number>/pack/", views.pack, name="pack"),
    path("<str:number>/hand-over/", views.hand_over, name="hand_over"),
    path("<str:number>/take/", views.take, name="take"),
    path("<str:number>/code/", views.code, name="code"),
    path("<str:number>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<str:number>/logger/", views.attach, name="attach"),
    path("<str:number>/logger/<int:pk>/", views.file, name="file"),
    path("<str:number>/receive/", views.receive, name="receive"),
    path("<str:number>/confirm/", views.confirm, name="confirm"),
    path("<str:number>/accept/", views.accept, name="accept"),
    path("<str:number>/quarantine/", views.quarantine, name="quarantine"),
    path("<str:number>/reject/", views.reject, name="reject"),
    path("<str:number>/return/", views.return_, name="return"),
    path("<str:number>/cancel/", views.cancel, name="cancel"),
]
