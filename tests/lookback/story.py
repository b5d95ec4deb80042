"""Quinn looks back from a donor."""

from datetime import datetime
from typing import Any

from apps.identity.models import Donor
from apps.lookback.content import look_back_content
from apps.lookback.facts import Finding
from apps.lookback.models import LookBack
from apps.lookback.services import look_back
from tests.cast import AT, Cast, actor, sign_as

HIV = Finding("Anti-HIV-1/2 reactive", "City blood centre")


def looked_back(cast: Cast, donor: Donor, finding: Finding = HIV, *, at: datetime = AT, **how: Any) -> LookBack:
    """Quinn signs what is shown."""
    signing = how.pop("signing", None) or sign_as(cast.quinn, look_back_content(donor, finding), at=at)
    return look_back(donor=donor, finding=finding, signing=signing, actor=actor(cast.quinn), at=at)
