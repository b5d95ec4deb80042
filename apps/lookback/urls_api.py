"""Looking back from a donor in the API."""

from django.urls import path

from apps.lookback import api
from apps.signatures.api.verbs import signed_paths

app_name = "lookback_api"
urlpatterns = [
    path("look-backs/", api.LookBacks.as_view(), name="look_backs"),
    path("look-backs/<str:number>/", api.LookBackView.as_view(), name="look_back"),
    path("look-backs/<str:number>/duties/<int:pk>/", api.AnswerRecall.as_view(), name="duty"),
    path("look-backs/<str:number>/notices/<int:pk>/", api.AcknowledgeNotice.as_view(), name="notice"),
    path("look-backs/<str:number>/notices/<int:pk>/deputy/", api.NameDeputy.as_view(), name="deputy"),
    path("look-backs/<str:number>/report/", api.ReportFailure.as_view(), name="report"),
    *signed_paths("donors/<str:number>/look-back/", api.LookBackFrom, "donors_look_back"),
]
