"""Every address of the system. Each app has its pages in `urls.py` and its API in `urls_api.py`."""

from pathlib import Path

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from qcsystem.health import healthz

_apps = Path(__file__).resolve().parent.parent / "apps"
_stages = [
    "organisation", "signatures", "lineage", "documents", "quality", "products", "materials", "facility", "identity",
    "donation", "batches", "units", "testing", "release", "alerts", "inspection",
]  # fmt: skip

api = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    *[path("v1/", include(f"apps.{s}.urls_api")) for s in _stages if (_apps / s / "urls_api.py").exists()],
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/", include(api)),
    path("verify/", include("apps.documents.urls_verify")),
    *[
        path("" if s in ("organisation", "signatures") else f"{s}/", include(f"apps.{s}.urls"))
        for s in _stages
        if (_apps / s / "urls.py").exists()
    ],
    *[path("", include("apps.core.urls_ui")) for _ in [0] if (_apps / "core/urls_ui.py").exists()],
    *[path("", include("apps.desk.urls")) for _ in [0] if (_apps / "desk/urls.py").exists()],
]
