"""Pages of recalls and mock recalls."""

from django.urls import path

from apps.recall import views

app_name = "recall"
urlpatterns = [
    path("", views.recalls, name="list"),
    path("open/", views.begin, name="open"),
    path("<str:number>/", views.recall, name="recall"),
    path("<str:number>/close/", views.close, name="close"),
    path("<str:number>/units/<int:pk>/", views.account, name="account"),
    path("<str:number>/units/<int:pk>/reach/", views.reach, name="reach"),
]
