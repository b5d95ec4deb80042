"""Complaints and adverse events in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.units.api.acts import act_path
from apps.vigilance.api import adverse, complaints

COMPLAINT, EVENT = "complaints/<str:number>", "adverse-events/<str:number>"

app_name = "vigilance_api"
urlpatterns = [
    path("complaints/", complaints.Complaints.as_view(), name="complaints"),
    path("complaints-trend/", complaints.TrendView.as_view(), name="complaints_trend"),
    path(f"{COMPLAINT}/", complaints.ComplaintView.as_view(), name="complaint"),
    act_path(f"{COMPLAINT}/concerned/", complaints.NameConcerned, "complaints_concerned"),
    act_path(f"{COMPLAINT}/answer/", complaints.AnswerComplaint, "complaints_answer"),
    *signed_paths(f"{COMPLAINT}/triage/", complaints.TriageComplaint, "complaints_triage"),
    *signed_paths(f"{COMPLAINT}/closure/", complaints.CloseComplaint, "complaints_closure"),
    *signed_paths(f"{COMPLAINT}/reopening/", complaints.ReopenComplaint, "complaints_reopening"),
    path("adverse-events/", adverse.AdverseEvents.as_view(), name="adverse_events"),
    path(f"{EVENT}/", adverse.AdverseEventView.as_view(), name="adverse_event"),
    act_path("orders/<str:number>/adverse-events/", adverse.RecordAdverseEvent, "orders_adverse_event"),
    act_path(f"{EVENT}/follow-ups/", adverse.AddFollowUp, "adverse_events_follow_up"),
    act_path(f"{EVENT}/reports/", adverse.SendReport, "adverse_events_report"),
    *signed_paths(f"{EVENT}/assessment/", adverse.AssessEvent, "adverse_events_assessment"),
    *signed_paths(f"{EVENT}/closure/", adverse.CloseAdverseEvent, "adverse_events_closure"),
    *signed_paths(f"{EVENT}/reopening/", adverse.ReopenAdverseEvent, "adverse_events_reopening"),
]
