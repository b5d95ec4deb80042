"""Stability in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.stability.api import extensions, studies
from apps.units.api.acts import act_path

STUDY, EXTENSION = "studies/<str:number>", "extensions/<str:number>"
app_name = "stability_api"
urlpatterns = [
    path("studies/", studies.Studies.as_view(), name="studies"),
    path(f"{STUDY}/", studies.StudyView.as_view(), name="study"),
    path(f"{STUDY}/support/", studies.SupportView.as_view(), name="studies_support"),
    *signed_paths("batches/<str:number>/studies/", studies.OpenStudy, "batches_study"),
    act_path(f"{STUDY}/pulls/", studies.PullUnit, "studies_pull"),
    *signed_paths(f"{STUDY}/closure/", studies.CloseStudy, "studies_closure"),
    act_path(f"{STUDY}/extensions/", extensions.ProposeExtension, "studies_extension"),
    path("extensions/", extensions.Extensions.as_view(), name="extensions"),
    path(f"{EXTENSION}/", extensions.ExtensionView.as_view(), name="extension"),
    *signed_paths(f"{EXTENSION}/endorsement/", extensions.EndorseExtension, "extensions_endorsement"),
    *signed_paths(f"{EXTENSION}/authorisation/", extensions.AuthoriseExtension, "extensions_authorisation"),
    *signed_paths(f"{EXTENSION}/relabelling/", extensions.RelabelUnit, "extensions_relabelling"),
    *signed_paths(f"{EXTENSION}/confirmation/", extensions.ConfirmRelabelling, "extensions_confirmation"),
    act_path(f"{EXTENSION}/completion/", extensions.CompleteExtension, "extensions_completion"),
    act_path(f"{EXTENSION}/withdrawal/", extensions.WithdrawExtension, "extensions_withdrawal"),
]
