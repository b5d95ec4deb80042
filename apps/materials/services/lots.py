"""What is done to lots: receive, release, reject, prepare, label."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, is_taken, reason_is_missing
from apps.core.text import N_
from apps.documents.models import Document
from apps.documents.rules import is_no_count_of_labels, is_unexplained_reprint
from apps.documents.selectors import label_sheets_about
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.lineage.services import link
from apps.materials import rules
from apps.materials.content import Preparation, lot_content, lot_labels
from apps.materials.facts import Expiry, LotState, LotVerb, MovementKind
from apps.materials.lifecycle import MOVES
from apps.materials.models import MaterialLot
from apps.materials.selectors import components_of, facts_in_use, known_materials_at, lots_now, prepared_by
from apps.materials.services.opening import open_lot
from apps.materials.services.stock import first_stock, is_no_stock, report_override
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.quality.services import place_hold
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def receive_lot(
    *,
    number: str,
    material: str,
    site: Site,
    expiry: str,
    actor: Actor,
    at: datetime,
    life_after_opening: timedelta | None = None,
    **particulars: str,
) -> MaterialLot:
    """Take a delivered lot into the store; it stays in quarantine until QA has decided."""
    who = require(actor, Role.STOREKEEPER, site.code, at=at)
    read, minutes = rules.read_expiry(expiry, ZoneInfo(site.timezone)), rules.minutes_of(life_after_opening)
    unread = is_no_stock(particulars.get("amount", ""), particulars.get("unit", ""))
    if isinstance(read, Objection) or isinstance(minutes, Objection) or unread:
        raise BadInput(*(one for one in (read, minutes, *unread) if isinstance(one, Objection)))
    stop_if(is_taken(number, record_at(f"lot/{number}") is not None))
    with audited(actor=who, action="lot.received", at=at) as change:
        record = change.open_record("lot", number, site=site.code)
        lot = MaterialLot(record=record, number=number, material=material, site=site, received_at=at, **particulars)
        lot.minutes_after_opening = minutes
        _with_expiry(change, lot, read)
        first_stock(change, lot, MovementKind.RECEIVED)
        return lot


def release_lot(*, lot: MaterialLot, signing: Signing, actor: Actor, at: datetime) -> MaterialLot:
    """Release a lot for use: QA's signature on its documents."""
    return _decide(LotVerb.RELEASE, lot, "", signing, actor, at)


def reject_lot(*, lot: MaterialLot, reason: str, signing: Signing, actor: Actor, at: datetime) -> MaterialLot:
    """Reject a lot. Everything made from it is held, whatever its state."""
    stop_if(reason_is_missing(reason))
    return _decide(LotVerb.REJECT, lot, reason, signing, actor, at)


def prepare_reagent(
    *,
    number: str,
    material: str,
    components: Sequence[MaterialLot],
    own_life: timedelta,
    site: Site,
    prepared_at: datetime,
    actor: Actor,
    at: datetime,
    amount: str = "",
    unit: str = "",
    happened: Happened | None = None,
) -> MaterialLot:
    """Make a reagent from lots: a lot of its own, which lives as long as the shortest-lived of them."""
    who = require(actor, Role.OPERATOR, site.code, at=at)
    prepared_at = happened.at if happened else prepared_at
    stop_if(
        is_future(prepared_at, at),
        is_taken(number, record_at(f"lot/{number}") is not None),
        _are_elsewhere(components, site),
        *is_no_stock(amount, unit),
    )
    reason = happened.reason if happened else ""
    opened = [lot.record for lot in components if lot.life_after_opening]
    used = [lot.record for lot in components]
    relied = [record for record in (*used, *ancestors(used)) if record not in opened]
    with audited(actor=who, action="lot.prepared", at=at, reason=reason, touching=opened, relying_on=relied) as change:
        lots = lots_now(components)
        overridden = stop_if(*_against_preparing(lots, prepared_at), happened=happened)
        lot = MaterialLot(number=number, material=material, site=site, received_at=prepared_at, is_prepared=True)
        lot.state = LotState.QUARANTINED if overridden else LotState.RELEASED
        lot.amount, lot.unit = amount, unit
        _store_prepared(change, lot, lots, own_life)
        report_override(change, lot.record, overridden, happened)
        return lot


