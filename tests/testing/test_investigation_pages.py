"""Pages of an investigation: what a phase lacks stands beside its field, words in one language, nothing by default."""

from typing import Any

import pytest
import time_machine

from apps.batches.models import Batch
from apps.testing.checklists import questions_of
from apps.testing.facts import Phase
from apps.testing.models import Investigation
from tests.cast import Cast
from tests.testing import oos, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(cast: Cast, batch: Batch) -> Investigation:
    """Anna's failing result."""
    story.filled(cast, batch)
    return oos.failed(cast, batch, story.received_sample(cast, batch))


def answers(**other: str) -> dict[str, str]:
    """Phase I as it is typed: everything in order, but for what is said otherwise."""
    return {
        **{f"reply_{one.key}": "YES" for one in questions_of(Phase.LABORATORY)},
        "finding": "Diluted twice.",
        **other,
    }


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"reply_sample_identity": "NO", "cause": "PREPARATION"}, "remark_sample_identity"),
        ({"cause": "PREPARATION"}, "cause"),  # it shows in no answer
        ({}, "cause"),  # no cause is said, never taken for granted
        ({"reply_sample_identity": ""}, "reply_sample_identity"),
    ],
)
def test_what_phase_one_lacks_stands_beside_its_field_before_it_is_signed(
    cast: Cast, found: Investigation, web_client: Any, said: dict[str, str], place: str
) -> None:
    with time_machine.travel(oos.LATER, tick=False):
        reply = web_client(cast.hugo).post(f"/testing/investigations/{found.number}/laboratory/", answers(**said))
    page = reply.content.decode()

    assert reply.status_code == 400
    assert f'id="id_{place}_error"' in page
    assert "Diluted twice." in page


def test_phase_one_is_read_back_in_the_language_of_the_reader(
    cast: Cast, found: Investigation, web_client: Any
) -> None:
    with time_machine.travel(oos.LATER, tick=False):
        hugo = web_client(cast.hugo)
        panel = hugo.post(f"/testing/investigations/{found.number}/laboratory/", answers(cause="none"))

    assert panel.status_code == 200
    assert not [char for line in panel.context["signing"]["lines"] for char in str(line["label"]) if char > "\u4e00"]
