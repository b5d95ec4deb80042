"""The public pages: is this document real, unchanged, in force?"""

from django.urls import path

from apps.documents import views

app_name = "verify"
urlpatterns = [
    path("", views.verify, name="start"),
    path("<str:code>/", views.verify_code, name="code"),
]
