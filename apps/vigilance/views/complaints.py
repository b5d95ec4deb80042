"""Pages of complaints: the file, one complaint, taking it down, judging, answering, closing; the trend by product."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened
from apps.core.http import table_file, who
from apps.core.ui.acts import Act, act_page, said_page
from apps.core.ui.lists import state_list
from apps.core.ui.wording import translated
from apps.organisation.access import open_to
from apps.organisation.selectors import all_roles_of, visible_to
from apps.quality.panels import holds_panel
from apps.signatures.selectors import shown_signatures
from apps.vigilance import services
from apps.vigilance.content import close_complaint_content, reopen_complaint_content, triage_content
from apps.vigilance.facts import WORDS, Category, ComplaintState, ComplaintVerb
from apps.vigilance.forms import (
    ComplaintAnswerForm,
    ComplaintForm,
    ConcernedForm,
    ConclusionForm,
    ReopeningForm,
    TriageForm,
)
from apps.vigilance.lifecycle import COMPLAINT_MOVES
from apps.vigilance.models import Complaint
from apps.vigilance.selectors import YEAR, concerned_of, site_of_first, trend_since, visible_complaints
from apps.vigilance.views.finding import (
    METHODS,
    READ_ONLY,
    acts_of,
    by,
    complaint_named,
    roles_for,
    said_then_signed,
)

TAKING = by(*services.WHO_MAY_COMPLAIN)
DECIDING = by(*COMPLAINT_MOVES[ComplaintVerb.TRIAGE].roles)
PAGES = {
    ComplaintVerb.TRIAGE: "vigilance:triage",
    ComplaintVerb.ANSWER: "vigilance:answer",
    ComplaintVerb.CLOSE: "vigilance:close",
    ComplaintVerb.REOPEN: "vigilance:reopen",
}
COLUMNS = ("number", "reporter", "what", "concerned__unit__number", "concerned__batch__number")
HEAD = (
    "complaint", "received_at", "category", "severity", "state", "reporter", "what", "concerns", "triaged_at",
    "answered_at", "closed_at", "conclusion",
)  # fmt: skip


@open_to(access=READ_ONLY)
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """GET /vigilance/: the complaint file of one's sites, newest first."""
    rows = visible_complaints(request.user, timezone.now()).prefetch_related("concerned__unit", "concerned__batch")
    shown = state_list(request, rows.distinct(), ComplaintState, *COLUMNS)
    takes = bool(all_roles_of(request.user, timezone.now()) & set(services.WHO_MAY_COMPLAIN))
    return render(request, "vigilance/complaints.html", {**shown, "takes": takes})


@open_to(access=READ_ONLY)
@require_safe
def complaints_table(request: HttpRequest) -> HttpResponse:
    """GET /vigilance/complaints.csv: the whole file of one's sites."""
    rows = visible_complaints(request.user, timezone.now()).prefetch_related("concerned__unit", "concerned__batch")
    return table_file("complaints.csv", HEAD, map(_cells, rows.order_by("pk")))


def _cells(one: Complaint) -> list[str]:
    concerns = " ".join(str(row.unit or row.batch) for row in one.concerned.all())
    told = [one.number, one.received_at.isoformat(), one.category, one.severity, one.state, one.reporter, one.what]
    times = [at.isoformat() if at else "" for at in (one.triaged_at, one.answered_at, one.closed_at)]
    return [*told, concerns, *times, one.conclusion]


@open_to(access=READ_ONLY)
@require_safe
def trend(request: HttpRequest) -> HttpResponse:
    """GET /vigilance/trend/: complaints and adverse events of the last 365 days, product by product."""
    now = timezone.now()
    rows = trend_since(request.user, now, now - YEAR)
    words = [translated(WORDS[one]) for one in Category]
    return render(request, "vigilance/trend.html", {"rows": rows, "categories": words, "since": now - YEAR})


