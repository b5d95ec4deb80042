"""The strict rule: when a sealed PDF counts as unchanged and ours. Exit codes of other tools are never trusted.

Good is only: the expected signature field is there; every signature is cryptographically valid and by a certificate of
our list; the newest covers the entire file; after each older one nothing but permitted form filling or long-term data
was added; and the embedded content is there.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from apps.core.canonical import sha256_hex
from apps.core.errors import Objection
from apps.core.text import N_
from apps.documents.attach import CONTENT_FILE, embedded_file
from apps.documents.facts import SealVerdict
from apps.documents.seal import FIELD

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a bad file is an answer here, not an error of ours

LARGEST_FILE = 20 * 1024 * 1024
PERMITTED_LATER = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)

UNREADABLE = Objection("unreadable", N_("This file is not a readable PDF."))
TOO_LARGE = Objection("too_large", N_("This file is larger than any document of this system."))
UNSIGNED = Objection("unsigned", N_("This file carries no seal. Anybody could have made it."))
SEAL_MISSING = Objection(
    "seal_missing", N_("The seal of this system is missing; another signature stands in its place.")
)
ALTERED = Objection("altered", N_("This file was changed after it was sealed."))
APPENDED = Objection("appended", N_("Something was added to this file after it was sealed."))
CHANGED_LATER = Objection("changed_later", N_("The document was changed by a later revision of the file."))
NOT_TRUSTED = Objection("not_trusted", N_("This file was sealed by somebody else: the certificate is not one of ours."))
NOT_VALID = Objection(
    "not_valid", N_("The seal's certificate cannot be accepted: it is not valid, or its issuer is unknown.")
)
NOT_JUDGED = Objection(
    "not_judged", N_("This file takes too long or too much room to read. No document of this system does.")
)
BUSY = Objection("busy", N_("Many files are being judged at this moment. Try again in a minute."))
CANNOT_JUDGE = Objection(
    "cannot_judge", N_("Files can't be judged here now: this installation can't read its own list of certificates.")
)
CONTENT_MISSING = Objection("content_missing", N_("The machine-readable content is missing from this file."))


@dataclass(frozen=True)
class Trusted:
    """Our list: fingerprints of certificates that may seal, and the authorities behind them."""

    fingerprints: frozenset[str]
    roots: tuple[Certificate, ...]


def trusted_from(certificates: Sequence[Path], chain: Path) -> Trusted:
    """The list from its files; files that are not there are passed over (no former certificates yet)."""
    ours = tuple(load_certs_from_pemder([str(path) for path in certificates if path.exists()]))
    return Trusted(frozenset(fingerprint_of(one) for one in ours), tuple(load_certs_from_pemder([str(chain)])))


def fingerprint_of(certificate: Certificate) -> str:
    """SHA-256 of the certificate, as hexadecimal digits."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def judge(pdf_bytes: bytes, trusted: Trusted, *, at: datetime, expected: Sequence[str] = (FIELD,)) -> SealVerdict:
    """Judge one file by the strict rule. Never raises for what a file contains."""
    if len(pdf_bytes) > LARGEST_FILE:
        return SealVerdict((TOO_LARGE,))
    try:
        return _judged(pdf_bytes, trusted, at, expected)
    except Exception:  # a hostile file can break any parser in any way, and none of them makes it good
        return SealVerdict((UNREADABLE,))


def _judged(pdf_bytes: bytes, trusted: Trusted, at: datetime, expected: Sequence[str]) -> SealVerdict:
    signatures = PdfFileReader(BytesIO(pdf_bytes), strict=True).embedded_signatures
    if not signatures:
        return SealVerdict((UNSIGNED,))
    objections: list[Objection] = []
    if not set(expected) <= {signature.field_name for signature in signatures}:
        objections.append(SEAL_MISSING)
    for place, signature in enumerate(signatures):
        objections += _objections_to(signature, trusted, at, is_newest=place == len(signatures) - 1)
    verdict = _particulars(signatures, expected, tuple({found.code: found for found in objections}.values()))
    return _with_content(verdict, pdf_bytes) if verdict.good else verdict


def _objections_to(
    signature: EmbeddedPdfSignature, trusted: Trusted, at: datetime, *, is_newest: bool
) -> Iterator[Objection]:
    context = ValidationContext(
        trust_roots=list(trusted.roots),
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=_moment(signature, at),
    )
    status = validate_pdf_signature(signature, context)
    found = [*_objections_to_bytes(status, is_newest)]
    if fingerprint_of(status.signing_cert) not in trusted.fingerprints:
        found.append(NOT_TRUSTED)
    yield from found or ([] if status.bottom_line else [NOT_VALID])


def _moment(signature: EmbeddedPdfSignature, at: datetime) -> datetime:
    # Seals outlive their certificate: it is judged at the time of sealing, and withdrawn by leaving our list.
    # A clock that ran slow, so that the seal seems older than its certificate, does not make the file false.
    return max(signature.self_reported_timestamp or at, signature.signer_cert.not_valid_before)


def _objections_to_bytes(status: PdfSignatureStatus, is_newest: bool) -> Iterator[Objection]:
    if not (status.intact and status.valid):
        yield ALTERED
    if is_newest and status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        yield APPENDED
    if status.modification_level not in PERMITTED_LATER:
        yield CHANGED_LATER


def _particulars(
    signatures: Sequence[EmbeddedPdfSignature], expected: Sequence[str], objections: tuple[Objection, ...]
) -> SealVerdict:
    seals = [signature for signature in signatures if signature.field_name in expected] or list(signatures)
    certificate = seals[0].signer_cert
    return SealVerdict(
        objections,
        signer=str(certificate.subject.native.get("common_name", "")),
        fingerprint=fingerprint_of(certificate),
        sealed_at=seals[0].self_reported_timestamp,
    )


def _with_content(verdict: SealVerdict, pdf_bytes: bytes) -> SealVerdict:
    try:
        data = embedded_file(pdf_bytes, CONTENT_FILE)
    except pikepdf.PdfError:
        data = None
    if data is None:
        return replace(verdict, objections=(CONTENT_MISSING,))
    text = data.decode()
    return replace(verdict, content=text, content_hash=sha256_hex(text))
