"""A later expiry stands on the data and takes two people at each unit; until it is confirmed the old date counts."""

from datetime import datetime

import pytest

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import Refused, RuleBroken
from apps.documents.models import Document
from apps.quality.facts import EventKind
from apps.quality.models import Event, Hold
from apps.quality.services import lift_hold, stop_record
from apps.signatures.selectors import signatures_of
from apps.stability.facts import ExtensionState, RelabelState
from apps.stability.models import Study
from apps.stability.selectors import extended_units, units_to_extend
from apps.stability.services import leave_out_the_others, withdraw_extension
from apps.units.facts import Counted, LabelFate, UnitKind, UnitVerb
from apps.units.models import Label, Reconciliation, Unit
from apps.units.selectors import labels_balance, units_of
from apps.units.services import set_disposition
from tests.cast import Cast, actor
from tests.stability.story import authorised, confirmed, endorsed, month, proposed, relabelled, supported
from tests.stability.test_edges import on, page_of
from tests.stability.test_studies import codes
from tests.testing.story import DAY, HOUR, as_if, filled, running_batch

# Real time: what speaks for six months is six months old. It speaks for a younger batch, whose labels said less.
FROZEN, OLD, NOW = month(5), month(9), month(7)


@pytest.fixture
def younger(cast: Cast, batch: Batch) -> Batch:
    """CT-0043, frozen in month 5 of the study; its bags may be used until month 9."""
    made = running_batch(cast, "CT-0043", 2)
    bags = filled(cast, made)
    touching = [made.record, *(bag.record for bag in bags)]
    with audited(actor=SYSTEM, action="test.arranged", at=FROZEN, touching=touching) as change:
        for hold in Hold.objects.filter(record=made.record, lifted_at=None):  # as if its release tests had passed
            lift_hold(change, hold=hold, reason="passed")
        product = [bag for bag in bags if bag.kind == UnitKind.PRODUCT]
        set_disposition(change, units=product, verb=UnitVerb.RELEASE)
        states = {"condition": "FROZEN", "storage_state": "frozen", "frozen_at": FROZEN, "expires_at": OLD}
        change.update_many([Unit.objects.select_related("record").get(pk=bag.pk) for bag in product], **states)
    return as_if(made, BatchState.RELEASED)


@pytest.fixture
def study(cast: Cast, batch: Batch) -> Study:
    """Month 6 passed whole."""
    return supported(cast, batch, 6)


def two(batch: Batch) -> list[Unit]:
    return [unit for unit in units_of(batch) if unit.kind == UnitKind.PRODUCT][:2]


def expiry(unit: Unit) -> datetime:
    return Unit.objects.get(pk=unit.pk).expires_at


def test_the_whole_way_to_a_later_date(cast: Cast, study: Study, younger: Batch) -> None:
    units = two(younger)
    first, second = units
    printed = labels_balance(younger).made

    extension = authorised(cast, endorsed(cast, proposed(cast, study, units, 6, NOW), NOW), NOW)

    assert extension.number == "CT-0043-X01"
    assert [expiry(unit) for unit in units] == [OLD, OLD]
    assert labels_balance(younger).difference == 2
    assert Document.objects.filter(number="EX-CT-0043-X01").exists()

    relabelled(cast, extension, first, NOW + HOUR)

    assert expiry(first) == OLD  # until a second person has seen it

    extension = confirmed(cast, extension, NOW + 2 * HOUR)

    later = expiry(first)
    assert (later - FROZEN).days in range(180, 185)
    assert expiry(second) == OLD
    assert extension.state == ExtensionState.AUTHORISED
    fates = list(Label.objects.filter(unit_number=first.number).order_by("copy").values_list("fate", "settled_by"))
    assert fates == [(LabelFate.DESTROYED, "stella"), (LabelFate.APPLIED, "stella")]

    relabelled(cast, extension, second, NOW + 3 * HOUR)
    extension = confirmed(cast, extension, NOW + 4 * HOUR)

    assert extension.state == ExtensionState.COMPLETED
    assert labels_balance(younger).closes
    assert labels_balance(younger).made == printed + 2
    last = Reconciliation.objects.filter(batch=younger, counted=Counted.LABELS).latest("pk")
    assert (last.closed, last.reason) == (True, extension.number)


def test_no_life_is_longer_than_the_data_support_or_the_master_allows(cast: Cast, study: Study, younger: Batch) -> None:
    with pytest.raises(RuleBroken) as beyond:
        proposed(cast, study, two(younger), 7, NOW)
    with pytest.raises(RuleBroken) as capped:
        proposed(cast, study, two(younger), 25, NOW)

    assert codes(beyond) == {"beyond_the_data"}
    assert codes(capped) == {"beyond_the_data", "beyond_the_cap"}


def test_what_is_held_expired_or_no_later_is_not_extended(cast: Cast, study: Study, younger: Batch) -> None:
    units = two(younger)

    with pytest.raises(RuleBroken) as expired:
        proposed(cast, study, units, 6, OLD)
    with pytest.raises(RuleBroken) as sooner:
        proposed(cast, study, units, 3, NOW)
    stop_record(record=units[0].record, reason="A crack.", actor=actor(cast.olga), at=NOW)
    with pytest.raises(RuleBroken) as held:
        proposed(cast, study, units, 6, NOW)

    assert codes(expired) == {"expired"}
    assert codes(sooner) == {"no_later"}
    assert codes(held) == {"open_holds"}


