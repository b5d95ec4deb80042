"""The destruction itself: its print-out attached, its readings signed by the operator, its units gone for good."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.rules.files import is_not_accepted, is_too_large
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, KeptRefusal, Objection, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.disposal import rules
from apps.disposal.content.signed import destroy_content
from apps.disposal.facts import DisposalState, DisposalVerb, Proof, Treated
from apps.disposal.lifecycle import MOVES
from apps.disposal.models import Disposal, ProofFile, ProofValue
from apps.disposal.selectors import batches_in, disposal_now, proofs_of, treatment_of, units_in
from apps.disposal.services.requesting import hold_key
from apps.documents.store import keep_file
from apps.organisation.services import require
from apps.products.definition import FileParameter
from apps.quality.services import lift_hold_for
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.storage.services import send_away
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import marks

OPERATORS = MOVES[DisposalVerb.DESTROY].roles


def attach_proof(
    *, disposal: Disposal, parameter: str, name: str, media_type: str, content: bytes, actor: Actor, at: datetime
) -> ProofFile:
    """Attach a file that the treatment asks for, such as the print-out of the cycle. The newest one counts."""
    who = require(actor, OPERATORS, disposal.batch.site.code, at=at, about=disposal.record.address)
    accepts = _file_parameter(disposal, parameter).accepts
    unfit = [one for one in (is_not_accepted(accepts, content, name), is_too_large(len(content))) if one]
    if unfit:
        raise BadInput(*unfit)
    with audited(actor=who, action="disposal.proof.attached", at=at, touching=[disposal.record]) as change:
        now = disposal_now(disposal)
        stop_if(rules.is_over(DisposalState(now.state)))
        # Kept where nothing stands against it any more: a refused file leaves nothing behind.
        digest = keep_file(content)
        file = ProofFile(record=now.record, disposal=now, parameter=parameter, name=name[:200], sha256=digest)
        file.media_type, file.size = media_type[:100], len(content)
        file.attached_at, file.attached_by = at, who.username
        return change.create(file)


def destroy_units(*, disposal: Disposal, did: Treated, signing: Signing, actor: Actor, at: datetime) -> Disposal:
    """The operator signs that the units were destroyed, with what proves it.

    Refused without approval, without proof, or with a reading beyond its limit. What was done all the same is recorded
    with `did.because`: marked, with a critical event on the batch. A unit that is gone already is refused in any case.
    """
    site, address = disposal.batch.site.code, disposal.record.address
    signer = admit_signer(signing=signing, actor=actor, role=OPERATORS, site=site, at=at, about=address)
    units = units_in(disposal)
    batches = [batch.record for batch in batches_in(disposal)]
    touching = [disposal.record, *batches, *(unit.record for unit in units)]
    action, happened = "disposal.done", Happened(did.at, did.because) if did.because else None
    with audited(actor=signer.actor, action=action, at=at, reason=did.because, touching=touching) as change:
        now, units = disposal_now(disposal), units_in(disposal)
        stop_if(*_never(now, units, did, at), keep=_kept(now))
        proofs = proofs_of(now, did.texts, at)
        against = stop_if(*_against(now, did, proofs), happened=happened)
        sign(change, signer=signer, record=now.record, content=destroy_content(now, did, at), site=site)
        change.create_many([_value(now, proof) for proof in proofs])
        verb = UnitVerb.DESTROY
        send_away(change, units=units, verb=verb, moved_at=did.at, happened=happened, objections=against)
        _let_go(change, units, now.number)
        return change.update(
            now,
            state=MOVES[DisposalVerb.DESTROY].target,
            waste_number=did.waste_number.strip(),
            treated_at=did.at,
            treated_by=signer.actor.username,
            recorded_at=at,
            happened=happened is not None,
            overridden=marks(against),
        )


def _never(disposal: Disposal, units: Sequence[Unit], did: Treated, at: datetime) -> list[Objection | None]:
    """What no statement passes: an end that was reached, units that are gone, a time to come, a missing number."""
    return [
        rules.is_over(DisposalState(disposal.state)),
        *(rules.has_left(unit.facts) for unit in units),
        is_future(did.at, at, "treated_at"),
        rules.has_no_waste_number(did.waste_number),
    ]


def _against(disposal: Disposal, did: Treated, proofs: Sequence[Proof]) -> list[Objection | None]:
    return [
        rules.is_not_approved(DisposalState(disposal.state)),
        rules.is_before_approval(did.at, disposal.approved_at),
        *(rules.is_not_proven(proof) for proof in proofs),
    ]


def _kept(disposal: Disposal) -> KeptRefusal | None:
    if rules.is_over(DisposalState(disposal.state)) is None:
        return None
    facts = {"verb": DisposalVerb.DESTROY, "state": disposal.state}
    return KeptRefusal(disposal.record.address, "disposal.refused.out_of_order", facts)


def _value(disposal: Disposal, proof: Proof) -> ProofValue:
    row = ProofValue(record=disposal.record, disposal=disposal, parameter=proof.parameter.key)
    row.text, row.unit = proof.entered.text, proof.entered.unit
    row.verdict, row.file_id = proof.entered.verdict, proof.file
    return row


def _let_go(change: Change, units: Sequence[Unit], number: str) -> None:
    for unit in units:
        lift_hold_for(change, record=unit.record, key=hold_key(number), reason=f"Destroyed: {number}")


def _file_parameter(disposal: Disposal, key: str) -> FileParameter:
    found = next((one for one in treatment_of(disposal).parameters if one.key == key), None)
    if not isinstance(found, FileParameter):
        template = N_("The treatment asks for no file {key}.")
        raise BadInput(Objection("takes_no_file", template, {"key": key}, "parameter"))
    return found
