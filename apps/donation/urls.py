"""Pages of donors and donations."""

from django.urls import path

from apps.donation import views

app_name = "donation"
urlpatterns = [
    path("", views.donations, name="list"),
    path("donors/", views.donors, name="donors"),
    path("donors/register/", views.register, name="register"),
    path("donors/<str:number>/", views.donor, name="donor"),
    path("donors/<str:number>/consent/", views.consent, name="consent"),
    path("donors/<str:number>/consents/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("donors/<str:number>/screening/<str:test>/", views.screening, name="screening"),
    path("donors/<str:number>/number/", views.number_for, name="number_for"),
    path("donors/<str:number>/chain/", views.issue, name="issue"),
    path("donors/<str:number>/collect/", views.collect, name="collect"),
    path("donations/<str:din>/", views.donation, name="donation"),
    path("donations/<str:din>/health/", views.health, name="health"),
    path("donations/<str:din>/labels/", views.print_labels, name="labels"),
    path("donations/<str:din>/countersign/", views.countersign, name="countersign"),
    path("donations/<str:din>/decide/", views.decide, name="decide"),
]
