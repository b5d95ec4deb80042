"""Decisions over a batch."""

from django.urls import path

from apps.release import api
from apps.signatures.api.verbs import signed_paths

app_name = "release_api"
ONE = "batches/<str:number>"

urlpatterns = [
    path("register/<str:site>/copies/", api.RegisterCopies.as_view(), name="register_copies"),
    path(f"{ONE}/review-page/", api.ReviewPageView.as_view(), name="review_page"),
    path(f"{ONE}/review-page/accept/", api.AcceptFinding.as_view(), name="accept"),
    *signed_paths(f"{ONE}/review/", api.Review, "batches_review"),
    *signed_paths(f"{ONE}/certify/", api.Certify, "batches_certify"),
    *signed_paths(f"{ONE}/supply/", api.Supply, "batches_supply"),
    *signed_paths(f"{ONE}/reject/", api.Reject, "batches_reject"),
    *signed_paths(f"{ONE}/recall/", api.Recall, "batches_recall"),
    *signed_paths(f"{ONE}/withdraw-review/", api.WithdrawReview, "batches_withdraw_review"),
    *signed_paths(f"{ONE}/reopen/", api.Reopen, "batches_reopen"),
]
