"""Pages of the destruction of units."""

from django.urls import path

from apps.disposal import views

app_name = "disposal"
urlpatterns = [
    path("", views.disposal_list, name="list"),
    path("batches/<str:number>/request/", views.request_page, name="request"),
    path("<str:number>/", views.disposal, name="disposal"),
    path("<str:number>/approve/", views.approve, name="approve"),
    path("<str:number>/refuse/", views.refuse, name="refuse"),
    path("<str:number>/proof/", views.attach, name="attach"),
    path("<str:number>/files/<int:pk>/", views.file, name="file"),
    path("<str:number>/destroy/", views.destroy, name="destroy"),
    path("<str:number>/witness/", views.witness, name="witness"),
    path("<str:number>/carrier/", views.give, name="give"),
    path("<str:number>/carrier/take/", views.take, name="take"),
    path("<str:number>/carrier/code/", views.code, name="code"),
    path("<str:number>/carrier/acknowledge/", views.acknowledge, name="acknowledge"),
]
