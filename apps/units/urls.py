"""Pages of the units of a batch."""

from django.urls import path

from apps.units import views

app_name = "units"
urlpatterns = [
    path("batches/<str:number>/", views.batch_units, name="batch"),
    path("batches/<str:number>/labels/", views.labels, name="labels"),
    path("batches/<str:number>/containers/", views.issue, name="containers"),
    path("batches/<str:number>/containers/left/", views.containers_left, name="containers_left"),
    path("batches/<str:number>/labels/print/", views.print_page, name="print"),
    path("batches/<str:number>/labels/fates/", views.fates, name="fates"),
    path("batches/<str:number>/fill/", views.fill, name="fill"),
    path("batches/<str:number>/freeze/", views.freeze, name="freeze"),
    path("batches/<str:number>/reconcile/", views.reconciling, name="reconcile"),
    path("batches/<str:number>/reconcile/<str:counted>/", views.reconcile_one, name="reconcile_one"),
    path("<str:number>/", views.unit, name="unit"),
]
