"""Pages of the register."""

from django.urls import path

from apps.documents import views

app_name = "documents"
urlpatterns = [
    path("", views.document_list, name="list"),
    path("<str:number>/<int:version>/", views.document, name="detail"),
    path("<str:number>/<int:version>/file/", views.document_file, name="download"),
    path("<str:number>/<int:version>/withdraw/", views.withdraw, name="withdraw"),
]
