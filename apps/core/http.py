"""What every edge shares: who acts, what was sent with a signature, which version of a record was seen."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header

from apps.core.actor import Actor, ActorKind
from apps.core.errors import BadInput, Happened, Objection, PreconditionMissing, Refused, Stale
from apps.core.tables import as_text
from apps.core.text import N_
from apps.core.ui.wording import sentence

Reply = TypeVar("Reply", bound=HttpResponseBase)
NOBODY = "nobody"
PROBLEM = "application/problem+json"


def actor_of(request: HttpRequest) -> Actor:
    """The person of the session, as the trail will name them."""
    user = request.user
    return Actor(
        username=user.username,
        printed_name=user.printed_name,
        kind=ActorKind.PERSON,
        authenticated="session",
        session=request.session.session_key or "",
        device=device_of(request),
        request_id=getattr(request, "request_id", ""),
    )


def who(request: HttpRequest) -> dict[str, Any]:
    """Actor and time, as every service takes them."""
    return {"actor": actor_of(request), "at": timezone.now()}


def stranger_of(request: HttpRequest) -> Actor:
    """Whoever is at the sign-in page: nobody yet, but with an address and a browser."""
    return Actor(
        username=NOBODY,
        printed_name="Not signed in",
        authenticated="none",
        device=device_of(request),
        request_id=getattr(request, "request_id", ""),
    )


def network_address_of(request: HttpRequest) -> str:
    """The address the request came from; behind proxies the one that the outermost trusted proxy saw."""
    hops = settings.PROXY_HOPS
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        return str(forwarded[-hops])
    return str(request.META.get("REMOTE_ADDR", ""))


def device_of(request: HttpRequest) -> str:
    """Address and browser: what a series of signatures is bound to, and what the trail says of the device."""
    return f"{network_address_of(request)} {request.META.get('HTTP_USER_AGENT', '')}"[:80]


def problem_body(refusal: Refused) -> dict[str, object]:
    """A refusal as RFC 9457 says it, with every objection and its place."""
    objections = [
        {
            "code": objection.code,
            "detail": sentence(objection),
            "place": objection.place,
            "facts": objection.told,
        }
        for objection in refusal.objections
    ]
    return problem_members(refusal.status, refusal.code, objections)


def problem_members(status: int, code: str, objections: list[dict[str, object]]) -> dict[str, object]:
    """The members of a problem: type, title, status, code, detail, objections."""
    return {
        "type": f"/problems/{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": " ".join(str(objection["detail"]) for objection in objections),
        "objections": objections,
    }


@contextmanager
def refusals_on(form: Form) -> Iterator[None]:
    """Show a refusal's sentences beside the fields they concern; those of no field stand above the form."""
    try:
        yield
    except Refused as refusal:
        for objection in refusal.objections:
            form.add_error(objection.place if objection.place in form.fields else None, sentence(objection))
        form.refusal = refusal  # type: ignore[attr-defined]  # the template offers the second way on 409


def as_file(reply: Reply, name: str, *, saved: bool = False) -> Reply:
    """A reply that is a file under its own name: shown by the browser, or saved. Its type is the one we say."""
    reply["Content-Disposition"] = content_disposition_header(saved, name) or "inline"
    reply["X-Content-Type-Options"] = "nosniff"
    return reply


def table_file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A table to take away, safe to open in a spreadsheet whatever people wrote into it."""
    return as_file(HttpResponse(as_text(columns, rows), content_type="text/csv; charset=utf-8"), name, saved=True)


def check_version(request: HttpRequest, address: str, version: int) -> None:
    """Compare If-Match with the record's ETag: 428 when missing, 412 when stale."""
    seen = request.headers.get("If-Match") or request.POST.get("if_match", "")
    if not seen:
        raise PreconditionMissing(
            Objection(
                "if_match_missing", N_("Say which version of {address} you have seen (If-Match)."), {"address": address}
            )
        )
    if seen.strip('"') != etag_of(address, version):
        template = N_("{address} has changed since you opened it. Look at it again.")
        raise Stale(Objection("stale", template, {"address": address}))


def etag_of(address: str, version: int) -> str:
    """The place in a chain that a reader has seen: batch/CT-0042#57."""
    return f"{address}#{version}"


def happened_of(at: datetime | str | None, reason: str) -> Happened | None:
    """The statement that the act was already done, when both its parts were sent. A part alone is refused."""
    if not at and not reason:
        return None
    instant = parse_datetime(at) if isinstance(at, str) else at
    if instant is None or instant.tzinfo is None:
        raise BadInput(Objection("happened_at", N_("Say when it was done, with its zone."), place="happened.at"))
    if not reason.strip():
        raise BadInput(
            Objection(
                "happened_reason", N_("Say why it is recorded although the rule forbids it."), place="happened.reason"
            )
        )
    return Happened(instant, reason.strip())


def challenge_id(text: str) -> uuid.UUID:
    """The challenge a signature answers."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise BadInput(Objection("challenge", N_("This is not a challenge."), place="signature.challenge")) from error
