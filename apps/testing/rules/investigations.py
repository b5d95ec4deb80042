"""Rules of an investigation of a result out of specification (FDA 2022): pure. Phases, causes, conclusions."""

from collections.abc import Collection, Iterable, Sequence

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.facts import Verdict
from apps.quality.rules import is_blank
from apps.testing.facts import Concluded, Conclusion, InvestigationState, LaboratoryCause, Replied, Reply, Standing

WORKING_DAYS = 30  # our own default: the guidance asks for timely, and names no day that binds
OUT = frozenset({Verdict.FAIL, Verdict.ACTION})
SHARED = frozenset({LaboratoryCause.METHOD, LaboratoryCause.INSTRUMENT, LaboratoryCause.REAGENT})
REPORTED = frozenset({Standing.PASSED, Standing.FAILED, Standing.NOT_EVALUABLE})


def is_out_of_specification(verdict: Verdict) -> bool:
    """A result that lies outside its limit, whatever it may come from."""
    return verdict in OUT


def result_stands(verdict: Verdict, is_signed: bool, may_be_corrected: bool) -> Objection | None:
    """A failing result is on record once its analyst has signed it: it is investigated, not corrected away."""
    if may_be_corrected or not is_signed or not is_out_of_specification(verdict):
        return None
    template = N_(
        "This result is out of specification and signed. It is investigated; a correction does not replace it."
    )
    return Objection("failure_stands", template, place="reason")


def are_not_the_questions(answers: Sequence[Replied], asked: Collection[str]) -> list[Objection]:
    """Each question of the list is answered once; what is not in order, or does not apply, says why."""
    given = [answer.item for answer in answers]
    missing = [item for item in asked if item not in given]
    strange = [item for item in given if item not in asked or given.count(item) > 1]
    found = []
    if missing or strange:
        facts = {"missing": ", ".join(missing) or "-", "strange": ", ".join(dict.fromkeys(strange)) or "-"}
        template = N_("Every question is answered once. Missing: {missing}. Not asked or twice: {strange}.")
        found.append(Objection("answers_differ", template, facts, "answers"))
    why = N_("Say why, in the remark.")
    return found + [
        Objection("remark_missing", why, place=f"remark_{answer.item}")
        for answer in answers
        if answer.reply is not Reply.YES and is_blank(answer.remark, "remark")
    ]


def has_no_finding(cause: LaboratoryCause | None, answers: Iterable[Replied]) -> Objection | None:
    """A laboratory cause is assignable: it shows in an answer that is not in order."""
    if cause is None or any(answer.reply is Reply.NO for answer in answers):
        return None
    template = N_("A laboratory cause shows in the checklist: no question is answered as not in order.")
    return Objection("cause_not_shown", template, place="cause")


def reaches_the_run(cause: LaboratoryCause) -> bool:
    """Whether what went wrong went wrong for every sample of the run, not for one."""
    return cause in SHARED


def has_no_cause(cause: str) -> Objection | None:
    """A result is invalidated with an assignable, documented laboratory cause, never without."""
    if cause:
        return None
    return Objection("no_laboratory_cause", N_("Phase I names no laboratory cause; the result stands."))


def is_not_reviewed(reviewed: bool) -> Objection | None:
    """The failing result is itself reviewed by a second person before anybody decides on it."""
    if reviewed:
        return None
    return Objection("not_reviewed", N_("The failing result was not reviewed by a second person yet."))


def took_part(username: str, testers: Collection[str]) -> Objection | None:
    """Who tested does not judge what was found."""
    if username not in testers:
        return None
    return Objection("own_test", N_("You took part in this test; another person looks into it."))


def is_own_assessment(username: str, *earlier: str) -> Objection | None:
    """Who assessed the laboratory, or proposed the plan, does not decide on it."""
    if username not in earlier:
        return None
    return Objection("own_assessment", N_("You signed or proposed this; another person decides on it."))


def is_no_conclusion(said: Concluded, state: InvestigationState) -> Objection | None:
    """Invalidated is what was invalidated with a cause; what was not is confirmed or inconclusive."""
    if said.conclusion is Conclusion.INCONCLUSIVE:
        return None
    was_invalidated = state is InvestigationState.INVALIDATED
    if was_invalidated == (said.conclusion is Conclusion.INVALIDATED):
        return None
    template = N_(
        "{conclusion} is no conclusion here: a result is invalidated with its laboratory cause, or it stands."
    )
    return Objection("other_conclusion", template, {"conclusion": said.conclusion}, "conclusion")


def has_no_result_instead(said: Concluded, standing: Standing) -> Objection | None:
    """What was invalidated is concluded when a reportable, reviewed result stands in its place."""
    if said.conclusion is not Conclusion.INVALIDATED or standing in REPORTED:
        return None
    template = N_("No reviewed result stands in place of the invalidated one yet.")
    return Objection("nothing_instead", template, place="conclusion")


def is_under_investigation(test: str, numbers: Sequence[str]) -> Objection | None:
    """While a failure is looked into, nothing of its test is tested but by the approved plan."""
    if not numbers:
        return None
    template = N_("{test} is under investigation ({numbers}): nothing is tested again but by its approved plan.")
    return Objection("no_plan", template, {"test": test, "numbers": ", ".join(numbers)})


def is_investigated(key: str, label: str, label_zh: str, numbers: Sequence[str]) -> Objection | None:
    """No analysis is approved, and nothing certified, over an investigation that is not concluded (21 CFR 211.192)."""
    if not numbers:
        return None
    template = N_("{test}: the investigation {numbers} is not concluded.")
    facts = {"test": label, "test_zh": label_zh, "numbers": ", ".join(numbers)}
    return Objection("investigation_open", template, facts, f"test:{key}")
