"""Pages of signing in and out, of the lock, and of one's own account."""

from datetime import UTC, datetime

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.errors import Refused
from apps.core.http import actor_of, network_address_of, refusals_on, stranger_of
from apps.core.preferences import remember
from apps.core.roles import Role
from apps.core.ui.pages import refusal_response
from apps.organisation.access import ANYONE, Access, open_to
from apps.organisation.content import DECLARATION
from apps.organisation.forms import DeclarationForm, DisplayForm, IdleLimitForm, SecretForm, SignInForm, ViewForm
from apps.organisation.middleware import begin_period, lock
from apps.organisation.models import Training
from apps.organisation.selectors import account_page, demo_accounts, visible_sites
from apps.organisation.services import (
    accept_declaration,
    acknowledge_training,
    change_secret,
    choose_display,
    close_session,
    forget_view,
    keep_view,
    open_session,
    resume_session,
    set_idle_limit,
)
from apps.organisation.trainings import trainings_here

AT_THE_LOCK = Access(without_role=True, while_locked=True)
LOOK = Access(read=frozenset({Role.SITE_ADMIN, Role.QA, Role.INSPECTOR}), write=frozenset())
ADMINISTER = Access(read=frozenset({Role.SITE_ADMIN}), write=frozenset({Role.SITE_ADMIN}))


@login_not_required
@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET, POST /sign-in/: both components open a session."""
    form = SignInForm(request.POST or None)
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            user = open_session(
                identification=form.cleaned_data["username"],
                secret=form.cleaned_data["secret"],
                at=timezone.now(),
                stranger=stranger_of(request),
                address=network_address_of(request),
            )
            login(request, user)
            begin_period(request)
            return HttpResponseRedirect(target)
    context = {"form": form, "next": target, "demo_accounts": demo_accounts(timezone.now())}
    return render(request, "signin.html", context, status=401 if form.errors else 200)


@open_to(access=AT_THE_LOCK)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """POST /sign-out/: the session ends and with it the series of signatures."""
    close_session(user=request.user, at=timezone.now(), actor=actor_of(request))
    logout(request)
    return HttpResponseRedirect(reverse("organisation:sign_in"))


@open_to(access=AT_THE_LOCK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lock_page(request: HttpRequest) -> HttpResponse:
    """POST /lock/: lock now. GET /lock/: the lock, until its owner resumes."""
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST":
        lock(request)
    if not request.session.get("locked"):
        return HttpResponseRedirect(target)
    return _lock_screen(request, target)


@open_to(access=AT_THE_LOCK)
@sensitive_post_parameters("secret")
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """POST /lock/resume/: the same person gives the secret and is back at the same place."""
    target = safe_target(request, request.POST.get("next", ""))
    try:
        resume_session(
            user=request.user,
            secret=request.POST.get("secret", ""),
            at=timezone.now(),
            actor=actor_of(request),
            address=network_address_of(request),
        )
    except Refused as refusal:
        return _lock_screen(request, target, refusal)
    begin_period(request)
    return HttpResponseRedirect(target)


@open_to(access=ANYONE)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """GET /account/: who I am here, what I may do, what I accepted."""
    return render(request, "organisation/me.html", _account_context(request))


@open_to(access=ANYONE)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def secret(request: HttpRequest) -> HttpResponse:
    """GET, POST /account/password/: choose a secret of one's own."""
    form = SecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            request.user = change_secret(
                user=request.user,
                old=form.cleaned_data["old_secret"],
                new=form.cleaned_data["new_secret"],
                at=timezone.now(),
                actor=actor_of(request),
            )
            update_session_auth_hash(request, request.user)
            return HttpResponseRedirect(reverse("organisation:me"))
    return render(request, "organisation/secret.html", {"form": form}, status=400 if form.errors else 200)


@open_to(access=ANYONE)
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """POST /account/display/: language, theme or both, kept with the account."""
    user = request.user
    form = DisplayForm({"language": user.language, "theme": user.theme} | request.POST.dict())
    if not form.is_valid():
        return render(request, "organisation/me.html", _account_context(request, display=form), status=400)
    choose_display(user=user, at=timezone.now(), actor=actor_of(request), **form.cleaned_data)
    target = request.POST.get("next", "")
    response = HttpResponseRedirect(safe_target(request, target) if target else reverse("organisation:me"))
    remember(request, response, form.cleaned_data.items())
    return response


