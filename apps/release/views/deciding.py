"""The signed decisions that lead on: review, certification, release for supply."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named
from apps.core.http import who
from apps.core.ui.wording import sentence
from apps.organisation.access import Access, open_to
from apps.quality.selectors import open_holds
from apps.release.content.signed import certify_content, release_content, review_content
from apps.release.selectors import events_of, read_for_review, review_page
from apps.release.services import certify_batch, release_for_supply, review_batch
from apps.release.views.naming import behind, rows_of, signed_lines
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.units.views.framing import batch_bar, names_of

METHODS = ["GET", "HEAD", "POST"]
Decide = Callable[[Signing], object]
Show = Callable[[SignedContent], list[dict[str, object]]]


def access_for(verb: Verb) -> Access:
    """Who signs a verb of the life cycle."""
    roles = set(move_for(verb).roles)
    return Access(read=roles, write=roles)


@open_to(access=access_for(Verb.REVIEW))
@require_http_methods(METHODS)
def sign_review(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/review/sign/: QA signs counts, findings and their answers as shown."""
    batch = batch_named(request, number)

    def decide(signing: Signing) -> Batch:
        return review_batch(batch=batch, signing=signing, **who(request))

    def show(content: SignedContent) -> list[dict[str, object]]:
        read = read_for_review(batch)
        findings = review_page(batch, read).findings
        rows = rows_of(findings, behind(batch, findings, read.events, names_of))
        return signed_lines(content, definition_of_batch(batch), rows)

    title = _("QA review: %(number)s") % {"number": number}
    return signed_decision(request, batch, title, _("Sign: reviewed"), lambda: review_content(batch), decide, show=show)


@open_to(access=access_for(Verb.CERTIFY))
@require_http_methods(METHODS)
def certify(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/certify/: the authorised person certifies."""
    batch = batch_named(request, number)

    def decide(signing: Signing) -> Batch:
        return certify_batch(batch=batch, signing=signing, **who(request))

    title = _("Certification: %(number)s") % {"number": number}
    return signed_decision(request, batch, title, _("Sign: certified"), lambda: certify_content(batch), decide)


@open_to(access=access_for(Verb.RELEASE_FOR_SUPPLY))
@require_http_methods(METHODS)
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /release/<batch>/supply/: the product units leave quarantine."""
    batch = batch_named(request, number)

    def decide(signing: Signing) -> Batch:
        return release_for_supply(batch=batch, signing=signing, **who(request))

    title = _("Release for supply: %(number)s") % {"number": number}
    return signed_decision(request, batch, title, _("Sign: released"), lambda: release_content(batch), decide)


def signed_decision(
    request: HttpRequest,
    batch: Batch,
    title: str,
    verb: str,
    content: Callable[[], SignedContent],
    decide: Decide,
    hidden: Mapping[str, str] | None = None,
    show: Show | None = None,
) -> HttpResponse:
    """Read back, sign, and go on to the review page."""
    done = reverse("release:review", args=[batch.number])
    definition = definition_of_batch(batch)
    told = {one.text: sentence(one) for one in (*open_holds([batch.record]), *events_of(batch))}
    panel = Panel(
        title=title,
        verb=verb,
        content=content,
        cancel_url=done,
        record=batch.record,
        hidden=hidden or {},
        show=show or (lambda shown: signed_lines(shown, definition, told=told)),
    )
    return signed_page(request, panel, decide, done, context=batch_bar(batch))
