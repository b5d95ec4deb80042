"""The rows of recorded values, before they are stored."""

from collections.abc import Collection

from apps.batches.facts.inputs import Act
from apps.batches.facts.words import Origin
from apps.batches.models import RecordedValue
from apps.batches.rules.plan import field_of
from apps.batches.selectors.situation import Situation
from apps.batches.services.judging import Judged
from apps.core.errors import Objection
from apps.products.facts import Entered, Judgement, Place
from apps.signatures.models import Signature


def row_of(
    situation: Situation,
    judged: Judged,
    act: Act,
    overridden: Collection[Objection] = (),
    second: Signature | None = None,
    supersedes: int | None = None,
) -> RecordedValue:
    """The row of a judged value, not stored yet."""
    row = blank_row(situation, judged.place, judged.entered, act)
    row.kind, row.performed_at, row.is_late = judged.parameter.kind, judged.performed_at, judged.is_late
    row.origin = Origin.SCANNED if judged.given.scanned else Origin.TYPED
    row.reason, row.has_happened = act.why, act.happened is not None
    row.overridden = [{"code": one.code, "text": one.text} for one in overridden]
    row.second, row.supersedes_id = second, supersedes
    thing = judged.thing
    row.lot, row.instrument, row.vessel, row.file = thing.lot, thing.instrument, thing.vessel, thing.file
    return row


def blank_row(situation: Situation, place: Place, entered: Entered, act: Act) -> RecordedValue:
    """The row of a value at a place: what was read, by whom and when."""
    batch, actor = situation.batch, act.actor
    return RecordedValue(
        record=batch.record,
        batch=batch,
        step_id=situation.steps[place.step_place][0],
        place=str(place),
        field=field_of(place),
        kind=entered.kind,
        given_unit=entered.given_unit,
        judgement=sentence_of(entered.judgement),
        performed_by=actor.username,
        recorded_at=act.at,
        recorded_by=actor.username,
        printed_name=actor.printed_name,
        **entered.columns,
    )


def sentence_of(judgement: Judgement) -> dict[str, object]:
    """A judgement as it is kept: code, template and facts; the reader's language comes later."""
    facts = {name: str(value) for name, value in judgement.facts.items()}
    return {"code": judgement.code, "template": judgement.template, "facts": facts}
