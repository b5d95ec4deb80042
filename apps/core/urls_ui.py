"""Addresses of the shell itself: what a person chose for the screen, and the living page of the parts."""

from django.conf import settings
from django.urls import path

from apps.core import preferences, views

app_name = "core"
urlpatterns = [
    path("preferences/", preferences.choose, name="preferences"),
    *([] if settings.QCS_MODE == "server" else [
        path("styleguide/", views.gallery, name="styleguide"),
        path("styleguide/<slug:page>/", views.sample_page, name="styleguide_page"),
    ]),
]  # fmt: skip
