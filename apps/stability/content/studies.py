"""What is signed about a stability study."""

from collections.abc import Iterable, Sequence

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.text import N_
from apps.products.definition.stability import StabilityProtocol
from apps.signatures.facts import Line, SignedContent
from apps.stability.facts import StudyVerb
from apps.stability.lifecycle import STUDY_MOVES
from apps.stability.models import Study
from apps.stability.selectors import left_in, protocol_of
from apps.units.models import Unit


def open_study_content(batch: Batch, units: Sequence[Unit]) -> SignedContent:
    """What a study is opened by: the batch, its protocol point by point, every unit by number."""
    protocol = protocol_of(batch)
    lines = (*_head(batch), *(_protocol_lines(batch, protocol) if protocol else ()), *_unit_lines(units))
    return SignedContent("open_study", batch.record.address, STUDY_MOVES[StudyVerb.OPEN].meaning, lines)


def close_study_content(study: Study, reason: str) -> SignedContent:
    """What a study is closed by: why, and the units that go back."""
    lines = (*_head(study.batch), Line(N_("Reason"), reason), *_unit_lines(left_in(study)))
    return SignedContent("close_study", study.record.address, STUDY_MOVES[StudyVerb.CLOSE].meaning, lines)


def _head(batch: Batch) -> tuple[Line, ...]:
    version = batch.product_version
    title = f"{version.title_en} / {version.title_zh}"
    return (Line(N_("Batch"), batch.number), Line(N_("Product"), title, version.record.address))


def _protocol_lines(batch: Batch, protocol: StabilityProtocol) -> tuple[Line, ...]:
    definition = definition_of_batch(batch)
    state = definition.storage.state(protocol.state)
    tests = [test.label.en for key in protocol.tests if (test := definition.test(key))]
    return (
        Line(N_("Storage condition"), state.label.en if state else protocol.state),
        Line(N_("Months"), ", ".join(f"{point.month} ± {point.window.text}" for point in protocol.points)),
        Line(N_("Tests"), "; ".join(tests)),
        Line(N_("Units at each time point"), str(protocol.pull.units)),
        Line(N_("Supports at most"), f"{protocol.support.at_most} mo"),
    )


def _unit_lines(units: Iterable[Unit]) -> tuple[Line, ...]:
    return tuple(Line(unit.number, unit.kind, unit.disposition) for unit in sorted(units, key=_number))


def _number(unit: Unit) -> str:
    return unit.number
