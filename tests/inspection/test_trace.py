"""One value in five hops: the line that asks for it, its field, its row, its entries, the document that states it."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from django.urls import reverse

from apps.audit.models import Checkpoint
from apps.audit.services import sequence_entries
from apps.inspection.selectors import tracing
from apps.inspection.selectors.tracing import trace
from tests.audit.owner import drop_the_triggers, execute, undone
from tests.cast import AT
from tests.documents import demo
from tests.documents.story import issued, requested
from tests.testing import story

PLACE = "culture[1].count.replicate[A].viability"
ADDRESS = f"batch/CT-0042/{PLACE}"


def url_of(address: str) -> str:
    return f"/inspection/trace/{quote(address, safe='')}/"


@pytest.fixture
def counted(room):
    """The first passage is counted; the viability of replicate A was read wrongly first."""
    room.receipt().clear_line().medium().seed().feed().harvest()
    room.count(first="91.0")
    room.correct(PLACE, "95.0")
    return room


def traced(room, address=ADDRESS):
    return trace(room.cast.ines, address, room.now)


def test_the_first_hop_is_the_approved_master_record(counted):
    master = traced(counted).master

    assert (master.product, master.state, master.author) == ("msc_covid19-v1", "APPROVED", "System")
    assert master.path.startswith("preparation.stages[1].steps[")
    assert master.path.endswith(".parameters[0]")


def test_the_line_of_the_file_is_shown_while_the_file_is_the_text_that_was_approved(cast):
    batch = story.running_batch(cast)
    place = "expansion[1].incubate.temperature"
    found = trace(cast.ines, f"{batch.record.address}/{place}", AT)

    assert found.master.file == "seeds/products/msc_covid19/v1/preparation/30_expansion.yaml"
    (line,) = found.master.lines
    assert "key: temperature" in line.text
    assert '"36.0"' in line.text
    source = story.SEEDS.parent / found.master.file
    assert source.read_text(encoding="utf-8").splitlines()[line.n - 1] == line.text


def test_a_part_of_several_lines_is_shown_whole_and_no_further(cast):
    batch = story.running_batch(cast)
    lines = trace(cast.ines, f"{batch.record.address}/expansion[1].seed.flask_area", AT).master.lines

    assert lines[0].text.strip() == "- key: flask_area"
    assert "multilayer_875" in lines[-1].text


def test_a_file_that_has_moved_on_is_named_as_such(counted):
    found = traced(counted)

    assert (found.master.file, found.master.lines) == ("", ())
    assert "no longer says here what was approved" in found.missing["file"]


def test_the_second_hop_is_the_field_that_the_master_makes_of_it(counted):
    form = traced(counted).form

    assert (form.label.en, form.label.zh, form.kind, form.unit) == ("Viability", "活率", "NUMBER", "%")
    assert form.limit.startswith("≥")
    assert (form.batch, form.step_place) == ("CT-0042", "culture[1].count")
    assert reverse("batches_api:values", args=[form.batch]) == "/api/v1/batches/CT-0042/values/"


def test_the_third_hop_is_the_row_with_what_it_superseded(counted):
    row = traced(counted).row

    assert (row.table, row.text, row.unit, row.printed_name) == ("batches_recordedvalue", "95.0", "%", "Olga Orlova")
    assert [(earlier.text, earlier.verdict) for earlier in row.earlier] == [("91.0", "ALERT")]
    assert row.reason == "Misread the display"


def test_the_third_hop_has_the_signatures_and_says_which_no_longer_cover_it(counted):
    counted.enter("culture[1].decide.enough", "yes")
    counted.sign_step("culture[1].decide")
    counted.sign_section("culture[1]")
    signed = traced(counted).row.signatures

    assert [(one.printed_name, one.covers) for one in signed] == [("Olga Orlova", True)]

    counted.correct(PLACE, "94.0")
    assert [one.covers for one in traced(counted).row.signatures] == [False]


def test_the_witness_stands_beside_who_signed(room):
    room.receipt().clear_line()
    signed = traced(room, "batch/CT-0042/culture[1].clear.clean").row.signatures

    assert [(one.printed_name, one.covers) for one in signed] == [("Olga Orlova", True), ("Vera Voss", True)]


def test_the_fourth_hop_is_every_entry_that_wrote_it_with_its_place_in_the_chain(counted):
    first, second = traced(counted).entries

    assert [first.entry.action, second.entry.action] == ["batch.value.recorded", "batch.value.corrected"]
    assert first.entry.address == "batch/CT-0042"
    assert first.entry.n < second.entry.n
    assert first.is_whole
    assert second.entry.reason == "Misread the display"


def test_an_entry_is_proved_to_stand_in_the_signed_tree_when_the_sequencer_took_it(counted):
    assert [hop.proof for hop in traced(counted).entries] == [None, None]

    sequence_entries(at=counted.now)
    newest = Checkpoint.objects.order_by("-size").first()
    assert {hop.proof.head.root for hop in traced(counted).entries} == {newest.root}


def test_an_entry_that_was_edited_shows_as_not_as_written(counted, web_client):
    page = web_client(counted.cast.ines)
    with undone():
        drop_the_triggers()
        execute("UPDATE audit_entry SET text = replace(text, '91.0', '95.0') WHERE action = 'batch.value.recorded'")
        first, second = traced(counted).entries
        said = page.get(url_of(ADDRESS)).content.decode()

    assert (first.is_whole, second.is_whole) == (False, True)
    assert "Not as written" in said


def hop_of(found, number):
    """The document with this number among those about the batch; its sheets of labels are documents too."""
    return next(hop for hop in found.documents if hop.number == number)


def test_the_fifth_hop_is_the_line_of_the_document_with_the_hashes_of_content_and_file(counted):
    stated = {"values": [{"address": ADDRESS, "text": "95.0", "unit": "%"}]}
    document = issued(replace(demo.batch_certificate(), data=stated), at=counted.now)
    hop = hop_of(traced(counted), document.number)

    assert hop.lines == (("address: " + ADDRESS, "text: 95.0", "unit: %"),)
    assert (hop.content_hash, hop.file_sha256) == (document.content_hash, document.file_sha256)
    assert hop.checkpoint_root == document.checkpoint.root
    assert "lines" not in traced(counted).missing


def test_a_row_of_a_table_that_names_the_place_states_the_value(counted):
    content = demo.batch_certificate()
    table = next(block for block in content.blocks if block.block == "table")
    cells = (PLACE, *[""] * (len(table.columns) - 1))
    blocks = tuple(replace(block, rows=(cells,)) if block is table else block for block in content.blocks)
    document = requested(replace(content, blocks=blocks), at=counted.now)

    assert hop_of(traced(counted), document.number).lines == ((table.title.en, PLACE),)


def test_a_document_that_does_not_state_the_value_is_shown_as_covering_it(counted):
    document = requested(at=counted.now)
    found = traced(counted)

    assert hop_of(found, document.number).lines == ()
    assert "No document states this value" in found.missing["lines"]


def test_empty_hops_are_named_with_the_reason(room):
    found = traced(room, "batch/CT-0042/receipt.arrive.temperature")

    assert (found.row, found.entries, found.documents) == (None, (), ())
    assert {"row", "entries", "documents"} <= set(found.missing)
    assert found.missing["row"] == tracing.NO_ROW


def test_a_result_of_the_laboratory_is_traced_from_its_specification(cast):
    batch = story.running_batch(cast)
    story.filled(cast, batch)
    sample = story.received_sample(cast, batch)
    run, _ = story.entered(cast, batch, sample, "viability_prefreeze", answers={"viability": "91.5"})
    story.signed(cast, run, at=story.FILLED + 2 * story.HOUR)
    story.reviewed(cast, run, at=story.FILLED + 3 * story.HOUR)
    found = trace(cast.ines, f"{sample.record.address}/viability_prefreeze[AR-0007].viability", AT)

    assert found.master.file == "seeds/products/msc_covid19/v1/testing.yaml"
    assert "key: viability" in found.master.lines[0].text
    assert (found.row.text, found.row.printed_name) == ("91.5", "Anna Arendt")
    assert [one.printed_name for one in found.row.signatures] == ["Anna Arendt", "Ada Almeida"]
    assert [hop.entry.table for hop in found.entries] == ["testing_result"] * 3


def test_the_page_shows_all_five_hops_on_one_screen(counted, web_client):
    issued(replace(demo.batch_certificate(), data={"values": [{"address": ADDRESS}]}), at=counted.now)
    reply = web_client(counted.cast.ines).get(url_of(ADDRESS))
    said = reply.content.decode()

    assert reply.status_code == 200
    assert all(f'id="{hop}"' in said for hop in ("master", "form", "row", "entries", "documents"))
    assert "95.0" in said
    assert traced(counted).documents[0].file_sha256[:4] in said


def test_the_page_names_what_is_empty_in_both_languages(room, web_client):
    client = web_client(room.cast.ines)
    said = client.get(url_of("batch/CT-0042/receipt.arrive.temperature")).content.decode()

    assert "Nothing was recorded here yet." in said


@pytest.mark.parametrize(
    "address",
    [
        "batch/NONE/receipt.arrive.temperature",
        "batch/CT-0042/receipt.arrive.nothing",
        "batch/CT-0042/not a place",
        "batch/CT-0042/receipt",
        "donor/D-0117/name",
        "nonsense",
    ],
)
def test_what_is_no_value_is_not_found(room, web_client, address):
    client = web_client(room.cast.ines)

    assert client.get(url_of(address)).status_code == 404


def test_a_value_of_another_site_is_not_found(counted, web_client):
    assert web_client(counted.cast.rita).get(url_of(ADDRESS)).status_code == 404


@pytest.mark.parametrize("address", ["batch/CT-0042", "batch/CT-0042#2"])
def test_the_address_of_a_record_leads_to_its_chain(room, web_client, address):
    reply = web_client(room.cast.ines).get(url_of(address))

    assert (reply.status_code, reply.url) == (302, f"/inspection/records/{quote(address, safe='')}/")


def test_an_address_is_one_segment_of_the_path_and_found_unencoded_too(counted, web_client):
    client = web_client(counted.cast.ines)

    assert client.get(f"/inspection/trace/{quote(ADDRESS, safe='/')}/").status_code == 200
    assert client.get(url_of(ADDRESS)).status_code == 200


def test_a_trace_costs_the_same_however_long_the_chain(counted, web_client, django_assert_max_num_queries):
    sequence_entries(at=counted.now)
    client = web_client(counted.cast.ines)
    with django_assert_max_num_queries(75):
        client.get(url_of(ADDRESS))
