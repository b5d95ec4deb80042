"""What the demo tells of a destroyed unit, played on a small batch: by the services, and through the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from apps.batches.models import Batch
from apps.desk.story.playing import VERBS, Act
from apps.desk.story.stage import Stage
from apps.disposal.models import Disposal
from tests.cast import SECRET, Cast, site_of
from tests.disposal.story import ASKED
from tests.journeys.api_player import ApiStage
from tests.journeys.conftest import story_of
from tests.journeys.verbs import VERBS as AT_THE_API

PART_OF = {"storekeeper": "stella", "qa": "quinn", "operator": "olga", "checker": "vera"}
TOLD = [act for act in story_of("ct_0042").acts if act.do in ("ask_destruction", "approve_destruction", "destroy")]


def played(cast: Cast, play: Callable[[Stage, str, Any, Act, dict[str, Any]], object]) -> Disposal:
    stage = Stage(site=site_of("NANHU"), first_day=ASKED, secret=SECRET, batch_number="CT-0042")
    for n, act in enumerate(TOLD):
        who, at = PART_OF[act.who], ASKED + timedelta(minutes=20 * n)
        assert getattr(cast, who)
        given = {name: PART_OF.get(str(value), value) for name, value in act.given.items()}
        with time_machine.travel(at, tick=False):
            play(stage, who, at, act, given)
    return Disposal.objects.get()


@pytest.mark.django_db
@pytest.mark.usefixtures("filled_units")
def test_the_story_destroys_its_unit_by_the_services(cast: Cast, batch: Batch) -> None:
    assert cast.vera

    ended = played(cast, lambda stage, who, at, act, given: VERBS[act.do](stage, who, at, **given))

    assert (len(TOLD), ended.state, ended.treated_by, ended.witnessed_by) == (3, "WITNESSED", "olga", "vera")


@pytest.mark.django_db
@pytest.mark.usefixtures("filled_units")
def test_the_story_destroys_its_unit_through_the_api(cast: Cast, batch: Batch) -> None:
    assert cast.vera

    ended = played(cast, lambda stage, who, at, act, given: AT_THE_API[act.do](ApiStage(stage), who, **given))

    assert (ended.state, ended.treated_by, ended.witnessed_by) == ("WITNESSED", "olga", "vera")
