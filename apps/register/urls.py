"""Pages of the register of certified batches."""

from django.urls import path

from apps.register import views

app_name = "register"
urlpatterns = [
    path("", views.register, name="list"),
    path("register.csv", views.register_table, name="table"),
]
