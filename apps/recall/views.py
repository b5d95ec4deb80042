"""Pages of recalls: the list, the opening with its signature, the board, one unit, who was reached, the closing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.lists import state_list
from apps.core.ui.wording import sentence
from apps.documents.selectors import documents_about
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import all_roles_of, roles_at
from apps.recall import services
from apps.recall.content import close_content, open_content
from apps.recall.facts import Outcome, RecallState
from apps.recall.forms import BeginForm, CloseForm, OutcomeForm, ReachForm
from apps.recall.models import Recall, RecallLine
from apps.recall.rules import outcomes_for
from apps.recall.selectors import begins_at, coverage_of, lines_of, visible_recalls
from apps.recall.table import class_named
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page

READ_ONLY = Access(write=frozenset())
QUALITY = Access(read=frozenset(services.WHO_MAY_RECALL), write=frozenset(services.WHO_MAY_RECALL))
ANSWERING = Access(read=frozenset(services.WHO_MAY_ANSWER), write=frozenset(services.WHO_MAY_ANSWER))
METHODS = ["GET", "HEAD", "POST"]
SHOWN = {
    "waiting": lambda one: not one.outcome,
    "untold": lambda one: one.must_be_told and not one.contacted_at,
    "missing": lambda one: one.outcome == Outcome.NOT_FOUND,
    "found": lambda one: one.outcome not in ("", Outcome.NOT_FOUND),
}


@open_to(access=READ_ONLY)
@require_safe
def recalls(request: HttpRequest) -> HttpResponse:
    """GET /recall/: the recalls of one's sites, newest first."""
    rows = visible_recalls(request.user, timezone.now())
    shown = state_list(request, rows, RecallState, "number", "source__address", "why")
    begins = bool(all_roles_of(request.user, timezone.now()) & set(services.WHO_MAY_RECALL))
    return render(request, "recall/list.html", {**shown, "begins": begins})


@open_to(access=QUALITY)
@require_http_methods(METHODS)
def begin(request: HttpRequest) -> HttpResponse:
    """GET, POST /recall/open/: what it is opened from, then every unit that it reaches and the signature."""
    form = BeginForm(request.POST or None, initial={"address": request.GET.get("from", "")})
    act = Act(
        title=_("Open a recall"),
        word=_("Trace and read back"),
        back_url=reverse("recall:list"),
        intro=_("Every unit made from it or touched by it is shown before you sign. Then the clock runs."),
    )
    if request.method != "POST" or not form.is_valid():
        return asked_page(request, act, form)
    try:
        begins = begins_at(request.user, form.cleaned_data["address"], timezone.now())
    except Refused as refused:
        form.add_error("address", sentence(refused.objections[0]))
        return asked_page(request, act, form, refused.status)
    panel = Panel(
        title=_("Mock recall from %(address)s") % form.cleaned_data
        if form.said.is_mock
        else _("Recall from %(address)s") % form.cleaned_data,
        verb=_("Sign: the clock starts"),
        content=lambda: open_content(begins, form.said),
        record=begins.record,
        cancel_url=act.back_url,
        hidden={name: str(value) for name, value in form.cleaned_data.items()},
    )

    def perform(signing: Signing) -> Recall:
        return services.open_recall(begins=begins, said=form.said, signing=signing, **who(request))

    return signed_page(request, panel, perform, lambda done: reverse("recall:recall", args=[str(done)]))


@open_to(access=READ_ONLY)
@require_safe
def recall(request: HttpRequest, number: str) -> HttpResponse:
    """GET /recall/<number>/: the board: the numbers, the stopwatch, one line for each unit. It asks again by itself."""
    found = _named(request, number)
    lines, show = lines_of(found), request.GET.get("show", "")
    covered, held = coverage_of(lines), roles_at(request.user, found.record.site, timezone.now())
    counts = [(key, word, sum(map(SHOWN[key], lines))) for key, word in _filters()]
    context = {
        "recall": found,
        "class": class_named(found.classification),
        "covered": covered,
        "lines": [one for one in lines if show not in SHOWN or SHOWN[show](one)],
        "counts": counts,
        "show": show,
        "answers": found.state == RecallState.OPEN and bool(held & set(services.WHO_MAY_ANSWER)),
        "closes": found.state == RecallState.OPEN and Role.QA in held,
        "documents": list(documents_about(found.record)),
        "took": (found.closed_at or timezone.now()) - found.opened_at,
        "last": covered.last_at - found.opened_at if covered.last_at else None,
    }
    name = "recall/parts/board.html" if request.headers.get("HX-Request") else "recall/recall.html"
    return render(request, name, context)


@open_to(access=ANSWERING)
@require_http_methods(METHODS)
def account(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /recall/<number>/units/<id>/: where one unit was found, or what had become of it."""
    found = _named(request, number)
    line = _line(found, pk)
    form = OutcomeForm(request.POST or None, outcomes=outcomes_for(line.custody, is_mock=found.is_mock))

    def perform(_happened: Happened | None) -> None:
        said = Outcome(form.cleaned_data["outcome"])
        services.account_for(line=line, outcome=said, note=form.cleaned_data["note"], **who(request))

    return act_page(
        request, _act(_("What became of unit %(number)s") % {"number": line.unit.number}, number), form, perform
    )


@open_to(access=ANSWERING)
@require_http_methods(METHODS)
def reach(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /recall/<number>/units/<id>/reach/: who was reached about the units of a patient or a shipment."""
    line, form = _line(_named(request, number), pk), ReachForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        services.reach(line=line, note=form.cleaned_data["note"], **who(request))

    told = {"who": line.contact or line.whereabouts or line.unit.number}
    return act_page(request, _act(_("Reached: %(who)s") % told, number), form, perform)


@open_to(access=QUALITY)
@require_http_methods(METHODS)
def close(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /recall/<number>/close/: the conclusion, then the coverage and the signature."""
    found, form = _named(request, number), CloseForm(request.POST or None)
    act = _act(_("Close recall %(number)s") % {"number": number}, number, _("Read back and sign"))
    if request.method != "POST" or not form.is_valid():
        return asked_page(request, act, form)
    conclusion = form.cleaned_data["conclusion"]
    panel = Panel(
        title=act.title,
        verb=_("Sign: closed"),
        content=lambda: close_content(found, conclusion),
        record=found.record,
        cancel_url=act.back_url,
        hidden=form.cleaned_data,
    )

    def perform(signing: Signing) -> Recall:
        return services.close_recall(recall=found, conclusion=conclusion, signing=signing, **who(request))

    return signed_page(request, panel, perform, act.back_url)


def _act(title: str, number: str, word: str = "") -> Act:
    return Act(title=title, word=word or _("Record it"), back_url=reverse("recall:recall", args=[number]), icon="tick")


def _filters() -> list[tuple[str, str]]:
    return [
        ("waiting", _("No answer yet")),
        ("untold", _("Nobody reached")),
        ("missing", _("Not found")),
        ("found", _("Accounted for")),
    ]


def _line(found: Recall, pk: int) -> RecallLine:
    return get_object_or_404(found.lines.select_related("unit", "recipient", "record", "recall"), pk=pk)


def _named(request: HttpRequest, number: str) -> Recall:
    found = get_object_or_404(visible_recalls(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)
    return found
