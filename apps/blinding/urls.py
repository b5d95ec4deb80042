"""Pages of blinded lots and codes."""

from django.urls import path

from apps.blinding import views

app_name = "blinding"
urlpatterns = [
    path("", views.lot_list, name="list"),
    path("recipients/<str:number>/", views.patient_code, name="patient"),
    path("<str:number>/", views.lot, name="lot"),
    path("<str:number>/holders/", views.name, name="name"),
    path("<str:number>/holders/<int:pk>/end/", views.end, name="end"),
    path("<str:number>/list/", views.seal, name="seal"),
    path("<str:number>/list/reading/", views.read, name="read"),
    path("<str:number>/opening/", views.opening, name="open"),
]
