"""The trail in the API."""

from django.urls import path

from apps.inspection import api

app_name = "inspection_api"
urlpatterns = [
    path("audit/entries/", api.Entries.as_view(), name="entries"),
    path("audit/entries/<uuid:pk>/", api.EntryDetail.as_view(), name="entry"),
    path("audit/chains/<path:address>/", api.Chain.as_view(), name="chain"),
    path("audit/copies/<path:address>/", api.Copy.as_view(), name="copy"),
    path("lineage/<path:address>/", api.Lineage.as_view(), name="lineage"),
    path("use-log/<path:address>/", api.UseLog.as_view(), name="use_log"),
    path("trace/<path:address>/", api.TraceValue.as_view(), name="trace"),
    path("checkpoints/", api.Checkpoints.as_view(), name="checkpoints"),
    path("checkpoints/<int:size>/", api.CheckpointDetail.as_view(), name="checkpoint"),
]
