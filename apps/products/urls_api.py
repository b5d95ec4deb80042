"""Master records in the API."""

from django.urls import path

from apps.products import api
from apps.signatures.api.verbs import signed_paths

app_name = "products_api"
urlpatterns = [
    path("products/", api.VersionList.as_view(), name="list"),
    path("products/<str:number>/", api.VersionShow.as_view(), name="show"),
    path("products/<str:number>/changes/", api.VersionChanges.as_view(), name="changes"),
    *signed_paths("products/<str:number>/sign/", api.Sign, "product_sign"),
    *signed_paths("products/<str:number>/approve/", api.Approve, "product_approve"),
    *signed_paths("products/<str:number>/return/", api.Return, "product_return"),
    *signed_paths("products/<str:number>/retire/", api.Retire, "product_retire"),
]
