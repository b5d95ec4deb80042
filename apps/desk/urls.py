"""My work and search."""

from django.urls import path

from apps.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("search/", views.search, name="search"),
]
