"""Every request has an identifier: in the trail, in the log, on the page of an error and in the reply."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Takes the caller's X-Request-ID when it has a safe form, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("No name holds a NUL character.", content_type="text/plain")
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if ACCEPTED.fullmatch(sent) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
