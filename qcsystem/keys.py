"""Keys of an installation: made on first run in embedded and training mode, handed in from outside in server mode."""

import os
import secrets
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

MADE_HERE = "made-on-first-run"  # begins the secret and is the certificate's organisation: server mode refuses both
LIFE = timedelta(days=3650)
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def make_keys_once(folder: Path) -> None:
    """Make all keys unless the folder exists: together or not at all, readable by their owner only."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".keys-", dir=folder.parent))  # mode 0700
    _write(draft / "secret_key", f"{MADE_HERE}-{secrets.token_urlsafe(48)}".encode())
    _write(draft / "checkpoint_key.pem", _pem(ed25519.Ed25519PrivateKey.generate()))
    _make_seal(draft)
    try:
        draft.rename(folder)
    except OSError:  # another process of the same start was faster
        shutil.rmtree(draft)


def _make_seal(folder: Path) -> None:
    """An authority of its own and a certificate for the seal of documents; the authority's key is not kept."""
    authority_key, seal_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name, seal_name = _name("Demonstration authority"), _name("Document seal (demonstration)")
    authority = _certificate(authority_name, authority_key, authority_name, authority_key)
    seal = _certificate(seal_name, seal_key, authority_name, authority_key)
    _write(folder / "seal_key.pem", _pem(seal_key))
    _write(folder / "seal_cert.pem", seal.public_bytes(serialization.Encoding.PEM))
    _write(folder / "seal_chain.pem", authority.public_bytes(serialization.Encoding.PEM))


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, MADE_HERE), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    is_authority, now = subject == issuer, datetime.now(UTC)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _usage(is_authority: bool) -> x509.KeyUsage:
    """An authority signs certificates; a seal signs documents and cannot be denied."""
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
