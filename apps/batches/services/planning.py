"""Planning, starting, finishing and terminating a batch."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch, Step
from apps.batches.rules.planning import (
    is_badly_numbered,
    is_no_bank_for,
    is_no_span,
    is_not_approved,
    is_not_authorised_here,
    is_not_given,
    is_past_authorisation,
)
from apps.batches.selectors.banking import bank_facts, bank_in_the_way
from apps.batches.selectors.batches import batch_now, chain_of_batch
from apps.batches.selectors.missing import what_is_missing
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.services.amending import mark_skipped
from apps.batches.services.comparing import compare_chain
from apps.batches.services.moving import move_batch
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.rules import is_taken
from apps.core.text import N_
from apps.donation.models import Donation
from apps.donation.selectors import chain_of, consent_missing, donation_now, ineligibility_of
from apps.identity.rules import chains
from apps.lineage.selectors import ancestors
from apps.lineage.services import link
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.products.facts import VersionState
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer

REVIEW = "review"


@dataclass(frozen=True)
class How:
    """What a verb adds to the table: objections, what follows, what it relies on, whether training counts."""

    objections: Callable[[Batch, datetime], Iterable[Objection | None]] = lambda batch, at: ()
    after: Callable[[Change, Batch], None] = lambda change, batch: None
    relying_on: Sequence[Record] = ()
    is_trained: bool = False


def plan_batch(
    *,
    number: str,
    product_version: ProductVersion,
    site: Site,
    actor: Actor,
    at: datetime,
    donation: Donation | None = None,
    bank: Batch | None = None,
    planned_start: datetime | None = None,
    planned_end: datetime | None = None,
) -> Batch:
    """Plan a batch on an approved version, from a donation; it can be planned before the donation is found eligible.

    What is made from a pool names no donation: they come in its manifest. What is made from a bank names the bank; it
    may be planned before that is released, and its units are drawn before it starts.
    """
    who = require(actor, move_for(Verb.PLAN).roles, site.code, at=at)
    definition = definition_of(product_version)
    sites = definition.authorisation.sites
    stop_if(
        is_badly_numbered(number),
        is_taken(number, record_at(f"batch/{number}") is not None),
        is_not_approved(VersionState(product_version.state), product_version.number),
        is_not_authorised_here(site.code, sites),
        *_against_source(donation, bank, product_version, site),
        is_no_span(planned_start or at, planned_end),
    )
    relied = [product_version.record, *(one.record for one in (donation, bank) if one)]
    with audited(actor=who, action="batch.planned", at=at, relying_on=relied) as change:
        record = change.open_record("batch", number, site=site.code)
        batch = Batch(record=record, number=number, product_version=product_version, site=site, bank=bank)
        batch.donation = bank.donation if bank else donation
        batch.state, batch.planned_at, batch.planned_start = BatchState.PLANNED, at, planned_start
        batch.definition_sha256, batch.planned_end = product_version.sha256, planned_end
        change.create(batch)
        if donation:
            link(change, children=[record], parent=donation.record)
        return batch


def start_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime, chain: str = "") -> Batch:
    """Start a planned batch: signed by a trained operator, from an eligible donation, on a valid authorisation. What
    is made from a bank starts when that is released and its units are drawn.

    `chain` is scanned from the donation in hand, where what is made is for one patient.
    """
    if chain or chain_of_batch(batch):
        who = require(actor, move_for(Verb.START).roles, batch.site.code, at=at, about=batch.record.address)
        compare_chain(batch, batch.record, chain, who, at)
    given = [one.record for one in (batch.donation, batch.bank) if one]
    relied = [*given, *ancestors([*given, batch.record]), batch.product_version.record]
    how = How(_against_start, _open_steps_and_holds, relied, is_trained=True)
    return _move(Verb.START, batch, how, signing, actor, at)


def finish_batch(*, batch: Batch, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """Finish a record in which nothing is missing; it then waits for QA's review."""
    how = How(lambda batch, at: what_is_missing(batch), hold_for_review, is_trained=True)
    return _move(Verb.FINISH, batch, how, signing, actor, at)


