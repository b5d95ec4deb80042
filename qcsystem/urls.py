"""Every address of the system: an app's pages (`urls.py`) under its name, its API (`urls_api.py`) under /api/v1/."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularSwaggerSplitView

from qcsystem.description import Description
from qcsystem.health import healthz

# Pages that do not stand under their app's name: what everybody needs, and what strangers are told.
AT_THE_ROOT = ("organisation", "signatures", "desk")
ASKED_MOST = "batches"  # stands first: the framework tries one address after the other
ELSEWHERE = [path("", include("apps.core.urls_ui")), path("verify/", include("apps.documents.urls_verify"))]


def pages() -> Iterator[URLResolver]:
    for name in _apps_with("urls"):
        yield path("" if name in AT_THE_ROOT else f"{name}/", include(f"apps.{name}.urls"))


def api() -> Iterator[URLResolver]:
    for name in _apps_with("urls_api"):
        yield path("v1/", include(f"apps.{name}.urls_api"))


def _apps_with(module: str) -> list[str]:
    own = [app for app in apps.get_app_configs() if app.name.startswith("apps.")]
    found = [app.label for app in own if module_has_submodule(app.module, module)]
    return sorted(found, key=lambda name: name != ASKED_MOST)


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/schema/", Description.as_view(), name="schema"),
    path(
        "api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html"), name="docs"
    ),
    path("api/", include([*api()])),
    *ELSEWHERE,
    *pages(),
]
