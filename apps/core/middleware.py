"""Every request has an identifier, a size and a path that can be read; every error of the API is a problem."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from rest_framework.permissions import SAFE_METHODS

from apps.core.errors import Objection
from apps.core.http import PROBLEM, problem_members
from apps.core.text import N_
from apps.core.ui.wording import sentence

ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")
PROBLEMS = {
    400: ("bad_request", N_("This request can’t be read. Nothing was recorded.")),
    403: ("permission_denied", N_("You may not do this here. Nothing was recorded.")),
    404: ("not_found", N_("There is nothing at this address, or it belongs to a site where you hold no role.")),
    413: ("too_large", N_("What was sent is too large. Nothing was recorded.")),
    500: ("server_error", N_("The system failed to answer; nothing was recorded. Request {request_id} is in the log.")),
}
NUL = ("nul_character", N_("No name holds a NUL character."))
# Nothing is overwritten, so no page takes these; an attempt to delete is still put down to whoever makes it.
OVERWRITE = ("PUT", "PATCH")
PAGES_TAKE = ["GET", "HEAD", "POST"]
NOT_TAKEN = ("method_not_allowed", PROBLEMS[403][1])


class RequestIdMiddleware:
    """Takes the caller's X-Request-ID when it has a safe form, else makes one: in the trail, in the log, in the reply.

    What nobody could read, or what would overwrite, is refused before anything else looks at it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if ACCEPTED.fullmatch(sent) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # ours
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = _refused_unread(request) or self.get_response(request)
        status = _status_to_tell(request, response)
        if status:
            response = _problem(request, status, *PROBLEMS[status])
        response["X-Request-ID"] = request_id
        return response


def _refused_unread(request: HttpRequest) -> HttpResponseBase | None:
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return _problem(request, 400, *NUL) if _is_api(request) else _plainly(400, NUL[1])
    if _size(request) > settings.LARGEST_REQUEST:
        return _problem(request, 413, *PROBLEMS[413]) if _is_api(request) else _plainly(413, PROBLEMS[413][1])
    return _refused_to_overwrite(request) if request.method in OVERWRITE else None


def _refused_to_overwrite(request: HttpRequest) -> HttpResponseBase | None:
    try:
        taken = _taken_at(request)
    except Resolver404:
        return None
    if request.method in taken:
        return None
    response = _problem(request, 405, *NOT_TAKEN) if _is_api(request) else HttpResponse(status=405)
    response["Allow"] = ", ".join(taken)
    return response


def _taken_at(request: HttpRequest) -> list[str]:
    """The methods of this address. Raises Resolver404."""
    kind = getattr(resolve(request.path_info).func, "cls", None)
    if kind is None:
        return PAGES_TAKE
    view = kind()
    view.setup(request)
    return list(view.allowed_methods)


def _size(request: HttpRequest) -> int:
    # The framework limits forms, but reads JSON of any length.
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _status_to_tell(request: HttpRequest, response: HttpResponseBase) -> int:
    """The status of an answer that the framework gave in its own words: to an unknown address, to a foreign host."""
    if not _is_api(request):
        return 0
    if response.status_code == 301 and request.method not in SAFE_METHODS and not request.path.endswith("/"):
        return 404  # whoever follows the redirect sends a GET: what was written would be lost in silence
    is_told = response.headers.get("Content-Type", "").startswith((PROBLEM, "application/fhir+json"))
    return response.status_code if response.status_code in PROBLEMS and not is_told else 0


def _problem(request: HttpRequest, status: int, code: str, template: str) -> JsonResponse:
    objection = Objection(code, template, {"request_id": request.request_id} if status == 500 else {})  # type: ignore[attr-defined]  # ours
    with translation.override(translation.get_language_from_request(request)):
        said: dict[str, object] = {"code": code, "detail": sentence(objection), "place": "", "facts": objection.facts}
    return JsonResponse(problem_members(status, code, [said]), status=status, content_type=PROBLEM)


def _plainly(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
