"""Decisions of the API."""

from django.urls import path

from apps.release import api

app_name = "release_api"
urlpatterns = [
    path("batches/<str:number>/review-page/", api.ReviewPageView.as_view(), name="review_page"),
    path("batches/<str:number>/review/", api.Review.as_view(), name="review"),
    path("batches/<str:number>/review/challenges/", api.ReviewChallenge.as_view(), name="review_challenge"),
    path("batches/<str:number>/certify/", api.Certify.as_view(), name="certify"),
    path("batches/<str:number>/certify/challenges/", api.CertifyChallenge.as_view(), name="certify_challenge"),
    path("batches/<str:number>/release/", api.Release.as_view(), name="release"),
    path("batches/<str:number>/release/challenges/", api.ReleaseChallenge.as_view(), name="release_challenge"),
    path("batches/<str:number>/reject/", api.Reject.as_view(), name="reject"),
    path("batches/<str:number>/reject/challenges/", api.RejectChallenge.as_view(), name="reject_challenge"),
]
