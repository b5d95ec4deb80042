"""What can be done on a step now: one filled button, the others beside it, and what unlocks a locked one."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.batches.facts.around import Following
from apps.batches.facts.lines import StepLine
from apps.batches.facts.pages import StepPage
from apps.batches.facts.words import BatchState, StepState
from apps.batches.rules.order import LOCKED
from apps.core.roles import Role
from apps.products.facts import Place, StepAct

CHECKERS = {Role.CHECKER}
WITNESSES = {Role.CHECKER, Role.OPERATOR}
# Pages of other stages where an act of a step is done, by the name of their address; those that exist are linked.
ACT_PAGES: dict[StepAct, tuple[str, str, Promise]] = {
    StepAct.POOL: ("batches:pool", "flask", gettext_lazy("Manifest of the pool")),
    StepAct.LINE_CLEARANCE: ("facility:clear", "place", gettext_lazy("Clear a room for this batch")),
    StepAct.PREPARE_REAGENT: ("materials:prepare", "flask", gettext_lazy("Prepare a reagent")),
    StepAct.PRINT_LABELS: ("units:labels", "label", gettext_lazy("Containers and labels")),
    StepAct.FILL_UNITS: ("units:fill", "bag", gettext_lazy("Fill the units")),
    StepAct.RECONCILE_LABELS: ("units:reconcile", "label", gettext_lazy("Reconcile labels")),
    StepAct.RECONCILE_UNITS: ("units:reconcile", "box", gettext_lazy("Reconcile containers")),
    StepAct.FREEZE: ("units:freeze", "frozen", gettext_lazy("Freeze the units")),
    StepAct.STORE: ("storage:store", "box", gettext_lazy("Store the units")),
    StepAct.DRAW_SAMPLES: ("testing:draw", "flask", gettext_lazy("Draw samples")),
}


@dataclass(frozen=True)
class Act:
    """One button. A `post` one is sent; the others lead to a page. `why` says what unlocks a locked one."""

    label: str
    url: str = ""
    icon: str = ""
    post: bool = False
    why: str = ""


@dataclass(frozen=True)
class Person:
    """Who looks at the step: by what roles, and whether as one who fills in the record."""

    username: str
    roles: Collection[Role]
    works_here: bool


def main_act(page: StepPage, following: Following, person: Person) -> Act | None:
    """The one filled button of the step."""
    if not person.works_here or page.header.state is BatchState.PLANNED:
        return None
    if page.header.state in LOCKED or page.line.state is StepState.SKIPPED:
        return None
    return _to_complete(page) if page.line.state is StepState.OPEN else _after(page, following, person)


def other_acts(page: StepPage, following: Following, person: Person) -> list[Act]:
    """What else can be done: begin another occurrence, sign or check the section, go on later."""
    number, acts = page.header.number, []
    main = main_act(page, following, person)
    for place in following.occurrences if person.works_here else ():
        acts.append(_begin(number, place))
    if main and main.url != _section_url("check_section", page) and _may_check(page, person):
        acts.append(Act(_("Check section"), _section_url("check_section", page), "sign"))
    return acts


def linked_acts(page: StepPage) -> list[Act]:
    """The pages of other stages where something of this step is done."""
    found = {}
    stock = [("materials:take_for", "down", gettext_lazy("Take from stock"))] if page.step.materials else []
    for name, icon, label in (*(ACT_PAGES[act] for act in page.step.acts), *stock):
        try:
            url = f"{reverse(name, args=[page.header.number])}?step={page.line.place}"
        except NoReverseMatch:
            continue
        found.setdefault(url, Act(str(label), url, icon))
    return list(found.values())


def _to_complete(page: StepPage) -> Act:
    line = page.line
    why = _what_is_missing(page)
    if why:
        return Act(_("Sign step") if line.is_signed_alone else _("Complete"), icon="lock", why=why)
    if line.wants_witness and not line.has_second:
        return Act(_("Second person"), _step_url("witness", page), "sign")
    if line.is_signed_alone:
        return Act(_("Sign step"), _step_url("sign", page), "sign")
    return Act(_("Complete"), _step_url("complete", page), "tick", post=True)


def _what_is_missing(page: StepPage) -> str:
    if page.against:
        return _("locked: see above")
    if page.line.missing:
        n = page.line.missing
        return ngettext("%(n)s value is not recorded", "%(n)s values are not recorded", n) % {"n": n}
    return ""


def _after(page: StepPage, following: Following, person: Person) -> Act | None:
    line = page.line
    if line.wants_witness and not line.has_second:
        return Act(_("Second person"), _step_url("witness", page), "sign")
    if line.is_signed_alone and not line.is_signed:
        return Act(_("Sign again"), _step_url("sign", page), "sign")
    if page.section.is_done and _signs_section(page.section.steps, person.username):
        return Act(_("Sign section"), _section_url("sign_section", page), "sign")
    if page.section.is_done and _may_check(page, person):
        return Act(_("Check section"), _section_url("check_section", page), "sign")
    if following.step:
        return Act(_("Next step"), reverse("batches:step", args=[page.header.number, str(following.step)]), "forward")
    return Act(_("Whole record"), reverse("batches:record", args=[page.header.number]), "table")


def _signs_section(steps: Collection[StepLine], username: str) -> bool:
    return any(
        step.wants_signature and not step.is_signed and step.completed_by == username
        for step in steps
        if step.state is StepState.DONE
    )


def _may_check(page: StepPage, person: Person) -> bool:
    waiting = [step for step in page.section.steps if step.wants_check and not step.has_second]
    ready = [step for step in waiting if step.state is StepState.DONE and (step.is_signed or not step.wants_signature)]
    return bool(ready) and bool(CHECKERS & set(person.roles))


def _begin(number: str, place: Place) -> Act:
    if place.step:
        label = _("Once more: no. %(n)s") % {"n": place.step_n}
    else:
        label = _("Begin section no. %(n)s") % {"n": place.stage_n}
    return Act(label, reverse("batches:begin", args=[number, str(place)]), "plus", post=True)


def _step_url(name: str, page: StepPage) -> str:
    return reverse(f"batches:{name}", args=[page.header.number, str(page.line.place)])


def _section_url(name: str, page: StepPage) -> str:
    return reverse(f"batches:{name}", args=[page.header.number, str(page.section.place)])
