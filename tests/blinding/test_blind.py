"""Nothing that a blind person can read depends on the list: every address there is answers the same whichever arm a
kit holds, and so do the trail, what was signed and every paper. Found by introspection: a new view is read from the
day it has an address."""

import pytest
import time_machine

from apps.blinding.selectors import told_to
from apps.core.roles import Role
from apps.identity.models import Recipient
from tests.access.world import Place
from tests.blinding.conftest import Trial
from tests.blinding.story import (
    ARMS,
    BROKEN,
    KIT_DOSE,
    SWAPPED,
    broken,
    kept,
    lot_again,
    packed_kits,
    read,
)
from tests.blinding.world import Reader, addresses, begin_keys_alike, everything_told, person_of_every_role
from tests.cast import Cast
from tests.dosing.story import confirmed, prepared, thawed
from tests.testing.prologue import further, known_people

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]
SITES = ("blinding", "dosing", "orders", "recipients")


def treated(trial: Trial, arms: tuple[str, ...]) -> Cast:
    """Kits packed by this list; one patient with a dose, another with a bag; one code read, one opened."""
    cast = known_people(trial.cast)
    packed_kits(cast, trial.lot, arms)
    order = kept(cast)
    thawed(cast, order)
    prepared(cast, order, KIT_DOSE)
    confirmed(cast, order)
    kept(cast, "R-0002")
    read(cast, lot_again(trial.lot), cast.stella)
    broken(cast, order.recipient)
    return cast


def told_of(trial: Trial, arms: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    with further(), time_machine.travel(BROKEN, tick=False):
        begin_keys_alike()
        return everything_told(person_of_every_role(treated(trial, arms)))


def test_no_answer_no_entry_no_signature_and_no_paper_depends_on_which_kit_holds_what(trial: Trial, db: None) -> None:
    one, other = told_of(trial, ARMS), told_of(trial, SWAPPED)

    assert sum(status == 200 for status, _text in one.values()) > 300
    assert one.keys() == other.keys()
    differing = [f"{path}: {_difference(one[path][1], other[path][1])}" for path in one if one[path] != other[path]]
    assert "\n".join(differing) == ""


def test_no_role_reads_a_batch_of_either_arm_where_it_reads_of_a_patient(trial: Trial, db: None) -> None:
    found = []
    with further(), time_machine.travel(BROKEN, tick=False):
        cast = treated(trial, ARMS)
        of_patients = [place for place in addresses() if _is_of_a_patient(place)]
        for role in Role:
            reader = Reader(cast.holding(role))
            for place in of_patients:
                status, text = reader.read(place)
                found += [f"{role} {place.path}" for word in ("PB-0001", "CT-0042", "_placebo") if word in text]
                assert status < 500, place.path

    assert len(of_patients) > 30
    assert found == []


def test_only_who_opened_a_code_reads_the_arm_and_the_test_would_see_it(trial: Trial, db: None) -> None:
    with further(), time_machine.travel(BROKEN, tick=False):
        cast = treated(trial, ARMS)
        assert told_to(Recipient.objects.get(number="R-0001"), "paula")
        path = "/api/v1/recipients/R-0001/code/"
        (place,) = [one for one in addresses() if one.path == path]

        (_, paulas), (_, others) = Reader(cast.paula).read(place), Reader(person_of_every_role(cast)).read(place)

    assert '"arm":"Placebo"' in paulas
    assert '"told":[]' in others


def _is_of_a_patient(place: Place) -> bool:
    return place.path.removeprefix("/").removeprefix("api/v1/").startswith(SITES) and "R-000" in place.path


def _difference(one: str, other: str) -> str:
    """Where two texts begin to differ."""
    n = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, n - 120) : n + 60]}… | …{other[max(0, n - 20) : n + 60]}…"
