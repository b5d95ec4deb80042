"""The register and the public verification in the API."""

from django.urls import path

from apps.documents import api
from apps.signatures.api.verbs import signed_paths

app_name = "documents_api"
urlpatterns = [
    path("documents/", api.DocumentList.as_view(), name="list"),
    path("documents/<str:number>/<int:version>/", api.DocumentDetail.as_view(), name="detail"),
    path("documents/<str:number>/<int:version>/file/", api.DocumentFile.as_view(), name="file"),
    *signed_paths("documents/<str:number>/<int:version>/withdraw/", api.Withdraw, "document_withdrawal"),
    path("verify/", api.VerifyFile.as_view(), name="verify_file"),
    path("verify/<str:code>/", api.VerifyCode.as_view(), name="verify_code"),
]
