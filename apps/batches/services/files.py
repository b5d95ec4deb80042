"""Attaching files: stored once by their SHA-256; a photographed paper is certified by a second person."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.audit.services import audited
from apps.batches.content import true_copy_content
from apps.batches.facts.inputs import Act, ValueInput
from apps.batches.models import Attachment, Batch, RecordedValue
from apps.batches.rules.files import is_not_accepted, is_too_large
from apps.batches.rules.persons import is_own_work
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.files import path_of
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import situation_of
from apps.batches.selectors.things import Thing, Things
from apps.batches.services.correcting import supersede
from apps.batches.services.judging import judge_inputs, read_place
from apps.batches.services.misses import kept
from apps.batches.services.recording import CONFIRMERS, require_hands
from apps.batches.services.reporting import report_overridden
from apps.batches.services.storing import store_values
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, stop_if
from apps.core.text import N_
from apps.products.definition import FileParameter
from apps.products.facts import BadPlace, Place
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def attach_file(
    *,
    batch: Batch,
    place: str | Place,
    name: str,
    media_type: str,
    content: bytes,
    actor: Actor,
    at: datetime,
    is_paper: bool = False,
    performed_at: datetime | None = None,
    reason: str = "",
    happened: Happened | None = None,
) -> RecordedValue:
    """Attach a file where the step asks for one. A file of a paper waits for its certification as a true copy."""
    where = read_place(place)
    act = Act(_hands(batch, where, actor, at), at, reason, happened)
    file = _stored(batch, where, Sent(name, media_type, content, is_paper), act)
    return _record(batch, ValueInput(where, file.sha256, performed_at=performed_at), file, act)


def replace_file(
    *,
    batch: Batch,
    place: str | Place,
    supersedes: int,
    name: str,
    media_type: str,
    content: bytes,
    reason: str,
    actor: Actor,
    at: datetime,
    is_paper: bool = False,
) -> RecordedValue:
    """Correct an attached file: the new one supersedes the one that was shown, which stays readable."""
    where = read_place(place)
    act = Act(_hands(batch, where, actor, at), at, reason)
    file = _stored(batch, where, Sent(name, media_type, content, is_paper), act)
    things = Things({where: Thing(file=file)})
    return supersede(batch, ValueInput(where, file.sha256), supersedes, act, things, file)


def certify_true_copy(*, attachment: Attachment, signing: Signing, actor: Actor, at: datetime) -> Attachment:
    """Certify that an image shows the whole paper: a second person's signature (ALCOA+; 21 CFR 211.180(d))."""
    batch = attachment.batch
    address, site = batch.record.address, batch.site.code
    signer = admit_signer(signing=signing, actor=actor, role=CONFIRMERS, site=site, at=at, about=address)
    action = "batch.file.certified"
    with audited(actor=signer.actor, action=action, at=at, touching=[batch.record]) as change:
        attachment = Attachment.objects.select_related("record", "batch__record").get(pk=attachment.pk)
        own = is_own_work(signer.actor.username, {attachment.attached_by}, attachment.name)
        stop_if(own, _needs_no_certificate(attachment), keep=kept(batch, [own] if own else []))
        content = true_copy_content(attachment)
        signature = sign(change, signer=signer, record=batch.record, content=content, site=site)
        return change.update(attachment, certified=signature)


def keep_content(content: bytes) -> str:
    """Store content once, under its SHA-256; what is there already is the same."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not default_storage.exists(path_of(sha256)):
        default_storage.save(path_of(sha256), ContentFile(content))
    return sha256


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    name: str
    media_type: str
    content: bytes
    is_paper: bool


def _hands(batch: Batch, where: Place, actor: Actor, at: datetime) -> Actor:
    _file_parameter(batch, where)
    return require_hands(batch, [where], actor, at)


def _stored(batch: Batch, where: Place, sent: Sent, act: Act) -> Attachment:
    """The attachment of a sent file, its content stored, its row not yet."""
    parameter = _file_parameter(batch, where)
    found = (is_not_accepted(parameter.accepts, sent.content, sent.name), is_too_large(len(sent.content)))
    if any(found):
        raise BadInput(*(objection for objection in found if objection))
    file = Attachment(record=batch.record, batch=batch, place=str(where), name=sent.name[:200])
    file.media_type, file.size = sent.media_type[:100], len(sent.content)
    file.sha256, file.is_paper = keep_content(sent.content), sent.is_paper or parameter.true_copy
    file.attached_by, file.attached_at = act.actor.username, act.at
    return file


def _record(batch: Batch, given: ValueInput, file: Attachment, act: Act) -> RecordedValue:
    with audited(
        actor=act.actor, action="batch.file.attached", at=act.at, reason=act.why, touching=[batch.record]
    ) as change:
        situation = situation_of(batch, [given.place])
        things = Things({given.place: Thing(file=file)})
        judged, findings = judge_inputs(situation, [given], things, act, has_second=False)
        overridden = findings.stop(act, keep=kept(batch, findings.against_the_act))
        file = change.create(file)
        judged = [replace(one, thing=Thing(file=file)) for one in judged]
        rows = store_values(change, situation, judged, act, overridden)
        report_overridden(change, situation, str(given.place), overridden, act)
        return rows[0]


def _file_parameter(batch: Batch, place: Place) -> FileParameter:
    try:
        parameter = plan_of(batch).definition.parameter(place)
    except BadPlace as error:
        raise BadInput(no_such_place(place)) from error
    if not isinstance(parameter, FileParameter):
        template = N_("{place} takes no file.")
        raise BadInput(Objection("takes_no_file", template, {"place": place}, place=str(place)))
    return parameter


def _needs_no_certificate(attachment: Attachment) -> Objection | None:
    if attachment.is_paper and attachment.certified_id is None:
        return None
    return Objection("nothing_to_certify", N_("{file} needs no certification now."), {"file": attachment.name})
