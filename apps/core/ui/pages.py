"""Refusals as pages: what is so, what it means, what next, and the second way for what already happened."""

from collections.abc import Callable, Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.views import APIView

from apps.core.errors import Happened, Refused
from apps.core.http import happened_of

NOTHING = gettext_lazy("Nothing was recorded.")
SENTENCES = {
    400: (gettext_lazy("This can’t be read"), gettext_lazy("Nothing was recorded. Mend it and send it again.")),
    401: (gettext_lazy("Not signed"), gettext_lazy("Nothing was signed and nothing else was recorded.")),
    403: (gettext_lazy("You may not do this here"), gettext_lazy("Nothing changed. The attempt is kept in the trail.")),
    409: (gettext_lazy("This can’t be done now"), NOTHING),
    412: (
        gettext_lazy("It changed since you looked"),
        gettext_lazy("Nothing was recorded. Look at the present state and decide again."),
    ),
    428: (
        gettext_lazy("Which version did you see?"),
        gettext_lazy("Nothing was recorded. Open the page again, so that the act names what you saw."),
    ),
}
SENT_BY_PAGES = ("GET", "HEAD", "POST")
NEVER_REPEATED = {"csrfmiddlewaretoken", "secret", "password", "challenge", "happened_at", "happened_reason"}


def refusal_response(
    request: HttpRequest,
    refused: Refused,
    *,
    title: str = "",
    means: str = "",
    next_steps: Sequence[Mapping[str, str]] = (),
    already: bool = False,
) -> HttpResponse:
    """The refusal as a page, or as its part. `already` offers to record the same act as already done."""
    usual_title, usual_means = SENTENCES[refused.status]
    refusal = {
        "status": refused.status,
        "title": title or usual_title,
        "objections": refused.objections,
        "means": means or usual_means,
        "next": [*next_steps, {"url": came_from(request), "label": _("Back to the page")}],
        "already": _second_way(request) if already and refused.status == 409 else None,
    }
    template = "parts/refusal.html" if wants_a_part(request) else "refusal_page.html"
    context = {"refusal": refusal, "request_id": getattr(request, "request_id", "")}
    return render(request, template, context, status=refused.status)


def wants_a_part(request: HttpRequest) -> bool:
    """A page of ours asks for a part of itself; or no page does, by a verb that none of them sends."""
    return bool(request.headers.get("HX-Request")) or request.method not in SENT_BY_PAGES


def happened_from(request: HttpRequest) -> Happened | None:
    """What the second way of the refusal page sends back; its time is read in the zone of the page."""
    text = request.POST.get("happened_at", "")
    at = parse_datetime(text) if text else None
    if at is not None and at.tzinfo is None:
        at = timezone.make_aware(at)
    return happened_of(at or text, request.POST.get("happened_reason", ""))


def came_from(request: HttpRequest) -> str:
    """The page the person was on, when it is one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else "/"


def _second_way(request: HttpRequest) -> dict[str, object]:
    # Every value of a field that was ticked several times: the second way records the same act, not a part of it.
    sent = [(name, value) for name, values in request.POST.lists() if name not in NEVER_REPEATED for value in values]
    return {"action": request.get_full_path(), "hidden": sent}


class RefusalPages:
    """A refusal that a page's view did not show beside a field becomes a refusal page, never an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Only for pages: the API answers with problem+json by its own handler."""
        view = request.resolver_match.func if request.resolver_match else None
        if not isinstance(error, Refused) or issubclass(getattr(view, "cls", object), APIView):
            return None
        return refusal_response(request, error)
