"""Pages of the material store."""

from django.urls import path

from apps.materials.views import lots as views
from apps.materials.views import stock

app_name = "materials"
urlpatterns = [
    path("", views.lots, name="list"),
    path("receive/", views.receive, name="receive"),
    path("prepare/", views.prepare, name="prepare_here"),
    path("prepare/<str:number>/", views.prepare, name="prepare"),
    path("lots/<str:number>/", views.lot, name="lot"),
    path("lots/<str:number>/labels/", views.print_labels, name="labels"),
    path("take/<str:number>/", stock.take_for, name="take_for"),
    path("lots/<str:number>/take/", stock.take, name="take"),
    path("lots/<str:number>/count/", stock.count, name="count"),
    path("lots/<str:number>/destroy/", stock.destroy, name="destroy"),
    path("lots/<str:number>/open/", stock.open_one, name="open"),
    path("lots/<str:number>/put-away/", stock.put_away, name="put_away"),
    path("lots/<str:number>/release/", views.release, name="release"),
    path("lots/<str:number>/reject/", views.reject, name="reject"),
]
