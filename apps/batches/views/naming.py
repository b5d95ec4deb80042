"""Words of the record for the reader: sections, limits, values, verdicts. Labels come from the master record."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.facts.lines import SectionLine, ValueFact
from apps.core.errors import Objection
from apps.core.ui.times import FORMS
from apps.core.ui.wording import bilingual, sentence
from apps.products.definition import ChoiceParameter, Definition, EqualsLimit, NumericLimit, OneOfLimit, Recordable
from apps.products.facts import BadPlace, ParameterKind, Place, Verdict
from apps.products.forms import YES_NO, unit_words
from apps.products.rules.limits import limit_text
from apps.products.rules.rounding import plain, round_half_up

STATUS_OF = {
    Verdict.PASS: "in_limit",
    Verdict.ALERT: "alert",
    Verdict.ACTION: "action",
    Verdict.FAIL: "failed",
    Verdict.NOT_EVALUABLE: "not_evaluable",
    Verdict.NOT_DONE: "not_done",
    Verdict.RECORDED: "recorded",
}
CONSEQUENCES: Mapping[Verdict, Promise] = {
    Verdict.ALERT: gettext_lazy("You can go on; QA will see it."),
    Verdict.ACTION: gettext_lazy("An event is open; QA judges it. Tell your supervisor."),
    Verdict.FAIL: gettext_lazy("An event is open; QA judges it. Tell your supervisor."),
    Verdict.NOT_EVALUABLE: gettext_lazy("An event is open; QA judges it."),
    Verdict.NOT_DONE: gettext_lazy("The reason stands in the record."),
}
STOPS = gettext_lazy("The steps after this one wait for QA.")


def section_name(section: SectionLine) -> str:
    """A section by its label, with its number where the stage repeats."""
    n = section.place.stage_n
    return f"P{n} {bilingual(section.label)}" if n else bilingual(section.label)  # P3, as in the vessels' numbers


def numbered(label: str, n: int | None) -> str:
    """A label with the number of its occurrence."""
    return f"{label} {n}" if n else label


def option_word(parameter: Recordable, key: str) -> str:
    """What stands for a choice, or for yes and no, in the reader's language."""
    if isinstance(parameter, ChoiceParameter):
        option = parameter.option(key)
        return bilingual(option.label) if option else key
    return str(YES_NO.get(key, key))


def limit_words(parameter: Recordable) -> str:
    """The limit as people read it: figures and signs, or the words of the choices."""
    accepted = accepted_words(parameter)
    if accepted:
        return _("must be %(choice)s") % {"choice": accepted}
    return limit_text(parameter.limit) if parameter.limit else ""


def accepted_words(parameter: Recordable) -> str:
    """The choices that a limit accepts, in words; nothing for limits in figures."""
    limit = parameter.limit
    if isinstance(limit, OneOfLimit):
        return _(" or ").join(option_word(parameter, key) for key in limit.values)
    if isinstance(limit, EqualsLimit) and not limit.compare:
        return option_word(parameter, limit.value)
    return ""


def alert_words(parameter: Recordable) -> str:
    """From where on a value inside the limit is an alert: "< 92.0"."""
    limit = parameter.limit
    alert = limit.alert if isinstance(limit, NumericLimit) else None
    if alert is None or limit is None:
        return ""
    low = f"< {plain(alert.low)}" if alert.low is not None and alert.low != limit.low else ""
    high = f"> {plain(alert.high)}" if alert.high is not None and alert.high != limit.high else ""
    return ", ".join(part for part in (low, high) if part)


def shown_value(parameter: Recordable, value: ValueFact) -> str:
    """A value as it is shown: as entered; choices in words, instants on the site's clock, computed ones rounded."""
    match parameter.kind:
        case ParameterKind.YES_NO | ParameterKind.CHOICE:
            return option_word(parameter, value.text)
        case ParameterKind.INSTANT if value.instant:
            return timezone.localtime(value.instant).strftime(FORMS[""])
        case ParameterKind.FILE:
            return value.file.name if value.file else value.text
        case ParameterKind.COMPUTED if value.rounded is not None:
            return str(round_half_up(value.rounded, getattr(parameter, "decimals", 0)))
    return value.text


def raw_beside(parameter: Recordable, value: ValueFact) -> str:
    """The exact value of a computed one, where it differs from the rounded one that is shown."""
    if parameter.kind is not ParameterKind.COMPUTED or value.number is None:
        return ""
    exact = value.number.normalize()
    return "" if exact == Decimal(shown_value(parameter, value)) else plain(exact)


def unit_of(parameter: Recordable, value: ValueFact | None = None) -> str:
    """The unit beside a field, or beside its value: the one it was sent in."""
    return unit_words((value and value.given_unit) or getattr(parameter, "unit", ""))


def verdict_sentence(parameter: Recordable, value: ValueFact, *, critical: bool) -> tuple[str, str]:
    """What the limit says of a value, and what follows from it."""
    facts = dict(value.sentence.facts)
    if parameter.kind in (ParameterKind.YES_NO, ParameterKind.CHOICE):
        facts |= {"limit": accepted_words(parameter), "level": accepted_words(parameter)}
    says = sentence(Objection("", value.sentence.template, facts)) if value.sentence.template else ""
    follows = str(CONSEQUENCES.get(value.verdict, ""))
    if critical and value.verdict in (Verdict.ACTION, Verdict.FAIL):
        follows = f"{follows} {STOPS}"
    return says, follows


def in_words(definition: Definition, objection: Objection) -> Objection:
    """The objection with its places said by their labels: "Feed and look comes after Incubate."."""
    facts = {name: _places_in_words(definition, fact) for name, fact in objection.facts.items()}
    return replace(objection, facts=facts, place="")


def _places_in_words(definition: Definition, fact: object) -> object:
    if isinstance(fact, Place):
        return place_words(definition, fact) or fact
    if not isinstance(fact, str) or "." not in fact:
        return fact
    words = [_place_in_words(definition, part) for part in fact.split(", ")]
    return ", ".join(words) if all(words) else fact


def _place_in_words(definition: Definition, text: str) -> str:
    try:
        return place_words(definition, Place.parse(text))
    except BadPlace:
        return ""


def place_words(definition: Definition, place: Place) -> str:
    """A place by its labels: step, field and row; nothing where the record has no such place."""
    try:
        words = [numbered(bilingual(definition.step(place).label), place.step_n if (place.step_n or 0) > 1 else None)]
        if place.parameter:
            words.append(bilingual(definition.parameter(place).label))
    except BadPlace:
        return ""
    return " · ".join([*words, place.row] if place.row else words)


def section_of_sections(n: int, total: int) -> str:
    """Where a section stands in the record."""
    return _("Section %(n)s of %(total)s") % {"n": n, "total": total}
