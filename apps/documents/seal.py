"""The seal: PAdES B-B by a key of the installation. It proves the file, not a person; signatures are printed inside.

The file is certified with "no changes allowed" (DocMDP 1), so that any later revision is an alteration.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder, load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Seal"
ROOM_FOR_SEAL = 8 * 1024  # hexadecimal digits kept free for the signature and its certificates


@dataclass(frozen=True)
class SealFiles:
    """Where the key, its certificate and the authority's certificates lie; the key never leaves its file."""

    key: Path
    certificate: Path
    chain: Path
    passphrase: bytes | None = None


def signer_from(files: SealFiles) -> SimpleSigner:
    """The signer for these files; reading them takes a few milliseconds, so a task keeps none in memory."""
    chain = SimpleCertificateStore()
    chain.register_multiple(list(load_certs_from_pemder([str(files.chain)])))
    return SimpleSigner(
        signing_cert=load_cert_from_pemder(str(files.certificate)),
        signing_key=load_private_key_from_pemder(str(files.key), passphrase=files.passphrase),
        cert_registry=chain,
    )


def seal(pdf_bytes: bytes, signer: SimpleSigner, *, reason: str, location: str) -> bytes:
    """The PDF with a seal over every byte of it."""
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        location=location,
    )
    target = BytesIO()
    PdfSigner(metadata, signer).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf_bytes)), output=target, bytes_reserved=ROOM_FOR_SEAL
    )
    return target.getvalue()
