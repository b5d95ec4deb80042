"""The one door to what a list says: all of it for a holder or once open, a patient's arm for who broke it."""

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.blinding.facts import ListLine
from apps.blinding.models import CodeBreak, CodeOpening, SealedBag
from apps.blinding.rules import holds_no_code
from apps.blinding.selectors.kits import is_holder
from apps.core.actor import Actor
from apps.core.errors import NotAllowed
from apps.identity.models import Recipient
from apps.products.definition import Bilingual


def list_of(batch: Batch, actor: Actor) -> list[ListLine]:
    """The list, for who holds its code. Raises NotAllowed. Called by the service that writes the reading down."""
    if not is_holder(batch, actor.username):
        raise NotAllowed(holds_no_code(batch.number))
    return _lines(batch)


def opened_list(batch: Batch) -> list[ListLine]:
    """The list once two people have opened it; nothing before."""
    return _lines(batch) if CodeOpening.objects.filter(batch=batch).exists() else []


def told_to(recipient: Recipient, username: str) -> list[tuple[str, Bilingual]]:
    """What this person was told of a patient: each kit whose code they opened, with its arm."""
    broken = CodeBreak.objects.filter(allocation__recipient=recipient, broken_by=username)
    kits = {
        one.allocation.kit: one.allocation.batch for one in broken.select_related("allocation__batch__product_version")
    }
    found = []
    for kit, batch in sorted(kits.items()):
        blinded = definition_of_batch(batch).preparation.blinded
        arm = blinded.arm(SealedBag.objects.filter(kit=kit).values_list("arm", flat=True)[0]) if blinded else None
        found += [(kit, arm.label)] if arm else []
    return found


def _lines(batch: Batch) -> list[ListLine]:
    rows = SealedBag.objects.filter(batch=batch).order_by("number").values_list("number", "arm", "source")
    return [ListLine(*row) for row in rows]
