"""What happens to an arm after it was packed reaches every kit of the lot, alike, and whoever got one."""

import pytest

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.errors import RuleBroken
from apps.dosing.services import reserve_units
from apps.lookback.models import LookBack
from apps.lookback.services import open_late_failures
from apps.release.content.signed import recall_content
from apps.release.services import recall_batch
from apps.units.models import Unit
from tests.blinding.story import NOW, kept, trial_order
from tests.cast import Cast, actor, sign_as
from tests.testing.story import as_if


def recalled(cast: Cast, number: str) -> Batch:
    """Cora recalls a batch of an arm."""
    batch, reason = as_if(Batch.objects.get(number=number), BatchState.RELEASED), "Foreign matter in a sister bag"
    signing = sign_as(cast.cora, recall_content(batch, reason), at=NOW)
    return recall_batch(batch=batch, reason=reason, signing=signing, actor=actor(cast.cora), at=NOW)


@pytest.mark.parametrize("arm", ["CT-0042", "PB-0001"])
def test_a_recalled_arm_stops_every_kit_that_was_packed_of_it(cast: Cast, kits: list[Unit], arm: str) -> None:
    order = trial_order(cast)

    recalled(cast, arm)

    with pytest.raises(RuleBroken) as refused:
        reserve_units(order=order, actor=actor(cast.nils), at=NOW)
    assert refused.value.code == "too_few_units"


@pytest.mark.parametrize("arm", ["CT-0042", "PB-0001"])
def test_the_physician_of_every_kit_is_told_of_a_recalled_arm_and_nobody_of_the_arm_of_a_kit(
    cast: Cast, kits: list[Unit], arm: str
) -> None:
    orders = [kept(cast), kept(cast, "R-0002")]  # placebo and cells

    recalled(cast, arm)
    open_late_failures(at=NOW)

    told = LookBack.objects.get(batch__number=arm)
    assert {notice.order.number for notice in told.notices.select_related("order")} == {one.number for one in orders}
    assert "BK-0001" in told.batches
