"""Plasma, a sister's cells for one patient, a patient's own edited cells: three products through the API, from data.

The stories of fixtures/nanhu are played in one installation, as the demo plays them by the services; every test reads
what they left behind. Whatever differs between the products stands in their master records.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from apps.desk.story.playing import Act, stage_for
from apps.documents.models import Document
from apps.dosing.models import Dose, Infusion
from apps.lookback.tasks import sweep_late_failures
from tests.journeys.api_player import (
    API,
    ApiRefused,
    ApiStage,
    part,
    play_through_api,
    play_together_through_api,
)
from tests.journeys.conftest import ENDS, founded, story_of
from tests.journeys.verbs import VERBS

pytestmark = pytest.mark.django_db
PLASMA, NKT, HSC = "CP-0011", "NK-0007", "HS-0003"
NKT_ORDER = "R-0071-T01"
TOLD = ("hs_0003", "cp_0011", "nk_0007", "nk_0008")


@dataclass(frozen=True)
class Played:
    """The stories after their last day, by their batches; what they meant to be refused, and how it was."""

    stages: Mapping[str, ApiStage]
    foreseen: tuple[str, ...]
    refused: list[ApiRefused]

    def get(self, url: str, **asked: str) -> Any:
        """What the inspector's program reads."""
        return self.stages[PLASMA].get("inspector", f"{API}/{url}", **asked)

    def all(self, url: str, **asked: str) -> list[Any]:
        """Every row of a list, oldest first."""
        return self.stages[PLASMA].all("inspector", f"{API}/{url}", **asked)

    def value(self, batch: str, place: str) -> dict[str, Any]:
        """The value that stands at a place."""
        return self.get(f"batches/{batch}/values/{part(place)}/")["values"][-1]

    def batch(self, number: str) -> dict[str, Any]:
        """A line of the list of batches."""
        return next(one for one in self.all("batches/") if one["number"] == number)

    def fates(self, batch: str) -> dict[str, int]:
        """Where the units of a batch are, of those that are anywhere."""
        balance = self.get(f"batches/{batch}/units/balance/")
        assert balance["closes"]
        return {fate: n for fate, n in balance["accounted"].items() if n}

    def chain_of(self, batch: str) -> dict[str, Any]:
        """The chain of identity of a story."""
        return self.get(f"chains/{self.stages[batch].stage.chain}/")


@pytest.fixture(scope="module")
def played(installations: Callable[[], AbstractContextManager[None]]) -> Iterator[Played]:
    with installations():
        stories = [story_of(name) for name in TOLD]
        secret = founded(stories[0]).secret
        stages = {one.batch: ApiStage(stage_for(one, ends_at=ENDS, secret=secret)) for one in stories}
        acts = [(act, stages[one.batch]) for one in stories for act in one.acts]
        acts.sort(key=lambda told: told[1].stage.instant(told[0].at))
        foreseen = tuple(act.refused for act, _stage in acts if act.refused)
        refused = play_together_through_api(acts, VERBS)
        with time_machine.travel(ENDS, tick=False):
            stages[PLASMA].at_screen("inspector")
        yield Played(stages, foreseen, refused)


@pytest.fixture(autouse=True)
def _on_the_day_after(played: Played) -> Iterator[None]:
    with time_machine.travel(ENDS, tick=False):
        yield


def test_what_must_be_refused_is_refused_with_its_reason(played: Played) -> None:
    assert all(code in refusal.codes for code, refusal in zip(played.foreseen, played.refused, strict=True))
    assert {
        *("chain_mismatch", "not_there_to_condition", "outside_window"),  # another patient's label; 48 h to 7 d
        *("too_few_units", "lot_expired", "open_holds"),  # held or expired bags; expired medium; tests that run
        "same_person",  # who decided does not let the units go
    } == set(played.foreseen)


@pytest.mark.parametrize(("batch", "state"), [(PLASMA, "RELEASED"), (HSC, "RELEASED"), (NKT, "REVIEWED")])
def test_each_batch_stands_where_its_story_left_it(played: Played, batch: str, state: str) -> None:
    assert played.batch(batch)["state"] == state


# --- plasma -----------------------------------------------------------------------------------------------------------
def test_one_bag_of_the_donation_was_given_the_other_expired_and_was_destroyed(played: Played) -> None:
    assert played.fates(PLASMA) == {"ADMINISTERED": 1, "DESTROYED": 1}
    given = played.get("orders/R-0011-T01/")
    assert (given["state"], Decimal(given["amount"]), given["units"]) == ("GIVEN", 200, ["CP-0011-U01"])
    found = {(one["key"], one["day"]): one["found"] for one in played.get("orders/R-0011-T01/outcomes/")}
    assert (found["crp_12h", 0], found["crp", 1]) == ("41.20 mg/L", "28.60 mg/L")
    ended = played.all("disposals/", batch=PLASMA)
    assert [(one["units"], one["reason"], one["state"]) for one in ended] == [(["CP-0011-U02"], "expired", "WITNESSED")]
    issued = Document.objects.filter(number__in=("BC-CP-0011", "COA-CP-0011", "CD-CP-0011-W01"))
    assert {document.state for document in issued} == {"ISSUED"}
    assert issued.count() == 3


