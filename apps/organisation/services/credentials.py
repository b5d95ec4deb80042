"""The secret of an account: changed by its owner, replaced or revoked by an administrator."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.text import N_
from apps.organisation import rules
from apps.organisation.models import User
from apps.organisation.services.access import require_admin_of
from apps.organisation.services.recognition import recognise


def change_secret(*, user: User, old: str, new: str, at: datetime, actor: Actor) -> User:
    """Choose a new secret for one's own account. All other sessions of the account end."""
    recognise(identification=user.username, secret=old, purpose="secret_change", at=at, actor=actor)
    if old == new:
        raise BadInput(
            Objection("same_secret", N_("Choose a password that differs from the old one."), place="new_secret")
        )
    refuse_weak(new, user)
    with audited(actor=actor, action="user.secret.changed", at=at, touching=[user.record]) as change:
        user = User.objects.get(pk=user.pk)
        return change.update(user, password=make_password(new), must_change_secret=False, secret_changed_at=at)


def give_new_secret(change: Change, *, user: User, secret: str) -> User:
    """Replace a lost secret by one that its owner must change before signing. The decision is signed by two people."""
    refuse_weak(secret, user)
    return change.update(
        User.objects.get(pk=user.pk),
        action="user.secret.reset",
        password=make_password(secret),
        must_change_secret=True,
        secret_reset_at=change.at,
        secret_reset_by=change.actor.username,
    )


def revoke_secret(*, user: User, reason: str, at: datetime, actor: Actor) -> User:
    """Make a lost or disclosed secret worthless at once: all sessions and series of signing end (11.300(c))."""
    if actor.username != user.username:
        actor = require_admin_of(actor, user, at=at)
    stop_if(rules.is_missing(reason, "reason_missing", N_("Say why."), "reason"))
    with audited(actor=actor, action="user.secret.revoked", reason=reason, at=at, touching=[user.record]) as change:
        return change.update(User.objects.get(pk=user.pk), password=make_password(None), must_change_secret=True)


def refuse_weak(secret: str, user: User) -> None:
    """Refuse a secret that is short, common or made of its owner's name, beside the field where it was typed."""
    try:
        validate_password(secret, user)
    except ValidationError as weak:
        raise BadInput(*[_objection(error) for error in weak.error_list]) from weak


def _objection(error: ValidationError) -> Objection:
    return Objection(str(error.code), "{sentence}", {"sentence": " ".join(error.messages)}, place="new_secret")
