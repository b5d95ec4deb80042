"""Review by exception: the proof of completeness, the findings by risk, and one finding in detail."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.audit.models import Record
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.banking import bank_in_the_way
from apps.batches.views.finding import batch_named, roles_here
from apps.core.errors import Objection, Refused
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.navigation import address_of
from apps.core.ui.wording import sentence, translated
from apps.documents.models import Document
from apps.organisation.access import Access, open_to
from apps.quality.facts import Blocks
from apps.quality.panels import holds_panel
from apps.release import rules
from apps.release.facts import Answer, Finding, ReviewPage
from apps.release.forms import AcceptForm
from apps.release.selectors import hands_on_batch, issued_certificate, read_for_review, review_page
from apps.release.services import accept_finding
from apps.release.views.detail import detail_of
from apps.release.views.naming import CHECK_WORDS, Row, behind, rows_of
from apps.testing.rules import lacks_approval
from apps.testing.selectors import Tested, approved_coa
from apps.testing.views.finding import person_of
from apps.units.selectors import why_not_certifiable as balances_in_the_way
from apps.units.views.framing import batch_bar, names_of

BACK: tuple[dict[str, Any], ...] = (
    {"verb": Verb.WITHDRAW_REVIEW, "page": "release:withdraw_review", "icon": "corrected", "stops": False},
    {"verb": Verb.REOPEN, "page": "release:reopen", "icon": "corrected", "stops": False},
    {"verb": Verb.REJECT, "page": "release:reject", "icon": "stop", "stops": True},
    {"verb": Verb.RECALL, "page": "release:recall", "icon": "stop", "stops": True},
)
READ_ONLY = Access(write=frozenset())
REVIEWERS = Access(read={Role.QA}, write={Role.QA})


@open_to(access=READ_ONLY)
@require_safe
def review(request: HttpRequest, number: str) -> HttpResponse:
    """GET /release/<batch>/review/: everything that is not as the master says, and the proof of completeness."""
    return _page(request, batch_named(request, number), request.GET.get("finding", ""))


@open_to(access=REVIEWERS)
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """POST /release/<batch>/accept/: accept one finding with a note; the next one follows."""
    batch, key = batch_named(request, number), request.POST.get("key", "")
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            accept_finding(batch=batch, key=key, note=form.cleaned_data["note"], **who(request))
        except Refused as refused:
            for objection in refused.objections:
                form.add_error("note" if objection.place == "note" else None, sentence(objection))
    if form.errors:
        return _page(request, batch, key, form, status=409)
    following = next((one for one in review_page(batch).findings if one.answer is Answer.TO_JUDGE), None)
    query = f"?{urlencode({'finding': following.key})}" if following else ""
    return HttpResponseRedirect(reverse("release:review", args=[number]) + query)


def _page(
    request: HttpRequest, batch: Batch, key: str, form: AcceptForm | None = None, status: int = 200
) -> HttpResponse:
    read, roles = read_for_review(batch), roles_here(request, batch)
    page = review_page(batch, read)
    rows = rows_of(page.findings, behind(batch, page.findings, read.events, names_of))
    chosen = _chosen(rows, key)
    context: dict[str, Any] = {
        "batch": batch,
        "row": chosen,
        "detail": detail_of(batch, chosen.finding) if chosen else None,
        "form": form or AcceptForm(auto_id="id_accept_%s"),
        "may_accept": Role.QA in roles and batch.state == BatchState.FINISHED,
        **links_of(batch, chosen.finding if chosen else None),
    }
    if request.headers.get("HX-Target") == "finding":
        return render(request, "release/parts/finding.html", context, status=status)
    certificate, holds = issued_certificate(batch), _in_the_way(batch, read.tested)
    context |= {
        "page": page,
        "rows": rows,
        "heading": _heading(page),
        **_proof(page),
        "place": page.trail.place,
        "holds": holds,
        "certificate": certificate,
        "acts": acts_of(request, batch, page, certificate, len(holds), read.records),
        "back": _ways_back(roles, batch),
        "trail_url": address_of("inspection:record", batch.record.address),
        **batch_bar(batch, _more_facts(batch)),
    }
    return render(request, "release/review.html", context, status=status)


def _proof(page: ReviewPage) -> dict[str, Any]:
    """The bars of what was checked, and the words of what was looked for and is not there."""
    return {
        "proof": [
            {"good": count.as_the_master_says, "odd": count.findings, "label": CHECK_WORDS[count.kind]}
            for count in page.counts
            if count.checked
        ],
        "empty_checks": [CHECK_WORDS[count.kind] for count in page.counts if not count.checked],
    }


def _ways_back(roles: set[Role], batch: Batch) -> list[dict[str, Any]]:
    """The verbs that take a decision back, for those who may now."""
    return [
        {**one, "label": translated(move_for(one["verb"]).label)} for one in BACK if _may(roles, batch, one["verb"])
    ]


def _chosen(rows: list[Row], key: str) -> Row | None:
    named = next((row for row in rows if row.finding.key == key), None)
    waiting = next((row for row in rows if row.finding.answer is not Answer.ACCEPTED), None)
    return named or waiting or next(iter(rows), None)


def _heading(page: ReviewPage) -> str:
    n = len(page.findings)
    return ngettext("%(n)s to look at", "%(n)s to look at", n) % {"n": n}


def links_of(batch: Batch, finding: Finding | None) -> dict[str, str]:
    """Where one goes from a finding: the value with its history, its trace, its event, a comment, a report."""
    if finding is None:
        return {}
    address = finding.url_address
    inside = address.removeprefix(f"{batch.record.address}/") if address.startswith(f"{batch.record.address}/") else ""
    report = address_of("batches:report", batch.number)
    return {
        "value_url": address_of("batches:value", batch.number, inside) if inside else "",
        "trace_url": address_of("inspection:trace", address) if inside else "",
        "event_url": address_of("quality:event", finding.event) if finding.event else "",
        "deviation_url": address_of("quality:deviation", finding.deviation) if finding.deviation else "",
        "run_url": address_of("testing:run", address.removeprefix("run/")) if address.startswith("run/") else "",
        "oos_url": _page_at("testing:investigation", address, "oos/"),
        "capa_url": _page_at("quality:capa", address, "capa/"),
        "ask_url": address_of("batches:note", batch.number),
        "report_url": report or f"{address_of('quality:report')}?record={batch.record.address}",
    }


def _page_at(name: str, address: str, kind: str) -> str:
    return address_of(name, address.removeprefix(kind)) if address.startswith(kind) else ""


def _in_the_way(batch: Batch, known: Tested) -> list[dict[str, object]]:
    """Why it can't be certified: the open holds, and what laboratory and units still owe."""
    rows = holds_panel([batch.record], Blocks.CERTIFY)
    approved = lacks_approval(approved_coa(batch, known) is not None)
    owed = [(approved, _("The head of quality control approves"), reverse("testing:analysis", args=[batch.number]))]
    balances = reverse("units:reconcile", args=[batch.number])
    owed += [(objection, _("Operators count"), balances) for objection in balances_in_the_way(batch)]
    bank = address_of("banks:bank", batch.bank.number) if batch.bank else ""
    owed += [(objection, _("Quality decides about the bank"), bank) for objection in bank_in_the_way(batch)]
    rows += [{"fact": objection, "who": by, "url": url} for objection, by, url in owed if objection]
    return rows


