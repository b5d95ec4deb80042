"""Pages of the store."""

from django.urls import path

from apps.storage import views

app_name = "storage"
urlpatterns = [
    path("", views.stores, name="list"),
    path("open/", views.open_store, name="open"),
    path("move/", views.move, name="move"),
    path("stores/<str:number>/", views.store, name="store"),
    path("stores/<str:number>/box/", views.add_box, name="add_box"),
    path("stores/<str:number>/temperature/", views.temperature, name="temperature"),
    path("stores/<str:number>/temperature.csv", views.readings_table, name="readings_table"),
    path("stores/<str:number>/probe/", views.add_probe, name="add_probe"),
    path("stores/<str:number>/tolerance/", views.tolerance, name="tolerance"),
    path("stores/<str:number>/limits/<str:quantity>/", views.limit, name="limit"),
    path("stores/<str:number>/instrument/", views.instrument, name="instrument"),
    path("probes/<str:number>/read/", views.read_page, name="read"),
    path("probes/<str:number>/import/", views.import_page, name="import"),
    path("probes/<str:number>/retire/", views.retire, name="retire"),
    path("excursions/<int:pk>/", views.excursion, name="excursion"),
    path("excursions/<int:pk>/accept/", views.accept, name="accept"),
    path("excursions/<int:pk>/refuse/", views.refuse, name="refuse"),
    path("units/<str:number>/", views.unit, name="unit"),
    path("units/<str:number>/take-out/", views.take_out, name="take_out"),
]
