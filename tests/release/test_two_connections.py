"""Decisions while others act: a hold that is being placed is waited for; of two decisions at once one is taken."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit.selectors import Verification
from apps.audit.services import Change
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.errors import Refused
from apps.lineage.selectors import ancestors
from apps.organisation.models import User
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.release.content.signed import certify_content, reject_content
from apps.release.services import certify_batch, reject_batch
from apps.signatures.models import Signature
from tests.audit.test_two_connections import PATIENCE, a_change_that_waits, assert_waits, threads
from tests.cast import AT, Cast, actor, cast, sign_as
from tests.testing.story import as_if, running_batch

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(minutes=1)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["donor", "donation", "batch"])
def test_certification_waits_for_a_hold_that_is_being_placed_and_then_names_it(
    cast: Cast, threads: Any, kind: str
) -> None:
    batch = as_if(running_batch(cast), BatchState.REVIEWED)
    held = next(one for one in (batch.record, *ancestors([batch.record])) if one.kind == kind)
    signing = sign_as(cast.cora, certify_content(batch), at=LATER)

    def hold(change: Change) -> Any:
        return place_hold(
            change, record=held, key="k", blocks=[Blocks.CERTIFY], code="c", template="The donor fell ill."
        )

    def certify() -> Batch:
        return certify_batch(batch=batch, signing=signing, actor=actor(cast.cora), at=LATER)

    with a_change_that_waits(threads, touching=[held], act=hold) as commit:
        certifying = threads(certify)
        assert_waits(certifying)
        commit.set()
        with pytest.raises(Refused) as caught:
            certifying.result(PATIENCE)

    assert "The donor fell ill." in str(caught.value)
    assert batch_now(batch).state == BatchState.REVIEWED


def test_of_two_who_reject_at_once_one_does(cast: Cast, threads: Any) -> None:
    batch = as_if(running_batch(cast), BatchState.FINISHED)
    people = (cast.quinn, cast.quentin)
    signings = [sign_as(person, reject_content(batch, "Mould"), at=LATER) for person in people]

    def reject(person: User, signing: Any) -> str:
        try:
            reject_batch(batch=batch, reason="Mould", signing=signing, actor=actor(person), at=LATER)
        except Refused as refused:
            return refused.code
        return "rejected"

    deciding = [threads(reject, person, signing) for person, signing in zip(people, signings, strict=True)]

    assert sorted(one.result(PATIENCE) for one in deciding) == ["rejected", "wrong_state"]
    assert Signature.objects.filter(record=batch.record, verb="reject").count() == 1
    assert list(Verification().findings()) == []
