"""Pages of looking back: the list, the start with its signature, one look-back, the answer about a unit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.models import Batch
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, asked_page, said_page
from apps.donation.models import Donation
from apps.donation.views.finding import donor_named
from apps.lookback import services
from apps.lookback.content import look_back_content
from apps.lookback.facts import Answer
from apps.lookback.forms import AnswerForm, DeputyForm, FindingForm, ReadForm, ReportForm
from apps.lookback.models import LookBack
from apps.lookback.selectors import (
    duties_of,
    notices_of,
    physicians_at,
    reports_of,
    theirs_to_read,
    visible_look_backs,
)
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at
from apps.quality.panels import holds_panel
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page
from apps.signatures.selectors import shown_signatures
from apps.units.models import Unit

READ_ONLY = Access(write=frozenset())
LOOKING = Access(read=frozenset(services.WHO_MAY_LOOK_BACK), write=frozenset(services.WHO_MAY_LOOK_BACK))
ANSWERING = Access(read=frozenset(services.WHO_MAY_ANSWER), write=frozenset(services.WHO_MAY_ANSWER))
READING = Access(read=frozenset(services.WHO_MAY_ACKNOWLEDGE), write=frozenset(services.WHO_MAY_ACKNOWLEDGE))
NAMING = Access(read=frozenset(services.WHO_MAY_NAME), write=frozenset(services.WHO_MAY_NAME))
REPORTING = Access(read=frozenset(services.WHO_MAY_REPORT), write=frozenset(services.WHO_MAY_REPORT))
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=READ_ONLY)
@require_safe
def look_backs(request: HttpRequest) -> HttpResponse:
    """GET /lookback/: the look-backs of one's sites, newest first."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    rows = visible_look_backs(request.user, timezone.now())
    page = listing(rows.filter(number__icontains=words) if words else rows, request)
    return render(request, "lookback/list.html", {"page": page, "rows": page.rows, "q": words})