def print_lot_labels(*, lot: MaterialLot, copies: int, actor: Actor, at: datetime, reason: str = "") -> Document:
    """Print the labels of a reagent prepared here, one for each container; once more only with the reason."""
    who = require(actor, Role.OPERATOR, lot.site.code, at=at, about=lot.record.address)
    reason = reason.strip()
    with audited(actor=who, action="lot.labels.printed", at=at, reason=reason, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        sheets = len(label_sheets_about(lot.record))
        stop_if(
            rules.is_not_prepared_here(lot.is_prepared, lot.number),
            rules.is_rejected(lot.facts),
            is_no_count_of_labels(copies),
            is_unexplained_reprint(sheets, reason),
        )
        known = known_materials_at([lot.site.code]).get(lot.material)
        made = Preparation(known, components_of(lot), prepared_by(lot))
        sheet = lot_labels(lot, made, copies, sheets + 1)
        change.note(lot.record, "lot.labels.printed", sheet=sheet.number, copies=copies)
        return request_document(change, content=sheet, subject=lot.record, site=lot.site.code)


def _are_elsewhere(components: Sequence[MaterialLot], site: Site) -> Objection | None:
    away = [lot.number for lot in components if lot.site_id != site.pk]
    template = N_("These lots are at another site: {lots}")
    return Objection("other_site", template, {"lots": ", ".join(away)}, "components") if away else None


def _against_preparing(lots: Sequence[MaterialLot], prepared_at: datetime) -> list[Objection | None]:
    used = [facts_in_use(lot) for lot in lots]
    against = [objection for facts in used for objection in rules.against_use(facts, facts.material, prepared_at)]
    held = open_holds([lot.record for lot in lots], Blocks.USE)
    return [rules.has_no_components(used), *against, has_open_holds(held)]


def _store_prepared(change: Change, lot: MaterialLot, components: Sequence[MaterialLot], own_life: timedelta) -> None:
    lot.record = change.open_record("lot", lot.number, site=lot.site.code)
    components = [
        open_lot(change, lot=one, opened_at=lot.received_at) if one.life_after_opening else one for one in components
    ]
    ends = rules.expiry_of_prepared([facts_in_use(component) for component in components], lot.received_at, own_life)
    local = ends.astimezone(ZoneInfo(lot.site.timezone)).isoformat(timespec="minutes")
    _with_expiry(change, lot, Expiry(local, ends))
    first_stock(change, lot, MovementKind.PREPARED)
    for component in components:
        link(change, children=[lot.record], parent=component.record)


def _with_expiry(change: Change, lot: MaterialLot, expiry: Expiry) -> MaterialLot:
    lot.expires_text, lot.expires_at = expiry.text, expiry.at
    return change.create(lot)


def _decide(verb: LotVerb, lot: MaterialLot, reason: str, signing: Signing, actor: Actor, at: datetime) -> MaterialLot:
    site, address = lot.site.code, lot.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=site, at=at, about=address)
    action = f"lot.{MOVES[verb].target.lower()}"
    with audited(actor=signer.actor, action=action, at=at, reason=reason, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        expired = rules.is_expired(lot.facts, at) if verb is LotVerb.RELEASE else None
        stop_if(rules.may_not_move(verb, LotState(lot.state), lot.number), expired)
        content = lot_content(lot, verb, reason)
        sign(change, signer=signer, record=lot.record, content=content, site=site)
        if verb is LotVerb.REJECT:
            _hold_what_is_made_from(change, lot.record, reason)
        return change.update(lot, state=MOVES[verb].target, decided_at=at, decided_by=signer.actor.username)


def _hold_what_is_made_from(change: Change, record: Record, reason: str) -> None:
    place_hold(
        change,
        record=record,
        key="lot:rejected",
        blocks=[Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE],
        code="lot_rejected",
        template=N_("Lot {lot} was rejected: {reason}"),
        facts={"lot": record.number, "reason": reason},
    )
