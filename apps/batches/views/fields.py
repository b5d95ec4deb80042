"""One field of a step as its page draws it: asked, recorded, refused, or recorded meanwhile by somebody else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.batches.facts.around import AroundStep, EarlierValues
from apps.batches.facts.lines import FieldFact, ValueFact
from apps.batches.facts.pages import StepPage
from apps.batches.facts.words import Origin, VesselState
from apps.batches.views import naming
from apps.core.errors import Objection
from apps.core.ui.wording import bilingual, sentence
from apps.products.definition import ChoiceParameter, Recordable, Step, VesselUse
from apps.products.facts import ParameterKind, Verdict, VesselAct
from apps.products.forms import answers_of

THINGS = (ParameterKind.EQUIPMENT, ParameterKind.MATERIAL_LOT, ParameterKind.VESSEL)
REASONED = {"late_reason", "not_done_reason"}  # a reason in words lets these pass
FEW = 6  # so many choices are buttons; more are a list
CONTROLS = {
    ParameterKind.YES_NO: "buttons",
    ParameterKind.NUMBER: "number",
    ParameterKind.INSTANT: "instant",
    ParameterKind.DATE: "date",
    ParameterKind.TEXT: "text",
    ParameterKind.FILE: "file",
    ParameterKind.COMPUTED: "computed",
}


@dataclass(frozen=True)
class Typed:
    """What was sent and not accepted: it stays as typed, with the reasons beside it."""

    text: str
    objections: Sequence[Objection] = ()
    performed_at: str = ""
    second_way: Mapping[str, object] | None = None
    conflict: Mapping[str, object] | None = None
    stop: Mapping[str, object] | None = None

    @property
    def wants_reason(self) -> bool:
        """Whether words would let it pass."""
        return any(one.code in REASONED for one in self.objections)


@dataclass(frozen=True)
class FieldView:
    """What parts/field.html needs."""

    number: str
    fact: FieldFact
    parameter: Recordable
    is_open: bool
    pattern: str = ""
    before: str = ""
    typed: Typed | None = None

    @property
    def id(self) -> str:
        """The identifier of its cell."""
        return "at-" + re.sub(r"[^A-Za-z0-9_]+", "-", str(self.fact.place)).strip("-")

    @property
    def url(self) -> str:
        """Where it is recorded, and where it is shown with its history."""
        return reverse("batches:value", args=[self.number, str(self.fact.place)])

    @property
    def file_url(self) -> str:
        """Where a file is attached."""
        return reverse("batches:attach", args=[self.number, str(self.fact.place)])

    @cached_property
    def label(self) -> str:
        """The label in the reader's language."""
        return bilingual(self.fact.label)

    @property
    def name(self) -> str:
        """The label with its row, for a reader who sees no table."""
        return f"{self.label}, {self.fact.row}" if self.fact.row else self.label

    @property
    def value(self) -> ValueFact | None:
        """What stands."""
        return self.fact.value

    @property
    def control(self) -> str:
        """Which control asks for it."""
        if isinstance(self.parameter, ChoiceParameter):
            return "buttons" if len(self.parameter.options) <= FEW else "list"
        return CONTROLS.get(self.fact.kind, "scan")

    @property
    def is_thing(self) -> bool:
        """Whether it names a lot, an instrument or a vessel."""
        return self.fact.kind in THINGS

    @property
    def opens_a_vessel(self) -> bool:
        """Whether the system gives its number when a vessel is opened."""
        return isinstance(self.parameter, VesselUse) and self.parameter.act is VesselAct.OPEN

    @property
    def as_card(self) -> bool:
        """Whether it stands among the things the step is done with."""
        return self.is_thing and not self.fact.row

    @property
    def as_single(self) -> bool:
        """Whether it stands alone under its label."""
        return not self.is_thing and not self.fact.row

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices: key and word."""
        return answers_of(self.parameter)

    @cached_property
    def text(self) -> str:
        """The value as it is shown."""
        return naming.shown_value(self.parameter, self.value) if self.value else ""

    @property
    def unit(self) -> str:
        """The unit beside the field."""
        return naming.unit_of(self.parameter, self.value)

    @property
    def limit(self) -> str:
        """The limit in figures or words."""
        return naming.limit_words(self.parameter)

    @property
    def alert(self) -> str:
        """Where the alert begins."""
        return naming.alert_words(self.parameter)

    @property
    def raw(self) -> str:
        """The exact value of a rounded one."""
        return naming.raw_beside(self.parameter, self.value) if self.value else ""

    @property
    def status(self) -> str:
        """The word of its verdict."""
        if self.value is None:
            return "pending"
        if self.is_thing and self.value.verdict is Verdict.RECORDED:
            return "verified" if self.value.origin is Origin.SCANNED or self.opens_a_vessel else "recorded"
        return naming.STATUS_OF[self.value.verdict]

    @property
    def marks(self) -> list[str]:
        """What else is to be known of the value: typed, late, corrected, recorded against a rule."""
        if self.value is None:
            return []
        value = self.value
        is_typed = self.is_thing and value.origin is Origin.TYPED and not self.opens_a_vessel
        found = (
            ("override", value.has_happened and bool(value.overridden)),
            ("late", value.is_late),
            ("corrected", value.is_correction and not value.function),
            ("typed", is_typed),
        )
        return [mark for mark, stands in found if stands]

    @property
    def verdict_words(self) -> tuple[str, str]:
        """What the limit says, and what follows."""
        if self.value is None:
            return "", ""
        return naming.verdict_sentence(self.parameter, self.value, critical=self.fact.critical)

    @property
    def errors(self) -> list[str]:
        """The reasons why it was not accepted, without the address of the place."""
        return [field_sentence(self, one) for one in self.typed.objections] if self.typed else []

    def refused(self, typed: Typed) -> "FieldView":
        """The same field with what was not accepted."""
        return replace(self, typed=typed)


def field_sentence(view: FieldView, objection: Objection) -> str:
    """An objection beside its field: the field is named by its label, not by its address."""
    facts = dict(objection.facts)
    place = str(view.fact.place)
    for name in ("place", "field"):
        if name in facts and (name == "field" or str(facts[name]) == place):
            facts[name] = view.label
    return sentence(replace(objection, facts=facts))


def parameter_of(step: Step, fact: FieldFact) -> Recordable:
    """What a field of a step asks for; the fact was made from it."""
    return next(field for field in step.fields if field.key == fact.key)


def field_views(page: StepPage, around: AroundStep, *, is_open: bool) -> list[FieldView]:
    """Every field of a step, in the order of its form."""
    return [_view(page, around, fact, is_open) for fact in page.fields]


def _view(page: StepPage, around: AroundStep, fact: FieldFact, is_open: bool) -> FieldView:
    parameter = parameter_of(page.step, fact)
    return FieldView(
        number=page.header.number,
        fact=fact,
        parameter=parameter,
        is_open=is_open,
        pattern=_pattern(page, around, fact, parameter),
        before=earlier_words(around, fact.key),
    )


def earlier_words(around: AroundStep, key: str) -> str:
    """The values of earlier occurrences in one line: "P2 94.6, 95.0 · P1 96.0, 96.2"; many rows as their range."""
    return " · ".join(f"{_occurrence(one)} {_together(one)}" for one in around.earlier.get(key, ()))


def _occurrence(one: EarlierValues) -> str:
    return f"P{one.stage_n}" if one.stage_n else _("no. %(n)s") % {"n": one.step_n}


def _together(one: EarlierValues) -> str:
    texts, numbers = one.texts, one.numbers
    if len(texts) <= 2 or not numbers:
        return ", ".join(texts)
    by_number = sorted(zip(numbers, texts, strict=False))
    return by_number[0][1] if by_number[0][0] == by_number[-1][0] else f"{by_number[0][1]} – {by_number[-1][1]}"


def _pattern(page: StepPage, around: AroundStep, fact: FieldFact, parameter: Recordable) -> str:
    """Which codes a scan may put here: the numbers on the shelf, or exactly the vessel of this row."""
    if isinstance(parameter, VesselUse):
        there = [one for one in page.vessels if one.kind == parameter.vessel and one.state == VesselState.OPEN]
        numbers: Sequence[str] = [one.number for one in there if fact.row in ("", one.row)]
    else:
        numbers = around.numbers.get(fact.key, ())
    return f"^({'|'.join(re.escape(number) for number in numbers)})$" if numbers else ""
