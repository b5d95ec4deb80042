"""The decision pages: review by exception, certify, release for supply, reject."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.audit.selectors import version_of
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.http import actor_of
from apps.organisation.access import open_to
from apps.quality.facts import Blocks
from apps.quality.panels import holds_panel
from apps.release.content.signed import certify_content, reject_content, release_content, review_content
from apps.release.facts import FindingKind
from apps.release.selectors import issued_certificate, review_page
from apps.release.services import certify_batch, reject_batch, release_for_supply, review_batch
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page

KIND_WORDS = {
    "values": gettext_lazy("Values"),
    "results": gettext_lazy("Test results"),
    "runs": gettext_lazy("Assay runs"),
    "events": gettext_lazy("Events"),
    "refused_attempts": gettext_lazy("Refused attempts"),
    "amendments": gettext_lazy("Amendments"),
}
STATUS_OF = {
    FindingKind.ACTION: "action",
    FindingKind.RECORDED_AGAINST_RULE: "override",
    FindingKind.EVENT: "deviation",
    FindingKind.TEST_FAILED: "failed",
    FindingKind.INVALID_RUN: "invalid",
    FindingKind.REFUSED: "refused",
    FindingKind.CORRECTED: "corrected",
    FindingKind.LATE: "late",
    FindingKind.ALERT: "alert",
    FindingKind.AMENDMENT: "corrected",
}


class RejectForm(forms.Form):
    """Why the batch is rejected."""

    reason = forms.CharField(label=gettext_lazy("Why"), min_length=3, max_length=500, widget=forms.Textarea)


@require_GET
def review(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that is not as the master says, and the proof of completeness."""
    batch = visible_batch(request.user, number, timezone.now())
    page = review_page(batch)
    context = {
        "batch": batch,
        "band": _band(batch),
        "facts": _facts(batch),
        "page": page,
        "rows": [{"finding": finding, "status": STATUS_OF[finding.kind]} for finding in page.findings],
        "proof": [
            {"good": count.as_the_master_says, "odd": count.findings, "label": KIND_WORDS[count.kind]}
            for count in page.counts
        ],
        "place": f"{batch.record.address}#{version_of(batch.record)}",
        "holds": holds_panel([batch.record], Blocks.CERTIFY),
        "may_review": batch.state == BatchState.FINISHED,
        "may_certify": batch.state == BatchState.REVIEWED,
        "may_supply": batch.state == BatchState.CERTIFIED,
        "certificate": issued_certificate(batch),
    }
    return render(request, "release/review.html", context)


@open_to(write=set(move_for(Verb.REVIEW).roles))
def sign_review(request: HttpRequest, number: str) -> HttpResponse:
    """QA signs the review."""
    return _signed(request, number, _("QA review"), _("Sign: reviewed"), review_content, review_batch)


@open_to(write=set(move_for(Verb.CERTIFY).roles))
def certify(request: HttpRequest, number: str) -> HttpResponse:
    """The authorised person certifies."""
    return _signed(request, number, _("Certification"), _("Sign: certified"), certify_content, certify_batch)


@open_to(write=set(move_for(Verb.RELEASE_FOR_SUPPLY).roles))
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """Release for supply."""
    return _signed(request, number, _("Release for supply"), _("Sign: released"), release_content, release_for_supply)


@open_to(write=set(move_for(Verb.REJECT).roles))
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Reject, with the reason first."""
    batch = visible_batch(request.user, number, timezone.now())
    form = RejectForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "release/reject.html", {"batch": batch, "band": _band(batch), "facts": _facts(batch), "form": form}
        )
    reason = form.cleaned_data["reason"]

    def content(*, batch: Batch) -> SignedContent:
        return reject_content(batch, reason)

    def decide(*, batch: Batch, signing: Signing, **who: object) -> Batch:
        return reject_batch(batch=batch, reason=reason, signing=signing, **who)  # type: ignore[arg-type]

    return _signed(
        request, number, _("Rejection"), _("Sign: rejected"), lambda one: content(batch=one), decide, {"reason": reason}
    )


def _signed(
    request: HttpRequest,
    number: str,
    title: str,
    verb: str,
    content: Callable[[Batch], SignedContent],
    decide: Callable[..., Batch],
    hidden: dict[str, str] | None = None,
) -> HttpResponse:
    now = timezone.now()
    batch = visible_batch(request.user, number, now)
    done = reverse("release:review", args=[number])
    panel = Panel(
        title=f"{title}: {number}",
        verb=verb,
        content=lambda: content(batch),
        cancel_url=done,
        record=batch.record,
        hidden=hidden or {},
    )
    return signed_page(
        request, panel, lambda signing: decide(batch=batch, signing=signing, actor=actor_of(request), at=now), done
    )


def _band(batch: Batch) -> dict[str, object]:
    definition = definition_of_batch(batch)
    url = reverse("batches:detail", args=[batch.number])
    word = definition.band.word
    return {
        "short": word.en,
        "hue": definition.band.colour,
        "number": batch.number,
        "title": definition.title,
        "url": url,
    }


def _facts(batch: Batch) -> list[dict[str, object]]:
    return [
        {"label": _("State"), "value": batch.get_state_display(), "status": batch.state.lower()},
        {"label": _("Master"), "value": batch.product_version.record.number},
        {"label": _("Started"), "value": f"{batch.started_at:%Y-%m-%d}" if batch.started_at else "–"},
        {"label": _("Finished"), "value": f"{batch.finished_at:%Y-%m-%d}" if batch.finished_at else "–"},
    ]
