"""Reads of trainings: who is trained on what, and whose training lapses."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.organisation.models import Training, User
from apps.organisation.selectors import roles_held, visible_people


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
    """The trainings on some subjects that end before an instant, of the people who still work at a site then."""
    here = roles_held(end).filter(site__code=site).values("user")
    ending = _last_ones().filter(user__in=here, subject__in=subjects, valid_until__lt=end)
    return list(ending.select_related("user").order_by("valid_until", "pk"))


def lapsing_trainings(at: datetime, within: timedelta) -> list[tuple[Training, str]]:
    """A duty of QA at each site where somebody works: what they are trained on ends soon or has just ended, and no
    later training follows.
    """
    ending = _last_ones().filter(valid_until__range=(at - within, at + within))
    found = list(ending.select_related("user", "record").order_by("valid_until", "pk"))
    people = {one.user_id for one in found}
    works = set(roles_held(at).filter(user__in=people).values_list("user", "site__code"))
    return [(one, site) for one in found for user, site in sorted(works) if user == one.user_id]


def _last_ones() -> QuerySet[Training]:
    """Of each person still here and each subject the training that was recorded last."""
    later = Training.objects.filter(user=OuterRef("user"), subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    return Training.objects.filter(~Exists(later), user__is_active=True)
