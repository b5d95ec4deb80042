"""The session and one's own account in the API."""

from django.urls import path

from apps.organisation import api
from apps.organisation.api import saved

app_name = "organisation_api"
urlpatterns = [
    path("session/", api.SessionView.as_view(), name="session"),
    path("session/lock/", api.LockView.as_view(), name="lock"),
    path("session/unlock/", api.UnlockView.as_view(), name="unlock"),
    path("account/secret/", api.AccountSecretView.as_view(), name="secret"),
    path("account/declaration/", api.AccountDeclarationView.as_view(), name="declaration"),
    path("account/trainings/", api.MyTrainings.as_view(), name="my_trainings"),
    path("account/trainings/<int:pk>/acknowledgement/", api.Acknowledgement.as_view(), name="acknowledge"),
    path("trainings/", api.TrainingsView.as_view(), name="trainings"),
    path("sites/", api.SitesView.as_view(), name="sites"),
    path("sites/<str:site>/idle-limit/", api.IdleLimitView.as_view(), name="idle_limit"),
    path("account/views/", saved.AccountViewsView.as_view(), name="views"),
    path("account/views/forget/", saved.AccountViewForgetView.as_view(), name="forget_view"),
    path("account/display/", api.AccountDisplayView.as_view(), name="display"),
]
