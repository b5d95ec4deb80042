"""Pages of the batch record."""

from django.urls import path, re_path

from apps.batches import views

app_name = "batches"
urlpatterns = [
    path("", views.batch_list, name="list"),
    path("plan/", views.plan, name="plan"),
    path("excursions/<str:number>/", views.excursion, name="excursion"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/record/", views.record, name="record"),
    path("<str:number>/growth.csv", views.growth_table, name="growth"),
    path("<str:number>/check/", views.check, name="check"),
    path("<str:number>/sections/<str:place>/sign/", views.sign_section, name="sign_section"),
    path("<str:number>/sections/<str:place>/check/", views.check_section, name="check_section"),
    path("<str:number>/occurrences/<str:place>/", views.begin, name="begin"),
    path("<str:number>/steps/<str:place>/", views.step, name="step"),
    path("<str:number>/steps/<str:place>/complete/", views.complete, name="complete"),
    path("<str:number>/steps/<str:place>/sign/", views.sign_step, name="sign"),
    path("<str:number>/steps/<str:place>/witness/", views.witness, name="witness"),
    path("<str:number>/steps/<str:place>/vessels/", views.vessels, name="vessels"),
    path("<str:number>/steps/<str:place>/scan/", views.scan, name="scan"),
    path("<str:number>/vessels/", views.vessel_list, name="vessel_list"),
    path("<str:number>/vessels/labels/", views.print_labels, name="vessel_labels"),
    path("<str:number>/values/<str:place>/", views.value, name="value"),
    path("<str:number>/values/<str:place>/correct/", views.correct, name="correct"),
    path("<str:number>/values/<str:place>/confirm/", views.confirm, name="confirm"),
    path("<str:number>/values/<str:place>/file/", views.attach, name="attach"),
    path("<str:number>/values/<str:place>/file/replace/", views.replace_attached, name="replace_file"),
    path("<str:number>/files/<int:pk>/", views.file, name="file"),
    path("<str:number>/files/<int:pk>/certify/", views.certify, name="certify"),
    path("<str:number>/pool/", views.pool, name="pool"),
    path("<str:number>/pool/enter/", views.enter_pool, name="enter_pool"),
    path("<str:number>/pool/take-out/", views.take_out, name="take_out"),
    path("<str:number>/note/", views.note, name="note"),
    path("<str:number>/stop/", views.stop, name="stop"),
    path("<str:number>/report/", views.report, name="report"),
    path("<str:number>/risk/", views.risk, name="risk"),
    path("<str:number>/risks/<int:pk>/ratify/", views.ratify, name="ratify"),
    path("<str:number>/amendments/new/", views.amend, name="amend"),
    path("<str:number>/amendments/<int:pk>/approve/", views.approve, name="approve"),
    path("<str:number>/deviations/plan/", views.deviate, name="deviate"),
    re_path(r"^(?P<number>[^/]+)/(?P<verb>start|finish|terminate)/$", views.move, name="move"),
]
