"""/api/schema/: the OpenAPI description. It is the same for everybody, so each language and form is drawn once."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from apps.core.http import as_file

FORMS = {form.media_type: form for form in SpectacularAPIView.renderer_classes}


class Description(SpectacularAPIView):
    """GET /api/schema/: YAML or JSON, whichever is asked for."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        form = request.accepted_renderer
        reply = HttpResponse(_drawn(get_language(), form.media_type), content_type=f"{form.media_type}; charset=utf-8")
        return as_file(reply, f"schema.{form.format}")


@cache
def _drawn(language: str, media_type: str) -> str | bytes:
    """In the language that is active; it is named for the cache only."""
    return FORMS[media_type]().render(SchemaGenerator().get_schema(request=None, public=True), media_type, {})
