"""The physician's agreement, recorded inside the door of the order it belongs to."""

from collections.abc import Sequence

from apps.audit.models import Record
from apps.audit.services import Change
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Objection, stop_if
from apps.identity.models import Recipient
from apps.release.rules import took_part
from apps.release.selectors import hands_on_batch
from apps.signatures.facts import Signer
from apps.signatures.services import sign
from apps.supply import rules
from apps.supply.content import agree_content
from apps.supply.facts import Agreed, Route
from apps.supply.models import NamedSupply
from apps.supply.selectors import STANDING, donor_of, tests_of


def open_supply(
    change: Change,
    *,
    batch: Batch,
    order: Record,
    recipient: Recipient,
    said: Agreed,
    signer: Signer,
    objections: Sequence[Objection | None] = (),
) -> NamedSupply:
    """The physician agrees to a conditional release, or asks for what is out of its specification, for one patient.

    `objections` are those of the order. Nothing is let go by this: the authorised person decides on it.
    """
    standing = NamedSupply.objects.filter(order=order, batch=batch, state__in=STANDING).first()
    tests = tests_of(batch)
    stop_if(
        *objections,
        rules.is_not_foreseen(said.route, definition_of_batch(batch)),
        *rules.says_nothing(said),
        rules.is_asked_before(standing.number if standing else ""),
        rules.is_not_reviewed(BatchState(batch.state)),
        took_part(signer.actor.username, hands_on_batch(batch)),
        *rules.tests_in_the_way(said.route, tests),
        rules.donor_in_the_way(said.route, donor_of(batch)),
    )
    site = batch.site.code
    sign(change, signer=signer, record=order, content=agree_content(batch, order, recipient, said), site=site)
    number = f"{order.number}-N{NamedSupply.objects.filter(order=order).count() + 1}"
    record = change.open_record("supply", number, site=site)
    words = {"informed": said.informed, "need": said.need, "risk": said.risk}
    supply = NamedSupply(record=record, number=number, batch=batch, route=said.route, order=order, **words)
    supply.recipient, supply.agreed_at = recipient, change.at
    supply.failing = [one.key for one in tests if one.standing in rules.FAILING]
    if said.route is Route.URGENT:
        supply.donor_when_asked = donor_of(batch) or ""
    supply.agreed_by, supply.agreed_name = signer.actor.username, signer.actor.printed_name
    return change.create(supply)
