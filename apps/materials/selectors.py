"""Reads of the material store."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.materials.facts import LotState
from apps.materials.models import MaterialLot
from apps.organisation.models import User
from apps.organisation.selectors import visible_to


def visible_lots(user: User, at: datetime) -> QuerySet[MaterialLot]:
    """The lots of the sites this person may see."""
    return MaterialLot.objects.filter(site__code__in=visible_to(user, at)).select_related("record", "site")


def lot_named(number: str, site: str) -> MaterialLot | None:
    """The lot with this number at the site."""
    return MaterialLot.objects.filter(number=number, site__code=site).select_related("record", "site").first()


def lots_now(lots: Iterable[MaterialLot]) -> list[MaterialLot]:
    """These lots as they are inside the door."""
    ids = [lot.pk for lot in lots]
    return list(MaterialLot.objects.filter(pk__in=ids).select_related("record", "site").order_by("pk"))


def lots_expiring(at: datetime, within: timedelta) -> QuerySet[MaterialLot]:
    """Released lots whose life ends soon or has just ended: what the store is warned of."""
    window = (at - within, at + within)
    return MaterialLot.objects.filter(state=LotState.RELEASED, expires_at__range=window).select_related("site")
