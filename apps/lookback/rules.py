"""Rules about looking back from a donor: pure."""

from collections.abc import Sequence

from apps.core.errors import Objection
from apps.core.text import N_
from apps.lookback.facts import Answer, DutyFacts, Finding, Reported
from apps.quality.rules import is_blank


def says_nothing(finding: Finding) -> list[Objection | None]:
    """Who is told of a finding must know what was found and by whom."""
    return [is_blank(finding.what, "what"), is_blank(finding.laboratory, "laboratory")]


def nothing_was_collected(donor: str, donations: Sequence[str]) -> Objection | None:
    """Without a donation in the span there is nothing to look back upon."""
    if donations:
        return None
    template = N_("No donation of {donor} falls into this span.")
    return Objection("nothing_collected", template, {"donor": donor}, place="since")


def is_answered_before(duty: DutyFacts) -> Objection | None:
    """A recall is answered once; what is learned later is an event."""
    if not duty.is_answered:
        return None
    return Objection("recall_answered", N_("The recall of {unit} was answered before."), {"unit": duty.unit})


def does_not_fit(duty: DutyFacts, answer: Answer) -> Objection | None:
    """What was given does not come back: only its physician can be told."""
    if not duty.was_given or answer is Answer.PHYSICIAN_TOLD:
        return None
    template = N_("{unit} was given to a patient: its answer is that the physician was told.")
    return Objection("given_units_do_not_return", template, {"unit": duty.unit}, place="answer")


def is_acknowledged_before(is_answered: bool, order: str) -> Objection | None:
    """A notice is acknowledged once."""
    if not is_answered:
        return None
    return Objection("notice_acknowledged", N_("The notice of {order} was acknowledged before."), {"order": order})


def is_not_their_patient(order: str, is_theirs: bool) -> Objection | None:
    """Who treats the patient reads it, or a deputy who was named; everybody else sees it."""
    if is_theirs:
        return None
    template = N_("You are not the physician of {order}, nor named as a deputy.")
    return Objection("not_your_patient", template, {"order": order})


def is_no_physician(name: str, is_physician: bool) -> Objection | None:
    """A deputy is a physician of the site."""
    if is_physician:
        return None
    return Objection("no_physician", N_("{name} is no physician of this site."), {"name": name}, "deputy")


def is_reported_before(is_sent: bool) -> Objection | None:
    """A failure is reported once; what is learned later is an event of its deviation."""
    return Objection("reported", N_("It was reported before.")) if is_sent else None


def reports_nothing(said: Reported) -> list[Objection | None]:
    """To whom, and which organism, be it that none was identified yet."""
    return [is_blank(said.sent_to, "sent_to"), is_blank(said.organism, "organism")]
