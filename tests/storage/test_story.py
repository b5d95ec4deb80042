"""The story of the store: what its probe read one evening, judged the same night, as the demo plays it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from apps.alerts.selectors import due_things
from apps.desk.story.playing import VERBS
from apps.desk.story.stage import Stage
from apps.facility.models import Probe
from apps.quality.models import Event, Hold
from apps.storage.models import Store, StoreExcursion
from apps.units.models import Unit
from tests.cast import SECRET, Cast, site_of
from tests.storage.story import STORED, put

pytestmark = pytest.mark.django_db
PEOPLE = {"storekeeper": "stella", "qa": "quinn"}


def test_the_evening_of_the_store_is_told_and_judged(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    assert cast.stella
    assert cast.quinn
    put(cast, frozen[0], "LN-03/4/2/A1", STORED)
    midnight = datetime(STORED.year, STORED.month, STORED.day, tzinfo=STORED.tzinfo) - timedelta(hours=8)
    stage = Stage(site_of("NANHU"), midnight - timedelta(days=25), SECRET)
    acts = YAML(typ="safe", pure=True).load(Path(settings.BASE_DIR) / "fixtures/nanhu/store.yaml")["acts"]

    for act in (one for one in acts if one["do"] in ("probe", "readings", "excursion_judged", "probe_away")):
        said = {name: value for name, value in act.items() if name not in ("at", "who", "do")}
        VERBS[act["do"]](stage, PEOPLE[act["who"]], stage.instant(act["at"]), **said)

    excursion = StoreExcursion.objects.get()
    assert (excursion.ended_at, excursion.readings) == (excursion.began_at + timedelta(hours=1), 6)
    hold = Hold.objects.get(key=excursion.hold_key)
    assert (hold.record, hold.lifted_by) == (frozen[0].record, "quinn")
    assert Event.objects.get(pk=excursion.event_id).state == "CLOSED"
    assert Probe.objects.get().retired_at is not None
    assert not [due for due in due_things(STORED + timedelta(days=40)) if due.kind == "PROBE_SILENT"]