@open_to(access=ANYONE)
@require_POST
def declaration(request: HttpRequest) -> HttpResponse:
    """POST /account/declaration/: accept that one's electronic signature binds like one by hand."""
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return render(request, "organisation/me.html", _account_context(request, declaration=form), status=400)
    accept_declaration(user=request.user, at=timezone.now(), actor=actor_of(request))
    return HttpResponseRedirect(reverse("organisation:me"))


@open_to(access=ANYONE)
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /account/trainings/<id>/: say that one was trained."""
    training = get_object_or_404(Training, pk=pk, user=request.user)
    acknowledge_training(training=training, at=timezone.now(), actor=actor_of(request))
    return HttpResponseRedirect(reverse("organisation:me"))


@open_to(access=LOOK)
@require_safe
def trainings(request: HttpRequest) -> HttpResponse:
    """GET /trainings/?subject=: who of one's sites was trained on what, until when."""
    now, asked = timezone.now(), request.GET.get("subject", "")
    every = list(trainings_here(request.user, now))
    subjects = sorted({one.subject for one in every})
    shown = [one for one in every if asked in ("", one.subject)]
    context = {
        "rows": [{"training": one, "is_past": one.valid_until is not None and one.valid_until <= now} for one in shown],
        "filters": [
            {
                "name": "subject",
                "label": _("Subject"),
                "choices": [("", _("All")), *((one, one) for one in subjects)],
                "value": asked,
            }
        ],
    }
    return render(request, "organisation/trainings.html", context)


def views(request: HttpRequest) -> HttpResponse:
    """POST /account/views/: keep the page one comes from under a name, or forget the view of a name."""
    person, form = request.user, ViewForm(request.POST)
    doing = {"at": timezone.now(), "actor": actor_of(request)}
    try:
        if "forget" in request.POST:
            forget_view(user=person, name=request.POST["forget"], **doing)
        elif form.is_valid():
            keep_view(user=person, **form.cleaned_data, **doing)
    except Refused as refused:
        return refusal_response(request, refused)
    return HttpResponseRedirect(safe_target(request, request.POST.get("path", "")))


@open_to(access=ANYONE)
@require_POST
def choose_site(request: HttpRequest) -> HttpResponse:
    """POST /account/site/: at which of one's sites this session works; another site is another period of signing."""
    sites = {grant.site.code for grant in account_page(request.user, timezone.now()).grants}
    if request.POST.get("site") in sites:
        request.session["site"] = request.POST["site"]
        request.session.cycle_key()
    return HttpResponseRedirect(safe_target(request, request.POST.get("next", "")))


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def site_page(request: HttpRequest, site: str) -> HttpResponse:
    """GET, POST /sites/<code>/: after how many idle minutes a session locks at a site."""
    found = get_object_or_404(visible_sites(request.user, timezone.now()), code=site)
    form = IdleLimitForm(request.POST if request.method == "POST" else None, initial={"minutes": found.idle_minutes})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            set_idle_limit(site=found, at=timezone.now(), actor=actor_of(request), **form.cleaned_data)
            return HttpResponseRedirect(reverse("organisation:me"))
    context = {"form": form, "site": found}
    return render(request, "organisation/site.html", context, status=400 if form.errors else 200)


def safe_target(request: HttpRequest, target: str) -> str:
    """Where to go next: only to a page of our own."""
    is_own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if target and is_own else "/"


def _lock_screen(request: HttpRequest, target: str, refusal: Refused | None = None) -> HttpResponse:
    screen = {
        "left": _left(request),
        "resume_url": reverse("organisation:resume"),
        "other_url": reverse("organisation:sign_out"),
        "next": target,
        "printed_name": request.user.printed_name,
        "refused": refusal.objections if refusal else (),
    }
    return render(request, "lock.html", {"lock": screen}, status=401 if refusal else 200)


def _left(request: HttpRequest) -> str:
    at = timezone.localtime(datetime.fromtimestamp(request.session["active_at"], tz=UTC))
    return _("%(name)s left at %(at)s.") % {"name": request.user.printed_name, "at": f"{at:%H:%M}"}


def _account_context(request: HttpRequest, **forms: object) -> dict[str, object]:
    user = request.user
    return {
        "account": account_page(user, timezone.now()),
        "declaration_text": DECLARATION,
        "display_form": forms.get("display") or DisplayForm({"language": user.language, "theme": user.theme}),
        "declaration_form": forms.get("declaration") or DeclarationForm(),
    }
