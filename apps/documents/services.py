"""What is done to documents: requested inside the door of what they are about, issued, withdrawn."""

import secrets
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.documents import facts, rules
from apps.documents.attach import attach_content
from apps.documents.content import withdraw_content
from apps.documents.facts import DocumentContent, DocumentState, Imprint, read_content
from apps.documents.layout.drawing import draw, refuse_what_cannot_be_drawn
from apps.documents.models import Document, Wording
from apps.documents.seal import seal, signer_from
from apps.documents.selectors import Proof, newest_document, proof_of, register, seal_files
from apps.documents.store import keep_file
from apps.register.selectors import registers_naming
from apps.register.services import strike
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def request_document(change: Change, *, content: DocumentContent, subject: Record, site: str) -> Document:
    """Store what a document will say and have it issued. Called inside the door of the verb that makes it true.

    A task draws and seals it once a checkpoint covers the trail up to here, never inside the signing.
    """
    newest = newest_document(content.number)
    stop_if(
        rules.is_not_next(content.version, newest.version if newest else 0),
        rules.has_foreign_blocks(content),
    )
    refuse_what_cannot_be_drawn(content)
    record = change.open_record("document", f"{content.number}-v{content.version}", site)
    wording = change.create(Wording(record=record, text=content.text, hash=content.hash), action="document.worded")
    code = rules.verification_code(content.number, content.version, secrets.randbits(5 * rules.RANDOM_CHARACTERS))
    document = Document(
        record=record,
        kind=content.kind,
        number=content.number,
        version=content.version,
        title_en=content.title.en,
        title_zh=content.title.zh,
        subject=subject,
        wording=wording,
        code=code,
        code_key=rules.code_key(code),
        supersedes=newest,
        requested_at=change.at,
    )
    return change.create(document, action="document.requested")


def issue_document(*, document: Document, at: datetime, actor: Actor = SYSTEM) -> Document:
    """Draw, embed, seal and store a requested document; the version before it is superseded. Twice is harmless."""
    if document.state != DocumentState.DRAFT:
        return document
    proof = proof_of(document)
    if proof is None:
        template = N_("{name} waits for a checkpoint over its trail.")
        raise RuleBroken(Objection("no_checkpoint", template, {"name": document.name}))
    data = sealed_file(document, proof, at)
    digest = keep_file(data)
    former = document.supersedes
    with audited(
        actor=actor,
        action="document.issued",
        at=at,
        touching=[document.record, *([former.record] if former else [])],
    ) as change:
        current = register().get(pk=document.pk)
        if current.state != DocumentState.DRAFT:
            return current
        _supersede(change, former)
        return change.update(
            current,
            state=DocumentState.ISSUED,
            issued_at=at,
            trail=proof.trail,
            checkpoint=proof.checkpoint,
            file_sha256=digest,
            file_size=len(data),
        )


def sealed_file(document: Document, proof: Proof, at: datetime) -> bytes:
    """The file of a document as it is handed out."""
    content = read_content(document.wording.text)
    made = proof.checkpoint
    imprint = Imprint(
        content_hash=document.content_hash,
        issued_at=at,
        code=document.code,
        verify_url=settings.PUBLIC_URL + reverse("verify:code", args=[document.code]),
        trail=proof.trail,
        checkpoint=facts.Checkpoint(made.size, made.made_at, made.root),
    )
    pdf = attach_content(draw(content, imprint), content, imprint)
    return seal(pdf, signer_from(seal_files()), reason=f"{document.name} issued", location=content.issuer.en)


def preview(content: DocumentContent) -> bytes:
    """What a document would look like: marked as a draft, neither sealed nor registered."""
    return _drawn(replace(content, draft=True).text)


@lru_cache(maxsize=8)
def _drawn(text: str) -> bytes:
    """The same content gives the same bytes: whoever leafs through a draft asks for it again and again."""
    return draw(read_content(text))


def withdraw_document(*, document: Document, reason: str, signing: Signing, actor: Actor, at: datetime) -> Document:
    """Take a document out of force, by signature, saying why. Its file stays; every copy is told to be withdrawn."""
    stop_if(rules.has_no_reason(reason))
    record = document.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=record.site, at=at, about=record.address)
    with audited(
        actor=signer.actor,
        action="document.withdrawn",
        at=at,
        reason=reason.strip(),
        touching=[record, *registers_naming(record)],
    ) as change:
        current = register().get(pk=document.pk)
        stop_if(rules.is_not_issued(DocumentState(current.state), current.name))
        shown = withdraw_content(current, reason)
        signature = sign(change, signer=signer, record=record, content=shown, site=record.site)
        strike(change, document=record, signature=signature, reason=reason.strip())
        return change.update(current, state=DocumentState.WITHDRAWN, withdrawn_at=at, withdrawn_reason=reason.strip())


def _supersede(change: Change, former: Document | None) -> None:
    current = register().get(pk=former.pk) if former else None
    if current and current.state in (DocumentState.DRAFT, DocumentState.ISSUED):
        change.update(current, action="document.superseded", state=DocumentState.SUPERSEDED, superseded_at=change.at)
