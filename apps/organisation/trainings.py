"""Reads of trainings: who is trained on what, and whose training lapses."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.organisation.models import Training, User
from apps.organisation.selectors import visible_people


def subjects_of(username: str, subjects: Collection[str], at: datetime) -> set[str]:
    """Those of some subjects on which somebody is trained at an instant."""
    held = Q(valid_until=None) | Q(valid_until__gt=at)
    found = Training.objects.filter(held, user__username=username, subject__in=subjects, valid_from__lte=at)
    return set(found.values_list("subject", flat=True))


def trainings_here(viewer: User, at: datetime) -> QuerySet[Training]:
    """The trainings of the people of the viewer's sites, the newest of a person first."""
    found = Training.objects.filter(user__in=visible_people(viewer, at)).select_related("user", "record")
    return found.order_by("subject", "user__printed_name", "-valid_from", "-pk")


def trainings_ending(subjects: Collection[str], site: str, end: datetime) -> list[Training]:
    """The newest trainings of the people of a site on some subjects, of those that end before an instant."""
    later = Training.objects.filter(user=OuterRef("user"), subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    held = Training.objects.filter(~Exists(later), subject__in=subjects, valid_until__lt=end, user__is_active=True)
    here = held.filter(user__roles__site__code=site, user__roles__held_until=None).distinct()
    return list(here.select_related("user").order_by("valid_until", "pk"))


def lapsing_trainings(at: datetime, within: timedelta) -> list[Training]:
    """A duty of QA: what somebody is trained on, ends soon or has just ended, and no later training follows."""
    later = Training.objects.filter(
        user=OuterRef("user"), subject=OuterRef("subject"), valid_from__gt=OuterRef("valid_from")
    )
    ending = Training.objects.filter(
        ~Exists(later), valid_until__range=(at - within, at + within), user__is_active=True
    )
    return list(ending.select_related("user", "record").order_by("valid_until", "pk"))
