"""The people of a site in the API."""

from django.urls import path

from apps.signatures.api import people
from apps.signatures.api.verbs import signed_paths

app_name = "signatures_api"
PERSON = "people/<str:username>/"
urlpatterns = [
    path("people/", people.PeopleView.as_view(), name="people"),
    path(PERSON, people.PersonView.as_view(), name="person"),
    path(f"{PERSON}trainings/", people.TrainingView.as_view(), name="trainings"),
    path(f"{PERSON}roles/<int:pk>/withdrawal/", people.WithdrawalView.as_view(), name="withdrawal"),
    path(f"{PERSON}unlock/approval-challenges/", people.UnlockApprovalChallenge.as_view(), name="unlock_approval"),
    *[
        path(f"{PERSON}{verb}/", people.PersonVerb.as_view(verb=verb), name=f"person_{verb}")
        for verb in people.PersonVerb.VERBS
    ],
    *signed_paths(f"{PERSON}roles/", people.GrantRole, "people_grant_role"),
    *signed_paths(f"{PERSON}secret/", people.ResetSecret, "people_reset_secret"),
    *signed_paths(f"{PERSON}unlock/", people.Unlock, "people_unlock"),
    *signed_paths(f"{PERSON}reactivation/", people.Reactivate, "people_reactivate"),
]
