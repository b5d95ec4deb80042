"""The authorised person certifies, release for supply is a verb of its own; then the record is locked."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from apps.batches.models import RecordedValue
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Stale
from apps.core.roles import Role
from apps.documents.content import withdraw_content
from apps.documents.facts import read_content
from apps.documents.models import Document
from apps.documents.selectors import public_facts
from apps.documents.services import withdraw_document
from apps.documents.store import read_file
from apps.lineage.selectors import ancestors
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import reject_lot
from apps.quality.content import open_deviation_content
from apps.quality.facts import Severity
from apps.quality.models import Event, Hold
from apps.quality.services import open_deviation, stop_record
from apps.release.content.described import product_and_batch
from apps.release.content.signed import certify_content
from apps.release.services import certify_batch
from apps.signatures.models import Signature
from apps.testing.models import Result
from apps.testing.services import correct_result
from apps.units.models import Unit
from tests.documents.reading import flowing
from tests.release.deciding import WHY, Release, codes, refusal

pytestmark = pytest.mark.django_db
COUNT = "expansion[3].count[1].replicate[A].viable"


def certificates() -> list[tuple[int, str]]:
    return list(Document.objects.filter(number="BC-CT-0042").order_by("version").values_list("version", "state"))


def dispositions(kind: str = "PRODUCT") -> set[str]:
    return set(Unit.objects.filter(kind=kind).values_list("disposition", flat=True))


# --- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["operator", "operator2", "checker", "analyst", "analyst2", "qc_head", "qa"])
def test_nobody_who_took_part_or_reviewed_certifies(reviewed: Release, who: str) -> None:
    reviewed.also(who, [Role.CERTIFIER])

    assert codes(lambda: reviewed.certify(who)) == ["took_part"]
    assert reviewed.batch.state == "REVIEWED"


@pytest.mark.parametrize("who", ["operator", "analyst2", "qc_head"])
def test_nobody_who_took_part_releases_for_supply(certified: Release, who: str) -> None:
    certified.issue()
    certified.also(who, [Role.CERTIFIER])

    assert codes(lambda: certified.supply(who)) == ["took_part"]


def test_only_the_authorised_person_certifies(reviewed: Release) -> None:
    assert codes(lambda: reviewed.certify("qa2")) == ["role_missing"]
    assert reviewed.certify().state == "CERTIFIED"
    signature = Signature.objects.get(record=reviewed.batch.record, verb="certify")
    assert (signature.title_en, signature.title_zh) == ("Authorised person", "质量受权人")
    assert signature.meaning == "I certify this batch."


# --- what -----------------------------------------------------------------------------------------------------------
def test_what_is_certified_is_shown_with_analysis_review_tests_and_the_answer_to_each_event(reviewed: Release) -> None:
    lines = {line.label: line for line in certify_content(reviewed.batch).lines}

    assert lines["Certificate of analysis"].note == "approved"
    assert lines["QA review"].note == "Chen Hao"
    assert lines["QA review"].value == Signature.objects.get(verb="review").content_hash
    assert lines["Sterility"].value == "PASSED"
    assert "No impact on product" in lines["CT-0042-E01"].note
    assert "Open hold" not in lines


def test_certification_requests_the_certificate_and_supply_waits_for_its_seal(certified: Release) -> None:
    assert certificates() == [(1, "DRAFT")]
    assert dispositions() == {"QUARANTINED"}
    assert codes(certified.supply) == ["certificate_not_issued"]
    certified.issue()
    assert certificates() == [(1, "ISSUED")]
    assert dispositions() == {"QUARANTINED"}
    assert certified.supply().state == "RELEASED"
    assert dispositions() == {"RELEASED"}
    assert dispositions("RETAINED") == dispositions("QC") == {"QUARANTINED"}


def test_the_certificate_names_its_countries_and_its_trial_in_print_and_for_machines(certified: Release) -> None:
    content = read_content(Document.objects.get(number="BC-CT-0042").wording.text)
    fields = {field.label.en: field.value for field in content.blocks[0].fields}  # type: ignore[union-attr]
    assert (fields["Destination"].en, fields["Destination"].zh) == ("China", "中国")  # type: ignore[union-attr]
    assert fields["Clinical trial"] == "NCT04288102 (ClinicalTrials.gov)"
    said = {"authorisation", "destinations", "trials"} & set(content.data)
    assert {name: content.data[name] for name in said} == {
        "authorisation": "MSC-COVID-2026-001 (demonstration)",
        "destinations": ["CN"],
        "trials": [{"registry": "NCT", "number": "NCT04288102"}],
    }


def test_a_certificate_on_an_older_master_says_that_no_country_and_no_trial_is_stated(release: Release) -> None:
    whole = definition_of_batch(release.batch)
    older = whole.authorisation.model_copy(update={"destinations": (), "trials": ()})

    section = product_and_batch(release.batch, whole.model_copy(update={"authorisation": older}), ())

    fields = {field.label.en: field.value for field in section.fields}
    assert fields["Destination"].zh == "工艺规程未载明"  # type: ignore[union-attr]
    assert fields["Clinical trial"].en == "none named in the master record"  # type: ignore[union-attr]


def test_a_withdrawn_certificate_supplies_nothing(certified: Release) -> None:
    document = certified.issue()
    certified.later()
    signing = certified.stage.signing(withdraw_content(document, "Wrong strength printed"), certified.now, "qa")
    who = {"signing": signing, "actor": certified.stage.actor("qa"), "at": certified.now}
    withdraw_document(document=document, reason="Wrong strength printed", **who)

    assert codes(certified.supply) == ["certificate_not_issued"]


def test_a_batch_is_certified_once_and_released_once(certified: Release) -> None:
    assert codes(certified.certify) == ["wrong_state"]
    assert certificates() == [(1, "DRAFT")]

    certified.issue()
    certified.supply()

    assert codes(certified.supply) == ["wrong_state"]
    assert codes(certified.certify) == ["wrong_state"]


def test_nothing_is_certified_before_its_review(release: Release) -> None:
    found = refusal(release.certify)

    assert {objection.code for objection in found.objections} == {"wrong_state", "open_holds", "findings_left"}
    assert "QA's review of the record is awaited." in str(found)


def test_certification_is_refused_with_everything_that_stands_against_it_at_once(release: Release) -> None:
    release.also("operator", [Role.CERTIFIER])
    release.happen()
    fail(release, "residual_bsa")

    found = refusal(lambda: release.certify("operator"))

    assert sorted(objection.code for objection in found.objections) == [
        "analysis_not_approved",
        "findings_left",
        "open_holds",
        "test_unreviewed",
        "took_part",
        "wrong_state",
    ]
    holds = next(objection.text for objection in found.objections if objection.code == "open_holds")
    assert "Smoke in the corridor." in holds
    assert "review of the record is awaited" in holds


def test_what_was_shown_for_certification_is_what_is_certified(reviewed: Release) -> None:
    shown = certify_content(reviewed.batch)
    signing = reviewed.stage.signing(shown, reviewed.now, "certifier")
    reviewed.happen(Severity.MINOR)
    close(reviewed)

    with pytest.raises(Stale) as caught:
        certify_batch(batch=reviewed.batch, signing=signing, actor=reviewed.stage.actor("certifier"), at=reviewed.now)
    assert caught.value.code == "content_changed"
    assert reviewed.certify().state == "CERTIFIED"


def close(release: Release) -> None:
    event = Event.objects.filter(state="OPEN").latest("pk")
    release.close(event)


def fail(release: Release, test: str) -> Result:
    """A result corrected: a draft again, neither signed nor reviewed."""
    release.later()
    standing = Result.objects.select_related("line__run__site", "line__sample__record", "batch__record").get(
        test=test, superseded_by=None
    )
    return correct_result(
        result=standing, text="250", reason="Dilution read wrong", actor=release.stage.actor("analyst"), at=release.now
    )


# --- holds ----------------------------------------------------------------------------------------------------------
def an_event(release: Release) -> str:
    release.happen()
    return "Smoke in the corridor."


def a_deviation_without_signed_impact(release: Release) -> str:
    event = release.happen()
    said: dict[str, Any] = {"classification": Severity.MAJOR, "rationale": "Outside the range"}
    content = open_deviation_content(event=event, **said)
    signing = release.stage.signing(content, release.now, "qa2")
    open_deviation(event=event, signing=signing, actor=release.stage.actor("qa2"), at=release.now, **said)
    return "its product impact is not signed yet"


def a_result_taken_back(release: Release) -> str:
    fail(release, "residual_bsa")
    return "Residual bovine albumin: the result was not reviewed yet."


def an_uncovered_signature(release: Release) -> str:
    release.correct(COUNT, "3.18")
    return "expansion[3].count[1]"


def a_stop(release: Release) -> str:
    release.later()
    who = {"actor": release.stage.actor("storekeeper"), "at": release.now}
    stop_record(record=release.batch.record, reason="The tank was open", **who)
    return "Stopped by Tang Fei: The tank was open"


def a_stop_on_the_donor(release: Release) -> str:
    release.later()
    donor = next(record for record in ancestors([release.batch.record]) if record.kind == "donor")
    who = {"actor": release.stage.actor("physician"), "at": release.now}
    stop_record(record=donor, reason="The mother fell ill", **who)
    return "The mother fell ill"


def a_lot_rejected_after_its_use(release: Release) -> str:
    release.later()
    lot = MaterialLot.objects.select_related("record", "site").get(number="PL-121")
    signing = release.stage.signing(lot_content(lot, LotVerb.REJECT, "Recalled by its maker"), release.now, "qa2")
    who = {"signing": signing, "actor": release.stage.actor("qa2"), "at": release.now}
    reject_lot(lot=lot, reason="Recalled by its maker", **who)
    return "Lot PL-121 was rejected: Recalled by its maker"


@pytest.mark.parametrize(
    "happens",
    [
        an_event,
        a_deviation_without_signed_impact,
        a_result_taken_back,
        an_uncovered_signature,
        a_stop,
        a_stop_on_the_donor,
        a_lot_rejected_after_its_use,
    ],
)
def test_each_hold_blocks_certification_and_is_named(judged: Release, happens: Callable[[Release], str]) -> None:
    named = happens(judged)

    found = refusal(judged.certify)

    holds = [objection.text for objection in found.objections if objection.code == "open_holds"]
    assert len(holds) == 1
    assert named in holds[0]


@pytest.mark.parametrize("happens", [an_event, a_stop, a_stop_on_the_donor, a_lot_rejected_after_its_use])
def test_what_comes_after_the_review_stops_certification_all_the_same(
    reviewed: Release, happens: Callable[[Release], str]
) -> None:
    named = happens(reviewed)

    assert named in str(refusal(reviewed.certify))
    assert reviewed.batch.state == "REVIEWED"


def test_a_result_corrected_after_the_review_sends_it_back_to_its_reviewer(reviewed: Release) -> None:
    fail(reviewed, "residual_bsa")

    assert {"analysis_not_approved", "findings_left", "open_holds"} <= set(codes(reviewed.certify))


def test_an_attempt_that_was_refused_after_the_review_does_not_stop_certification(reviewed: Release) -> None:
    """Nothing was recorded by it; it stays in the trail."""
    assert codes(lambda: reviewed.certify("operator")) == ["role_missing"]

    assert reviewed.certify().state == "CERTIFIED"


@pytest.mark.parametrize("happens", [an_event, a_stop, a_stop_on_the_donor, a_lot_rejected_after_its_use])
def test_what_comes_after_certification_stops_the_supply(certified: Release, happens: Callable[[Release], str]) -> None:
    certified.issue()
    named = happens(certified)

    assert named in str(refusal(certified.supply))
    assert dispositions() == {"QUARANTINED"}


# --- the end --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["FINISHED", "REVIEWED", "CERTIFIED"])
def test_a_batch_is_rejected_from_its_finish_on_with_all_its_units(release: Release, state: str) -> None:
    {"FINISHED": release.later, "REVIEWED": release.reviewed, "CERTIFIED": release.certified}[state]()
    assert codes(lambda: release.decide("reject", reason=" ")) == ["reason_missing"]

    release.decide("reject", reason="Mould in the incubator")

    assert (release.batch.state, release.batch.ended_at) == ("REJECTED", release.now)
    assert set(Unit.objects.values_list("disposition", flat=True)) == {"REJECTED"}
    assert "Mould in the incubator" in Signature.objects.get(verb="reject").content
    assert codes(lambda: release.decide("reject")) == codes(lambda: release.decide("reopen")) == ["wrong_state"]


def test_after_the_supply_it_is_a_recall(certified: Release) -> None:
    certified.supplied()
    assert codes(lambda: certified.decide("reject")) == ["wrong_state"]

    certified.decide("recall", reason="Late growth in a sister unit")

    assert certified.batch.state == "REJECTED"
    assert dispositions() == {"RECALLED"}
    assert dispositions("RETAINED") == dispositions("QC") == {"REJECTED"}


# --- a correction after certification -------------------------------------------------------------------------------
def test_a_certified_record_is_locked(certified: Release) -> None:
    assert codes(lambda: certified.correct(COUNT, "3.18")) == ["record_locked"]
    assert codes(lambda: fail(certified, "residual_bsa")) == ["result_locked"]


@pytest.mark.parametrize("who", ["operator", "analyst", "qc_head", "inspector", "site_admin"])
def test_only_quality_and_the_authorised_person_reopen_a_record(certified: Release, who: str) -> None:
    assert codes(lambda: certified.decide("reopen", who)) == ["role_missing"]


def test_a_correction_is_a_signed_procedure_that_ends_in_a_certificate_superseding_the_first(
    certified: Release,
) -> None:
    certified.issue()
    first = Document.objects.get(number="BC-CT-0042", version=1)

    certified.decide("reopen", reason=WHY)
    signed = Signature.objects.get(record=certified.batch.record, verb="reopen")
    assert ["BC-CT-0042 v1", first.content_hash, ""] in json.loads(signed.content)["lines"]
    assert certificates() == [(1, "ISSUED")]
    corrected(certified)
    assert certified.certify().state == "CERTIFIED"
    assert certificates() == [(1, "ISSUED"), (2, "DRAFT")]
    assert codes(certified.supply) == ["certificate_not_issued"]  # the first is no ground to supply on
    second = certified.issue()

    assert certificates() == [(1, "SUPERSEDED"), (2, "ISSUED")]
    assert public_facts(Document.objects.get(pk=first.pk)).replaced_by == "BC-CT-0042 v2"
    content = read_content(second.wording.text)
    assert (content.supersedes, content.reason) == ("BC-CT-0042 v1", WHY)
    text = flowing(read_file(second.file_sha256))
    assert "BC-CT-0042 v1" in text
    assert WHY in text
    assert text.count("Record and trail reviewed") == text.count("Certified 批准放行") == 1


def corrected(release: Release) -> None:
    """Corrected, signed again by performer and checker, judged, reviewed."""
    release.correct(COUNT, "3.18")
    release.sign_again("expansion[3]")
    release.check_again("expansion[3]")
    release.reviewed()


def test_the_changed_value_is_marked_on_the_new_certificate(certified: Release) -> None:
    certified.issue()
    certified.decide("reopen")
    corrected(certified)
    certified.certify()

    text = Document.objects.get(number="BC-CT-0042", version=2).wording.text
    value = RecordedValue.objects.get(batch=certified.batch, place=COUNT, superseded_by=None)
    assert value.supersedes
    changed = next(
        row for block in json.loads(text)["blocks"] for row in block.get("rows", ()) if COUNT in json.dumps(row)
    )
    assert WHY in json.dumps(changed)
    assert f'"old":"{value.supersedes.text}"' in json.dumps(changed, separators=(",", ":"))


def test_nothing_is_supplied_while_a_released_record_is_open_for_correction(certified: Release) -> None:
    certified.supplied().decide("reopen")

    hold = Hold.objects.get(record=certified.batch.record, key="reopened")
    assert hold.blocks == {"ISSUE", "USE"}
    assert WHY in hold.text
    corrected(certified)
    certified.certify()
    certified.issue()
    assert Hold.objects.get(pk=hold.pk).lifted_at is None
    assert certified.supply().state == "RELEASED"
    assert Hold.objects.get(pk=hold.pk).lifted_at == certified.now
    assert dispositions() == {"RELEASED"}


def test_a_released_batch_that_is_rejected_after_its_reopening_recalls_what_is_out(certified: Release) -> None:
    certified.supplied().decide("reopen")
    certified.decide("reject", reason="The correction shows too few cells")

    assert certified.batch.state == "REJECTED"
    assert dispositions() == {"RECALLED"}


def test_reopening_says_why_and_leads_from_certified_states_only(release: Release) -> None:
    assert codes(lambda: release.decide("reopen")) == ["wrong_state"]
    release.certified()

    assert codes(lambda: release.decide("reopen", reason="")) == ["reason_missing"]
    assert release.decide("reopen", "certifier").state == "FINISHED"
    corrected(release)
    assert release.certify("certifier").state == "CERTIFIED"  # who reopened it had no hand in the record
