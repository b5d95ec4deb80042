"""Pages of the laboratory."""

from django.urls import path

from apps.testing import views

app_name = "testing"
urlpatterns = [
    path("", views.samples, name="samples"),
    path("samples/<str:number>/", views.sample, name="sample"),
    path("samples/<str:number>/labels/", views.print_labels, name="labels"),
    path("samples/<str:number>/receive/", views.receive, name="receive"),
    path("samples/<str:number>/refuse/", views.refuse, name="refuse"),
    path("draw/<str:number>/", views.draw, name="draw"),
    path("runs/", views.runs, name="runs"),
    path("runs/open/", views.waiting_tests, name="waiting"),
    path("runs/open/<str:number>/<str:test>/", views.open_run_page, name="open_run"),
    path("runs/<str:number>/", views.run, name="run"),
    path("runs/<str:number>/acts/", views.run_acts, name="run_acts"),
    path("runs/<str:number>/samples/", views.add_samples, name="add_samples"),
    path("runs/<str:number>/controls/<str:control>/", views.control_value, name="control"),
    path("runs/<str:number>/controls/<str:control>/correct/", views.correct_control, name="correct_control"),
    path("runs/<str:number>/lines/<int:position>/<str:parameter>/<int:replicate>/", views.result_value, name="result"),
    path("runs/<str:number>/sign/", views.sign_run, name="sign"),
    path("runs/<str:number>/invalid/", views.declare_invalid, name="invalid"),
    path("runs/<str:number>/review/", views.review_run, name="review"),
    path("results/<int:pk>/correct/", views.correct, name="correct"),
    path(
        "runs/<str:number>/lines/<int:position>/<str:parameter>/<int:replicate>/late/", views.late_result, name="late"
    ),
    path("investigations/", views.investigations, name="investigations"),
    path("investigations/counts/", views.counts, name="investigation_counts"),
    path("investigations/<str:number>/", views.investigation, name="investigation"),
    path("investigations/<str:number>/laboratory/", views.assess, name="assess"),
    path("investigations/<str:number>/invalidate/", views.invalidate, name="invalidate"),
    path("investigations/<str:number>/extend/", views.extend, name="extend"),
    path("investigations/<str:number>/production/", views.review_production, name="review_production"),
    path("investigations/<str:number>/return/", views.return_to_laboratory, name="return"),
    path("investigations/<str:number>/plan/", views.propose_plan, name="propose_plan"),
    path("investigations/<str:number>/plan/approve/", views.approve_plan, name="approve_plan"),
    path("investigations/<str:number>/plan/refuse/", views.refuse_plan, name="refuse_plan"),
    path("investigations/<str:number>/retests/", views.retest, name="retest"),
    path("investigations/<str:number>/conclude/", views.conclude, name="conclude"),
    path("investigations/<str:number>/capa/", views.plan_capa, name="plan_capa"),
    path("analysis/<str:number>/", views.analysis, name="analysis"),
    path("analysis/<str:number>/approve/", views.approve, name="approve"),
]