@open_to(access=TAKING)
@require_http_methods(METHODS)
def receive(request: HttpRequest) -> HttpResponse:
    """GET, POST /vigilance/receive/?about=<unit>: a complaint is taken down, what it concerns by scan."""
    sites = visible_to(request.user, timezone.now())
    begun = {ConcernedForm.scans[0]: request.GET.get("about", "")[:120]}
    form = ComplaintForm(request.POST or None, sites=sites, initial=begun)
    act = Act(
        title=_("Take down a complaint"),
        word=_("Record it"),
        back_url=reverse("vigilance:list"),
        intro=_("Quality is told at once. A wrong product or a wrong patient is critical and holds sister units."),
        icon="alert",
    )

    def perform(_happened: Happened | None) -> None:
        site = site_of_first(form.concerned)
        services.receive_complaint(site=site, said=form.said, concerned=form.concerned, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=READ_ONLY)
@require_safe
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """GET /vigilance/complaints/<number>/: who reported what, what it concerns, what quality made of it."""
    found = complaint_named(request, number)
    rows = concerned_of(found)
    batches = {row.batch_id: row.batch for row in rows}.values()
    is_open = found.state != ComplaintState.CLOSED
    context = {
        "complaint": found,
        "category": translated(WORDS[found.category]),
        "rows": rows,
        "acts": acts_of(request, found, COMPLAINT_MOVES, PAGES),
        "names": is_open and bool(roles_for(request, found.record) & set(services.WHO_MAY_COMPLAIN)),
        "holds": [row for row in holds_panel([batch.record for batch in batches]) if _is_of(row, found)],
        "signatures": shown_signatures(found.record),
    }
    return render(request, "vigilance/complaint.html", context)


@open_to(access=TAKING)
@require_http_methods(METHODS)
def name(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/complaints/<number>/concerned/: further units or batches, by scan."""
    found = complaint_named(request, number)
    form = ConcernedForm(request.POST or None, sites={found.site.code})
    title, back = _("What else %(number)s concerns") % {"number": number}, _page(found)
    act = Act(title=title, word=_("Add"), back_url=back, icon="scan")

    def perform(_happened: Happened | None) -> None:
        services.name_concerned(complaint=found, concerned=form.concerned, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def triage(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/complaints/<number>/triage/: severity, deviation, hold; then the signature."""
    found, form = complaint_named(request, number), TriageForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Triage %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: triage_content(found, form.said),
        done=lambda signing: services.triage_complaint(
            complaint=found, said=form.said, signing=signing, **who(request)
        ),
        intro=found.what,
    )


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/complaints/<number>/answer/: what the reporter was answered."""
    found, form = complaint_named(request, number), ComplaintAnswerForm(request.POST or None)
    title = _("Answer to %(reporter)s") % {"reporter": found.reporter}
    act = Act(title=title, word=_("Record the answer"), back_url=_page(found), intro=found.what)
    return said_page(request, act, form, services.answer_complaint, complaint=found)


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def close(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/complaints/<number>/close/: the conclusion, then the signature."""
    found, form = complaint_named(request, number), ConclusionForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Close %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: close_complaint_content(found, form.cleaned_data["conclusion"]),
        done=lambda signing: services.close_complaint(
            complaint=found, signing=signing, **form.cleaned_data, **who(request)
        ),
    )


@open_to(access=DECIDING)
@require_http_methods(METHODS)
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/complaints/<number>/reopen/: why, then the signature."""
    found, form = complaint_named(request, number), ReopeningForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Reopen %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: reopen_complaint_content(found, form.cleaned_data["reason"]),
        done=lambda signing: services.reopen_complaint(
            complaint=found, signing=signing, **form.cleaned_data, **who(request)
        ),
    )


def _is_of(row: dict[str, object], complaint: Complaint) -> bool:
    return getattr(row["fact"], "key", "") == f"complaint:{complaint.number}"


def _page(complaint: Complaint) -> str:
    return reverse("vigilance:complaint", args=[complaint.number])
