"""The batch record in the API."""

from django.urls import path

from apps.batches.api import batches, changes, pooling, steps, things, values
from apps.signatures.api.verbs import signed_paths

app_name = "batches_api"
ONE = "batches/<str:number>"
urlpatterns = [
    path("excursions/", things.ExcursionsView.as_view(), name="excursions"),
    path("batches/", batches.BatchesView.as_view(), name="batches"),
    path(f"{ONE}/", batches.BatchView.as_view(), name="batch"),
    *signed_paths(f"{ONE}/start/", batches.StartBatch, "batches_start"),
    *signed_paths(f"{ONE}/finish/", batches.FinishBatch, "batches_finish"),
    *signed_paths(f"{ONE}/terminate/", batches.TerminateBatch, "batches_terminate"),
    path(f"{ONE}/values/", values.ValuesView.as_view(), name="values"),
    path(f"{ONE}/values/several/", values.SeveralValues.as_view(), name="several_values"),
    path(f"{ONE}/values/challenges/", values.LateChallenge.as_view(), name="late_challenge"),
    path(f"{ONE}/values/<str:place>/", values.ValueView.as_view(), name="value"),
    path(f"{ONE}/values/<str:place>/corrections/", values.Corrections.as_view(), name="corrections"),
    path(f"{ONE}/occurrences/", steps.Occurrences.as_view(), name="occurrences"),
    path(f"{ONE}/steps/<str:place>/", steps.StepView.as_view(), name="step"),
    path(f"{ONE}/steps/<str:place>/complete/", steps.CompleteStep.as_view(), name="complete"),
    *signed_paths(f"{ONE}/steps/<str:place>/sign/", steps.SignStep, "steps_sign"),
    *signed_paths(f"{ONE}/steps/<str:place>/witness/", steps.WitnessStep, "steps_witness"),
    path(f"{ONE}/sections/<str:place>/", steps.SectionView.as_view(), name="section"),
    *signed_paths(f"{ONE}/sections/<str:place>/sign/", steps.SignSection, "sections_sign"),
    *signed_paths(f"{ONE}/sections/<str:place>/check/", steps.CheckSection, "sections_check"),
    path(f"{ONE}/vessels/", things.Vessels.as_view(), name="vessels"),
    path(f"{ONE}/vessels/labels/", things.VesselLabels.as_view(), name="vessel_labels"),
    path(f"{ONE}/pool/", pooling.PoolView.as_view(), name="pool"),
    path(f"{ONE}/pool/removals/", pooling.PoolRemovals.as_view(), name="pool_removals"),
    path(f"{ONE}/attachments/", things.Attachments.as_view(), name="attachments"),
    path(f"{ONE}/attachments/<int:pk>/", things.AttachmentContent.as_view(), name="attachment"),
    *signed_paths(f"{ONE}/attachments/<int:pk>/true-copy/", things.CertifyTrueCopy, "attachments_certify"),
    *signed_paths(f"{ONE}/amendments/", changes.ProposeAmendment, "amendments_propose"),
    *signed_paths(f"{ONE}/amendments/<str:amendment>/approval/", changes.ApproveAmendment, "amendments_approve"),
    *signed_paths(f"{ONE}/planned-deviations/", changes.PlanDeviation, "deviations_plan"),
    *signed_paths(f"{ONE}/risks/", changes.ProceedAtRisk, "risks_accept"),
    *signed_paths(f"{ONE}/risks/<int:pk>/ratification/", changes.RatifyRisk, "risks_ratify"),
    path(f"{ONE}/comments/", changes.Comments.as_view(), name="comments"),
]
