"""Words of the laboratory for the reader. Labels come from the master record."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.views.naming import STATUS_OF, accepted_words, limit_words, option_word
from apps.core.errors import Objection
from apps.core.text import N_
from apps.core.ui.wording import bilingual, read_back, sentence, translated
from apps.products.definition import Definition, Parameter, Test
from apps.products.definition.testing import Need
from apps.products.facts import ParameterKind, Verdict
from apps.products.forms import words_read
from apps.products.loader import standard_tables
from apps.products.rules.limits import SENTENCES
from apps.signatures.facts import Line as Shown
from apps.testing.facts import NeedKind, RunState, Standing
from apps.testing.models import Found, Result, RunNeed

CONSEQUENCES: Mapping[Verdict, Promise] = {
    Verdict.ALERT: gettext_lazy("It passes; QA will see it."),
    Verdict.ACTION: gettext_lazy("When it is reviewed an event opens, and the test holds."),
    Verdict.FAIL: gettext_lazy("When it is reviewed an event opens, and the test holds."),
    Verdict.NOT_EVALUABLE: gettext_lazy("It can't be held against its limit, so the test holds."),
}
# A choice has no figure to stand within: it is what was asked for, or it is not.
OF_A_CHOICE = {
    Verdict.PASS: N_("As required: {limit}."),
    Verdict.ACTION: N_("Not as required; it must be {limit}."),
    Verdict.FAIL: N_("Not as required; it must be {limit}."),
}
CONTROL_FAILS = gettext_lazy("It makes the run invalid: no reportable result, and the run is counted.")
PASSES = frozenset({Verdict.PASS, Verdict.ALERT, Verdict.RECORDED})
METHOD = "Method"
RESULT_WORDS = {**STATUS_OF, Verdict.PASS: "passed", Verdict.ACTION: "failed"}
MARKED = {*Verdict, *RunState, *Standing}  # words of a signed line that are shown as states


def kind_word(definition: Definition, key: str) -> str:
    """The kind of a sample by its label."""
    kind = next((kind for kind in definition.testing.samples if kind.key == key), None)
    return bilingual(kind.label) if kind else key


def test_words(definition: Definition, keys: Sequence[str]) -> list[str]:
    """Tests by their labels."""
    return [test_word(definition, key) for key in keys]


test_words.__test__ = False  # type: ignore[attr-defined]  # no test, whatever its name


def test_word(definition: Definition, key: str) -> str:
    """A test by its label."""
    test = definition.test(key)
    return bilingual(test.label) if test else key


test_word.__test__ = False  # type: ignore[attr-defined]  # likewise


def unit_word(parameter: Parameter) -> str:
    """The unit that stands beside a field."""
    unit = getattr(parameter, "unit", "")
    return "" if unit in ("", "1") else standard_tables().units.display(unit)


def found_word(parameter: Parameter, found: Found) -> str:
    """What was found: as entered, choices in words."""
    if parameter.kind in (ParameterKind.CHOICE, ParameterKind.YES_NO):
        return option_word(parameter, found.text)
    return found.text


def found_sentence(parameter: Parameter, found: Found, *, is_control: bool = False) -> tuple[str, str]:
    """What the limit says of a value, and what follows."""
    verdict = Verdict(found.verdict)
    judgement = found.judgement or {}
    facts = {"limit": limit_words(parameter), "level": limit_words(parameter), **judgement.get("facts", {})}
    if parameter.kind in (ParameterKind.CHOICE, ParameterKind.YES_NO):
        facts |= {"limit": accepted_words(parameter), "level": accepted_words(parameter)}
    template = _template(parameter, verdict, judgement)
    says = sentence(Objection("", template, facts)) if template else ""
    if is_control:
        return says, "" if verdict in PASSES else str(CONTROL_FAILS)
    return says, str(CONSEQUENCES.get(verdict, ""))


def _template(parameter: Parameter, verdict: Verdict, judgement: Mapping[str, str]) -> str:
    if parameter.kind in (ParameterKind.CHOICE, ParameterKind.YES_NO) and accepted_words(parameter):
        return OF_A_CHOICE.get(verdict) or judgement.get("template") or SENTENCES.get(verdict, "")
    return judgement.get("template") or SENTENCES.get(verdict, "")


def status_of(found: Found | None) -> str:
    """The word of a verdict; nothing entered is awaited, and what was invalidated has none any more."""
    if isinstance(found, Result) and found.invalidated_at:
        return "invalidated"
    return RESULT_WORDS[Verdict(found.verdict)] if found else "awaited"


def control_status(found: Found | None) -> str:
    """The word of a control: it passes, or the run fails with it."""
    if found is None:
        return "awaited"
    return status_of(found) if Verdict(found.verdict) in PASSES else "failed"


def limit_with_unit(parameter: Parameter) -> str:
    """The limit with the unit of its figures."""
    words, unit = limit_words(parameter), unit_word(parameter)
    return f"{words} {unit}" if words and unit else words


def need_label(test: Test, need: RunNeed) -> str:
    """What an instrument or lot was used for."""
    wanted = test.instruments if need.kind == NeedKind.INSTRUMENT else test.reagents
    found = next((one for one in wanted if one.key == need.key), None)
    return bilingual(found.label) if found else need.key


# --- what is read before signing ------------------------------------------------------------------------------------
def shown_lines(
    lines: Sequence[Shown], tests: Sequence[Test], told: Mapping[str, str] | None = None
) -> list[dict[str, object]]:
    """The lines of a signed content as the panel reads them out: labels in the reader's language, verdicts as states.

    They say the same as what is hashed; only the words of the master are taken in the other language, and what is
    `told` beside them.
    """
    words = words_read(*tests) | {need.key: bilingual(need.label) for need in _needs_of(tests)} | dict(told or {})
    return [_shown_line(line, words) for line in lines]


def _shown_line(line: Shown, words: Mapping[str, str]) -> dict[str, object]:
    head, dot, tail = line.label.rpartition(" · ")
    name, bracket, replicate = tail.partition(" (")
    note, _comma, last = line.note.rpartition(", ")
    shown: dict[str, object] = {
        "label": f"{head}{dot}{words.get(name) or translated(name)}{bracket}{replicate}",
        "value": read_back(line.value, words),
        "limit": read_back(line.note, words),
    }
    if line.label == METHOD:
        shown |= {"value": f"{line.value} v{line.note}", "limit": ""}
    elif line.value in MARKED:
        shown |= {"value": "", "status": _status(line.value)}
    elif last in MARKED:
        shown |= {"limit": read_back(note, words), "status": _status(last)}
    return shown


def _status(word: str) -> str:
    return RESULT_WORDS[Verdict(word)] if word in list(Verdict) else word.lower()


def _needs_of(tests: Sequence[Test]) -> list[Need]:
    return [need for test in tests for need in (*test.instruments, *test.reagents)]


def invalid_words(invalid: int, runs: int) -> str:
    """How often a test had to be run in vain."""
    return _("%(invalid)s of %(runs)s runs invalid") % {"invalid": invalid, "runs": runs} if invalid else ""
