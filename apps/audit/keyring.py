"""The key that signs checkpoints, and the public keys that verify them: files outside the database.

The public half of every key that ever signed is kept in CHECKPOINTS_DIR/keys, so that a change of key leaves old
checkpoints valid: point CHECKPOINT_KEY at a new private key and the next checkpoint is signed with it.
"""

import base64
import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


def sign_text(text: str) -> tuple[str, str]:
    """The name of the key in force, and its signature of the text (base64)."""
    key = _signing_key()
    if isinstance(key, Ed25519PrivateKey):
        signature = key.sign(text.encode())
    else:
        signature = key.sign(text.encode(), ECDSA(hashes.SHA256()))
    return keep_public_half(key.public_key()), base64.b64encode(signature).decode()


def is_signed_by(key: PublicKey, text: str, signature: str) -> bool:
    """Whether the signature of the text was made with the private half of this key."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(raw, text.encode())
        else:
            key.verify(raw, text.encode(), ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> dict[str, PublicKey]:
    """Every key that checkpoints may be signed with, by name."""
    keys = [_public_key(path.read_bytes()) for path in sorted(_public_folder().glob("*.pem"))]
    if settings.CHECKPOINT_KEY.is_file():
        keys.append(_signing_key().public_key())
    return {name_of(key): key for key in keys}


def name_of(key: PublicKey) -> str:
    """A key's name: SHA-256 of its public half (SubjectPublicKeyInfo, DER)."""
    return sha256(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def keep_public_half(key: PublicKey) -> str:
    """Keep the public half with those of earlier keys; returns the key's name."""
    name = name_of(key)
    path = _public_folder() / f"{name}.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
        draft.replace(path)
    return name


def _public_folder() -> Path:
    return settings.CHECKPOINTS_DIR / "keys"


def _signing_key() -> PrivateKey:
    path = settings.CHECKPOINT_KEY
    try:
        return _private_key(str(path), path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"The key for checkpoints, {path}, can't be read: {error}") from error


@lru_cache(maxsize=4)
def _private_key(path: str, changed: int) -> PrivateKey:
    key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, PrivateKey):
        raise ValueError("it is neither an Ed25519 nor an elliptic-curve key")
    return key


def _public_key(pem: bytes) -> PublicKey:
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, PublicKey):
        raise ImproperlyConfigured("A public key of checkpoints is neither Ed25519 nor elliptic-curve.")
    return key
