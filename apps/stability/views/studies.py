"""Pages of studies: the list, one study with its results and what they support, opening, pulling, closing."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.selectors.batches import visible_batches
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Happened
from apps.core.http import table_file, who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.lists import state_list
from apps.core.ui.wording import sentence
from apps.organisation.access import open_to
from apps.organisation.selectors import roles_at
from apps.products.forms import words_read
from apps.quality.panels import holds_panel
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page
from apps.signatures.selectors import shown_signatures
from apps.stability import rules, services
from apps.stability.content import close_study_content, open_study_content
from apps.stability.facts import ExtensionVerb, StudyState, StudyVerb
from apps.stability.forms import PullForm, UnitsForm, WhyForm
from apps.stability.lifecycle import EXTENSION_MOVES, STUDY_MOVES, verbs_from
from apps.stability.models import Study
from apps.stability.selectors import (
    columns_of,
    left_in,
    points_of,
    protocol_asked,
    protocol_followed,
    support_of,
    units_to_offer,
    visible_studies,
)
from apps.stability.views.finding import METHODS, READ_ONLY, acts_of, chosen, study_access, study_named
from apps.stability.views.showing import pictures_of, table_of

HEAD = ("study", "month", "test", "standing", "parameter", "text", "unit", "verdict", "sample", "tested_at")
PAGES = {StudyVerb.CLOSE: "stability:close"}


@open_to(access=READ_ONLY)
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """GET /stability/: the studies of one's sites, newest first."""
    rows = visible_studies(request.user, timezone.now()).prefetch_related("points")
    return render(request, "stability/list.html", state_list(request, rows, StudyState, "number", "batch__number"))


@open_to(access=READ_ONLY)
@require_safe
def study(request: HttpRequest, number: str) -> HttpResponse:
    """GET /stability/<number>/: time points, results against their limits, what the data support, in words."""
    found = study_named(request, number)
    columns, protocol = columns_of(found), protocol_followed(found)
    definition, support = definition_of_batch(found.batch), support_of(found, columns)
    roles = roles_at(request.user, found.record.site, timezone.now())
    context = {
        "study": found,
        "title": definition.title,
        "protocol": protocol,
        "state": definition.storage.state(protocol.state),
        "points": points_of(found),
        "months": [column.month for column in columns],
        "table": table_of(found, columns),
        "pictures": pictures_of(found, columns),
        "support": support,
        "said": sentence(rules.said(support)),
        "left": left_in(found),
        "extensions": found.extensions.order_by("pk"),
        "acts": acts_of(request, found, STUDY_MOVES, PAGES),
        "pulls": StudyVerb.PULL in verbs_from(found.state, STUDY_MOVES, roles),
        "proposes": bool(support.months and roles & set(EXTENSION_MOVES[ExtensionVerb.PROPOSE].roles)),
        "holds": holds_panel([found.batch.record]),
        "signatures": shown_signatures(found.record),
    }
    return render(request, "stability/study.html", context)


@open_to(access=READ_ONLY)
@require_safe
def results(request: HttpRequest, number: str) -> HttpResponse:
    """GET /stability/<number>/results.csv: every result of the study, month by month."""
    found = study_named(request, number)
    return table_file(f"{found.number}.csv", HEAD, _rows(found))


def _rows(study: Study) -> Iterator[list[object]]:
    for column in columns_of(study):
        for key, outcome in column.outcomes:
            told = [study.number, column.month, key, outcome.standing if outcome else ""]
            for one in outcome.results if outcome else ():
                value = [one.parameter, one.text, one.unit, one.verdict, one.line.sample.number]
                yield [*told, *value, one.tested_at.isoformat()]
            if not outcome or not outcome.results:
                yield [*told, *[""] * 6]


@open_to(access=study_access(StudyVerb.OPEN))
@require_http_methods(METHODS)
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/batches/<number>/open/: the units first, then what is signed."""
    batch = get_object_or_404(visible_batches(request.user, timezone.now()), number=number)
    timezone.activate(batch.site.timezone)
    protocol, offered = protocol_asked(batch), units_to_offer(batch)
    needed = protocol.pull.units * len(protocol.points)
    back, title = reverse("batches:detail", args=[number]), _("Stability study of %(batch)s") % {"batch": number}
    form = UnitsForm(
        None if "challenge" in request.POST else request.POST or None,
        units=offered,
        initial={"units": [unit.number for unit in offered[:needed]]},
    )
    if "challenge" not in request.POST and (request.method != "POST" or not form.is_valid()):
        intro = _("The protocol pulls %(n)s units. They are kept for the study and for nothing else.") % {"n": needed}
        return asked_page(request, Act(title, _("Read back and sign"), back, intro=intro, icon="sign"), form)
    units = chosen(offered, request, form.cleaned_data["units"] if form.is_bound else ())
    panel = Panel(
        title=title,
        verb=_("Sign: study opened"),
        content=lambda: open_study_content(batch, units),
        record=batch.record,
        cancel_url=back,
        action=f"{request.path}?{urlencode({'units': ','.join(unit.number for unit in units)})}",
        words=words_read(definition_of_batch(batch)),
    )

    def perform(signing: Signing) -> Study:
        return services.begin_study(batch=batch, units=units, signing=signing, **who(request))

    return signed_page(request, panel, perform, lambda done: reverse("stability:study", args=[str(done)]))


@open_to(access=study_access(StudyVerb.PULL))
@require_http_methods(METHODS)
def pull(request: HttpRequest, number: str, month: int) -> HttpResponse:
    """GET, POST /stability/<number>/pulls/<month>/: the unit in the hand, by scan."""
    found = study_named(request, number)
    point = get_object_or_404(found.points, month=month)
    form = PullForm(request.POST or None)
    back = reverse("stability:study", args=[number])
    window = {"opens": timezone.localtime(point.opens_at), "ends": timezone.localtime(point.ends_at)}
    act = Act(
        title=_("Pull for month %(month)s of %(study)s") % {"month": month, "study": number},
        word=_("It is pulled"),
        back_url=back,
        intro=_("Window %(opens)s to %(ends)s. The unit leaves its place and becomes the sample of this month.")
        % {name: f"{at:%Y-%m-%d %H:%M}" for name, at in window.items()},
        icon="scan",
    )

    def perform(_happened: Happened | None) -> None:
        services.pull_unit(study=found, month=month, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=study_access(StudyVerb.CLOSE))
@require_http_methods(METHODS)
def close(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /stability/<number>/close/: the reason, then the signature; what is left goes back."""
    found, form = study_named(request, number), WhyForm(request.POST or None)
    back, title = reverse("stability:study", args=[number]), _("Close %(number)s") % {"number": number}
    if request.method != "POST" or not form.is_valid():
        return asked_page(request, Act(title, _("Read back and sign"), back, icon="sign"), form)
    reason = form.cleaned_data["reason"]
    panel = Panel(
        title=title,
        verb=_("Sign: study closed"),
        content=lambda: close_study_content(found, reason),
        record=found.record,
        cancel_url=back,
        hidden={"reason": reason},
    )

    def perform(signing: Signing) -> Study:
        return services.close_study(study=found, reason=reason, signing=signing, **who(request))

    return signed_page(request, panel, perform, back)