def test_the_excursion_held_both_bags_and_quality_let_them_go(played: Played) -> None:
    (found,) = played.all("store-excursions/", store="PF-01")
    units = played.get(f"store-excursions/{found['id']}/")["units"]

    assert [(one["unit"], one["held"], one["lifted_by"]) for one in units] == [
        ("CP-0011-U01", False, "qa"),
        ("CP-0011-U02", False, "qa"),
    ]
    assert Decimal(found["worst"]) == Decimal("-14.0")


def test_the_gas_that_fell_held_the_culture_until_quality_let_it_go_on(played: Played) -> None:
    """The temperature and the humidity stayed; the CO2 left its range for fifty minutes on day 9."""
    (found,) = played.all("store-excursions/", store="IS-71")
    (culture,) = played.get(f"store-excursions/{found['id']}/")["batches"]
    (event,) = played.all("events/", subject=f"batch/{NKT}", kind="EXCURSION")

    assert (found["quantity"], Decimal(found["worst"])) == ("CO2", Decimal("3.1"))
    assert (culture["batch"], culture["held"], culture["lifted_by"]) == (NKT, False, "qa")
    assert "was in culture in IS-71 (4.5 – 5.5 % CO₂) when GP-71 read 3.1 % CO₂" in event["text"]


# --- a chain of identity before everything ---------------------------------------------------------------------------
@pytest.mark.parametrize(("batch", "kind"), [(NKT, "directed"), (HSC, "autologous")])
def test_what_is_made_for_one_patient_has_its_chain_before_the_collection(
    played: Played, batch: str, kind: str
) -> None:
    chain = played.chain_of(batch)
    collected = played.get(f"donations/{played.batch(batch)['donation']}/")["collected_at"]

    assert chain["kind"].lower() == kind
    assert datetime.fromisoformat(chain["issued_at"]) < datetime.fromisoformat(collected)


@pytest.mark.parametrize("batch", [NKT, HSC])
def test_another_patients_label_was_a_hard_stop_that_is_kept_as_a_critical_near_miss(
    played: Played, batch: str
) -> None:
    (event,) = played.all("events/", subject=f"batch/{batch}", kind="NEAR_MISS")

    assert event["severity"] == "CRITICAL"


# --- a sister's cells -------------------------------------------------------------------------------------------------
def test_sixteen_days_make_two_million_cells_2400_million_and_nobody_types_the_fold(played: Played) -> None:
    found = {key: played.value(NKT, f"harvest.growth.{key}") for key in ("harvested", "fold", "doublings")}

    rounded = {key: Decimal(one["rounded"]) for key, one in found.items()}
    assert rounded == {"harvested": 2400, "fold": 1200, "doublings": Decimal("10.2")}
    worked_out = {one["function"].split()[0] for one in found.values()}
    assert worked_out == {"viable_cells", "fold_expansion", "population_doublings"}


def test_what_was_entered_late_says_so_and_why(played: Played) -> None:
    late = played.value(NKT, "expansion.feed[3].viability")

    assert late["is_late"]
    assert "without power" in late["reason"]


def test_fresh_cells_go_to_their_patient_on_a_conditional_release_while_sterility_runs(played: Played) -> None:
    supply = played.get(f"supplies/{NKT_ORDER}-N1/")

    assert (supply["route"], supply["state"], supply["units"]) == ("CONDITIONAL", "SUPPLIED", ["NK-0007-U01"])
    assert (supply["agreed_by"], supply["decided_by"], supply["supplied_by"]) == ("physician", "certifier", "qa2")
    assert {row["test"] for row in supply["outstanding"]} == {"sterility", "killing", "donor_identity"}
    held = {hold["key"] for hold in played.all("holds/", record=f"batch/{NKT}", open="true", blocks="CERTIFY")}
    assert held == {"test:sterility", "test:killing", "test:donor_identity"}
    assert Document.objects.get(number=f"CR-{NKT_ORDER}-N1").state == "ISSUED"
    assert not Document.objects.filter(number=f"BC-{NKT}").exists()


def test_500_thousand_per_kg_for_68_kg_are_47_ml_of_the_bag_of_50_within_a_day_and_the_rest_is_destroyed(
    played: Played,
) -> None:
    assert Decimal(played.value(NKT, "harvest.formulate.left_over")["rounded"]) == Decimal("2280.6")
    dose, infusion = Dose.objects.get(order__number=NKT_ORDER), Infusion.objects.get(order__number=NKT_ORDER)

    assert Decimal(dose.counted) * 50 == 36_170_000
    assert (dose.volume, dose.remainder) == (Decimal("47.0"), Decimal("3.0"))
    assert infusion.answers["remainder_destroyed"] == "yes"
    assert infusion.ended_at
    assert infusion.ended_at < infusion.expires_at  # 24 h after the formulation
    assert played.get(f"orders/{NKT_ORDER}/")["state"] == "GIVEN"
    assert played.fates(NKT) == {"ADMINISTERED": 1, "RETAINED": 1, "TESTED": 1}


