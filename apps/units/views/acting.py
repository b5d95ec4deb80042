"""Pages that act: containers, labels, fill, freezing, balances. Each has one form and one service."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.organisation.access import Access, open_to
from apps.units import services
from apps.units.facts import Condition, Counted, LabelFate
from apps.units.forms import ContainersForm, ContainersLeftForm, FatesForm, FillForm, FreezeForm, PrintForm
from apps.units.models import Label
from apps.units.selectors import balance_of, free_containers, labels_of, units_of, units_page
from apps.units.views.framing import batch_bar
from apps.units.views.looking import COUNTED_WORDS, balance_row

OPERATORS = Access(read={Role.OPERATOR}, write={Role.OPERATOR})
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/containers/: hand out empty containers of one lot."""
    batch = batch_named(request, number)
    form = ContainersForm(request.POST or None, batch=batch)
    act = _act(batch, _("Issue containers"), _("Issue"), icon="bag", already=True)

    def perform(happened: Happened | None) -> None:
        services.issue_containers(batch=batch, happened=happened, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def containers_left(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/containers/left/: returned unused, broken or rejected."""
    batch = batch_named(request, number)
    form = ContainersLeftForm(request.POST or None)
    free = _("%(n)s of the issued containers are neither filled nor accounted for.") % {"n": free_containers(batch)}
    act = _act(batch, _("Containers left over"), _("Record"), intro=free, icon="box")

    def perform(happened: Happened | None) -> None:
        said = form.cleaned_data
        services.lose_containers(
            batch=batch, count=said["count"], returned=said["fate"] == "returned", reason=said["reason"], **who(request)
        )

    return act_page(request, act, form, perform)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def print_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/labels/print/: print labels; each one is counted."""
    batch = batch_named(request, number)
    form = PrintForm(request.POST or None)
    act = _act(batch, _("Print labels"), _("Print"), done="units:labels", icon="print")

    def perform(happened: Happened | None) -> None:
        services.print_labels(batch=batch, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def fates(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/labels/fates/: applied, kept as specimen, destroyed."""
    batch = batch_named(request, number)
    open_ones = labels_of(batch).filter(fate__in=[LabelFate.PRINTED, LabelFate.APPLIED]).select_related("batch")
    form = FatesForm(request.POST or None, labels=sorted(open_ones, key=_printed_first))
    intro = _("A label is applied, kept in the record or destroyed; each is counted once.")
    act = _act(batch, _("What became of labels"), _("Record"), intro=intro, icon="label")

    def perform(happened: Happened | None) -> None:
        _settle(form, who(request))

    return act_page(request, act, form, perform)


def _printed_first(label: Label) -> tuple[bool, int]:
    return label.fate != LabelFate.PRINTED, label.serial


def _settle(form: forms.Form, who: dict[str, Any]) -> None:
    labels, fate = form.cleaned_data["labels"], form.cleaned_data["fate"]
    if fate == LabelFate.DESTROYED:
        services.destroy_labels(labels=labels, reason=form.cleaned_data["reason"], **who)
    elif fate == LabelFate.SPECIMEN:
        services.keep_specimens(labels=labels, **who)
    else:
        services.apply_labels(labels=labels, **who)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def fill(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/fill/: product, retained and quality-control units of one fill."""
    batch = batch_named(request, number)
    form = FillForm(request.POST or None, definition=definition_of_batch(batch))
    intro = _("Each unit takes one free container and the label that was printed for its number.")
    act = _act(batch, _("Fill the units"), _("Record the fill"), intro=intro, icon="bag", already=True)
    place = request.GET.get("step", "")[:120]

    def perform(happened: Happened | None) -> None:
        filled = {"filled_at": form.cleaned_data["filled_at"], "counts": form.counts, **form.contents}
        services.fill_units(batch=batch, place=place, happened=happened, **filled, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def freeze(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/freeze/: the shelf life of the frozen state begins."""
    batch = batch_named(request, number)
    fresh = [unit for unit in units_of(batch) if unit.condition == Condition.FRESH]
    form = FreezeForm(request.POST or None, units=fresh)
    intro = _("%(n)s units are fresh. Nothing that was thawed is frozen again.") % {"n": len(fresh)}
    act = _act(batch, _("Freeze units"), _("Record the freezing"), intro=intro, icon="frozen", already=True)

    def perform(happened: Happened | None) -> None:
        said = form.cleaned_data
        services.freeze_units(
            batch=batch, units=said["units"], frozen_at=said["frozen_at"], happened=happened, **who(request)
        )

    return act_page(request, act, form, perform)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def reconcile_one(request: HttpRequest, number: str, counted: str) -> HttpResponse:
    """GET, POST /units/batches/<number>/reconcile/<counted>/: close one balance at exactly 100 %."""
    batch = batch_named(request, number)
    if counted not in list(Counted):
        raise Http404
    thing, form = Counted(counted), forms.Form(request.POST)
    facts = next(facts for facts in units_page(batch).balances if facts.balance.counted is thing)
    act = _act(
        batch,
        _("Close the balance: %(counted)s") % {"counted": COUNTED_WORDS[thing]},
        _("Close the balance"),
        back="units:reconcile",
        icon="tick",
        already=balance_of(batch, thing).made > 0,
        template="units/reconcile_one.html",
        balance=balance_row(facts),
    )

    def perform(happened: Happened | None) -> None:
        services.reconcile(batch=batch, counted=thing, happened=happened, **who(request))

    return act_page(request, act, form, perform)


def _act(
    batch: Batch,
    title: str,
    word: str,
    *,
    back: str = "units:batch",
    done: str = "",
    intro: str = "",
    icon: str = "",
    already: bool = False,
    template: str = "act_page.html",
    **context: object,
) -> Act:
    return Act(
        title=title,
        word=word,
        back_url=reverse(back, args=[batch.number]),
        done_url=reverse(done, args=[batch.number]) if done else "",
        intro=intro,
        icon=icon,
        already=already,
        template=template,
        context={**batch_bar(batch), **context},
    )
