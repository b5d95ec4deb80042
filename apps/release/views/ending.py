"""The decisions that say why: rejection, recall, a review taken back, a certified record reopened."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.views.finding import batch_named
from apps.core.http import who
from apps.core.ui.acts import Act, asked_page
from apps.core.ui.wording import translated
from apps.organisation.access import open_to
from apps.release.content.signed import recall_content, reject_content, reopen_content, withdraw_content
from apps.release.forms import WhyForm
from apps.release.services import recall_batch, reject_batch, reopen_batch, withdraw_review
from apps.release.views.deciding import METHODS, access_for, signed_decision
from apps.signatures.facts import SignedContent, Signing
from apps.units.views.framing import batch_bar


@dataclass(frozen=True)
class Reasoned:
    """A decision with its reason: what is signed, which service takes it, what it leads to."""

    verb: Verb
    content: Callable[[Batch, str], SignedContent]
    service: Callable[..., Batch]
    leads_to: Promise
    stops: bool = True


REJECT = Reasoned(
    Verb.REJECT,
    reject_content,
    reject_batch,
    gettext_lazy("Every unit of the batch is rejected with it. This can't be taken back."),
)
RECALL = Reasoned(
    Verb.RECALL,
    recall_content,
    recall_batch,
    gettext_lazy("Every unit that was released is recalled. This can't be taken back."),
)
WITHDRAW = Reasoned(
    Verb.WITHDRAW_REVIEW,
    withdraw_content,
    withdraw_review,
    gettext_lazy("The record can be corrected again, and certification waits for a new review."),
    stops=False,
)
REOPEN = Reasoned(
    Verb.REOPEN,
    reopen_content,
    reopen_batch,
    gettext_lazy(
        "The record can be corrected again. Nothing is supplied until it is reviewed, certified and released."
    ),
    stops=False,
)


@open_to(access=access_for(Verb.REJECT))
@require_http_methods(METHODS)
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/reject/: the reason first, then the signature."""
    return _reasoned(request, number, REJECT)


@open_to(access=access_for(Verb.RECALL))
@require_http_methods(METHODS)
def recall(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/recall/: the reason first, then the signature."""
    return _reasoned(request, number, RECALL)


@open_to(access=access_for(Verb.WITHDRAW_REVIEW))
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/withdraw-review/: the reason first, then the signature."""
    return _reasoned(request, number, WITHDRAW)


@open_to(access=access_for(Verb.REOPEN))
@require_http_methods(METHODS)
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/reopen/: the reason first, then the signature."""
    return _reasoned(request, number, REOPEN)


def _reasoned(request: HttpRequest, number: str, decision: Reasoned) -> HttpResponse:
    batch, label = batch_named(request, number), translated(move_for(decision.verb).label)
    form = WhyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        act = Act(
            title=f"{label}: {number}",
            word=_("Read back and sign"),
            back_url=reverse("release:review", args=[number]),
            intro=str(decision.leads_to),
            stops=decision.stops,
            context=batch_bar(batch),
        )
        return asked_page(request, act, form)
    reason = form.cleaned_data["reason"]

    def decide(signing: Signing) -> Batch:
        return decision.service(batch=batch, reason=reason, signing=signing, **who(request))

    def content() -> SignedContent:
        return decision.content(batch, reason)

    word = _("Sign: %(verb)s") % {"verb": label.lower()}
    return signed_decision(request, batch, f"{label}: {number}", word, content, decide, {"reason": reason})