def _more_facts(batch: Batch) -> list[dict[str, object]]:
    began, ended = batch.started_at, batch.finished_at
    made = f"{began:%Y-%m-%d} – {ended:%Y-%m-%d}" if began and ended else "–"
    return [{"label": _("Made"), "value": made}]


def acts_of(
    request: HttpRequest,
    batch: Batch,
    page: ReviewPage,
    certificate: Document | None,
    holds: int,
    records: Sequence[Record],
) -> list[dict[str, object]]:
    """The one decision that comes next for this person, and what unlocks it."""
    offers = (
        (Verb.REVIEW, BatchState.FINISHED, "release:sign_review", _("Sign QA review")),
        (Verb.CERTIFY, BatchState.REVIEWED, "release:certify", _("Certify")),
        (Verb.RELEASE_FOR_SUPPLY, BatchState.CERTIFIED, "release:supply", _("Release for supply")),
    )
    roles = roles_here(request, batch)
    for verb, state, name, label in offers:
        if batch.state == state:
            if not _may(roles, batch, verb):
                return []
            hands = hands_on_batch(batch, but_review=verb is not Verb.CERTIFY, records=records)
            against = _against(rules.took_part(person_of(request).username, hands), page, certificate, holds, verb)
            return [{"url": reverse(name, args=[batch.number]), "label": label, "against": against}]
    return []


def _against(
    took_part: Objection | None, page: ReviewPage, certificate: Document | None, holds: int, verb: Verb
) -> list[str]:
    found = [took_part]
    if verb is Verb.REVIEW:
        found.append(rules.findings_left(page.left))
    elif verb is Verb.CERTIFY:
        found.append(rules.findings_left(page.left_in_the_record))
        if holds:
            return [*map(sentence, filter(None, found)), _("It opens when nothing stands in the way any more.")]
    else:
        found.append(rules.certificate_not_issued(certificate is not None))
    return [sentence(objection) for objection in found if objection]


def _may(roles: set[Role], batch: Batch, verb: Verb) -> bool:
    move = move_for(verb)
    return bool(roles & set(move.roles)) and BatchState(batch.state) in move.sources
