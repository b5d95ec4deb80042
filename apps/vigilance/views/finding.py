"""What the pages of vigilance share: finding within one's sites, what one may do, how one signs."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.models import Record
from apps.core.roles import Role
from apps.core.ui.acts import Act, asked_page
from apps.core.ui.wording import translated
from apps.organisation.access import Access
from apps.organisation.selectors import roles_at
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.vigilance.facts import AdverseVerb, ComplaintVerb
from apps.vigilance.lifecycle import verbs_from
from apps.vigilance.models import AdverseEvent, Complaint
from apps.vigilance.selectors import visible_adverse_events, visible_complaints

METHODS = ["GET", "HEAD", "POST"]
REOPENS = (ComplaintVerb.REOPEN, AdverseVerb.REOPEN)
READ_ONLY = Access(write=frozenset())


def by(*roles: Role) -> Access:
    """Pages of an act: for those who may do it."""
    return Access(read=frozenset(roles), write=frozenset(roles))


def complaint_named(request: HttpRequest, number: str) -> Complaint:
    """The complaint with this number, within the person's sites; the pages show the time of its site."""
    found = get_object_or_404(visible_complaints(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def event_named(request: HttpRequest, number: str) -> AdverseEvent:
    """The adverse event with this number, within the person's sites."""
    found = get_object_or_404(visible_adverse_events(request.user, timezone.now()), number=number)
    timezone.activate(found.order.site.timezone)
    return found


def roles_for(request: HttpRequest, record: Record) -> set[Role]:
    """The roles the person holds at the site of a record."""
    return roles_at(request.user, record.site, timezone.now())


def acts_of(
    request: HttpRequest, thing: Complaint | AdverseEvent, moves: Mapping[Any, Any], pages: Mapping[Any, str]
) -> list[dict[str, object]]:
    """What this person can do now, as parts/act_links.html shows it."""
    verbs = verbs_from(thing.state, moves, roles_for(request, thing.record))
    verbs.sort(key=lambda verb: moves[verb].target == thing.state)  # what leads on stands first
    return [
        {
            "label": translated(moves[verb].label),
            "url": reverse(pages[verb], args=[thing.number]),
            "stops": verb in REOPENS,
        }
        for verb in verbs
    ]


def said_then_signed(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    record: Record,
    back: str,
    shown: Callable[[], SignedContent],
    done: Callable[[Signing], object],
    intro: str = "",
) -> HttpResponse:
    """What is said first, then everything read back, and the signature under it."""
    if request.method != "POST" or not form.is_valid():
        word = _("Read back and sign")
        return asked_page(request, Act(title=title, word=word, back_url=back, intro=intro, icon="sign"), form)
    carried = {name: str(value) for name, value in form.cleaned_data.items()}
    panel = Panel(title=title, verb=_("Sign"), content=shown, record=record, cancel_url=back, hidden=carried)
    return signed_page(request, panel, done, back)
