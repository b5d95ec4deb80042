"""Reads of signatures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.audit.models import Record
from apps.core.actor import Actor
from apps.organisation.selectors import roles_held
from apps.signatures.models import Series, Signature
from apps.signatures.rules import IDLE_LIMIT, is_in_series


@dataclass(frozen=True)
class Title:
    """A person's title at a site, in both languages."""

    en: str = ""
    zh: str = ""


def title_of(actor: Actor, site: str, at: datetime) -> Title:
    """The title that goes with the role under which a person signs."""
    held = roles_held(at).filter(user__username=actor.username, site__code=site, role=actor.role).first()
    return Title(held.title_en, held.title_zh) if held else Title()


def signatures_of(record: Record) -> QuerySet[Signature]:
    """Every signature on a record, oldest first."""
    return Signature.objects.filter(record=record).order_by("signed_at", "pk")


def series_of(actor: Actor) -> Series | None:
    """The continuous period in which this person signs on this session and device."""
    return Series.objects.filter(username=actor.username, session=actor.session, device=actor.device).first()


def has_series(actor: Actor, at: datetime, idle_limit: timedelta = IDLE_LIMIT) -> bool:
    """Whether the secret alone is enough for the next signing."""
    series = series_of(actor)
    return is_in_series(series and series.last_at, idle_limit, at)
