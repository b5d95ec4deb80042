"""Signing, and the decisions about people that two persons sign."""

from apps.signatures.services.people import grant_role, reactivate_account, reset_secret, unlock_account
from apps.signatures.services.signing import (
    admit_signer,
    end_series,
    forget_old_challenges,
    open_challenge,
    reauthenticate,
    sign,
)

__all__ = [
    "admit_signer",
    "end_series",
    "forget_old_challenges",
    "grant_role",
    "open_challenge",
    "reactivate_account",
    "reauthenticate",
    "reset_secret",
    "sign",
    "unlock_account",
]
