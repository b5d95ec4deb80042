"""Whether the hands at work are qualified, in date, at the moment of use."""

from collections.abc import Iterable, Iterator

from apps.batches.facts.inputs import Act
from apps.batches.selectors.situation import Situation
from apps.core.errors import Objection
from apps.organisation.rules import is_untrained
from apps.organisation.trainings import subjects_of
from apps.products.facts import Place


def against_the_hands(situation: Situation, places: Iterable[Place], act: Act) -> list[Objection]:
    """What the person lacks: gowning and media fill for the grade of a step, and training for what was done before.

    Whoever works now was asked for the training on the master record with the role.
    """
    asked = set(_qualifications(situation, places))
    if act.happened:
        asked.add(situation.batch.product_version.record.address)
    if not asked:
        return []
    done_at = act.happened.at if act.happened else act.at
    held = subjects_of(act.actor.username, asked, done_at)
    return [is_untrained(subject) for subject in sorted(asked - held)]


def _qualifications(situation: Situation, places: Iterable[Place]) -> Iterator[str]:
    preparation = situation.definition.preparation
    grades = {situation.definition.step(place).environment for place in places} if preparation.qualifications else set()
    yield from (one.subject for one in preparation.qualifications if grades & set(one.environments))
