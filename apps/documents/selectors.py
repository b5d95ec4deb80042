"""Reads of the register: what is in force, what is due, and what a file that somebody hands in is worth."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from apps.audit.models import Checkpoint, Entry, Leaf, Record
from apps.core.errors import RuleBroken, stop_if
from apps.documents.facts import Bilingual, DocumentKind, DocumentState, Judgement, Standing, read_content
from apps.documents.models import Document
from apps.documents.rules import code_key
from apps.documents.seal import SealFiles
from apps.documents.verify import CANNOT_JUDGE, Trusted, judge, trusted_from
from apps.documents.verify_apart import judge_apart
from apps.organisation.models import User
from apps.organisation.selectors import visible_to

STANDINGS = {
    DocumentState.ISSUED: Standing.CURRENT,
    DocumentState.SUPERSEDED: Standing.SUPERSEDED,
    DocumentState.WITHDRAWN: Standing.WITHDRAWN,
}


@dataclass(frozen=True)
class Proof:
    """The checkpoint that covers a document's request, and the place in its subject's chain at that time."""

    checkpoint: Checkpoint
    trail: str


def register() -> QuerySet[Document]:
    """Every document with what its name needs."""
    return Document.objects.select_related("record", "subject", "wording", "checkpoint", "supersedes")


def visible_documents(user: User, at: datetime) -> QuerySet[Document]:
    """The documents of the sites this person works at."""
    return register().filter(record__site__in=visible_to(user, at))


def documents_about(subject: Record) -> QuerySet[Document]:
    """The documents about one record, oldest first; what they say stays where it is."""
    return register().filter(subject=subject).order_by("pk").defer("wording__text")


def label_sheets_about(subject: Record) -> list[Document]:
    """The sheets of labels that were printed of one record, in the order of their printing."""
    return list(documents_about(subject).filter(kind=DocumentKind.LABEL))


def newest_document(number: str) -> Document | None:
    """The latest version of a number, whatever its state."""
    return register().filter(number=number).order_by("-version").first()


def next_version(number: str) -> int:
    """The version that the next document of this number must carry."""
    return (Document.objects.filter(number=number).aggregate(newest=Max("version"))["newest"] or 0) + 1


def document_by_code(typed: str) -> Document | None:
    """The document with this verification code, in whatever case and grouping it was typed."""
    return register().filter(code_key=code_key(typed)).exclude(state=DocumentState.DRAFT).first()


def due_documents() -> QuerySet[Document]:
    """Requested, not yet issued: oldest first."""
    return register().filter(state=DocumentState.DRAFT).order_by("pk")


def proof_of(document: Document) -> Proof | None:
    """The first checkpoint over the request and what its subject's chain held by then; None while there is none."""
    requested = Leaf.objects.filter(entry=document.last_entry_id).first()
    known = Entry.objects.filter(record=document.subject, at__lte=document.requested_at).order_by("-n").first()
    covered = Leaf.objects.filter(entry=known).first() if known else requested
    if requested is None or covered is None:
        return None
    newest = max(requested.index, covered.index)
    checkpoint = Checkpoint.objects.filter(size__gt=newest).order_by("size").first()
    place = f"{document.subject.address}#{known.n if known else 0}"
    return Proof(checkpoint, place) if checkpoint else None


# --- files handed in by strangers -----------------------------------------------------------------------------------


def seal_files() -> SealFiles:
    """Where the settings say that the seal lies."""
    return SealFiles(settings.SEAL_KEY, settings.SEAL_CERT, settings.SEAL_CHAIN, settings.SEAL_PASSPHRASE)


def judgement_of(pdf: bytes, *, at: datetime) -> Judgement:
    """The strict rule and the register together: what this file is worth now."""
    files = seal_files()
    certificates = [files.certificate, settings.SEAL_FORMER]
    trusted = _trusted(certificates, files.chain)
    digest = hashlib.sha256(pdf).hexdigest()
    document = register().filter(file_sha256=digest).first()
    # byte for byte what we made: no stranger's bytes to be careful with
    verdict = judge(pdf, trusted, at=at) if document else judge_apart(pdf, certificates, files.chain, at=at)
    if not (document and verdict.good):
        return Judgement(verdict, Standing.UNKNOWN, digest, "")
    return Judgement(verdict, STANDINGS[DocumentState(document.state)], digest, document.code)


def _trusted(certificates: Sequence[Path], chain: Path) -> Trusted:
    """The list of our certificates. Without it every file would look like a stranger's: nothing is judged then."""
    try:
        trusted = trusted_from(certificates, chain)
    except (OSError, ValueError):
        raise RuleBroken(CANNOT_JUDGE) from None
    stop_if(None if trusted.fingerprints and trusted.roots else CANNOT_JUDGE)
    return trusted


@dataclass(frozen=True)
class PublicFacts:
    """What anybody with the code may know of a document: nothing of its patient, donor or content."""

    number: str
    version: int
    title: Bilingual
    issuer: Bilingual
    standing: Standing
    issued_at: datetime | None
    changed_at: datetime | None
    replaced_by: str
    content_hash: str
    code: str
    demo: bool
    timezone: str


def public_facts(document: Document) -> PublicFacts:
    """The facts of one document that are public."""
    content = read_content(document.wording.text)
    successor = Document.objects.filter(supersedes=document, state=DocumentState.ISSUED).first()
    return PublicFacts(
        number=document.number,
        version=document.version,
        title=content.title,
        issuer=content.issuer,
        standing=STANDINGS[DocumentState(document.state)],
        issued_at=document.issued_at,
        changed_at=document.withdrawn_at or document.superseded_at,
        replaced_by=successor.name if successor else "",
        content_hash=document.content_hash,
        code=document.code,
        demo=content.demo,
        timezone=content.timezone,
    )


# --- lists ----------------------------------------------------------------------------------------------------------

PAGE = 50


@dataclass(frozen=True)
class DocumentPage:
    """One page of the register, newest first; the cursors are row numbers, so any page costs the same."""

    rows: list[Document]
    next_cursor: int | None
    previous_cursor: int | None

    @property
    def shown(self) -> int:
        return len(self.rows)


def document_page(documents: QuerySet[Document], *, after: int | None, before: int | None) -> DocumentPage:
    """The page that follows (or precedes) a row."""
    if before is not None:
        rows = list(documents.filter(pk__gt=before).order_by("pk")[: PAGE + 1])
        more_newer, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        return DocumentPage(rows, rows[-1].pk if rows else None, rows[0].pk if more_newer else None)
    older = documents.filter(pk__lt=after) if after is not None else documents
    rows = list(older.order_by("-pk")[: PAGE + 1])
    more_older, rows = len(rows) > PAGE, rows[:PAGE]
    return DocumentPage(rows, rows[-1].pk if more_older else None, rows[0].pk if rows and after is not None else None)


def matching(documents: QuerySet[Document], *, kind: str, state: str, words: str) -> QuerySet[Document]:
    """The documents of a kind and state whose number or subject begins with these words."""
    if kind:
        documents = documents.filter(kind=kind)
    if state:
        documents = documents.filter(state=state)
    if words:
        documents = documents.filter(Q(number__istartswith=words) | Q(subject__address__icontains=words))
    return documents