STERILITY, VALID = {"run": "AR-0704"}, {"controls": {"negative": "no_growth", "promotion": "yes"}}
NOTHING_GREW = (
    Act("D18 10:00", "analyst", "assay", {"number": "AR-0709", "test": "killing", "sample": f"{NKT}-S03",
        "controls": {"spontaneous": "8.0"}, "results": {"lysis": "62.0", "cd107a": "41.0"}, "review": "analyst2"}),
    Act("D21 10:00", "analyst", "assay", {"number": "AR-0710", "test": "donor_identity", "sample": f"{NKT}-S04",
        "results": {"match": "match"}, "review": "analyst2"}),
    Act("D30 17:25", "analyst", "controls", {**STERILITY, **VALID}),
    Act("D30 17:26", "analyst", "result", {**STERILITY, "results": {"growth": "no_growth"}}),
    Act("D30 17:30", "analyst", "judged", {**STERILITY, "review": "analyst2"}),
    Act("D31 09:00", "qc_head", "approve_analysis"),
    Act("D31 09:30", "certifier", "certify"),
    Act("D31 09:35", "system", "issue_documents"),
    Act("D31 10:00", "qa2", "supply"),
)  # fmt: skip
GROWTH = (
    Act("D20 10:00", "analyst", "controls", {**STERILITY, **VALID}),
    Act("D20 10:05", "analyst", "result", {**STERILITY, "results": {"growth": "growth"}}),
    Act("D20 10:10", "analyst", "judged", {**STERILITY, "review": "analyst2"}),
)


def played_on(played: Played, acts: tuple[Act, ...]) -> ApiStage:
    """What came after the demo of the cells ends, until it is undone with the test."""
    stage = ApiStage(played.stages[NKT].stage)
    assert play_through_api(acts, stage, VERBS) == []
    return stage


def test_when_nothing_grew_the_batch_is_certified_in_the_ordinary_way(played: Played) -> None:
    stage = played_on(played, NOTHING_GREW)

    with time_machine.travel(stage.stage.instant("D31 10:00"), tick=False):
        batch = next(one for one in stage.all("qa2", f"{API}/batches/") if one["number"] == NKT)
        assert stage.all("qa2", f"{API}/holds/", record=f"batch/{NKT}", open="true") == []
    assert batch["state"] == "RELEASED"
    assert Document.objects.get(number=f"BC-{NKT}").state == "ISSUED"


def test_when_something_grows_the_unit_that_was_given_is_recalled_and_its_physician_told(played: Played) -> None:
    stage = played_on(played, GROWTH)

    with time_machine.travel(stage.stage.instant("D20 10:11"), tick=False):
        sweep_late_failures()
        (found,) = stage.all("qa", f"{API}/look-backs/", batch=NKT)
        (duty,), (notice,) = found["duties"], found["notices"]
        url = f"{API}/look-backs/{found['number']}"
        read = stage.post("physician", f"{url}/notices/{notice['id']}/", {"note": "Blood cultures drawn"})
        told = {"answer": "PHYSICIAN_TOLD", "note": "Dr Xu, by telephone"}
        answered = stage.post("qa", f"{url}/duties/{duty['id']}/", told)
        report = {"sent_to": "Sponsor; provincial authority", "organism": "Cutibacterium acnes", "reference": "QD-7"}
        reported = stage.post("qa", f"{url}/report/", report)

    assert (found["test"], found["recipients"]) == ("sterility", ["R-0071"])
    assert (duty["unit"], duty["custody"], notice["order"]) == ("NK-0007-U01", "ADMINISTERED", NKT_ORDER)
    assert (read["acknowledged_by"], answered["answer"]) == ("physician", "PHYSICIAN_TOLD")
    assert (reported["organism"], reported["sent_by"]) == ("Cutibacterium acnes", "qa")
    assert datetime.fromisoformat(found["report"]["due_at"]) < stage.stage.instant("D24 00:00")
    assert found["deviation"]


# --- a patient's own cells, edited -----------------------------------------------------------------------------------
def test_every_vial_of_the_lot_is_the_dose_at_the_dated_weight_within_its_window(played: Played) -> None:
    order = played.get("orders/R-0031-T01/")

    assert played.fates(HSC) == {"ADMINISTERED": 5, "RETAINED": 1, "TESTED": 1}
    assert order["units"] == [f"HS-0003-U0{n}" for n in range(1, 6)]
    assert (order["state"], Decimal(order["weight"])) == ("GIVEN", 60)
