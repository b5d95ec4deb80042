"""What is asked of a person: every duty of the roles they hold, in order of urgency."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from apps.audit.models import Record
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Asked, Desk, Task
from apps.desk.selectors import (
    batches,
    disposal,
    environment,
    investigations,
    laboratory,
    lookback,
    people,
    quality,
    stability,
    storage,
    supply,
    transport,
    treatments,
    vigilance,
)
from apps.desk.selectors.scanning import PAGES
from apps.organisation.models import User
from apps.organisation.selectors import grants_of, roles_held

OPEN = (BatchState.PLANNED, BatchState.RUNNING, BatchState.FINISHED, BatchState.REVIEWED, BatchState.CERTIFIED)


def desk_of(user: User, at: datetime, zone: ZoneInfo) -> Desk:
    """Everything asked of this person at the sites where they hold a role: overdue, today, later."""
    held: dict[Role, set[str]] = {}
    for grant in grants_of(user, at):
        held.setdefault(Role(grant.role), set()).add(grant.site.code)
    asked = [
        (duty, Asked(frozenset(sites), at, user.username)) for role, sites in held.items() for duty in duties(role)
    ]
    tasks = {task for duty, whom in asked for task in duty(whom)}
    ordered = sorted(tasks, key=lambda task: (task.due_at or at + timedelta(days=3650), -task.risk, task.waiting_since))
    midnight = (at.astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    overdue = tuple(task for task in ordered if task.due_at and task.due_at <= at)
    today = tuple(task for task in ordered if task.due_at and at < task.due_at < midnight)
    later = tuple(task for task in ordered if not task.due_at or task.due_at >= midnight)
    return Desk(overdue, today, later, frozenset(held))


def subject_of(task: Task, sites: Collection[str]) -> Record | None:
    """The record a task is about; the kinds of records that can be looked up share no numbers at one site."""
    addresses = [f"{kind}/{task.record}" for kind in (*PAGES, "user", "plate")]
    return Record.objects.filter(address__in=addresses, site__in=[*sites, ""]).order_by("pk").first()


def colleagues_of(person: User, at: datetime) -> QuerySet[User]:
    """Who holds one of this person's roles at one of their sites, by name."""
    shared = Q(pk__in=[])
    for site, role in roles_held(at).filter(user=person).values_list("site", "role"):
        shared |= Q(site=site, role=role)
    there = roles_held(at).filter(shared).values("user")
    return User.objects.filter(pk__in=there, is_active=True).exclude(pk=person.pk).order_by("printed_name", "pk")


def pipeline(sites: set[str]) -> tuple[tuple[BatchState, int], ...]:
    """How many batches stand in each open state."""
    counted = Batch.objects.filter(site__code__in=sites, state__in=OPEN).values_list("state").annotate(n=Count("pk"))
    found = dict(counted.order_by("state"))
    return tuple((state, found.get(state, 0)) for state in OPEN)


def duties(role: Role) -> tuple[batches.Duty, ...]:
    """What is asked of everybody who holds a role."""
    own = () if role in NOT_AT_WORK else (quality.actions,)
    return (*DUTIES.get(role, ()), *own)


NOT_AT_WORK = (Role.INSPECTOR, Role.SITE_ADMIN)  # they own no action of quality
DUTIES: dict[Role, tuple[batches.Duty, ...]] = {
    Role.AUTHOR: (quality.masters("DRAFT", N_("Sign the master record as its author")),),
    Role.SITE_ADMIN: (people.locked, people.unconfirmed),
    Role.OPERATOR: (
        treatments.to_go_on(Role.OPERATOR),
        batches.to_start,
        batches.to_fill,
        disposal.to_destroy,
        disposal.to_witness,
        disposal.to_carry,
        stability.to_relabel,
        stability.to_confirm,
        transport.to_pack,
        transport.to_hand_over,
    ),
    Role.CHECKER: (
        batches.to_check,
        stability.to_confirm,
        disposal.to_witness,
        transport.to_confirm,
        treatments.to_go_on(Role.CHECKER),
    ),
    Role.ANALYST: (
        laboratory.to_receive,
        laboratory.to_begin,
        laboratory.to_finish,
        laboratory.to_review,
        investigations.retests,
        environment.to_count,
        stability.to_pull,
        treatments.to_go_on(Role.ANALYST),
    ),
    Role.QC_HEAD: (laboratory.to_review, investigations.next_steps(Role.QC_HEAD), batches.to_approve),
    Role.QA: (
        quality.events,
        quality.deviations,
        quality.effects,
        investigations.next_steps(Role.QA),
        investigations.plans,
        quality.stops,
        quality.risks,
        quality.excursions,
        quality.amendments,
        quality.lots,
        quality.countersignatures,
        lookback.to_look_back,
        lookback.to_recall,
        lookback.to_report,
        lookback.to_account,
        vigilance.to_triage,
        vigilance.to_finish,
        vigilance.to_report,
        vigilance.to_end,
        supply.named_supplies(Role.QA),
        stability.to_endorse,
        batches.to_review,
        batches.to_release,
        disposal.to_approve(Role.QA),
        transport.to_decide,
        treatments.to_go_on(Role.QA),
        quality.masters("AUTHOR_SIGNED", N_("Approve the master record")),
    ),
    Role.STOREKEEPER: (
        treatments.to_go_on(Role.STOREKEEPER),
        storage.to_move,
        disposal.to_ask,
        disposal.to_destroy,
        disposal.to_witness,
        disposal.to_carry,
        stability.to_relabel,
        stability.to_confirm,
        transport.to_pack,
        transport.to_hand_over,
    ),
    Role.NURSE: (
        treatments.to_go_on(Role.NURSE),
        treatments.vital_signs,
        treatments.safety_windows,
        treatments.outcomes,
        transport.to_receive,
        transport.to_confirm,
        transport.to_accept,
    ),
    Role.CERTIFIER: (
        supply.named_supplies(Role.CERTIFIER),
        stability.to_authorise,
        batches.to_certify,
        batches.to_release,
    ),
    Role.PHYSICIAN: (
        lookback.to_read,
        supply.donors_to_read,
        vigilance.to_assess,
        vigilance.to_report,
        quality.donations,
        treatments.to_go_on(Role.PHYSICIAN),
        treatments.vital_signs,
        treatments.safety_windows,
        treatments.outcomes,
        transport.to_receive,
        transport.to_confirm,
        transport.to_accept,
    ),
}
