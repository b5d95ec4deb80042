"""A retest is done when everything was found that its test reports: what is left out may be what failed."""

import json

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import RuleBroken
from apps.products.loader import Loaded, load_text
from apps.testing.facts import Conclusion, InvestigationVerb, Standing
from apps.testing.selectors import outcome_of, progress_of
from tests.cast import Cast
from tests.testing import story
from tests.testing.oos import TEST, approved, assessed, codes, concluded, decided, failed, plan, retested, with_retests
from tests.testing.prologue import PEOPLE, Prologue, undone

pytestmark = pytest.mark.django_db


def with_replicates(loaded: Loaded) -> Loaded:
    """The master whose viability is counted twice on each line."""
    data = json.loads(with_retests(loaded, reportable="each").text)
    next(one for one in data["testing"]["tests"] if one["key"] == TEST)["run"]["replicates"] = 2
    text = canonical(data)
    return Loaded(load_text(text), text, sha256_hex(text))


@pytest.fixture(scope="module")
def prologue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> object:
    """A running batch of that master."""
    patch, changed = pytest.MonkeyPatch(), with_replicates(story.loaded())
    patch.setattr(story, "loaded", lambda: changed)
    with undone(django_db_blocker) as people:
        for name in PEOPLE:
            getattr(people, name)
        yield Prologue(people, story.running_batch(people))
    patch.undo()


def test_a_retest_of_which_a_replicate_is_left_out_is_not_done(cast: Cast, batch: Batch) -> None:
    found = failed(cast, batch, story.received_sample(cast, batch))
    planned = approved(cast, decided(cast, assessed(cast, found), InvestigationVerb.INVALIDATE), plan(retests=2))
    retested(cast, planned, cast.ada, [["93.1", "92.4"]], number="AR-0008")
    retested(cast, planned, cast.ada, [["93.0"]], number="AR-0009")

    assert (progress_of(planned).begun, progress_of(planned).reviewed) == (2, 1)
    with pytest.raises(RuleBroken) as refused:
        concluded(cast, found, Conclusion.INVALIDATED)
    assert codes(refused) == ["plan_not_done"]
    assert outcome_of(batch, TEST).standing is Standing.INVESTIGATED
