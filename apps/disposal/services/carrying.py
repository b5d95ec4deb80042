"""Treated waste goes to its carrier: the giver signs, the other side signs or, without an account, types a code."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Happened, KeptRefusal, Objection, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.disposal import rules
from apps.disposal.content.carrying import give_content, take_content
from apps.disposal.facts import CarrierVerb, DisposalState, GivenAway
from apps.disposal.lifecycle import CARRYING, WHO_ISSUES_CODES
from apps.disposal.models import Disposal, WasteCode, WasteHandOver
from apps.disposal.selectors import (
    WRONG_CODE,
    disposal_now,
    hand_over_of,
    interim_of,
    waste_code_that_fits,
    wrong_waste_codes,
)
from apps.organisation.services import require
from apps.products.rules.limits import elapsed_text
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.transport.facts import Acknowledged
from apps.transport.rules.shipping import (
    CODE_LIFE,
    has_no_taker,
    is_no_code,
    is_own_code,
    is_own_hand_over,
    is_tried_too_often,
)
from apps.transport.services.handing import new_code
from apps.units.services import marks, report_accepted

GIVE, TAKE = CarrierVerb.GIVE, CarrierVerb.TAKE


def give_waste(*, disposal: Disposal, did: GivenAway, signing: Signing, actor: Actor, at: datetime) -> WasteHandOver:
    """The giver scans the waste number and signs. What lay here too long leaves all the same, with an event.

    What left before its witness signed is recorded with `did.because`.
    """
    site, address = disposal.batch.site.code, disposal.record.address
    signer = admit_signer(signing=signing, actor=actor, role=CARRYING[GIVE].roles, site=site, at=at, about=address)
    happened = Happened(did.at, did.because) if did.because else None
    why, touching = did.because, [disposal.record]
    with audited(actor=signer.actor, action="waste.given", at=at, reason=why, touching=touching) as change:
        now = disposal_now(disposal)
        _stop_at_another(now, did.waste_number)
        stop_if(*_never(now, did, at))
        against = stop_if(rules.is_not_witnessed(DisposalState(now.state)), happened=happened)
        sign(change, signer=signer, record=now.record, content=give_content(now, did, at), site=site)
        report_accepted(change, subject=now.record, overridden=against, happened=happened)
        row = WasteHandOver(record=now.record, disposal=now, waste_number=now.waste_number, given_at=did.at)
        row.carrier, row.taker, row.paper = did.carrier.strip(), did.taker.strip(), did.paper.strip()
        row.given_by, row.recorded_at = signer.actor.username, at
        row.happened, row.overridden, row.late = bool(against), marks(against), _is_late(change, now, did.at)
        return change.create(row)


def take_waste(*, disposal: Disposal, waste_number: str, signing: Signing, actor: Actor, at: datetime) -> WasteHandOver:
    """The other side, a person with an account, scans the waste number and signs that it took the waste."""
    site, address = disposal.batch.site.code, disposal.record.address
    signer = admit_signer(signing=signing, actor=actor, role=CARRYING[TAKE].roles, site=site, at=at, about=address)
    with audited(actor=signer.actor, action="waste.taken", at=at, touching=[disposal.record]) as change:
        now = disposal_now(disposal)
        given = _given(now, waste_number)
        stop_if(is_own_hand_over(given.given_by, signer.actor.username))
        sign(change, signer=signer, record=now.record, content=take_content(now, waste_number.strip()), site=site)
        return _taken(change, given, waste_number, signer.actor.username, Acknowledged.SIGNATURE)


def issue_waste_code(
    *, disposal: Disposal, name: str, organisation: str, actor: Actor, at: datetime
) -> tuple[WasteCode, str]:
    """Make a one-time code for a carrier without an account. It is told once, for that person and no other."""
    who = require(actor, WHO_ISSUES_CODES, disposal.batch.site.code, at=at, about=disposal.record.address)
    text = new_code()
    with audited(actor=who, action="waste.code.issued", at=at, touching=[disposal.record]) as change:
        now, given = disposal_now(disposal), hand_over_of(disposal)
        stop_if(
            rules.is_not_treated(DisposalState(now.state)),
            rules.is_taken_already(given.taken_by if given else ""),
            has_no_taker(name),
        )
        code = WasteCode(record=now.record, disposal=now, name=name.strip(), organisation=organisation.strip())
        code.encoded, code.valid_until = make_password(text), at + CODE_LIFE
        code.issued_at, code.issued_by = at, who.username
        return change.create(code), text


def acknowledge_waste(*, disposal: Disposal, waste_number: str, code: str, actor: Actor, at: datetime) -> WasteHandOver:
    """A carrier without an account scans the number and types the code. That is an acknowledgement, no signature."""
    who = require(actor, CARRYING[GIVE].roles, disposal.batch.site.code, at=at, about=disposal.record.address)
    with audited(actor=who, action="waste.acknowledged", at=at, touching=[disposal.record]) as change:
        now = disposal_now(disposal)
        given = _given(now, waste_number)
        fits = _fitting(now, code, at)
        stop_if(is_own_code(fits.issued_by, given.given_by))
        change.update(fits, action="waste.code.used", used_at=at)
        by = f"{fits.name}, {fits.organisation}".strip(", ")
        return _taken(change, given, waste_number, by, Acknowledged.CODE)


def _never(disposal: Disposal, did: GivenAway, at: datetime) -> list[Objection | None]:
    given = hand_over_of(disposal)
    return [
        rules.is_not_treated(DisposalState(disposal.state)),
        rules.is_given_already(given.carrier if given else ""),
        is_future(did.at, at, "given_at"),
        rules.leaves_before_treatment(did.at, disposal.treated_at),
        rules.has_no_carrier(did.carrier, did.taker),
    ]


def _stop_at_another(disposal: Disposal, read: str) -> None:
    """Another container in hand is a hard stop, kept as a near miss."""
    another = rules.is_another_waste(read, disposal.waste_number) if disposal.waste_number else None
    facts = {"read": read.strip()[:60], "registered": disposal.waste_number}
    kept = KeptRefusal(disposal.record.address, "disposal.refused.waste", facts)
    stop_if(another, keep=kept if another else None)


def _given(disposal: Disposal, waste_number: str) -> WasteHandOver:
    """What was given and nobody has taken yet, with its own number in hand."""
    _stop_at_another(disposal, waste_number)
    given = hand_over_of(disposal)
    stop_if(rules.is_not_given(given is not None), rules.is_taken_already(given.taken_by if given else ""))
    if given is None:
        raise LookupError("unreachable: what nobody gave is refused")
    return given


def _fitting(disposal: Disposal, text: str, at: datetime) -> WasteCode:
    fits = waste_code_that_fits(disposal, text.strip().upper())
    stop_if(is_tried_too_often(wrong_waste_codes(disposal)))
    wrong = is_no_code(fits is not None, fits.valid_until if fits else None, at)
    stop_if(wrong, keep=KeptRefusal(disposal.record.address, WRONG_CODE) if wrong else None)
    if fits is None:
        raise LookupError("unreachable: a code that does not fit is refused")
    return fits


def _taken(change: Change, given: WasteHandOver, read: str, by: str, how: Acknowledged) -> WasteHandOver:
    number = read.strip()[:60]
    return change.update(given, taken_at=change.at, taken_by=by, acknowledged=how, waste_number_taken=number)


def _is_late(change: Change, disposal: Disposal, given_at: datetime) -> bool:
    treated_at, at_most = disposal.treated_at or given_at, interim_of(disposal)
    if not rules.stayed_too_long(treated_at, given_at, at_most):
        return False
    report_event(
        change,
        subject=disposal.record,
        kind=EventKind.HOLD_TIME,
        severity=Severity.MAJOR,
        template=N_("The waste {waste} lay here for {length}; the master record allows {limit}."),
        facts={
            "waste": disposal.waste_number,
            "length": elapsed_text(given_at - treated_at),
            "limit": elapsed_text(at_most),
        },
    )
    return True
