"""Rules of withdrawing a consent, whole or for some of what was agreed to. Pure."""

from collections.abc import Collection

from apps.core.errors import Objection
from apps.core.text import N_
from apps.donation.facts import ConsentFacts
from apps.products.definition.donation import Consent


def is_withdrawn_before(consent: ConsentFacts) -> Objection | None:
    """A consent is withdrawn once."""
    if consent.withdrawn_at is None:
        return None
    return Objection("withdrawn_before", N_("This consent was withdrawn before."))


def was_never_agreed(scopes: Collection[str], consent: ConsentFacts) -> Objection | None:
    """Only what was agreed to, and still stands, is taken back."""
    strange = sorted(set(scopes) - consent.scopes)
    if not strange:
        return None
    template = N_("The consent does not stand for: {scopes}.")
    return Objection("not_agreed", template, {"scopes": ", ".join(strange)}, place="scopes")


def withdraws_all(scopes: Collection[str], consent: ConsentFacts) -> bool:
    """Whether nothing of the consent is left; naming no scope means the whole of it."""
    return not scopes or consent.scopes <= set(scopes)


def rests_on(asked: Consent, scopes: Collection[str]) -> list[str]:
    """Which of these a product needs: what its master record requires and no other scope gates its use."""
    return [one for one in asked.required_scopes if one in scopes]