def terminate_batch(*, batch: Batch, reason: str, signing: Signing, actor: Actor, at: datetime) -> Batch:
    """End a batch of which nothing will be used."""
    return _move(Verb.TERMINATE, batch, How(), signing, actor, at, reason)


def hold_for_review(change: Change, batch: Batch) -> None:
    """Certification waits for QA's review: from the finish of the record on, and anew when a review is taken back."""
    place_hold(
        change,
        record=batch.record,
        key=REVIEW,
        blocks=[Blocks.CERTIFY, Blocks.ISSUE],
        code="review_awaited",
        template=N_("QA's review of the record is awaited."),
    )


def _move(verb: Verb, batch: Batch, how: How, signing: Signing, actor: Actor, at: datetime, reason: str = "") -> Batch:
    move, address, site = move_for(verb), batch.record.address, batch.site.code
    subject = batch.product_version.record.address if how.is_trained else None
    signer = admit_signer(
        signing=signing, actor=actor, role=move.roles, site=site, at=at, trained_on=subject, about=address
    )
    action, touching = f"batch.{move.target.lower()}", [batch.record]
    with audited(
        actor=signer.actor, action=action, at=at, reason=reason, touching=touching, relying_on=how.relying_on
    ) as change:
        batch = batch_now(batch)
        moved = move_batch(
            change,
            verb=verb,
            batch=batch,
            signer=signer,
            content=move_content(verb, batch, reason),
            objections=how.objections(batch, at),
            reason=reason,
        )
        how.after(change, moved)
        return moved


def _against_start(batch: Batch, at: datetime) -> list[Objection | None]:
    definition = definition_of_batch(batch)
    today = at.astimezone(ZoneInfo(batch.site.timezone)).date()
    return [
        *_against_donation(batch),
        *bank_in_the_way(batch),
        is_past_authorisation(today, definition.authorisation.valid_until),
        is_not_approved(VersionState(batch.product_version.state), batch.product_version.number),
    ]


def _against_donation(batch: Batch) -> list[Objection | None]:
    """The decision about the donor, and what the donor agreed to, for this product and no other."""
    if batch.donation is None:
        return []
    donation = donation_now(batch.donation)
    return [ineligibility_of(donation), *consent_missing(donation, batch.product_version)]


def _open_steps_and_holds(change: Change, batch: Batch) -> None:
    definition = definition_of_batch(batch)
    steps = [
        Step(record=batch.record, batch=batch, place=str(at.place), section=str(at.place.section))
        for at in definition.walk()
    ]
    change.create_many(steps, action="batch.step.opened")
    mark_skipped(change, batch)
    # Placed at the start, not at the end: a result can be reviewed before the record is finished, and its hold must be
    # there to be lifted.
    for test in definition.required_tests():
        place_hold(
            change,
            record=batch.record,
            key=f"test:{test.key}",
            blocks=[Blocks.CERTIFY, Blocks.ISSUE],
            code="test_awaited",
            template=N_("The result of {test} is awaited."),
            facts={"test": test.label.en, "test_zh": test.label.zh},
            liftable_by="QC",
            due_at=None,
        )


def _against_source(
    donation: Donation | None, bank: Batch | None, version: ProductVersion, site: Site
) -> list[Objection | None]:
    made = definition_of(version)
    asked = made.preparation
    wrong = is_not_given(donation is not None, bank is not None, made)
    if wrong:
        return [wrong]
    if bank and asked.from_bank:
        return [*is_no_bank_for(bank_facts(bank), site.code, asked.from_bank), *_of_the_chain(bank.donation, version)]
    return [_is_elsewhere(donation, site), *_of_the_chain(donation, version)] if donation else []


def _of_the_chain(donation: Donation | None, version: ProductVersion) -> list[Objection | None]:
    return [_is_not_of_the_chain(donation, version)] if donation else []


def _is_elsewhere(donation: Donation, site: Site) -> Objection | None:
    if donation.site_id == site.pk:
        return None
    return Objection("other_site", N_("Donation {din} is at another site."), {"din": donation.din}, place="donation")


def _is_not_of_the_chain(donation: Donation, version: ProductVersion) -> Objection | None:
    chain, kind = chain_of(donation), definition_of(version).chain_of_identity
    return chains.against_making(kind, version.key, donation.din, chain.facts if chain else None)