def test_a_hold_placed_after_the_proposal_stops_every_later_step(cast: Cast, study: Study, younger: Batch) -> None:
    units = two(younger)
    extension = authorised(cast, endorsed(cast, proposed(cast, study, units, 6, NOW), NOW), NOW)
    relabelled(cast, extension, units[0], NOW)
    stop_record(record=younger.record, reason="A complaint.", actor=actor(cast.olga), at=NOW)

    with pytest.raises(RuleBroken) as unconfirmed:
        confirmed(cast, extension, NOW + HOUR)
    with pytest.raises(RuleBroken) as unlabelled:
        relabelled(cast, extension, units[1], NOW + HOUR)

    assert codes(unconfirmed) == codes(unlabelled) == {"open_holds"}
    assert expiry(units[0]) == OLD


def test_quality_and_the_authorised_person_are_two_people(cast: Cast, study: Study, younger: Batch) -> None:
    extension = proposed(cast, study, two(younger), 6, NOW)

    with pytest.raises(Refused) as early:
        authorised(cast, extension, NOW)
    with pytest.raises(Refused) as not_his:
        authorised(cast, endorsed(cast, extension, NOW), NOW, by="quentin")

    assert "wrong_state" in codes(early)
    assert not_his.value.status == 403


def test_who_relabels_does_not_confirm(cast: Cast, study: Study, younger: Batch) -> None:
    units = two(younger)
    extension = authorised(cast, endorsed(cast, proposed(cast, study, units, 6, NOW), NOW), NOW)
    relabelled(cast, extension, units[0], NOW)

    with pytest.raises(RuleBroken) as refused:
        confirmed(cast, extension, NOW, by="stella")

    assert codes(refused) == {"same_person"}
    assert expiry(units[0]) == OLD


def test_the_old_label_in_the_hand_is_a_hard_stop_and_a_near_miss(cast: Cast, study: Study, younger: Batch) -> None:
    units = two(younger)
    extension = authorised(cast, endorsed(cast, proposed(cast, study, units, 6, NOW), NOW), NOW)
    old = f"(91)unit/{units[0].number}(92){OLD:%Y%m%dT%H%MZ}"

    with pytest.raises(RuleBroken) as refused:
        relabelled(cast, extension, units[0], NOW, label=old)

    assert codes(refused) == {"wrong_label"}
    assert Event.objects.get(subject=extension.record).kind == EventKind.NEAR_MISS
    assert extended_units(extension)[0].state == RelabelState.PRINTED


def test_what_is_left_out_keeps_its_date_and_its_new_label_is_destroyed(
    cast: Cast, study: Study, younger: Batch
) -> None:
    units = two(younger)
    extension = authorised(cast, endorsed(cast, proposed(cast, study, units, 6, NOW), NOW), NOW)

    done = leave_out_the_others(extension=extension, reason="Shipped.", actor=actor(cast.quinn), at=NOW + HOUR)

    assert done.state == ExtensionState.COMPLETED
    assert [expiry(unit) for unit in units] == [OLD, OLD]
    assert labels_balance(younger).closes


def test_one_extension_of_a_batch_stands_and_may_be_withdrawn(cast: Cast, study: Study, younger: Batch) -> None:
    extension = proposed(cast, study, two(younger), 6, NOW)

    with pytest.raises(RuleBroken) as refused:
        proposed(cast, study, two(younger), 6, NOW)
    done = withdraw_extension(extension=extension, reason="Too early.", actor=actor(cast.quinn), at=NOW)

    assert codes(refused) == {"extended_already"}
    assert done.state == ExtensionState.WITHDRAWN
    assert proposed(cast, study, two(younger), 6, NOW + DAY).number == "CT-0043-X02"


def test_what_the_study_may_speak_for_is_offered(study: Study, younger: Batch) -> None:
    offered = units_to_extend(study, NOW)

    assert {unit.batch.number for unit in offered} == {"CT-0042", "CT-0043"}
    assert not {unit.custody for unit in offered} - {"IN_STORE"}


def test_on_the_page_the_units_are_chosen_one_by_one(cast: Cast, study: Study, younger: Batch) -> None:
    url = f"/stability/{study.number}/extensions/"
    said, chosen = {"months": 6, "ground": "Month 6 passed whole."}, [unit.number for unit in two(younger)]
    with on(NOW):
        pages = page_of(cast.quinn)
        asked, nothing = pages.get(url).content.decode(), pages.post(url, said)
        done = pages.post(url, {**said, "units": chosen})
        shown = pages.get("/stability/extensions/CT-0043-X01/").content.decode()

    assert "checked" not in asked
    assert (nothing.status_code, 'id="id_units_error"' in nothing.content.decode()) == (400, True)
    assert (done.status_code, done["Location"]) == (302, f"/stability/{study.number}/")
    assert all(number in shown for number in chosen)


def test_a_study_shows_who_opened_it_by_signature(cast: Cast, study: Study) -> None:
    assert [one.verb for one in signatures_of(study.record)] == ["open_study"]
