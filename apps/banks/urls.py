"""Pages of cell banks."""

from django.urls import path

from apps.banks import views

app_name = "banks"
urlpatterns = [
    path("", views.bank_list, name="list"),
    path("batches/<str:number>/draw/", views.draw, name="draw"),
    path("batches/<str:number>/below/", views.below, name="below"),
    path("<str:number>/", views.bank, name="bank"),
]
