"""Rejection, recall, and the reopening of a certified record for a correction."""

from collections.abc import Callable
from datetime import datetime

from apps.audit.services import Change
from apps.batches.facts.words import Verb
from apps.batches.models import Batch
from apps.batches.services.planning import hold_for_review
from apps.core.actor import Actor
from apps.core.text import N_
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.release import rules
from apps.release.content.signed import recall_content, reject_content, reopen_content
from apps.release.services.deciding import decide_on, moved
from apps.release.services.registering import certified_units, enter_decision, product_units
from apps.signatures.facts import SignedContent, Signer, Signing
from apps.units.facts import Disposition, UnitVerb
from apps.units.lifecycle import ISSUABLE
from apps.units.selectors import units_of
from apps.units.services import set_disposition

REOPENED = "reopened"
RECALLED = (
    "failed:recall"  # swept as what failed late is: who has it, or got it, is found through everything made of it
)


def reject_batch(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """Quality rejects the batch with its reason; every unit is rejected with it."""
    return _end(Verb.REJECT, reject_content, batch, reason, signing, actor, at)


def recall_batch(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """What was released for supply is called back with its reason; what is still in quarantine is rejected.

    What was made from it since, from a bank's cells or as kits, is held with it: it goes to nobody.
    """
    return _end(Verb.RECALL, recall_content, batch, reason, signing, actor, at)


def reopen_batch(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """Open a certified record for a correction. It is reviewed and certified again; nothing is supplied until then.

    The certificate stays in force until the new version, issued after the new certification, supersedes it.
    """

    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        against = [rules.reason_missing(reason)]
        content = reopen_content(now, reason)
        reopened = moved(change, Verb.REOPEN, now, signer, content, against, reason=reason)
        hold_for_review(change, reopened)
        place_hold(
            change,
            record=now.record,
            key=REOPENED,
            blocks=[Blocks.ISSUE, Blocks.USE],
            code="reopened",
            template=N_("The record was reopened for a correction: {reason}"),
            facts={"reason": reason},
            liftable_by="RELEASE",
        )
        enter_decision(change, reopened, certified_units(reopened), reason=reason)
        return reopened

    return decide_on(Verb.REOPEN, batch, signing, actor, at, decide, reason=reason)


def _end(
    verb: Verb,
    show: Callable[[Batch, str], SignedContent],
    batch: Batch,
    reason: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Batch:
    def decide(change: Change, now: Batch, signer: Signer) -> Batch:
        ended = moved(change, verb, now, signer, show(now, reason), [rules.reason_missing(reason)], reason=reason)
        units = units_of(now)
        waiting = [unit for unit in units if unit.disposition == Disposition.QUARANTINED]
        set_disposition(change, units=waiting, verb=UnitVerb.REJECT)
        set_disposition(change, units=[unit for unit in units if unit.disposition in ISSUABLE], verb=UnitVerb.RECALL)
        enter_decision(change, ended, product_units(units), reason=reason)
        if verb is Verb.RECALL:
            _hold_what_was_made(change, ended, reason)
        return ended

    return decide_on(verb, batch, signing, actor, at, decide, reason=reason)


def _hold_what_was_made(change: Change, batch: Batch, reason: str) -> None:
    """Cells that grow elsewhere go on growing; nothing made of the batch is certified, issued or given."""
    place_hold(
        change,
        record=batch.record,
        key=RECALLED,
        blocks=[Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE],
        code="recalled",
        template=N_("{batch} was recalled: {reason}"),
        facts={"batch": batch.number, "reason": reason},
    )
