"""A signed verb on a page, in one call.

    @open_to(read={Role.QA}, write={Role.QA})
    def close(request, number):
        event = visible_event(request.user, number, now)
        panel = Panel(
            title=_("Close event"), verb=_("Sign: closed"), record=event.record, cancel_url=...,
            content=lambda: close_event_content(event=event, reason=reason), hidden={"reason": reason},
        )
        return signed_page(request, panel, lambda signing: close_event(..., signing=signing), done_url)

GET, and a POST without `challenge` (a form before the panel), show what is to be signed. A POST with `challenge` calls
the service. Refused: the same panel with the reason, a fresh challenge and the refusal's status (401, 403, 409, 412).
Done: a redirect. With htmx only the panel is sent, and the redirect is an HX-Redirect.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.core.errors import Objection, Refused
from apps.core.http import actor_of, challenge_id, check_version, etag_of
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import read_back, translated
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.selectors import has_series
from apps.signatures.services import open_challenge


@dataclass(frozen=True)
class Panel:
    """One panel of signing: what is signed, the words around it, and what its form carries along.

    `content` is called when the panel is drawn, so a refused signer reads what is recorded now. `second` asks for badge
    or user name although the person of the session is in a series: somebody else signs on this screen. `record` puts
    its version into the form (If-Match) and checks it when the answer comes. `lines` replaces the plain lines by richer
    ones ({label, limit, value, unit, status}), `show` makes such lines from the content that is hashed; they must say
    the same. `words` are those of a master record, English and Chinese, for lines that are plain.
    """

    title: str
    verb: str
    content: Callable[[], SignedContent]
    record: Record | None = None
    action: str = ""
    cancel_url: str = ""
    back_url: str = ""
    note: str = ""
    target: str = ""
    second: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)
    people: Sequence[Mapping[str, object]] = ()
    lines: Sequence[Mapping[str, object]] = ()
    show: Callable[[SignedContent], Sequence[Mapping[str, object]]] | None = None
    words: Mapping[str, str] = field(default_factory=dict)


def signed_page(
    request: HttpRequest,
    panel: Panel,
    perform: Callable[[Signing], object],
    done_url: str | Callable[[object], str],
    *,
    template: str = "signing_page.html",
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Show the panel; take its answer; refused, show it again with the reason; done, go on to `done_url`."""
    refusal: Refused | None = None
    if request.method == "POST" and "challenge" in request.POST:
        try:
            if panel.record:
                check_version(request, panel.record.address, version_of(panel.record))
            done = perform(signing_from(request))
        except Refused as refused:
            refusal = refused
        else:
            return _go(request, done_url if isinstance(done_url, str) else done_url(done))
    return _panel_page(request, panel, refusal, template, context or {})


def signing_context(
    panel: Panel, request: HttpRequest, refused: Sequence[Objection] = (), username: str = ""
) -> dict[str, object]:
    """The context `signing` of parts/signing.html, with a fresh challenge."""
    now, actor, content = timezone.now(), actor_of(request), panel.content()
    challenge = open_challenge(content=content, actor=actor, at=now)
    version = {"if_match": etag_of(panel.record.address, version_of(panel.record))} if panel.record else {}
    return {
        "title": panel.title,
        "verb": panel.verb,
        "meaning": content.meaning,
        "lines": panel.lines or (panel.show(content) if panel.show else plain_lines(content, panel.words)),
        "challenge": challenge.pk,
        "expires_at": challenge.expires_at,
        "hash": content.hash,
        "action": panel.action or request.get_full_path(),
        "asks_id": panel.second or not has_series(actor, now),
        "username": username,
        "people": panel.people,
        "cancel_url": panel.cancel_url,
        "back_url": panel.back_url,
        "note": panel.note,
        "target": panel.target,
        "hidden": {**panel.hidden, **version},
        "refused": refused,
    }


def signing_pair(request: HttpRequest, first: Panel, second: Panel, refusal: Refused | None) -> dict[str, object]:
    """The context of parts/two_people.html but for its words: both sign on one screen what the first panel carries."""
    return {
        "first": signing_context(first, request),
        "second": signing_context(second, request, username=request.POST.get("second_username", "")),
        "hidden": first.hidden,
        "back_url": first.cancel_url,
        "refused": refusal.objections if refusal else (),
    }


def signing_from(request: HttpRequest, prefix: str = "") -> Signing:
    """The answer to a panel: challenge, secret, and the badge or user name where it was asked for."""
    return Signing(
        challenge=challenge_id(request.POST.get(f"{prefix}challenge", "")),
        secret=request.POST.get(f"{prefix}secret", ""),
        username=request.POST.get(f"{prefix}username", "").replace("\0", "").strip()[:80],
    )


def plain_lines(content: SignedContent, words: Mapping[str, str]) -> list[dict[str, object]]:
    """The lines of a content as the panel reads them out: marked text, states and `words` in the reader's language."""
    return [
        {
            "label": read_back(translated(line.label), words),
            "value": read_back(line.value, words),
            "note": read_back(translated(line.note), words),
        }
        for line in content.lines
    ]


def _panel_page(
    request: HttpRequest, panel: Panel, refusal: Refused | None, template: str, context: Mapping[str, object]
) -> HttpResponse:
    refused = refusal.objections if refusal else ()
    try:
        signing = signing_context(panel, request, refused, request.POST.get("username", ""))
    except Refused as nothing_to_sign:
        return refusal_response(request, refusal or nothing_to_sign)
    part = "parts/signing.html" if request.headers.get("HX-Request") else template
    status = refusal.status if refusal else 200
    return render(request, part, {"signing": signing, "record": panel.record, **context}, status=status)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
