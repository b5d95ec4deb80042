"""Review, certification, release for supply; rejection, recall, and taking a decision back."""

from django.urls import path

from apps.release import views

app_name = "release"
urlpatterns = [
    path("register/<str:site>/print/", views.print_register, name="print_register"),
    path("<str:number>/review/", views.review, name="review"),
    path("<str:number>/review/sign/", views.sign_review, name="sign_review"),
    path("<str:number>/accept/", views.accept, name="accept"),
    path("<str:number>/certify/", views.certify, name="certify"),
    path("<str:number>/supply/", views.supply, name="supply"),
    path("<str:number>/reject/", views.reject, name="reject"),
    path("<str:number>/recall/", views.recall, name="recall"),
    path("<str:number>/withdraw-review/", views.withdraw, name="withdraw_review"),
    path("<str:number>/reopen/", views.reopen, name="reopen"),
]
