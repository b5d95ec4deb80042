"""Duties that wait for one kind of person only: excursions, amendments, accounts."""

import pytest

from apps.audit.services import audited
from apps.batches.content import amendment_content
from apps.batches.models import Batch
from apps.batches.services.amending import amended_record, next_amendment, propose_amendment
from apps.core.actor import SYSTEM
from apps.organisation.services import confirm_identity, open_account
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.services import place_hold
from apps.storage.models import StoreExcursion
from tests.alerts.test_locked_accounts import NOW, guess_until_it_locks
from tests.cast import AT, Cast, actor, sign_as
from tests.desk.test_my_work import asked, tasks
from tests.storage.conftest import tank_of
from tests.storage.watching import DAYTIME, probe_of, take

pytestmark = pytest.mark.django_db
SKIPPED = [{"change": "skip_step", "at": "expansion[1].feed[1]"}]


def test_quality_decides_about_an_excursion_as_long_as_it_holds_a_unit(cast: Cast, batch: Batch) -> None:
    take(cast, probe_of(cast, tank_of(cast)), (0, "-180"), (10, "-140"), (20, "-180"))
    excursion = StoreExcursion.objects.get()
    assert "Decide about an excursion" not in {ask for ask, _record in asked(cast.quinn, DAYTIME)}
    with audited(actor=SYSTEM, action="test.held", at=AT, touching=[batch.record]) as change:
        said = {"code": "excursion", "template": "Too warm", "blocks": [Blocks.USE], "key": excursion.hold_key}
        place_hold(change, record=batch.record, **said)

    task = next(one for one in tasks(cast.quinn, DAYTIME) if one.ask == "Decide about an excursion")
    assert (task.record, task.url_args) == ("LN-03", (str(excursion.pk),))
    assert (task.facts["n"], str(task.facts["worst"])) == ("1", "-140")
    assert "Decide about an excursion" not in {ask for ask, _record in asked(cast.olga, DAYTIME)}
    with audited(actor=SYSTEM, action="test.lifted", at=AT, touching=[batch.record]) as change:
        change.update(Hold.objects.get(key=excursion.hold_key), lifted_at=AT)
    assert "Decide about an excursion" not in {ask for ask, _record in asked(cast.quinn, DAYTIME)}


def test_quality_approves_an_amendment_with_the_words_of_its_author(cast: Cast, batch: Batch) -> None:
    said = {"batch": batch, "changes": SKIPPED, "reason": "Harvested before it was due"}
    sha256, n = amended_record(batch, SKIPPED).sha256, next_amendment(batch)
    shown = amendment_content(batch, SKIPPED, said["reason"], sha256, n, approving=False)
    propose_amendment(signing=sign_as(cast.arthur, shown), actor=actor(cast.arthur), at=AT, **said)

    task = next(one for one in tasks(cast.quinn) if one.ask == "Approve an amendment")
    assert (task.record, task.facts["reason"]) == ("CT-0042", "Harvested before it was due")
    assert ("Approve an amendment", "CT-0042") not in asked(cast.arthur)


def test_the_administrator_finds_out_about_locks_and_confirms_who_owns_an_account(cast: Cast) -> None:
    particulars = {"printed_name": "Nele Neu", "secret": "long enough for a start", "at": NOW}
    nele = open_account(username="nele", actor=actor(cast.adam), **particulars)
    guess_until_it_locks(cast.olga, NOW)

    assert asked(cast.adam, NOW) == [
        ("Confirm who owns an account", "nele"),
        ("Find out why an account locked", "olga"),
    ]
    assert asked(cast.quinn, NOW) == []
    confirm_identity(user=nele, actor=actor(cast.adam), at=NOW)
    assert asked(cast.adam, NOW) == [("Find out why an account locked", "olga")]


def test_nobody_is_asked_about_their_own_lock(cast: Cast) -> None:
    guess_until_it_locks(cast.adam, NOW)

    assert asked(cast.adam, NOW) == []
    assert asked(cast.astrid, NOW) == [("Find out why an account locked", "adam")]
