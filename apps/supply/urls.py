"""Pages of supply to named patients."""

from django.urls import path

from apps.supply import views

app_name = "supply"
urlpatterns = [
    path("", views.supplies, name="list"),
    path("<str:number>/", views.supply, name="supply"),
    path("<str:number>/decide/", views.decide, name="decide"),
    path("<str:number>/release/", views.release, name="release"),
    path("<str:number>/donor/", views.donor_told, name="donor_told"),
    path("<str:number>/withdraw/", views.withdraw, name="withdraw"),
]
