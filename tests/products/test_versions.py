"""A master record is imported as a draft, signed by its author, approved by a second person, and then stands."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Entry
from apps.core.actor import SYSTEM
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import BadInput, NotAllowed, RuleBroken, SignatureRefused, Stale
from apps.core.roles import Role
from apps.documents.facts import Cell, Table, read_content
from apps.documents.models import Document
from apps.documents.services import preview
from apps.products import services
from apps.products.content import master_document, readable_hash, version_content
from apps.products.facts import VersionState, VersionVerb
from apps.products.lifecycle import MOVES, verbs_from
from apps.products.loader import SEEDS
from apps.products.models import ProductVersion, RuleTable
from apps.products.selectors import (
    approved_version,
    definition_of,
    differences_to,
    owning_site,
    version_named,
    visible_versions,
)
from tests.cast import AT, actor, give_role, sign_as

pytestmark = pytest.mark.django_db

SERVICES = {
    VersionVerb.SIGN: services.sign_version,
    VersionVerb.APPROVE: services.approve_version,
    VersionVerb.RETURN: services.return_version,
    VersionVerb.RETIRE: services.retire_version,
}


@pytest.fixture
def draft(cast, msc) -> ProductVersion:
    """The MSC record as its author imported it."""
    return services.import_version(loaded=msc, actor=actor(cast.arthur), at=AT)


@pytest.fixture
def decide(cast):
    """Decide about a version as somebody: `decide(VersionVerb.SIGN, version, cast.arthur)`."""

    def act(verb, version, person, **words):
        content = version_content(version=version, verb=verb, **words)
        return SERVICES[verb](version=version, signing=sign_as(person, content), actor=actor(person), at=AT, **words)

    return act


@pytest.fixture
def signed(draft, decide, cast):
    return decide(VersionVerb.SIGN, draft, cast.arthur)


@pytest.fixture
def approved(signed, decide, cast):
    return decide(VersionVerb.APPROVE, signed, cast.quinn)


def other_text(msc, **changes):
    text = canonical(json.loads(msc.text) | changes)
    return replace(msc, text=text, sha256=sha256_hex(text))


def test_an_import_is_a_draft_with_its_text_and_hash(draft, msc):
    assert (draft.state, draft.sha256, draft.number) == (VersionState.DRAFT, msc.sha256, "msc_covid19-v1")
    assert draft.record.address == "product/msc_covid19-v1"
    assert definition_of(draft) == msc.definition


def test_the_same_import_twice_is_once(draft, msc, cast):
    entries = Entry.objects.filter(record=draft.record).count()

    assert services.import_version(loaded=msc, actor=actor(cast.arthur), at=AT) == draft
    assert Entry.objects.filter(record=draft.record).count() == entries


def test_a_draft_may_be_imported_anew_and_the_trail_keeps_both(draft, msc, cast):
    changed = other_text(msc, open_points=[])
    again = services.import_version(loaded=changed, actor=actor(cast.arthur), at=AT)

    assert (again.pk, again.sha256) == (draft.pk, changed.sha256)
    assert [entry.action for entry in Entry.objects.filter(record=draft.record).order_by("n")] == [
        "product.imported"
    ] * 2


def test_only_an_author_of_the_site_imports(msc, cast):
    with pytest.raises(NotAllowed):
        services.import_version(loaded=msc, actor=actor(cast.olga), at=AT)


def test_a_yaml_text_with_problems_is_refused_with_every_place(cast):
    with pytest.raises(BadInput) as refused:
        services.import_yaml(text="key: x\nversion: 1.5\n", actor=actor(cast.arthur), at=AT)

    assert refused.value.objections[0].place == "version"
    assert "not in quotes" in refused.value.objections[0].text


def test_the_author_signs_what_was_shown(signed, cast):
    assert (signed.state, signed.author_signature.username) == (VersionState.AUTHOR_SIGNED, "arthur")
    assert signed.sha256 in signed.author_signature.content.replace(" ", "")


def test_a_signed_text_can_no_longer_be_imported_anew(signed, msc, cast):
    with pytest.raises(RuleBroken) as refused:
        services.import_version(loaded=other_text(msc, open_points=[]), actor=actor(cast.arthur), at=AT)

    assert refused.value.code == "settled"


def test_a_second_person_approves_and_the_document_is_requested(approved, cast):
    document = Document.objects.get(subject=approved.record)
    content = read_content(document.wording.text)

    assert (approved.state, approved.approval_signature.username, approved.approved_at) == (
        VersionState.APPROVED,
        "quinn",
        AT,
    )
    assert (document.number, document.state) == ("MR-MSC-COVID19-V1", "DRAFT")
    assert [block.printed_name for block in content.blocks[-1].blocks] == ["Arthur Ames", "Quinn Qian"]
    assert approved_version("msc_covid19", "NANHU") == approved
    assert approved_version("msc_covid19", "RHINE") is None


def test_the_author_can_not_approve_their_own_record(signed, decide, cast):
    give_role(cast.arthur, Role.QA)

    with pytest.raises(RuleBroken) as refused:
        decide(VersionVerb.APPROVE, signed, cast.arthur)

    assert refused.value.code == "same_person"


def test_an_operator_approves_nothing(signed, decide, cast):
    with pytest.raises(NotAllowed):
        decide(VersionVerb.APPROVE, signed, cast.olga)


def test_a_wrong_secret_approves_nothing(signed, cast):
    content = version_content(version=signed, verb=VersionVerb.APPROVE)

    with pytest.raises(SignatureRefused):
        services.approve_version(
            version=signed, signing=sign_as(cast.quinn, content, secret="guess"), actor=actor(cast.quinn), at=AT
        )

    assert version_named("msc_covid19-v1").state == VersionState.AUTHOR_SIGNED


def test_what_changed_after_it_was_shown_is_not_signed(draft, msc, cast):
    shown = version_content(version=draft, verb=VersionVerb.SIGN)
    services.import_version(loaded=other_text(msc, open_points=[]), actor=actor(cast.arthur), at=AT)

    with pytest.raises(Stale):
        services.sign_version(version=draft, signing=sign_as(cast.arthur, shown), actor=actor(cast.arthur), at=AT)


def test_a_returned_record_is_a_draft_without_signature_again(signed, decide, cast):
    returned = decide(VersionVerb.RETURN, signed, cast.quinn, reason="The potency limit needs its source.")

    assert (returned.state, returned.author_signature) == (VersionState.DRAFT, None)
    assert decide(VersionVerb.SIGN, returned, cast.arthur).state == VersionState.AUTHOR_SIGNED


def test_a_return_without_a_reason_is_refused(signed, cast):
    content = version_content(version=signed, verb=VersionVerb.RETURN)

    with pytest.raises(RuleBroken):
        services.return_version(
            version=signed, reason=" ", signing=sign_as(cast.quinn, content), actor=actor(cast.quinn), at=AT
        )


def test_a_retired_record_plans_no_new_batch(approved, decide, cast):
    retired = decide(VersionVerb.RETIRE, approved, cast.quinn, reason="Version 2 is in force.")

    assert retired.state == VersionState.RETIRED
    assert approved_version("msc_covid19", "NANHU") is None


HOLDERS = {Role.AUTHOR: "arthur", Role.QA: "quentin"}


@pytest.mark.parametrize("verb", list(VersionVerb))
@pytest.mark.parametrize("state", list(VersionState))
def test_every_verb_in_every_state(verb, state, draft, decide, cast):
    version = draft
    for step in {
        VersionState.DRAFT: [],
        VersionState.AUTHOR_SIGNED: [VersionVerb.SIGN],
        VersionState.APPROVED: [VersionVerb.SIGN, VersionVerb.APPROVE],
        VersionState.RETIRED: [VersionVerb.SIGN, VersionVerb.APPROVE, VersionVerb.RETIRE],
    }[state]:
        person = cast.arthur if step is VersionVerb.SIGN else cast.quinn
        version = decide(step, version, person, **({"reason": "Replaced."} if MOVES[step].needs_reason else {}))
    words = {"reason": "As discussed."} if MOVES[verb].needs_reason else {}
    person = getattr(cast, HOLDERS[next(iter(MOVES[verb].roles))])

    if verb in verbs_from(state):
        assert decide(verb, version, person, **words).state == MOVES[verb].target
    else:
        with pytest.raises(RuleBroken) as refused:
            decide(verb, version, person, **words)
        assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("change", ["text = 'x'", "sha256 = 'x'", "version = 2", "key = 'other'", "sites = ' RHINE '"])
def test_the_database_refuses_a_change_of_a_settled_record(approved, change):
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE products_productversion SET {change}")


@pytest.mark.parametrize(
    "change", ["author_signature_id = NULL", "approval_signature_id = NULL", "state = 'DRAFT'", "state = 'FINE'"]
)
def test_the_database_refuses_a_state_without_its_signatures(approved, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE products_productversion SET {change}")


def test_a_version_may_not_be_skipped(draft, msc, cast):
    definition = msc.definition.model_copy(update={"version": 3})

    with pytest.raises(RuleBroken) as refused:
        services.import_version(
            loaded=replace(other_text(msc, version=3), definition=definition), actor=actor(cast.arthur), at=AT
        )

    assert refused.value.code == "version_gap"


def test_a_new_version_is_shown_by_what_it_says_differently(approved, msc, cast):
    data = json.loads(msc.text)
    stage = next(stage for stage in data["preparation"]["stages"] if stage["key"] == "expansion")
    count = next(step for step in stage["steps"] if step["key"] == "count")
    count["parameters"][0]["limit"]["low"] = "91.0"
    stage["steps"].remove(next(step for step in stage["steps"] if step["key"] == "growth"))
    loaded = replace(
        other_text(msc, version=2, preparation=data["preparation"]),
        definition=msc.definition.model_copy(update={"version": 2}),
    )
    second = services.import_version(loaded=loaded, actor=actor(cast.arthur), at=AT)
    found = {change.place: (change.kind, change.before, change.after) for change in differences_to(second, approved)}

    assert found["preparation.stages.expansion.steps.count.parameters.viability.limit.low"] == (
        "changed",
        "90.0",
        "91.0",
    )
    assert found["preparation.stages.expansion.steps.growth"][0] == "removed"
    assert len(found) == 3
    assert approved_version("msc_covid19", "NANHU") == approved


def test_people_of_other_sites_do_not_see_the_product(draft, cast):
    assert list(visible_versions(cast.olga, AT)) == [draft]
    assert list(visible_versions(cast.rita, AT)) == []
    assert list(visible_versions(cast.nora, AT)) == []


def test_the_readable_document_says_every_step_test_and_limit(draft, msc):
    text = master_document(draft, owning_site(draft)).text

    assert all(step.label.zh in text for stage in msc.definition.preparation.stages for step in stage.steps)
    assert all(test.label.en in text for test in msc.definition.testing.tests)
    assert "≥ 90.0; alert ≥ 92.0; rounded to 1 decimal" in text


def test_the_readable_document_speaks_in_words_and_readable_figures(draft):
    content = master_document(draft, owning_site(draft))

    for said in ("Grade A in grade B", "≤ 3\u00a0520\u00a0000", "−2.0 – −0.5", "4.0×10⁷ cells", "修约至 1 位小数"):
        assert said in content.text, said
    for key in ('"visual_appearance v1"', '"fill_suspension"', '"A IN B"', "≤ -135"):
        assert key not in content.text, key


def test_a_signer_has_read_the_document_as_it_is_now_whoever_issues_it(draft):
    site = owning_site(draft)
    before = readable_hash(draft, site)
    assert before == master_document(draft, site).hash

    site.address_en = "2 Another Road"

    assert before != readable_hash(draft, site) == master_document(draft, site).hash


def test_the_mark_site_to_confirm_is_explained_where_it_stands_and_only_there(draft):
    tables = [block for block in master_document(draft, owning_site(draft)).blocks if isinstance(block, Table)]

    for table in tables:
        marked = any(isinstance(entry, Cell) and entry.mark for row in table.rows for entry in row)
        assert bool(table.footnotes) is marked, table.title.en
    assert {bool(table.footnotes) for table in tables} == {True, False}


def test_the_readable_document_is_drawn_without_a_missing_glyph(draft):
    assert preview(master_document(draft, owning_site(draft))).startswith(b"%PDF")


def test_rule_tables_are_kept_as_they_were_loaded(db, tmp_path: Path):
    file = tmp_path / "retention.yaml"
    file.write_text((SEEDS / "retention.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    first = services.import_table(file=file, actor=SYSTEM, at=AT)
    again = services.import_table(file=file, actor=SYSTEM, at=AT)
    file.write_text("retention: []\n", encoding="utf-8")
    second = services.import_table(file=file, actor=SYSTEM, at=AT)

    assert again == first
    assert (second.n, RuleTable.objects.count()) == (2, 2)
