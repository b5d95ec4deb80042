"""One continuous period of controlled access: where the person is, when the session locks, and what stays open then.

Whatever ends the period (idle limit, lock, another address or browser) gives the session a new key. Series of
signatures are bound to the key, so the next signing takes both components again (21 CFR 11.200(a)(1)(ii)).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.defaults import page_not_found, permission_denied
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.audit.services import keep_refusal
from apps.core.context import Here
from apps.core.errors import NotAllowed, Objection, Refused, SignatureRefused
from apps.core.http import PROBLEM, actor_of, device_of, problem_body
from apps.core.text import N_
from apps.core.ui.pages import refusal_response, wants_a_part
from apps.organisation.access import access_of, may_use, not_open
from apps.organisation.models import RoleHeld
from apps.organisation.rules import is_idle
from apps.organisation.selectors import grants_of

DEFAULT_IDLE = timedelta(minutes=15)
STAMP_EVERY = timedelta(seconds=15)  # activity is written down at most this often, for each time costs a write


class ControlledAccess:
    """Sets `request.here`, locks idle sessions, and asks every view who may use it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.here = None  # type: ignore[attr-defined]  # ours, beside Django's
        if request.user.is_authenticated:
            self._watch(request, timezone.now())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Locked, secret to be changed, role missing: in this order. Public views are open to everybody."""
        is_api = issubclass(getattr(view, "cls", object), APIView)
        if not request.user.is_authenticated or _is_public(view, is_api):
            return None
        access = access_of(view, request.resolver_match.app_names if request.resolver_match else ())
        if request.session.get("locked") and not access.while_locked:
            return _locked_reply(request, is_api)
        if request.user.must_change_secret and not access.without_role:
            return _change_first_reply(is_api)
        now = timezone.now()
        if not is_api and not may_use(access, str(request.method), request.user, now):
            refusal = not_open(access, str(request.method), request.path, request.user.username_key)
            keep_refusal(refusal, actor=actor_of(request), at=now)
            return _refused(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What is not found within a person's sites is not there; the API's handler says the same."""
        return page_not_found(request, error) if isinstance(error, ObjectDoesNotExist) else None

    def _watch(self, request: HttpRequest, now: datetime) -> None:
        grants = grants_of(request.user, now)
        here = _grant_here(request, grants)
        limit = timedelta(minutes=here.site.idle_minutes) if here else DEFAULT_IDLE
        _end_period_on_other_device(request)
        last = datetime.fromtimestamp(request.session.setdefault("active_at", now.timestamp()), tz=now.tzinfo)
        if is_idle(last, limit, now):
            lock(request)
        elif not request.headers.get("X-Background") and now - last >= STAMP_EVERY:
            request.session["active_at"] = now.timestamp()
            last = now
        request.here = _here(here, last + limit) if here else None  # type: ignore[attr-defined]  # ours


def lock(request: HttpRequest) -> None:
    """End the period of controlled access: the session stays, but opens nothing until its person gives the secret."""
    if not request.session.get("locked"):
        request.session["locked"] = True
        request.session.cycle_key()


def begin_period(request: HttpRequest) -> None:
    """A person was recognised: a new period of controlled access begins, in a session with a new key."""
    request.session["locked"] = False
    request.session["active_at"] = timezone.now().timestamp()
    request.session["device"] = device_of(request)
    request.session.cycle_key()


def _is_public(view: Any, is_api: bool) -> bool:
    if is_api:
        return AllowAny in view.cls.permission_classes
    return not getattr(view, "login_required", True)


def _end_period_on_other_device(request: HttpRequest) -> None:
    device = device_of(request)
    if request.session.setdefault("device", device) != device:
        request.session["device"] = device
        request.session.cycle_key()


def _grant_here(request: HttpRequest, grants: list[RoleHeld]) -> RoleHeld | None:
    chosen = [grant for grant in grants if grant.site.code == request.session.get("site")]
    return (chosen or grants or [None])[0]


def _here(grant: RoleHeld, until: datetime) -> Here:
    return Here(
        site_code=grant.site.code,
        site_name=grant.site.name,
        zone=grant.site.timezone,
        role_title=grant.title,
        session_until=until,
        idle_seconds=grant.site.idle_minutes * 60,
    )


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page for whoever came by an address; only the sentence for a part of a page, and where no page of ours asks."""
    return refusal_response(request, refusal) if wants_a_part(request) else permission_denied(request, refusal)


def _locked_reply(request: HttpRequest, is_api: bool) -> HttpResponse:
    if is_api:
        template = N_("This session is locked. Give your password to go on.")
        return _problem(SignatureRefused(Objection("session_locked", template)))
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
    return _go(request, f"{reverse('organisation:lock')}?{urlencode({'next': back})}")


def _change_first_reply(is_api: bool) -> HttpResponse:
    if is_api:
        template = N_("Choose a password of your own first; it is in your account.")
        return _problem(NotAllowed(Objection("secret_to_change", template)))
    return HttpResponseRedirect(reverse("organisation:secret"))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _problem(refusal: Refused) -> JsonResponse:
    return JsonResponse(problem_body(refusal), status=refusal.status, content_type=PROBLEM)