@open_to(access=LOOKING)
@require_http_methods(METHODS)
def start(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /lookback/donors/<code>/: what was found, then everything it reaches and the signature."""
    donor, form = donor_named(request, number), FindingForm(request.POST or None)
    title, back = _("Look back from donor %(number)s") % {"number": number}, reverse("donation:donor", args=[number])
    if request.method != "POST" or not form.is_valid():
        intro = _("Everything made of the donations is held, and what is out is recalled, in one signed act.")
        word = _("Read back and sign")
        return asked_page(request, Act(title=title, word=word, back_url=back, intro=intro, stops=True), form)
    panel = Panel(
        title=title,
        verb=_("Sign: hold and recall"),
        content=lambda: look_back_content(donor, form.finding),
        record=donor.record,
        cancel_url=back,
        hidden=form.carried,
    )

    def perform(signing: Signing) -> LookBack:
        return services.look_back(donor=donor, finding=form.finding, signing=signing, **who(request))

    return signed_page(request, panel, perform, lambda done: reverse("lookback:look_back", args=[str(done)]))


@open_to(access=READ_ONLY)
@require_safe
def look_back(request: HttpRequest, number: str) -> HttpResponse:
    """GET /lookback/<number>/: the finding, what is held, what is recalled, the patients."""
    found = _named(request, number)
    duties, held = list(duties_of(found)), roles_at(request.user, found.record.site, timezone.now())
    names = printed_names(duty.answered_by for duty in duties)
    donations = list(Donation.objects.filter(din__in=found.donations).select_related("record"))
    context = {
        "look_back": found,
        "duties": [(duty, names.get(duty.answered_by, "")) for duty in duties],
        "stock": Unit.objects.filter(number__in=found.in_stock).order_by("number"),
        "donations": donations,
        "batches": Batch.objects.filter(number__in=found.batches).order_by("number"),
        "patients": {duty.recipient.number: duty.recipient for duty in duties if duty.recipient},
        "answers": bool(held & set(services.WHO_MAY_ANSWER)),
        "holds": holds_panel([found.batch.record] if found.batch else [donation.record for donation in donations]),
        "signatures": shown_signatures(found.donor.record) if found.donor else [],
        "notices": list(notices_of(found)),
        "theirs": _theirs(request, found) if held & set(services.WHO_MAY_ACKNOWLEDGE) else set(),
        "is_quality": Role.QA in held,
        "report": reports_of(found).first(),
        "reports": bool(held & set(services.WHO_MAY_REPORT)),
    }
    return render(request, "lookback/look_back.html", context)


@open_to(access=ANSWERING)
@require_http_methods(METHODS)
def answer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /lookback/<number>/duties/<id>/answer/: what became of a unit that was out."""
    found = _named(request, number)
    duty, form = get_object_or_404(duties_of(found), pk=pk), AnswerForm(request.POST or None)
    act = Act(
        title=_("What became of unit %(number)s") % {"number": duty.unit.number},
        word=_("Record it"),
        back_url=reverse("lookback:look_back", args=[number]),
        icon="tick",
    )

    def perform(_happened: Happened | None) -> None:
        said = Answer(form.cleaned_data["answer"])
        services.answer_recall(duty=duty, answer=said, note=form.cleaned_data["note"], **who(request))

    return act_page(request, act, form, perform)


@open_to(access=READING)
@require_http_methods(METHODS)
def acknowledge(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /lookback/<number>/notices/<id>/acknowledge/: a physician has read what failed."""
    found = _named(request, number)
    notice, form = get_object_or_404(notices_of(found), pk=pk), ReadForm(request.POST or None)
    act = Act(
        title=_("Acknowledge: %(what)s") % {"what": found.batch.number if found.batch else found.number},
        word=_("I have read it"),
        back_url=reverse("lookback:look_back", args=[number]),
        intro=_("Units of your patient: %(units)s") % {"units": ", ".join(notice.units)},
        icon="tick",
    )

    def perform(_happened: Happened | None) -> None:
        services.acknowledge_notice(notice=notice, note=form.cleaned_data["note"], **who(request))

    return act_page(request, act, form, perform)


@open_to(access=NAMING)
@require_http_methods(METHODS)
def deputy(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /lookback/<number>/notices/<id>/deputy/: another physician reads it."""
    found = _named(request, number)
    notice, people = get_object_or_404(notices_of(found), pk=pk), physicians_at(found, timezone.now())
    form = DeputyForm(request.POST or None, people=people)
    title = _("Name a deputy: %(number)s") % {"number": notice.order.number}
    back = reverse("lookback:look_back", args=[number])
    return said_page(
        request, Act(title=title, word=_("Name"), back_url=back, icon="tick"), form, services.name_deputy, notice=notice
    )


@open_to(access=REPORTING)
@require_http_methods(METHODS)
def report(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /lookback/<number>/report/: sponsor and authority were told what failed."""
    found = _named(request, number)
    due, form = get_object_or_404(reports_of(found)), ReportForm(request.POST or None)
    act = Act(
        title=_("Report what failed: %(number)s") % {"number": number},
        word=_("Record it"),
        back_url=reverse("lookback:look_back", args=[number]),
        intro=found.what,
        icon="tick",
    )

    def perform(_happened: Happened | None) -> None:
        services.report_failure(report=due, said=form.said, **who(request))

    return act_page(request, act, form, perform)


def _theirs(request: HttpRequest, found: LookBack) -> set[int]:
    return set(found.notices.filter(theirs_to_read(request.user.username)).values_list("pk", flat=True))


def _named(request: HttpRequest, number: str) -> LookBack:
    found = get_object_or_404(visible_look_backs(request.user, timezone.now()), number=number)
    begins_with = found.batch or found.donor
    timezone.activate(begins_with.site.timezone if begins_with else timezone.get_default_timezone())
    return found
