"""Pages of adverse events: the list, recording after a dose, one event with its clocks, judgement, reports."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened
from apps.core.http import table_file, who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.core.ui.lists import state_list
from apps.core.ui.wording import translated
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import Reaction
from apps.dosing.selectors import kept_units
from apps.dosing.views.finding import order_named
from apps.organisation.access import open_to
from apps.quality.panels import holds_panel
from apps.signatures.selectors import shown_signatures
from apps.vigilance import services
from apps.vigilance.content import (
    assess_content,
    close_adverse_event_content,
    criteria_words,
    reopen_adverse_event_content,
)
from apps.vigilance.facts import AdverseState, AdverseVerb
from apps.vigilance.forms import (
    AdverseEventForm,
    AssessmentForm,
    ConclusionForm,
    FollowUpForm,
    ReopeningForm,
    SentForm,
    duty_words,
)
from apps.vigilance.lifecycle import ADVERSE_MOVES
from apps.vigilance.models import AdverseEvent, ReportDuty
from apps.vigilance.selectors import duties_for, follow_ups_of, reports_sent, visible_adverse_events
from apps.vigilance.table import clock_named
from apps.vigilance.views.finding import METHODS, READ_ONLY, acts_of, by, event_named, roles_for, said_then_signed

FOLLOWING = by(*FOLLOWERS)
JUDGING = by(*ADVERSE_MOVES[AdverseVerb.ASSESS].roles)
ENDING = by(*ADVERSE_MOVES[AdverseVerb.CLOSE].roles)
REPORTING = by(*services.WHO_MAY_REPORT)
PAGES = {
    AdverseVerb.ASSESS: "vigilance:assess",
    AdverseVerb.CLOSE: "vigilance:close_event",
    AdverseVerb.REOPEN: "vigilance:reopen_event",
}
COLUMNS = ("number", "term", "recipient__number", "order__reservations__unit__number")
HEAD = (
    "adverse_event", "patient", "dose", "term", "grade", "serious", "onset_at", "known_at", "state", "causality",
    "expectedness", "outcome", "reports",
)  # fmt: skip


@open_to(access=READ_ONLY)
@require_safe
def adverse_events(request: HttpRequest) -> HttpResponse:
    """GET /vigilance/adverse/: the adverse events of one's sites, newest first."""
    rows = visible_adverse_events(request.user, timezone.now()).distinct()
    shown = state_list(request, rows, AdverseState, *COLUMNS)
    return render(request, "vigilance/adverse_events.html", shown)


@open_to(access=READ_ONLY)
@require_safe
def adverse_table(request: HttpRequest) -> HttpResponse:
    """GET /vigilance/adverse.csv: all of them, under pseudonyms."""
    rows = visible_adverse_events(request.user, timezone.now()).prefetch_related("reports")
    return table_file("adverse-events.csv", HEAD, map(_cells, rows.order_by("pk")))


def _cells(one: AdverseEvent) -> list[object]:
    told = [one.number, one.recipient.number, one.order.number, one.term, one.grade, " ".join(one.seriousness)]
    times = [one.onset_at.isoformat(), one.known_at.isoformat()]
    sent = " | ".join(f"{row.sent_to} {row.reference} {row.sent_at.isoformat()}" for row in one.reports.all())
    return [*told, *times, one.state, one.causality, one.expectedness, one.outcome, sent]


