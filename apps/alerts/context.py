"""The bell of every page."""

from functools import cache

from django.http import HttpRequest
from django.utils import timezone

from apps.alerts.selectors import alerts_for


def bell(request: HttpRequest) -> dict[str, object]:
    """How many open alerts concern the person: counted where it is shown, for a part of a page has no bell."""
    user = getattr(request, "user", None)
    if not getattr(user, "is_authenticated", False):
        return {}
    return {"open_alerts_count": cache(lambda: alerts_for(user, timezone.now()).count())}
