"""What a story says after use: a complaint, an adverse event of a dose, a look-back from a donor."""

from collections.abc import Sequence
from datetime import datetime

from apps.desk.story.stage import Stage, Verb
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now
from apps.identity.models import Donor
from apps.lookback.content import look_back_content
from apps.lookback.facts import Finding
from apps.lookback.services import look_back
from apps.quality.facts import Severity
from apps.units.models import Unit
from apps.vigilance.facts import Category, Observed, Outcome, Reported
from apps.vigilance.services import receive_complaint, record_adverse_event


def complaint(
    stage: Stage, who: str, at: datetime, *, units: Sequence[str], category: str, severity: str, **words: str
) -> None:
    """Somebody takes a complaint about units down, as it was reported."""
    said = Reported(received_at=at, category=Category(category), severity=Severity(severity), **words)
    found = list(Unit.objects.select_related("record", "batch__site", "batch__record").filter(number__in=units))
    receive_complaint(site=stage.site, said=said, concerned=found, actor=stage.actor(who), at=at)


def adverse_event(
    stage: Stage, who: str, at: datetime, *, order: str, began: str, outcome: str, term: str, grade: int
) -> None:
    """Who follows the patient of an order records what the patient had, on the day it became known."""
    said = Observed(term, grade, stage.instant(began), at, outcome=Outcome(outcome))
    found = order_now(TreatmentOrder.objects.get(number=order))
    record_adverse_event(order=found, said=said, actor=stage.actor(who), at=at)


def looked_back(stage: Stage, who: str, at: datetime, *, donor: str, **words: str) -> None:
    """Quality looks back from a donor who was found reactive later."""
    found, finding = Donor.objects.select_related("record", "site").get(number=donor), Finding(**words)
    signing = stage.signing(look_back_content(found, finding), at, who)
    look_back(donor=found, finding=finding, signing=signing, actor=stage.actor(who), at=at)


VERBS: dict[str, Verb] = {"complaint": complaint, "adverse_event": adverse_event, "looked_back": looked_back}
