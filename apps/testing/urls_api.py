"""The laboratory in the API."""

from django.urls import path

from apps.signatures.api.verbs import signed_paths
from apps.testing.api import investigations as oos
from apps.testing.api import results, runs, samples
from apps.units.api.acts import act_path

app_name = "testing_api"
SAMPLE, RUN, BATCH = "samples/<str:number>", "runs/<str:number>", "batches/<str:number>"
OOS = "investigations/<str:number>"
urlpatterns = [
    act_path("samples/", samples.SampleList, "samples_draw"),
    path(f"{SAMPLE}/", samples.SampleShow.as_view(), name="sample"),
    act_path(f"{SAMPLE}/labels/", samples.SampleLabels, "sample_labels_print"),
    act_path(f"{SAMPLE}/receive/", samples.Receive, "samples_receive"),
    act_path(f"{SAMPLE}/refuse/", samples.Refuse, "samples_refuse"),
    act_path("runs/", runs.RunList, "runs_open"),
    path(f"{RUN}/", runs.RunShow.as_view(), name="run"),
    act_path(f"{RUN}/lines/", runs.PutOnRun, "runs_samples"),
    act_path(f"{RUN}/controls/", runs.RecordControl, "runs_controls"),
    act_path(f"{RUN}/results/", runs.RecordResult, "results_record"),
    *signed_paths(f"{RUN}/sign/", runs.SignResults, "results_sign"),
    *signed_paths(f"{RUN}/review/", runs.ReviewResults, "results_review"),
    path("results/", results.ResultList.as_view(), name="results"),
    path("results/<int:pk>/", results.ResultShow.as_view(), name="result"),
    act_path("results/<int:pk>/correct/", results.CorrectResult, "results_correct"),
    *signed_paths("lines/<int:pk>/late-results/", results.AddLateResult, "results_late"),
    path("investigations/", oos.InvestigationList.as_view(), name="investigations"),
    path("investigations/counts/", oos.RetestCounts.as_view(), name="investigation_counts"),
    path(f"{OOS}/", oos.InvestigationShow.as_view(), name="investigation"),
    *signed_paths(f"{OOS}/laboratory/", oos.Assess, "investigations_assess"),
    *signed_paths(f"{OOS}/invalidation/", oos.Invalidate, "investigations_invalidate"),
    *signed_paths(f"{OOS}/extension/", oos.Extend, "investigations_extend"),
    *signed_paths(f"{OOS}/production/", oos.ReviewProduction, "investigations_production"),
    *signed_paths(f"{OOS}/conclusion/", oos.Conclude, "investigations_conclude"),
    *signed_paths(f"{OOS}/plan/approval/", oos.ApprovePlan, "investigations_plan_approve"),
    act_path(f"{OOS}/plan/", oos.ProposePlan, "investigations_plan_propose"),
    act_path(f"{OOS}/plan/refusal/", oos.RefusePlan, "investigations_plan_refuse"),
    act_path(f"{OOS}/return/", oos.ReturnToLaboratory, "investigations_return"),
    act_path(f"{OOS}/retests/", oos.BeginRetests, "investigations_retest"),
    act_path(f"{OOS}/capas/", oos.PlanCapa, "investigations_capa"),
    path(f"{BATCH}/tests/", results.Outcomes.as_view(), name="outcomes"),
    *signed_paths(f"{BATCH}/analysis/approve/", results.ApproveAnalysis, "analysis_approve"),
]
