"""Keys of an evaluation: made once, kept, and readable by their owner only."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from qcsystem.keys import make_keys_once


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    make_keys_once(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    make_keys_once(tmp_path / "keys")

    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert sorted(before) == [
        "checkpoint_key.pem", "seal_cert.pem", "seal_chain.pem", "seal_key.pem", "secret_key",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [tmp_path / "keys"]


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_keys_once(tmp_path / "keys")

    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert [path for path in (tmp_path / "keys").iterdir() if path.stat().st_mode & 0o077] == []


def test_the_seal_is_an_ec_key_certified_for_signing_by_its_own_authority(tmp_path: Path) -> None:
    make_keys_once(tmp_path / "keys")
    keys = tmp_path / "keys"
    seal, authority = (x509.load_pem_x509_certificate((keys / f"seal_{n}.pem").read_bytes()) for n in ("cert", "chain"))
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage).value

    seal.verify_directly_issued_by(authority)
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert isinstance(load_pem_private_key((keys / "seal_key.pem").read_bytes(), None), EllipticCurvePrivateKey)
    assert isinstance(load_pem_private_key((keys / "checkpoint_key.pem").read_bytes(), None), Ed25519PrivateKey)
