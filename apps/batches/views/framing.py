"""What frames a step: the band with its clock, the rail, the sign-off strip, the bar of the record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.batches.facts.around import AroundStep, Named
from apps.batches.facts.lines import ClockFact, SectionLine, SignatureFact, StepLine
from apps.batches.facts.pages import BatchHeader, StepPage
from apps.batches.facts.words import StepState
from apps.batches.selectors.around import people_named
from apps.batches.views import naming
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual
from apps.products.facts import Verdict

Names = Mapping[str, Named]
GRAVE = {Verdict.FAIL: "failed", Verdict.ACTION: "action", Verdict.NOT_EVALUABLE: "not_evaluable"}


def band_of(header: BatchHeader, where: str = "", clocks: Sequence[ClockFact] = ()) -> dict[str, object]:
    """The band: product, batch, donor, and the clock that ends first."""
    return {
        "short": bilingual(header.band),
        "hue": header.band_colour,
        "number": header.number,
        "title": header.title,
        "where": where,
        "url": reverse("batches:detail", args=[header.number]),
        "second": _("Donor %(number)s") % {"number": header.donor},
        "second_note": header.donation,
        "clock": next(iter(clock_views(clocks)), None),
    }


def clock_views(clocks: Sequence[ClockFact]) -> list[dict[str, object]]:
    """The running clocks that have an end, the nearest end first."""
    ending = sorted((clock for clock in clocks if clock.ends_at), key=lambda clock: clock.ends_at or clock.since_at)
    return [
        {
            "label": bilingual(clock.label),
            "ends_at": clock.ends_at,
            "started_at": clock.since_at,
            "note": _("limit %(span)s") % {"span": duration((clock.ends_at or clock.since_at) - clock.since_at)},
        }
        for clock in ending
    ]


def rail_of(page: StepPage, around: AroundStep, names: Names) -> dict[str, object]:
    """The steps of the section with their states."""
    sections = list(around.sections)
    n = sections.index(page.section.place) + 1 if page.section.place in sections else 1
    return {
        "title": naming.section_name(page.section),
        "where": naming.section_of_sections(n, len(sections)),
        "all_url": reverse("batches:record", args=[page.header.number]),
        "current_n": page.section.steps.index(page.line) + 1,
        "items": [
            rail_item(page.header.number, i, line, names, is_current=line == page.line)
            for i, line in enumerate(page.section.steps, 1)
        ],
    }


def rail_item(number: str, n: int, line: StepLine, names: Names, *, is_current: bool = False) -> dict[str, object]:
    """One step in the rail or in the record's table."""
    return {
        "n": n,
        "title": naming.numbered(bilingual(line.label), line.place.step_n if (line.place.step_n or 0) > 1 else None),
        "note": step_note(line, names),
        "status": step_status(line, is_current=is_current),
        "current": is_current,
        "completed_at": line.completed_at,
        "url": reverse("batches:step", args=[number, str(line.place)]),
    }


def step_status(line: StepLine, *, is_current: bool = False) -> str:
    """The gravest word that is true of a step."""
    if line.state is StepState.SKIPPED:
        return "skipped"
    for word, stands in (
        ("not_covered", line.is_uncovered),
        (GRAVE.get(line.verdict, ""), line.verdict in GRAVE),
        ("late", line.late > 0),
        ("alert", line.verdict is Verdict.ALERT),
        ("done", line.state is StepState.DONE),
        ("locked", line.is_locked),
        ("in_progress", is_current or line.missing < line.required),
    ):
        if stands:
            return word
    return "pending"


def step_note(line: StepLine, names: Names) -> str:
    """What else to know of a step: who did it, what it lacks, what is marked."""
    if line.state is StepState.SKIPPED:
        return _("left out by amendment")
    if line.state is StepState.OPEN:
        return _open_note(line)
    parts = [doer_of(line, names)]
    if line.second:
        parts.append(_("with %(name)s") % {"name": signer_of(line.second)})
    if line.is_uncovered:
        parts.append(_("sign again"))
    parts += _marks(line)
    return ", ".join(part for part in parts if part)


def _marks(line: StepLine) -> list[str]:
    marks = []
    if line.late:
        marks.append(ngettext("%(n)s late entry", "%(n)s late entries", line.late) % {"n": line.late})
    if line.corrected:
        marks.append(ngettext("%(n)s corrected", "%(n)s corrected", line.corrected) % {"n": line.corrected})
    return marks


def _open_note(line: StepLine) -> str:
    if line.required == 0:
        return _("nothing to enter")
    done = line.required - line.missing
    return _("%(done)s of %(all)s entered") % {"done": done, "all": line.required}


