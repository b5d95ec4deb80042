"""The API of signing, and of the people who sign."""

from apps.signatures.api.signing import (
    ChallengeOutput,
    HappenedInput,
    SigningInput,
    challenge_response,
    happened_from,
    signing_of,
)

__all__ = [
    "ChallengeOutput",
    "HappenedInput",
    "SigningInput",
    "challenge_response",
    "happened_from",
    "signing_of",
]
