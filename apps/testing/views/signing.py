"""Signatures of the laboratory: tested, invalid, reviewed, added late. Each shows the list that it signs."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.models import Batch
from apps.core.http import who
from apps.core.ui.acts import Act, asked_page
from apps.core.ui.wording import bilingual
from apps.organisation.access import open_to
from apps.products.definition import Test
from apps.signatures.facts import SignedContent
from apps.signatures.pages import Panel, signed_page
from apps.testing import services
from apps.testing.content import late_result_content, review_results_content, sign_results_content
from apps.testing.forms import InvalidForm, LateResultForm
from apps.testing.models import AssayRun
from apps.testing.selectors import method_of, specification_of
from apps.testing.views.finding import ANALYSTS, METHODS, REVIEWERS, run_named
from apps.testing.views.naming import shown_lines
from apps.testing.views.recording import line_at
from apps.testing.views.runs import run_bar
from apps.units.views.framing import batch_bar


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def sign_run(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/runs/<number>/sign/: the analyst who tested signs controls and results as one shown list."""
    found = run_named(request, number)
    return _signed_as_tested(request, found, "")


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def declare_invalid(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/runs/<number>/invalid/: name the cause, then sign."""
    found = run_named(request, number)
    form = InvalidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _signed_as_tested(request, found, form.cleaned_data["because"])
    act = Act(
        title=_("Run %(number)s is invalid") % {"number": number},
        word=_("Go on to the signature"),
        back_url=reverse("testing:run", args=[number]),
        intro=_(
            "An invalid run gives no reportable result and is counted. A result out of specification does not "
            "vanish by it: that takes an investigation."
        ),
        icon="sign",
        context=run_bar(found),
    )
    return asked_page(request, act, form)


def _signed_as_tested(request: HttpRequest, found: AssayRun, because: str) -> HttpResponse:
    panel = Panel(
        title=_("Tested: run %(number)s") % {"number": found.number},
        verb=_("Sign: tested"),
        content=lambda: sign_results_content(found, because),
        record=found.record,
        cancel_url=reverse("testing:run", args=[found.number]),
        hidden={"because": because} if because else {},
        show=_shows(method_of(found)),
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.sign_results(run=found, invalid_because=because, signing=signing, **who(request)),
        reverse("testing:run", args=[found.number]),
        context=run_bar(found),
    )


@open_to(access=REVIEWERS)
@require_http_methods(METHODS)
def review_run(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/runs/<number>/review/: a second person signs what the first has signed as tested."""
    found = run_named(request, number)
    panel = Panel(
        title=_("Review: run %(number)s") % {"number": number},
        verb=_("Sign: reviewed"),
        content=lambda: review_results_content(found),
        record=found.record,
        cancel_url=reverse("testing:run", args=[number]),
        show=_shows(method_of(found)),
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.review_results(run=found, signing=signing, **who(request)),
        reverse("testing:run", args=[number]),
        context=run_bar(found),
    )


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def late_result(request: HttpRequest, number: str, position: int, parameter: str, replicate: int) -> HttpResponse:
    """GET, POST …/late/: a result after certification joins as a signed addendum; what stood is not touched."""
    found = run_named(request, number)
    line = line_at(found, position)
    asked = specification_of(found, line.sample.batch).result(parameter)
    if asked is None:
        raise Http404
    form = LateResultForm(request.POST or None, parameter=asked)
    back = reverse("testing:run", args=[number])
    title = _("Add a result after certification: %(what)s") % {"what": bilingual(asked.label)}
    if request.method != "POST" or not form.is_valid():
        return _ask_for_result(request, form, line.sample.batch, title, back)
    said = {"text": form.cleaned_data["text"], "tested_at": form.cleaned_data["tested_at"], "replicate": replicate}
    panel = Panel(
        title=title,
        verb=_("Sign: added"),
        content=lambda: late_result_content(line, parameter, **said),
        record=line.sample.record,
        cancel_url=back,
        hidden={"text": said["text"], "tested_at": request.POST["tested_at"]},
        show=_shows(specification_of(found, line.sample.batch)),
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.add_late_result(
            line=line, parameter=parameter, signing=signing, **said, **who(request)
        ),
        back,
        context=batch_bar(line.sample.batch),
    )


def _ask_for_result(request: HttpRequest, form: LateResultForm, batch: Batch, title: str, back: str) -> HttpResponse:
    intro = _("The batch is certified. The result joins as a signed addendum, and QA is told of it.")
    word, bar = _("Go on to the signature"), batch_bar(batch)
    act = Act(title=title, word=word, back_url=back, intro=intro, icon="sign", context=bar)
    return asked_page(request, act, form)


def _shows(*tests: Test) -> Callable[[SignedContent], list[dict[str, object]]]:
    return lambda content: shown_lines(content.lines, tests)
