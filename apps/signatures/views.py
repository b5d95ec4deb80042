"""Pages of access administration: who works here, what they may do, and the decisions two persons sign."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Refused
from apps.core.http import actor_of, refusals_on
from apps.core.roles import Role
from apps.organisation.access import Access, open_to
from apps.organisation.models import RoleHeld, User
from apps.organisation.selectors import (
    account_page,
    account_pages,
    dormant_accounts,
    locked_accounts,
    site_at,
    sites_where,
    visible_people,
)
from apps.organisation.services import (
    confirm_identity,
    deactivate_user,
    give_badge,
    open_account,
    record_training,
    revoke_secret,
    withdraw_role,
)
from apps.signatures import content as contents
from apps.signatures.forms import AccountForm, BadgeForm, GrantForm, ReasonForm, TrainingForm
from apps.signatures.notices import tell_of_reset
from apps.signatures.pages import Panel, signed_page, signing_context, signing_from
from apps.signatures.services import grant_role, reactivate_account, reset_secret, unlock_account

LOOK = Access(read=frozenset({Role.SITE_ADMIN, Role.QA, Role.INSPECTOR}), write=frozenset())
TRAIN = Access(read=frozenset({Role.QA, Role.SITE_ADMIN}), write=frozenset({Role.QA, Role.SITE_ADMIN}))
ADMINISTER = Access(read=frozenset({Role.SITE_ADMIN}), write=frozenset({Role.SITE_ADMIN}))


@dataclass(frozen=True)
class PlainAct:
    """An act of one administrator on one account: its words, its form, its service."""

    title: Any
    form: type[forms.Form]
    service: Callable[..., object]


PLAIN_ACTS = {
    "identity": PlainAct(lazy("Confirm the identity"), forms.Form, confirm_identity),
    "badge": PlainAct(lazy("Give a badge"), BadgeForm, give_badge),
    "deactivation": PlainAct(lazy("Close the account"), ReasonForm, deactivate_user),
    "revocation": PlainAct(lazy("Revoke the password"), ReasonForm, revoke_secret),
}


@open_to(access=LOOK)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """GET /people/: every account of one's sites."""
    now = timezone.now()
    listed = visible_people(request.user, now).order_by("printed_name", "pk")
    context = {
        "people": account_pages(list(listed), now),
        "locked": {user.pk for user in locked_accounts(now)},
        "dormant": {user.pk for user in dormant_accounts(now)},
        "administers": bool(sites_where(request.user.username, now, Role.SITE_ADMIN)),
    }
    return render(request, "signatures/people.html", context)


@open_to(access=LOOK)
@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """GET /people/<username>/: one account and what can be done about it."""
    now = timezone.now()
    user = _person(request, username)
    administers = bool(sites_where(request.user.username, now, Role.SITE_ADMIN)) and user != request.user
    trains = user != request.user and bool(sites_where(request.user.username, now, *TRAIN.write))
    context = {"account": account_page(user, now), "administers": administers, "trains": trains, "acts": PLAIN_ACTS}
    return render(request, "signatures/person.html", context)


