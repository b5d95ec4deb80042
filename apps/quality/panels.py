"""Holds as the panel "why can't I ...?" shows them: the fact, who lifts it, when it is due, where to go."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.models import Record
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds

WHO = {
    "event": gettext_lazy("Quality assurance judges the event"),
    "deviation": gettext_lazy("Quality assurance signs the product impact"),
    "root_cause": gettext_lazy("Quality assurance closes the deviation with its root cause"),
    "test": gettext_lazy("Quality control reviews the result"),
    "review": gettext_lazy("Quality assurance reviews the record"),
    "disposal": gettext_lazy("Quality assurance decides on the disposal"),
    "excursion": gettext_lazy("Quality assurance decides on the excursion"),
    "shipment": gettext_lazy("Whoever receives the shipment accepts it; in quarantine, quality assurance"),
    "resign": gettext_lazy("Whoever signed the step signs it again"),
    "eligibility": gettext_lazy("A physician decides on the donor"),
}


def holds_panel(records: Iterable[Record], blocking: Blocks | None = None) -> list[dict[str, object]]:
    """The rows of parts/holds.html for these records and everything they were made from."""
    return [hold_row(hold) for hold in open_holds(records, blocking)]


def hold_row(hold: Hold) -> dict[str, object]:
    """One hold: its sentence, who lifts it, its due time, and the page where that is done."""
    kind, _colon, number = hold.key.partition(":")
    due = _("due %(at)s") % {"at": f"{localtime(hold.due_at):%Y-%m-%d %H:%M}"} if hold.due_at else ""
    return {
        "fact": hold,
        "who": WHO.get(kind, gettext_lazy("Quality assurance decides on evidence")),
        "due": due,
        "url": _page_of(kind, number, hold),
        "record": hold.record.address,
    }


def _page_of(kind: str, number: str, hold: Hold) -> str:
    if kind == "root_cause":
        return reverse("quality:deviation", args=[number])
    if kind in ("event", "deviation"):
        return reverse(f"quality:{kind}", args=[number])
    return reverse("quality:hold", args=[hold.pk])
