"""What is shown and signed when two persons decide about an account."""

from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.facts import ROLE_NAMES
from apps.organisation.models import Site, User
from apps.signatures.facts import Line, SignedContent


def grant_content(
    *, user: User, site: Site, role: Role, training_reference: str, title_en: str = "", title_zh: str = ""
) -> SignedContent:
    """What the second person signs when a role is granted."""
    title = " ".join(words for words in (title_en, title_zh) if words) or ROLE_NAMES[role].en
    lines = (
        *_person(user),
        Line(N_("Role"), role),
        Line(N_("Site"), site.code),
        Line(N_("Job title"), title),
        Line(N_("Training"), training_reference),
    )
    meaning = N_("I approve that this person holds this role at this site; the training behind it is in order.")
    return SignedContent("role.approved", user.record.address, meaning, lines)


def reset_content(*, user: User) -> SignedContent:
    """What the second person signs when a lost secret is replaced."""
    meaning = N_("I know that the owner of this account asked for a new password and approve that it is replaced.")
    return SignedContent("user.secret.reset_approved", user.record.address, meaning, _person(user))


def reactivate_content(*, user: User) -> SignedContent:
    """What the second person signs when a closed account is opened again."""
    meaning = N_("I approve that this account is opened again for the same person.")
    return SignedContent("user.reactivation_approved", user.record.address, meaning, _person(user))


def unlock_content(*, user: User) -> SignedContent:
    """What the administrator signs to end the rest of a locked account early."""
    meaning = N_("I checked why this account is locked and ask that it is opened before its time.")
    return SignedContent("user.unlock_asked", user.record.address, meaning, _person(user))


def unlock_approval_content(*, user: User) -> SignedContent:
    """What the second person signs to the same end."""
    meaning = N_("I checked why this account is locked and approve that it is opened before its time.")
    return SignedContent("user.unlock_approved", user.record.address, meaning, _person(user))


def _person(user: User) -> tuple[Line, ...]:
    return (Line(N_("Person"), user.printed_name), Line(N_("User name"), user.username))
