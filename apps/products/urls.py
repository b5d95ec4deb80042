"""Pages of master records."""

from django.urls import path, re_path

from apps.products import views

app_name = "products"
urlpatterns = [
    path("", views.version_list, name="list"),
    path("import/", views.take_in, name="import"),
    path("<str:number>/", views.version, name="version"),
    path("<str:number>/chapters/<slug:chapter>/", views.version, name="chapter"),
    path("<str:number>/changes/", views.changes, name="changes"),
    path("<str:number>/readable/", views.readable, name="readable"),
    re_path(r"^(?P<number>[^/]+)/(?P<verb>sign|approve|return|retire)/$", views.decide, name="decide"),
]
