"""Roles and the trainings that justify them."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation import rules
from apps.organisation.models import RoleHeld, Site, Training, User
from apps.organisation.services.access import require, require_trainer_of


def hold_role(
    change: Change,
    *,
    user: User,
    site: Site,
    role: Role,
    training_reference: str,
    granted_by: str,
    approved_by: str,
    **titles: str,
) -> RoleHeld:
    """Give a person a role at a site, with the training behind it. Nobody grants or approves one to themselves."""
    stop_if(
        rules.is_missing(
            training_reference,
            "training_reference_missing",
            N_("A role needs the reference of a training."),
            "training_reference",
        ),
        rules.is_granted_by_the_same(user.username, granted_by, approved_by, SYSTEM.username),
        _is_held_already(user, site, role),
    )
    held = RoleHeld(record=user.record, user=user, site=site, role=role, held_from=change.at, **titles)
    held.training_reference, held.granted_by, held.approved_by = training_reference, granted_by, approved_by
    return change.create(held, action="role.granted")


def withdraw_role(*, held: RoleHeld, reason: str, at: datetime, actor: Actor) -> RoleHeld:
    """Take a role away at once. One administrator is enough: taking away harms no record."""
    if actor != SYSTEM:
        actor = require(actor, Role.SITE_ADMIN, held.site.code, at=at, about=held.record.address)
    with audited(actor=actor, action="role.withdrawn", reason=reason, at=at, touching=[held.record]) as change:
        held = RoleHeld.objects.get(pk=held.pk)
        stop_if(
            rules.is_missing(reason, "reason_missing", N_("Say why."), "reason"),
            Objection("not_held", N_("This role was withdrawn before.")) if held.held_until else None,
        )
        return change.update(held, held_until=at)


def record_training(
    *, user: User, subject: str, reference: str, at: datetime, actor: Actor, until: datetime | None = None
) -> Training:
    """Record a person's training on a subject: a master version, gowning, a media fill; valid until an instant."""
    actor = require_trainer_of(actor, user, at=at)
    with audited(actor=actor, action="training.recorded", at=at, touching=[user.record]) as change:
        stop_if(rules.is_own_account(user.username, actor.username), rules.ends_before_it_begins(until, at))
        training = Training(record=user.record, user=user, subject=subject, reference=reference, valid_from=at)
        training.valid_until, training.recorded_by = until, actor.username
        return change.create(training)


def acknowledge_training(*, training: Training, actor: Actor, at: datetime) -> Training:
    """Say that one was trained and will work by it; said once, by the trainee."""
    with audited(actor=actor, action="training.acknowledged", at=at, touching=[training.record]) as change:
        training = Training.objects.select_related("user", "record").get(pk=training.pk)
        stop_if(rules.is_not_the_trainee(training.user.username, actor.username))
        return training if training.acknowledged_at else change.update(training, acknowledged_at=at)


def _is_held_already(user: User, site: Site, role: Role) -> Objection | None:
    if not RoleHeld.objects.filter(user=user, site=site, role=role, held_until=None).exists():
        return None
    template = N_("{name} holds this role at {site} already.")
    return Objection("held_already", template, {"name": user.printed_name, "site": site.code}, place="role")
