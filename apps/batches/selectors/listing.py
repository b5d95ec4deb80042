"""The list of batches: what its filters choose, and its lines."""

from collections.abc import Mapping, Sequence

from django.db.models import BooleanField, Count, F, Func, Q, QuerySet

from apps.batches.facts.around import ListedBatch
from apps.batches.facts.words import IN_HAND, BatchState, StepState
from apps.batches.models import Batch, Step
from apps.batches.selectors.plans import plan_of
from apps.quality.models import Hold

# With the states as parameters SQLite does not see that an index holds just these batches, and walks through them all.
_STATES = ", ".join(f"'{state.value}'" for state in IN_HAND)
_IS_IN_HAND = Func(F("state"), template=f"%(expressions)s IN ({_STATES})", output_field=BooleanField())


def chosen_batches(batches: QuerySet[Batch], asked: Mapping[str, str]) -> QuerySet[Batch]:
    """The batches that the filters of the address ask for: state (or `open`), product, words in number or donation."""
    state, product, words = (asked.get(name, "").strip() for name in ("state", "product", "q"))
    if state == "open":
        batches = batches.filter(_IS_IN_HAND)
    elif state in BatchState.__members__:
        batches = batches.filter(state=state)
    if product:
        batches = batches.filter(product_version__key=product)
    if words:
        batches = batches.filter(Q(number__icontains=words) | Q(donation__din__icontains=words))
    return batches


def listed(batches: Sequence[Batch]) -> list[ListedBatch]:
    """Batches as lines of the list, in three statements whatever their number."""
    holds = dict(
        Hold.objects.filter(record__in=[batch.record_id for batch in batches], lifted_at=None, blocks_process=True)
        .values_list("record")
        .annotate(n=Count("pk"))
    )
    done = Q(state__in=[StepState.DONE, StepState.SKIPPED])
    counted = (
        Step.objects.filter(batch__in=batches).values("batch").annotate(n=Count("pk"), done=Count("pk", filter=done))
    )
    steps = {row["batch"]: (row["done"], row["n"]) for row in counted}
    return [_line(batch, holds.get(batch.record_id, 0), *steps.get(batch.pk, (0, 0))) for batch in batches]


def _line(batch: Batch, holds: int, done: int, steps: int) -> ListedBatch:
    definition = plan_of(batch).definition
    return ListedBatch(
        number=batch.number,
        state=batch.state,
        title=definition.title,
        band=definition.band.word,
        band_colour=definition.band.colour.value,
        version=batch.product_version.number,
        donation=batch.din,
        site=batch.site.code,
        planned_start=batch.planned_start,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        open_holds=holds,
        steps_done=done,
        steps=steps,
    )