@open_to(access=FOLLOWING)
@require_http_methods(METHODS)
def record(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/orders/<number>/?reaction=<n>: an adverse event after a dose, or a reaction carried over."""
    order = order_named(request, number)
    n = request.GET.get("reaction", "")
    asked = order.reactions.filter(n=int(n)) if n.isascii() and n.isdigit() and len(n) < 5 else order.reactions.none()
    reaction = get_object_or_404(asked) if n else None
    form = AdverseEventForm(request.POST or None, initial=_carried(reaction))
    act = Act(
        title=_("Adverse event after %(number)s") % {"number": number},
        word=_("Record it"),
        back_url=reverse("dosing:bedside", args=[number]),
        done_url=reverse("vigilance:adverse_events"),
        intro=_("Serious events start the clock of their report at once; a physician judges them."),
        icon="alert",
    )

    def perform(_happened: Happened | None) -> None:
        services.record_adverse_event(order=order, said=form.said, reaction=reaction, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=READ_ONLY)
@require_safe
def adverse_event(request: HttpRequest, number: str) -> HttpResponse:
    """GET /vigilance/adverse/<number>/: what happened, how it stands, what is due, what was reported."""
    found, now = event_named(request, number), timezone.now()
    roles, units, duties = roles_for(request, found.record), kept_units(found.order), duties_for(found)
    batches = {unit.batch_id: unit.batch for unit in units}.values()
    context = {
        "event": found,
        "criteria": [translated(word) for word in criteria_words(found.seriousness)],
        "units": units,
        "batches": batches,
        "duties": [_duty_row(duty, now) for duty in duties],
        "reports": reports_sent(found),
        "follow_ups": follow_ups_of(found),
        "acts": _acts(request, found, roles, is_due=any(duty.is_open for duty in duties)),
        "holds": holds_panel([*(batch.record for batch in batches), found.recipient.record]) if found.held else [],
        "signatures": shown_signatures(found.record),
    }
    return render(request, "vigilance/adverse_event.html", context)


def _acts(request: HttpRequest, found: AdverseEvent, roles: set[Role], *, is_due: bool) -> list[dict[str, object]]:
    """What this person can do now: a report that is due stands first, else what leads on."""
    moves = acts_of(request, found, ADVERSE_MOVES, PAGES)
    here = [found.number]
    report = {"label": _("Record a report"), "url": reverse("vigilance:report", args=here), "icon": "document"}
    follow_up = {"label": _("Follow up"), "url": reverse("vigilance:follow", args=here), "icon": "plus", "stops": True}
    reports = [report] if roles & set(services.WHO_MAY_REPORT) else []
    follows = [follow_up] if roles & set(FOLLOWERS) else []
    if is_due:
        return [*reports, *moves, *follows]
    return [*moves, *follows, *({**one, "stops": True} for one in reports)]


@open_to(access=FOLLOWING)
@require_http_methods(METHODS)
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/adverse/<number>/follow/: what was learned later; the event stands as it says."""
    found = event_named(request, number)
    stands = {name: getattr(found, name) for name in ("grade", "seriousness", "outcome")}
    form = FollowUpForm(request.POST or None, initial=stands)
    act = Act(
        title=_("Follow up %(number)s") % {"number": number},
        word=_("Record it"),
        back_url=_page(found),
        intro=_("Say the event as it stands now. A physician judges it again."),
    )

    def perform(_happened: Happened | None) -> None:
        services.add_follow_up(event=found, said=form.said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=JUDGING)
@require_http_methods(METHODS)
def assess(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/adverse/<number>/assess/: relation and expectedness, then the signature."""
    found, form = event_named(request, number), AssessmentForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Assess %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: assess_content(found, form.said),
        done=lambda signing: services.assess_adverse_event(
            event=found, said=form.said, signing=signing, **who(request)
        ),
        intro=found.term,
    )


@open_to(access=REPORTING)
@require_http_methods(METHODS)
def report(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/adverse/<number>/report/: to whom it was reported, when, under which number."""
    found = event_named(request, number)
    form = SentForm(request.POST or None, duties=duties_for(found))
    title, intro = _("Report %(number)s") % {"number": number}, found.term
    act = Act(title=title, word=_("Record it"), back_url=_page(found), intro=intro, icon="document")

    def perform(_happened: Happened | None) -> None:
        answers = form.cleaned_data["answers"]
        services.send_safety_report(event=found, said=form.said, answers=answers, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=ENDING)
@require_http_methods(METHODS)
def close_event(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/adverse/<number>/close/: the conclusion, then the signature."""
    found, form = event_named(request, number), ConclusionForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Close %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: close_adverse_event_content(found, form.cleaned_data["conclusion"]),
        done=lambda signing: services.close_adverse_event(
            event=found, signing=signing, **form.cleaned_data, **who(request)
        ),
    )


@open_to(access=ENDING)
@require_http_methods(METHODS)
def reopen_event(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /vigilance/adverse/<number>/reopen/: why, then the signature."""
    found, form = event_named(request, number), ReopeningForm(request.POST or None)
    return said_then_signed(
        request,
        form,
        title=_("Reopen %(number)s") % {"number": number},
        record=found.record,
        back=_page(found),
        shown=lambda: reopen_adverse_event_content(found, form.cleaned_data["reason"]),
        done=lambda signing: services.reopen_adverse_event(
            event=found, signing=signing, **form.cleaned_data, **who(request)
        ),
    )


def _carried(reaction: Reaction | None) -> dict[str, Any]:
    """What was said at the bed is not typed again."""
    if reaction is None:
        return {}
    words = {"term": reaction.what[:200], "narrative": reaction.what if len(reaction.what) > 200 else ""}
    return {**words, "grade": reaction.grade, "onset_at": reaction.occurred_at, "known_at": reaction.recorded_at}


def _duty_row(duty: ReportDuty, now: Any) -> dict[str, object]:
    clock = clock_named(duty.clock)
    state = "reported" if duty.report else "withdrawn" if duty.withdrawn_at else "due"
    late = duty.due_at <= (duty.answered_at or now)
    return {
        "duty": duty,
        "words": duty_words(duty),
        "state": "overdue" if state == "due" and late else state,
        "late": bool(duty.report) and late,
        "source": clock.source if clock else None,
    }


def _page(event: AdverseEvent) -> str:
    return reverse("vigilance:adverse_event", args=[event.number])
