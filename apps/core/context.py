"""What every template may use: where the person is, the mode, the clock of the page, the person's preferences."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation

from apps.core.preferences import Preferences, preferences_of

PRODUCT_NAME = "Batchroom"


@dataclass(frozen=True)
class Here:
    """The site a request is made at, as the page shows it. Set on the request by the app that knows sites."""

    site_code: str
    site_name: object  # text, or a label in both languages
    zone: str
    role_title: object = ""
    session_until: datetime | None = None
    idle_seconds: int = 0


def shell(request: HttpRequest) -> dict[str, object]:
    """Names every page relies on; see docs/ui.md."""
    person = getattr(request, "user", None)
    chosen: Preferences = preferences_of(request)
    return {
        "here": getattr(request, "here", None),
        "product_name": PRODUCT_NAME,
        "mode": getattr(settings, "QCS_MODE", "embedded"),
        "now": timezone.now(),
        "person": person if getattr(person, "is_authenticated", False) else None,
        "theme": chosen.theme,
        "keys_on": chosen.keys,
        "lang": translation.get_language() or "en",
    }
