"""Opening vessels: what they may be made from."""

from apps.batches.models import Batch, Vessel
from apps.batches.selectors.plans import definition_of_batch
from apps.core.ui.wording import bilingual
from apps.products.facts import Place, VesselAct


def vessel_groups(batch: Batch, step: Place) -> list[tuple[str, str]]:
    """What a vessel may be made from: the vessels of its section and of the one before, by kind, newest first."""
    definition = definition_of_batch(batch)
    kinds = {kind.key: kind for kind in definition.preparation.vessels}
    opened_here = {use.vessel for use in definition.step(step).vessels if use.act is VesselAct.OPEN}
    own, before = str(step.section), ""
    groups: dict[tuple[str, str], list[str]] = {}
    for vessel in Vessel.objects.filter(batch=batch).order_by("-pk"):
        before = before or (vessel.section if vessel.section != own else "")
        if vessel.section == before or (vessel.section == own and vessel.kind not in opened_here):
            groups.setdefault((vessel.section, vessel.kind), []).append(vessel.number)
    return [
        (f"{section} {kind}", f"{bilingual(kinds[kind].label)}: {_few(numbers)}")
        for (section, kind), numbers in groups.items()
    ]


def _few(numbers: list[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[-1]} … {numbers[0]}"


def parents_of(batch: Batch, chosen: list[str]) -> list[Vessel]:
    """The vessels of the groups that were ticked."""
    groups = {tuple(one.split(" ", 1)) for one in chosen}
    found = Vessel.objects.filter(batch=batch).select_related("record").order_by("pk")
    return [vessel for vessel in found if (vessel.section, vessel.kind) in groups]
