"""Pages of inspection."""

from django.urls import path

from apps.inspection import views

app_name = "inspection"
urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/export.csv", views.audit_table, name="audit_table"),
    path("audit/export.json", views.audit_proof, name="audit_proof"),
    path("records/<path:address>/export.json", views.record_proof, name="record_proof"),
    path("records/<path:address>/export.csv", views.record_table, name="record_table"),
    path("records/<path:address>/copy.zip", views.record_copy, name="record_copy"),
    path("records/<path:address>/", views.record, name="record"),
    path("lineage/<path:address>/export.csv", views.lineage_table, name="lineage_table"),
    path("lineage/<path:address>/", views.lineage, name="lineage"),
    path("use-log/<path:address>/export.csv", views.use_table, name="use_table"),
    path("use-log/<path:address>/", views.uses, name="use_log"),
    path("trace/<path:address>/", views.trace_value, name="trace"),
]
