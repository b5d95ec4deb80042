"""Reads of the trail, proofs from its tree, and its verification."""

from apps.audit.selectors.proofs import checkpoint_covering, consistency_proof, inclusion_proof, inclusion_proofs
from apps.audit.selectors.reading import entries_of, hands_on, next_number, record_at, version_of
from apps.audit.selectors.verification import Verification

__all__ = [
    "Verification",
    "checkpoint_covering",
    "consistency_proof",
    "entries_of",
    "hands_on",
    "inclusion_proof",
    "inclusion_proofs",
    "next_number",
    "record_at",
    "version_of",
]
