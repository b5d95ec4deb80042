"""Review, certification, release for supply, rejection."""

from django.urls import path

from apps.release import views

app_name = "release"
urlpatterns = [
    path("<str:number>/review/", views.review, name="review"),
    path("<str:number>/review/sign/", views.sign_review, name="sign_review"),
    path("<str:number>/accept/", views.accept, name="accept"),
    path("<str:number>/certify/", views.certify, name="certify"),
    path("<str:number>/supply/", views.supply, name="supply"),
    path("<str:number>/reject/", views.reject, name="reject"),
]
