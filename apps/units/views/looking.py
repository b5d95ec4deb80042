"""Pages that show: the units of a batch with their balances, one unit, what is still to be counted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.audit.selectors import entries_of
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named, roles_here
from apps.core.roles import Role
from apps.documents.facts import DocumentKind, DocumentState
from apps.documents.models import Document
from apps.documents.selectors import documents_about
from apps.lineage.selectors import ancestors
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.quality.panels import holds_panel
from apps.units.content import amount, cells_amount
from apps.units.facts import Counted, LabelFate, UnitKind
from apps.units.lifecycle import KEEPERS
from apps.units.models import Label, Unit
from apps.units.selectors import BalanceFacts, UnitsPage, labels_of, units_page, visible_units
from apps.units.views.framing import batch_bar, names_of, whereabouts_rows

READ_ONLY = Access(write=frozenset())
MANY = 36  # above so many the units are a table only
COUNTED_WORDS: dict[str, Promise] = {
    Counted.LABELS: gettext_lazy("Labels"),
    Counted.CONTAINERS: gettext_lazy("Containers"),
}
FATE_WORDS: dict[str, Promise] = {
    "APPLIED": gettext_lazy("applied"),
    "DESTROYED": gettext_lazy("destroyed"),
    "SPECIMEN": gettext_lazy("in the record"),
    "FILLED": gettext_lazy("filled"),
    "LOST": gettext_lazy("broken or rejected"),
    "RETURNED": gettext_lazy("returned"),
}
KIND_WORDS: dict[str, Promise] = {
    UnitKind.PRODUCT: gettext_lazy("product"),
    UnitKind.RETAINED: gettext_lazy("retained"),
    UnitKind.QC: gettext_lazy("quality control"),
}


@dataclass(frozen=True)
class UnitRow:
    """One unit as the pages show it."""

    unit: Unit
    kind: str | Promise
    short: str
    volume: str
    cells: str
    is_expired: bool


@dataclass(frozen=True)
class Printing:
    """The labels that were printed at once, and their sheet."""

    n: int
    labels: int
    at: datetime
    by: str
    document: Document | None

    @property
    def url(self) -> str:
        """The sealed sheet, or where it waits."""
        if self.document is None:
            return ""
        name = "documents:download" if self.document.state == DocumentState.ISSUED else "documents:detail"
        return reverse(name, args=[self.document.number, self.document.version])

    @property
    def is_issued(self) -> bool:
        """Whether the sheet can be sent to the printer."""
        return self.document is not None and self.document.state == DocumentState.ISSUED


@open_to(access=READ_ONLY)
@require_safe
def batch_units(request: HttpRequest, number: str) -> HttpResponse:
    """GET /units/batches/<number>/: what the fill made, what is accounted for, what comes next."""
    batch = batch_named(request, number)
    page, now = units_page(batch), timezone.now()
    rows = [unit_row(unit, batch.number, now) for unit in page.units]
    context = {
        "batch": batch,
        "page": page,
        "rows": rows,
        "tiles": rows if len(rows) <= MANY else [],
        "divisions": page.divisions,
        "balances": balance_rows(page.balances),
        "whereabouts": whereabouts_rows(page.whereabouts),
        "amounts": _amounts(page.units),
        "printings": printings_of(batch, page.labels),
        "works_here": _works_here(request, batch),
        "acts": next_acts(batch, page),
        "may_ask": bool(KEEPERS & roles_here(request, batch)),
        **batch_bar(batch, [{"label": _("Units"), "value": len(rows)}]),
    }
    return render(request, "units/batch.html", context)


@open_to(access=READ_ONLY)
@require_safe
def labels(request: HttpRequest, number: str) -> HttpResponse:
    """GET /units/batches/<number>/labels/: containers and labels, each with what became of it."""
    batch = batch_named(request, number)
    page = units_page(batch)
    context = {
        "batch": batch,
        "labels": _label_rows(page.labels),
        "balances": balance_rows(page.balances),
        "free_containers": page.free_containers,
        "printings": printings_of(batch, page.labels),
        "works_here": _works_here(request, batch),
        **batch_bar(batch),
    }
    return render(request, "units/labels.html", context)


@open_to(access=READ_ONLY)
@require_safe
def reconciling(request: HttpRequest, number: str) -> HttpResponse:
    """GET /units/batches/<number>/reconcile/: both balances, closed or not."""
    batch = batch_named(request, number)
    page = units_page(batch)
    context = {
        "batch": batch,
        "balances": balance_rows(page.balances),
        "works_here": _works_here(request, batch),
        **batch_bar(batch),
    }
    return render(request, "units/reconcile.html", context)


@open_to(access=READ_ONLY)
@require_safe
def unit(request: HttpRequest, number: str) -> HttpResponse:
    """GET /units/<number>/: one unit with its three states, its label, what it was made from, and its trail."""
    found = get_object_or_404(
        visible_units(cast(User, request.user), timezone.now()).select_related("fill"), number=number
    )
    timezone.activate(found.batch.site.timezone)
    context = {
        "unit": found,
        "row": unit_row(found, found.batch.number, timezone.now()),
        "labels": [label for label in labels_of(found.batch) if label.unit_number == found.number],
        "division": next(d for d in definition_of_batch(found.batch).units.divisions if d.key == found.division),
        "state": definition_of_batch(found.batch).storage.state(found.storage_state),
        "made_from": ancestors([found.record]),
        "holds": holds_panel([found.record]),
        "entries": list(entries_of(found.record)),
        "filled_by": names_of([found.fill.filled_by])[found.fill.filled_by],
        **batch_bar(found.batch),
    }
    return render(request, "units/unit.html", context)


def unit_row(unit: Unit, batch_number: str, now: datetime) -> UnitRow:
    """A unit with its amounts in words."""
    language = get_language() or "en"
    return UnitRow(
        unit,
        KIND_WORDS[unit.kind],
        unit.number.removeprefix(f"{batch_number}-U"),
        amount(unit.volume, unit.volume_unit, language),
        cells_amount(unit, language),
        unit.expires_at <= now,
    )


def balance_rows(balances: Sequence[BalanceFacts]) -> list[dict[str, object]]:
    """The balances in words, each with who counted it."""
    names = names_of(facts.reconciled_by for facts in balances)
    return [{**balance_row(facts), "by": names[facts.reconciled_by]} for facts in balances]


def _label_rows(labels: Sequence[Label]) -> list[dict[str, object]]:
    names = names_of(name for label in labels for name in (label.printed_by, label.settled_by))
    return [
        {"label": label, "printed_by": names[label.printed_by], "settled_by": names[label.settled_by]}
        for label in labels
    ]


def balance_row(facts: BalanceFacts) -> dict[str, object]:
    """A balance in words: made, accounted for, whether it closes."""
    balance = facts.balance
    parts = [f"{count:,} {FATE_WORDS[fate]}" for fate, count in balance.accounted.items() if count]
    percent = balance.percent
    return {
        "facts": facts,
        "counted": balance.counted.value,
        "word": COUNTED_WORDS[balance.counted],
        "made": balance.made,
        "accounted": ", ".join(parts) or "–",
        "difference": balance.difference,
        "percent": "" if percent is None else f"{percent.quantize(Decimal('0.1')).normalize():f} %",
        "status": "pending" if not balance.made else "closes" if balance.closes else "does_not_close",
    }


def _amounts(units: Sequence[Unit]) -> list[dict[str, object]]:
    """What was filled altogether: a yield, with no tick."""
    if not units:
        return []
    first = units[0]
    volume = sum((unit.volume for unit in units), Decimal(0))
    language = get_language() or "en"
    cells = sum((unit.viable_cells for unit in units if unit.viable_cells is not None), Decimal(0))
    counted: dict[str, object] = {
        "word": _("Viable cells in units"),
        "value": amount(cells, first.cells_unit, language),
    }
    filled: dict[str, object] = {"word": _("Volume in units"), "value": amount(volume, first.volume_unit, language)}
    return [filled] if first.viable_cells is None else [counted, filled]


def printings_of(batch: Batch, labels: Sequence[Label]) -> list[Printing]:
    """The printings of a batch with their sheets, in order."""
    sheets = {document.number: document for document in documents_about(batch.record).filter(kind=DocumentKind.LABEL)}
    grouped: dict[int, list[Label]] = defaultdict(list)
    for label in labels:
        grouped[label.printing].append(label)
    names = names_of(label.printed_by for label in labels)
    return [
        Printing(n, len(found), found[0].printed_at, names[found[0].printed_by], sheets.get(f"LB-{batch.number}-{n}"))
        for n, found in sorted(grouped.items())
    ]


def next_acts(batch: Batch, page: UnitsPage) -> list[dict[str, object]]:
    """What can be done with the units now; the first that is needed is the filled button."""
    if batch.state not in (BatchState.RUNNING, BatchState.FINISHED):
        return []
    running = batch.state == BatchState.RUNNING
    issued = page.balances[list(Counted).index(Counted.CONTAINERS)].balance.made
    waiting = any(label.fate == LabelFate.PRINTED for label in page.labels)
    fresh = any(unit.condition == "FRESH" for unit in page.units)
    still_open = any(not facts.reconciled for facts in page.balances)
    acts = [
        ("units:containers", "bag", _("Issue containers"), running, not issued),
        ("units:print", "print", _("Print labels"), running, not page.labels),
        ("units:fill", "bag", _("Fill the units"), running, not page.units),
        ("units:freeze", "frozen", _("Freeze"), bool(fresh), bool(fresh)),
        ("units:fates", "label", _("Say what became of labels"), waiting, waiting),
        ("units:containers_left", "box", _("Containers left over"), page.free_containers > 0, page.free_containers > 0),
        ("units:reconcile", "tick", _("Close the balances"), bool(page.units), bool(page.units) and still_open),
    ]
    found = [
        {"url": reverse(name, args=[batch.number]), "icon": icon, "label": label, "is_needed": needed}
        for name, icon, label, possible, needed in acts
        if possible
    ]
    first = next((act for act in found if act["is_needed"]), None)
    return [{**act, "is_next": act is first} for act in sorted(found, key=lambda act: act is not first)]


def _works_here(request: HttpRequest, batch: Batch) -> bool:
    return Role.OPERATOR in roles_here(request, batch)