def signoff_of(page: StepPage, names: Names) -> list[dict[str, object]]:
    """Where the step stands: entered, second person, signature, check."""
    line, section = page.line, page.section
    items = [_entered(line, names)]
    every_step_done = section.is_done
    if line.wants_witness:
        items.append(_second(line, _("Second person"), _("present, signs here")))
    if line.is_signed_alone:
        items.append(_signed(line, _("Your signature"), _("completes the step")))
    elif line.wants_signature:
        open_ones = sum(step.state is StepState.OPEN for step in section.steps)
        after = ngettext("when %(n)s step is done", "when %(n)s steps are done", open_ones) % {"n": open_ones}
        items.append(
            _signed(line, _("Section signature"), after if open_ones else _("to sign"), waits=not every_step_done)
        )
    if line.wants_check:
        unsigned = line.wants_signature and not line.is_signed
        items.append(_second(line, _("Check"), _("by a second person, afterwards"), waits=unsigned))
    return _with_the_present_marked(items, line)


def _entered(line: StepLine, names: Names) -> dict[str, object]:
    done = line.required - line.missing
    note = _("%(done)s of %(all)s recorded") % {"done": done, "all": line.required}
    title = _("Entered") if line.state is StepState.OPEN else _("Completed, %(name)s") % {"name": doer_of(line, names)}
    at = f" {local_time(line.completed_at)}" if line.completed_at else ""
    state = "done" if line.state is StepState.DONE or (line.wants_witness and not line.missing) else "pending"
    return {"title": title, "note": note + at, "state": state}


def doer_of(line: StepLine, names: Names) -> str:
    """Who completed a step, by name."""
    if line.performed:
        return signer_of(line.performed)
    return bilingual(names[line.completed_by]) if line.completed_by in names else line.completed_by


def signer_of(signature: SignatureFact) -> str:
    """Who signed, in the reader's script."""
    return bilingual({"en": signature.printed_name, "zh": signature.printed_name_zh or signature.printed_name})


def names_in(sections: Iterable[SectionLine]) -> Names:
    """The names of everybody who completed a step of these sections."""
    return people_named({step.completed_by for section in sections for step in section.steps} - {""})


def _second(line: StepLine, title: str, note: str, *, waits: bool = False) -> dict[str, object]:
    if line.second and line.has_second:
        return {
            "title": f"{title}, {signer_of(line.second)}",
            "note": local_time(line.second.signed_at),
            "state": "done",
        }
    return {
        "title": title,
        "note": _uncovered(line.second is not None, note),
        "state": "waiting" if waits else "pending",
    }


def _signed(line: StepLine, title: str, note: str, *, waits: bool = False) -> dict[str, object]:
    if line.performed and line.is_signed:
        at = local_time(line.performed.signed_at)
        return {"title": f"{title}, {signer_of(line.performed)}", "note": at, "state": "done"}
    return {
        "title": title,
        "note": _uncovered(line.performed is not None, note),
        "state": "waiting" if waits else "pending",
    }


def _uncovered(was_signed: bool, note: str) -> str:
    return _("does not cover the present version: sign again") if was_signed else note


def _with_the_present_marked(items: list[dict[str, object]], line: StepLine) -> list[dict[str, object]]:
    """The first part that is not done is what comes now, unless it waits for other steps."""
    first = next((item for item in items if item["state"] != "done"), None)
    if first and first["state"] == "pending" and line.state is not StepState.SKIPPED:
        first["state"] = "now"
    return items


def local_time(at: datetime) -> str:
    """The time of day, with its date when that is another one."""
    local, now = timezone.localtime(at), timezone.localtime()
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%m-%d %H:%M}"


def record_facts(header: BatchHeader, more: Sequence[Mapping[str, object]] = ()) -> list[Mapping[str, object]]:
    """The facts of the record bar."""
    return [
        {"label": _("State"), "value": "", "status": header.state.value.lower()},
        {"label": _("Donor"), "value": header.donor},
        *more,
    ]


def particulars_of(header: BatchHeader) -> list[dict[str, object]]:
    """What the batch is made of and by: donation, master record, site, planned and real times."""
    found = [
        (_("Donation"), header.donation),
        (_("Master record"), header.product + (_(", amended") if header.is_amended else "")),
        (_("Site"), header.site),
        (_("Planned start"), _full_time(header.planned_start)),
        (_("Started"), _full_time(header.started_at)),
        (_("Finished"), _full_time(header.finished_at)),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def _full_time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