@open_to(access=ADMINISTER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """GET, POST /people/new/: open an account; its first password is made here and shown once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = _first_secret()
        with refusals_on(form):
            user = open_account(
                secret=secret, must_change_secret=True, at=timezone.now(), actor=actor_of(request), **form.cleaned_data
            )
            return render(request, "signatures/first_secret.html", {"account": user, "secret": secret}, status=201)
    context = {"form": form, "title": _("Open an account")}
    return render(request, "signatures/act.html", context, status=400 if form.errors else 200)


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, username: str, verb: str) -> HttpResponse:
    """GET, POST /people/<username>/<verb>/: an act that needs no signature."""
    user, plain = _person(request, username), PLAIN_ACTS[verb]
    form = plain.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            plain.service(user=user, at=timezone.now(), actor=actor_of(request), **form.cleaned_data)
            return HttpResponseRedirect(_url_of(user))
    context = {"form": form, "title": plain.title, "account": user}
    return render(request, "signatures/act.html", context, status=400 if form.errors else 200)


@open_to(access=TRAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def train(request: HttpRequest, username: str) -> HttpResponse:
    """GET, POST /people/<username>/training/: record what a person was trained on; they acknowledge it themselves."""
    user, form = _person(request, username), TrainingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            record_training(user=user, at=timezone.now(), actor=actor_of(request), **form.cleaned_data)
            return HttpResponseRedirect(_url_of(user))
    context = {"form": form, "title": _("Record a training"), "account": user}
    return render(request, "signatures/act.html", context, status=400 if form.errors else 200)


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """GET, POST /people/<username>/roles/<id>/withdraw/: take a role away at once."""
    user = _person(request, username)
    held = get_object_or_404(RoleHeld, pk=pk, user=user)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            withdraw_role(held=held, at=timezone.now(), actor=actor_of(request), **form.cleaned_data)
            return HttpResponseRedirect(_url_of(user))
    context = {"form": form, "title": _("Withdraw a role"), "account": user, "grant": held}
    return render(request, "signatures/act.html", context, status=400 if form.errors else 200)


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, username: str) -> HttpResponse:
    """GET, POST /people/<username>/roles/: choose the role, then a second person approves on the same screen."""
    user, now = _person(request, username), timezone.now()
    sites = sorted(sites_where(request.user.username, now, Role.SITE_ADMIN))
    form = GrantForm(request.POST or None, sites=sites)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "title": _("Grant a role"), "account": user, "next_word": _("Go on to the signature")}
        return render(request, "signatures/act.html", context, status=400 if form.errors else 200)
    said = form.cleaned_data | {"site": site_at(form.cleaned_data["site"]), "role": Role(form.cleaned_data["role"])}
    panel = Panel(
        title=_("A role is granted"),
        verb=_("Sign: approved"),
        content=lambda: contents.grant_content(user=user, **said),
        cancel_url=_url_of(user),
        hidden=form.cleaned_data,
        second=True,
    )
    return signed_page(
        request,
        panel,
        lambda signing: grant_role(user=user, signing=signing, actor=actor_of(request), at=now, **said),
        _url_of(user),
    )


@open_to(access=ADMINISTER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, username: str) -> HttpResponse:
    """GET, POST /people/<username>/password/: replace a lost password; the new one is made here and shown once."""
    user, secret = _person(request, username), _first_secret()
    panel = Panel(
        title=_("A lost password is replaced"),
        verb=_("Sign: approved"),
        content=lambda: contents.reset_content(user=user),
        cancel_url=_url_of(user),
        second=True,
    )
    reply = signed_page(
        request,
        panel,
        lambda signing: reset_secret(
            user=user, secret=secret, signing=signing, actor=actor_of(request), at=timezone.now()
        ),
        _url_of(user),
    )
    if reply.status_code not in (204, 302):
        return reply
    tell_of_reset(_person(request, username))
    return render(request, "signatures/first_secret.html", {"account": user, "secret": secret}, status=201)


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, username: str) -> HttpResponse:
    """GET, POST /people/<username>/reactivation/: open a closed account for the same person."""
    user = _person(request, username)
    panel = Panel(
        title=_("A closed account is opened again"),
        verb=_("Sign: approved"),
        content=lambda: contents.reactivate_content(user=user),
        cancel_url=_url_of(user),
        second=True,
    )
    return signed_page(
        request,
        panel,
        lambda signing: reactivate_account(user=user, signing=signing, actor=actor_of(request), at=timezone.now()),
        _url_of(user),
    )


@open_to(access=ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, username: str) -> HttpResponse:
    """GET, POST /people/<username>/unlock/: the administrator and a second person sign one after the other."""
    user = _person(request, username)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            unlock_account(
                user=user,
                signing=signing_from(request),
                countersigning=signing_from(request, "second_"),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            refused = refusal
        else:
            return HttpResponseRedirect(_url_of(user))
    context = _two_panels(request, user, refused)
    return render(request, "signatures/unlock.html", context, status=refused.status if refused else 200)


def _two_panels(request: HttpRequest, user: User, refused: Refused | None) -> dict[str, object]:
    first = Panel(title="", verb="", content=lambda: contents.unlock_content(user=user))
    second = Panel(title="", verb="", content=lambda: contents.unlock_approval_content(user=user), second=True)
    return {
        "account": user,
        "first": signing_context(first, request),
        "second": signing_context(second, request, username=request.POST.get("second_username", "")),
        "refused": refused.objections if refused else (),
        "back_url": _url_of(user),
    }


def _person(request: HttpRequest, username: str) -> User:
    return get_object_or_404(visible_people(request.user, timezone.now()), username=username)


def _url_of(user: User) -> str:
    return reverse("signatures:person", args=[user.username])


def _first_secret() -> str:
    return "-".join(secrets.token_hex(3) for _part in range(4))
