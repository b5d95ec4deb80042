"""What was chosen for the screen: language, light or dark, single-letter keys. Kept with the session and the device;
a person's account keeps language and theme as well (organisation)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = ("auto", "light", "dark")
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True)
class Preferences:
    """The choices in force for one request."""

    language: str
    theme: str = "auto"
    keys: bool = True


def preferences_of(request: HttpRequest) -> Preferences:
    """The session's choice, else the person's language, else what the device chose last, else the browser's."""
    theme = _remembered(request, "theme")
    return Preferences(
        language=_language_of(request),
        theme=theme if theme in THEMES else "auto",
        keys=_remembered(request, "keys") != "off",
    )


def _remembered(request: HttpRequest, name: str) -> str:
    session = getattr(request, "session", None)
    person = getattr(request, "user", None)
    chosen = session.get(f"screen_{name}") if session is not None else None
    return str(chosen or getattr(person, name, "") or request.COOKIES.get(f"screen_{name}", ""))


def _language_of(request: HttpRequest) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    session = getattr(request, "session", None)
    person = getattr(request, "user", None)
    for choice in (
        session.get("screen_language") if session is not None else None,
        getattr(person, "language", None),
        request.COOKIES.get("screen_language"),
    ):
        if choice in known:
            return str(choice)
    return translation.get_language_from_request(request)


class PreferencesMiddleware:
    """Speaks the person's language and reads the site's clock for the length of one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language_of(request)
        zone = getattr(getattr(request, "here", None), "zone", None)
        with translation.override(language), timezone.override(ZoneInfo(zone) if zone else None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """POST /preferences/: keep the choice and go back to the same page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    remember(request, response, _choices(request))
    return response


def remember(request: HttpRequest, response: HttpResponse, choices: Iterable[tuple[str, str]]) -> None:
    """Keep choices with the session, and with the device for the pages before signing in."""
    for name, value in choices:
        request.session[f"screen_{name}"] = value
        response.set_cookie(
            f"screen_{name}", value, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=request.is_secure()
        )


def _choices(request: HttpRequest) -> list[tuple[str, str]]:
    allowed = {"language": [code for code, _ in settings.LANGUAGES], "theme": list(THEMES), "keys": ["on", "off"]}
    return [(name, request.POST[name]) for name, values in allowed.items() if request.POST.get(name) in values]
