"""The pages of inspection: search of the trail, a chain, the trace of a value, a lineage. All of them only read."""

import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.audit.models import Checkpoint, Head
from apps.audit.selectors import Verification, entries_of
from apps.core.http import as_file
from apps.core.roles import Role
from apps.inspection.addresses import address_url
from apps.inspection.drawing import draw
from apps.inspection.forms import QuestionForm
from apps.inspection.rules import read_address
from apps.inspection.selectors.copying import ZIP, batch_copy, copied_batch, copy_name
from apps.inspection.selectors.exporting import MOST_PROOFS, as_table, proved_chain, proved_entries
from apps.inspection.selectors.genealogy import as_table as family_as_table
from apps.inspection.selectors.genealogy import genealogy
from apps.inspection.selectors.searching import (
    all_entries,
    answering,
    chain_page,
    page_of_entries,
    visible_entries,
    visible_record,
)
from apps.inspection.selectors.tracing import trace
from apps.inspection.selectors.usage import EXPORTED, SHOWN, use_log
from apps.inspection.selectors.usage import as_table as uses_as_table
from apps.organisation.models import User
from apps.organisation.selectors import roles_at

CHECKED_WHILE_YOU_WAIT = 2000  # entries of one chain


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """GET /inspection/audit/: the trail, newest first, narrowed by what is asked."""
    form, found = _asked(request)
    page = page_of_entries(found, request.GET.get("after", ""))
    asked = {name: value for name, value in request.GET.items() if name != "after" and value}
    words_alone = form.question().text and not form.question().is_bounded
    context = {"form": form, "page": page, "asked": asked, "words_alone": words_alone, "most_proofs": MOST_PROOFS}
    return render(request, "inspection/audit.html", context)


@require_safe
@never_cache
def audit_table(request: HttpRequest) -> StreamingHttpResponse:
    """GET /inspection/audit/export.csv: everything that was asked for, as a table."""
    _form, found = _asked(request)
    reply = StreamingHttpResponse(as_table(all_entries(found)), content_type="text/csv; charset=utf-8")
    return as_file(reply, f"trail-{timezone.localtime():%Y%m%d-%H%M}.csv", saved=True)


@require_safe
@never_cache
def audit_proof(request: HttpRequest) -> HttpResponse:
    """GET /inspection/audit/export.json: the same with the proof of each entry, as far as one file may be long."""
    form, found = _asked(request)
    entries = list(found.order_by("-at", "-id")[: MOST_PROOFS + 1])
    if len(entries) > MOST_PROOFS:
        said = _("More than {most} entries fit. Narrow the search, or take the table.").format(most=MOST_PROOFS)
        return render(request, "inspection/too_many.html", {"said": said, "query": request.GET.urlencode()}, status=400)
    package = proved_entries(entries, form.question(), timezone.now())
    return _json_file(package, f"trail-{timezone.localtime():%Y%m%d-%H%M}.json")


@require_safe
def record(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/records/<address>/: the chain of one record, checked while you wait."""
    read = read_address(address)
    if read and read.place:
        return HttpResponseRedirect(address_url("inspection:trace", address))
    found = visible_record(_person(request), read.record if read else address, timezone.now())
    after = read.n - 1 if read and read.n else _number(request, "after")
    head = Head.objects.filter(pk=found.pk).first()
    page = chain_page(found, after=after, before=_number(request, "before"))
    context: dict[str, Any] = {"record": found, "head": head, "page": page, "at_n": read.n if read else None}
    if head and head.n <= CHECKED_WHILE_YOU_WAIT:
        verification = Verification(record=found)
        context |= {"findings": list(verification.findings()), "tally": verification.tally}
        context["checkpoint"] = Checkpoint.objects.order_by("-size").first()
    return render(request, "inspection/record.html", context)


@require_safe
@never_cache
def record_proof(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/records/<address>/export.json: the whole chain with its proof."""
    found = visible_record(_person(request), address, timezone.now())
    return _json_file(proved_chain(found, timezone.now()), f"trail-{_file_name(address)}.json")


@require_safe
@never_cache
def record_table(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """GET /inspection/records/<address>/export.csv: the whole chain as a table."""
    found = visible_record(_person(request), address, timezone.now())
    entries = entries_of(found).select_related("record").iterator(chunk_size=500)
    reply = StreamingHttpResponse(as_table(entries), content_type="text/csv; charset=utf-8")
    return as_file(reply, f"trail-{_file_name(address)}.csv", saved=True)


@require_safe
@never_cache
def record_copy(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """GET /inspection/records/<address>/copy.zip: the whole record of a batch to take away."""
    person, now = _person(request), timezone.now()
    batch = copied_batch(person, address, now)
    return as_file(
        StreamingHttpResponse(batch_copy(batch, person, now), content_type=ZIP), copy_name(batch), saved=True
    )


@require_safe
def trace_value(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/trace/<address>/: the five hops of one value. A record's address leads to its chain."""
    read = read_address(address)
    if read and not read.place:
        return HttpResponseRedirect(address_url("inspection:record", address))
    found = trace(_person(request), address, timezone.now())
    return render(request, "inspection/trace.html", {"trace": found})


@require_safe
def lineage(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/lineage/<address>/: where a record comes from and what became of it."""
    family = genealogy(_person(request), address, timezone.now())
    is_quality = Role.QA in roles_at(_person(request), family.record.site, timezone.now())
    context = {"family": family, "picture": draw(family), "is_quality": is_quality}
    return render(request, "inspection/lineage.html", context)


@require_safe
@never_cache
def lineage_table(request: HttpRequest, address: str) -> StreamingHttpResponse:
    """GET /inspection/lineage/<address>/export.csv: the whole family as a table."""
    person, now = _person(request), timezone.now()
    lines = family_as_table(person, address, now)
    reply = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return as_file(reply, f"lineage-{_file_name(address)}.csv", saved=True)


@require_safe
def uses(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/use-log/<address>/: the log of an instrument or a room, or what a batch was made with."""
    found = visible_record(_person(request), address, timezone.now())
    return render(request, "inspection/use_log.html", {"record": found, "rows": use_log(found), "most": SHOWN})


@require_safe
@never_cache
def use_table(request: HttpRequest, address: str) -> HttpResponse:
    """GET /inspection/use-log/<address>/export.csv: the same as a table, whole."""
    found = visible_record(_person(request), address, timezone.now())
    reply = HttpResponse(uses_as_table(use_log(found, EXPORTED)), content_type="text/csv; charset=utf-8")
    return as_file(reply, f"use-log-{_file_name(address)}.csv", saved=True)


def _asked(request: HttpRequest) -> tuple[QuestionForm, Any]:
    form, now = QuestionForm(request.GET), timezone.now()
    return form, answering(visible_entries(_person(request), now), form.question(), now)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _json_file(package: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(package, ensure_ascii=False, indent=1, default=str)
    return as_file(HttpResponse(text, content_type="application/json; charset=utf-8"), name, saved=True)


def _file_name(address: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in address)
