"""Pages of the material store."""

from django.urls import path

from apps.materials import views

app_name = "materials"
urlpatterns = [
    path("", views.lots, name="list"),
    path("receive/", views.receive, name="receive"),
    path("prepare/", views.prepare, name="prepare_here"),
    path("prepare/<str:number>/", views.prepare, name="prepare"),
    path("lots/<str:number>/", views.lot, name="lot"),
    path("lots/<str:number>/labels/", views.print_labels, name="labels"),
    path("lots/<str:number>/release/", views.release, name="release"),
    path("lots/<str:number>/reject/", views.reject, name="reject"),
]
