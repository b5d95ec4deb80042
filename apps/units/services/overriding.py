"""What already happened is recorded against the objections: marked, with an event that QA answers."""

from collections.abc import Iterator, Mapping, Sequence

from apps.audit.models import Record
from apps.audit.services import Change
from apps.core.errors import Happened, Objection
from apps.core.text import N_
from apps.products.definition import Bilingual
from apps.quality.facts import EventKind, Severity
from apps.quality.models import Event
from apps.quality.services import report_event


def report_accepted(
    change: Change,
    *,
    subject: Record,
    overridden: Sequence[Objection],
    happened: Happened | None,
    kind: EventKind = EventKind.ACCEPTED_FACT,
    about: str = "",
) -> Event | None:
    """Open the critical event of an act that was recorded although a rule forbids it."""
    if not overridden or happened is None:
        return None
    sentences = " ".join(objection.text for objection in overridden)
    return report_event(
        change,
        subject=subject,
        kind=kind,
        severity=Severity.CRITICAL,
        template=N_("Recorded although the rules forbid it: {objections} Reason given: {reason}"),
        facts={"objections": sentences, "reason": happened.reason},
        about=about,
    )


def marks(overridden: Sequence[Objection]) -> list[dict[str, object]]:
    """The overridden objections as the row keeps them."""
    return [
        {
            "code": objection.code,
            "text": objection.text,
            "template": objection.template,
            "facts": dict(_told(objection.facts)),
        }
        for objection in overridden
    ]


def _told(facts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Facts as text; a word of the master record in both languages, a sentence within the sentence as it is."""
    for name, fact in facts.items():
        yield name, fact if isinstance(fact, Mapping) else str(fact)
        if isinstance(fact, Bilingual):
            yield f"{name}_zh", fact.zh
