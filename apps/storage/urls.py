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
    path("units/<str:number>/", views.unit, name="unit"),
    path("units/<str:number>/take-out/", views.take_out, name="take_out"),
]
