"""The analysis of a batch: every test with its standing and its runs, what is missing, the approval."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named, roles_here
from apps.core.errors import Objection
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.wording import bilingual
from apps.documents.facts import DocumentKind
from apps.documents.selectors import documents_about
from apps.organisation.access import open_to
from apps.products.definition import Parameter
from apps.products.rules.rounding import plain
from apps.signatures.pages import Panel, signed_page
from apps.signatures.selectors import show_signature
from apps.testing import rules, services
from apps.testing.content import approve_coa_content
from apps.testing.facts import Standing
from apps.testing.models import Result
from apps.testing.selectors import (
    Mean,
    TestOutcome,
    analysts_of,
    histories_of,
    last_approval,
    outcomes_of,
    results_hash,
)
from apps.testing.views.finding import METHODS, QC_HEADS, READ_ONLY, person_of
from apps.testing.views.naming import (
    RESULT_WORDS,
    found_word,
    invalid_words,
    limit_with_unit,
    shown_lines,
    status_of,
    unit_word,
)
from apps.units.views.framing import batch_bar

STANDING_WORDS: dict[Standing, Promise] = {
    Standing.FAILED: gettext_lazy("The result fails its limit."),
    Standing.NOT_EVALUABLE: gettext_lazy("The result can't be held against its limit."),
    Standing.INVESTIGATED: gettext_lazy("The investigation of its result is not concluded."),
    Standing.MISSING: gettext_lazy("No sample was drawn."),
    Standing.AWAITED: gettext_lazy("The result is awaited."),
    Standing.UNREVIEWED: gettext_lazy("The result was not reviewed yet."),
    Standing.PASSED: gettext_lazy("Reviewed, passes."),
}


@open_to(access=READ_ONLY)
@require_safe
def analysis(request: HttpRequest, number: str) -> HttpResponse:
    """GET /testing/analysis/<batch>/: the certificate of analysis as it stands now."""
    batch = batch_named(request, number)
    outcomes = [outcome for outcome in outcomes_of(batch) if outcome.required or outcome.samples]
    approval = last_approval(batch)
    covers = approval is not None and approval.results_hash == results_hash(outcomes_of(batch))
    histories = histories_of(batch)
    rows = [(outcome.required, _test_row(outcome, histories)) for outcome in outcomes]
    context = {
        "batch": batch,
        "required": [row for required, row in rows if required],
        "informative": [row for required, row in rows if not required],
        "passed": sum(outcome.required and outcome.standing is Standing.PASSED for outcome in outcomes),
        "missing": [outcome.objection for outcome in outcomes if outcome.objection],
        "approval": show_signature(approval.signature) if approval else None,
        "covers": covers,
        "against": against_approval(request, batch, outcomes, covers=covers),
        "is_qc_head": Role.QC_HEAD in roles_here(request, batch),
        "may_draw": roles_here(request, batch) & {Role.OPERATOR, Role.ANALYST} and batch.state not in rules.LOCKED,
        "documents": documents_about(batch.record)
        .filter(kind=DocumentKind.CERTIFICATE_OF_ANALYSIS)
        .order_by("-version"),
        **batch_bar(batch, [{"label": _("Tests passed"), "value": _passed(outcomes)}]),
    }
    return render(request, "testing/analysis.html", context)


@open_to(access=QC_HEADS)
@require_http_methods(METHODS)
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/analysis/<batch>/approve/: the head of QC signs every test with its results."""
    batch = batch_named(request, number)
    tests = definition_of_batch(batch).testing.tests
    back = reverse("testing:analysis", args=[number])
    panel = Panel(
        title=_("Certificate of analysis: %(number)s") % {"number": number},
        verb=_("Sign: approved"),
        content=lambda: approve_coa_content(batch),
        record=batch.record,
        cancel_url=back,
        show=lambda content: shown_lines(content.lines, tests),
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.approve_coa(batch=batch, signing=signing, **who(request)),
        back,
        context=batch_bar(batch),
    )


def against_approval(
    request: HttpRequest, batch: Batch, outcomes: Iterable[TestOutcome], *, covers: bool
) -> list[Objection]:
    """Everything that stands against the approval now, for this person."""
    found = [
        rules.is_not_approvable(BatchState(batch.state)),
        *(outcome.objection for outcome in outcomes),
        rules.is_approved_already(covers),
        rules.has_tested(person_of(request).username, analysts_of(batch)),
    ]
    return [objection for objection in found if objection]


def _test_row(outcome: TestOutcome, histories: dict[int, tuple[Result, ...]]) -> dict[str, object]:
    parameters = {parameter.key: parameter for parameter in outcome.test.results}
    stands = [result for result in outcome.results if result.line.run.state != "INVALID"]
    found = [_result_row(parameters[result.parameter], result, histories) for result in stands]
    asked = {result.parameter for result in stands}
    empty = [_empty_row(parameter) for key, parameter in parameters.items() if key not in asked and parameter.required]
    return {
        "outcome": outcome,
        "label": outcome.test.label,
        "says": STANDING_WORDS[outcome.standing],
        "results": [*found, *(_mean_row(parameters[mean.parameter], mean) for mean in outcome.means), *empty],
        "invalid": invalid_words(outcome.invalid_runs, len(outcome.runs)),
    }


def _result_row(parameter: Parameter, result: Result, histories: dict[int, tuple[Result, ...]]) -> dict[str, object]:
    return {
        "label": bilingual(parameter.label),
        "limit": limit_with_unit(parameter),
        "text": found_word(parameter, result),
        "unit": unit_word(parameter),
        "status": status_of(result),
        "result": result,
        "before": [found_word(parameter, old) for old in histories.get(result.pk, ())],
    }


def _mean_row(parameter: Parameter, mean: Mean) -> dict[str, object]:
    label = _("%(what)s, mean of %(n)s") % {"what": bilingual(parameter.label), "n": len(mean.of)}
    told = {"label": label, "text": plain(mean.rounded), "status": RESULT_WORDS[mean.verdict]}
    return {**_empty_row(parameter), **told}


def _empty_row(parameter: Parameter) -> dict[str, object]:
    return {
        "label": bilingual(parameter.label),
        "limit": limit_with_unit(parameter),
        "text": "",
        "unit": unit_word(parameter),
        "status": "",
        "result": None,
        "before": [],
    }


def _passed(outcomes: Iterable[TestOutcome]) -> str:
    required = [outcome for outcome in outcomes if outcome.required]
    return f"{sum(outcome.standing is Standing.PASSED for outcome in required)} / {len(required)}"
