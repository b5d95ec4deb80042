"""The strict rule on its six files, and on the tricks that other tools let pass."""

import hashlib
import re
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter

from apps.documents.attach import CONTENT_FILE, ISSUE_FILE, embedded_file
from apps.documents.facts import DocumentContent, Table, read_content
from apps.documents.seal import SealFiles, signer_from
from apps.documents.verify import LARGEST_FILE, Trusted, judge
from apps.documents.verify_apart import judge_apart
from tests.documents import demo
from tests.documents.reading import flowing, signature_report, validation_report
from tests.documents.seals import keys_in, sealed_by, six_files, trusted_by, unsealed

VERDICTS = {
    "good": [],
    "one byte changed": ["altered"],
    "bytes appended": ["appended"],
    "page replaced by a later revision": ["appended", "changed_later"],
    "unsigned": ["unsigned"],
    "good but not trusted": ["not_trusted"],
}
SAID_BY_PDFSIG = {
    "good": ("Signature is Valid", "- Total document signed"),
    "one byte changed": ("Digest Mismatch", "- Total document signed"),
    "bytes appended": ("Signature is Valid", "Not total document signed"),
    "page replaced by a later revision": ("Signature is Valid", "Not total document signed"),
    "unsigned": ("does not contain any signatures", ""),
    "good but not trusted": ("Signature is Valid", "- Total document signed"),
}


SAID_BY_PYHANKO = {
    "good": "VALID",
    "one byte changed": "INVALID",
    "bytes appended": "VALID",  # it says besides that the entire file is not covered
    "page replaced by a later revision": "INVALID",
    "unsigned": "",
    "good but not trusted": "INVALID",
}


class Heedless(PdfSigner):
    """A signer that does not care what the first seal permits."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        return


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> SealFiles:
    return keys_in(tmp_path_factory.mktemp("ours") / "keys")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> SealFiles:
    return keys_in(tmp_path_factory.mktemp("theirs") / "keys")


@pytest.fixture(scope="module")
def files(ours: SealFiles, theirs: SealFiles) -> dict[str, bytes]:
    return six_files(ours, theirs)


@pytest.fixture(scope="module")
def trusted(ours: SealFiles) -> Trusted:
    return trusted_by(ours)


def codes(pdf: bytes, trusted: Trusted) -> list[str]:
    return [objection.code for objection in judge(pdf, trusted, at=datetime.now(UTC)).objections]


@pytest.mark.parametrize("name", VERDICTS)
def test_the_six_files_get_their_verdicts(name: str, files: dict[str, bytes], trusted: Trusted) -> None:
    assert codes(files[name], trusted) == VERDICTS[name]


@pytest.mark.parametrize("name", VERDICTS)
def test_another_reader_sees_the_same_facts(name: str, files: dict[str, bytes], tmp_path: Path) -> None:
    report = signature_report(files[name], tmp_path)

    assert all(said in report for said in SAID_BY_PDFSIG[name])
    ours = "Signature is Valid" in report and "- Total document signed" in report
    assert ours is (name in ("good", "good but not trusted"))


@pytest.mark.parametrize("name", VERDICTS)
def test_the_command_in_the_manual_says_what_it_is_said_to_say(
    name: str, files: dict[str, bytes], ours: SealFiles, tmp_path: Path
) -> None:
    report = validation_report(files[name], ours.chain, tmp_path)

    judged = re.findall(r"The signature is judged (VALID|INVALID)\.", report)
    assert judged == [SAID_BY_PYHANKO[name]] * bool(SAID_BY_PYHANKO[name]), report
    covers_all = "The signature covers the entire file." in report
    assert (judged == ["VALID"] and covers_all) is (name == "good"), report


def test_a_good_file_says_who_sealed_it_and_when(files: dict[str, bytes], trusted: Trusted) -> None:
    verdict = judge(files["good"], trusted, at=datetime.now(UTC))

    assert verdict.good
    assert verdict.signer == "Document seal (demonstration)"
    assert {verdict.fingerprint} == trusted.fingerprints
    assert verdict.sealed_at is not None
    assert abs(datetime.now(UTC) - verdict.sealed_at) < timedelta(hours=1)


def test_the_seal_is_pades_with_an_elliptic_curve_key(files: dict[str, bytes], tmp_path: Path) -> None:
    report = signature_report(files["good"], tmp_path)

    assert "ETSI.CAdES.detached" in report
    assert "SHA-256" in report


def test_a_later_signature_of_a_stranger_does_not_pass_as_ours(
    files: dict[str, bytes], theirs: SealFiles, trusted: Trusted
) -> None:
    later = Heedless(PdfSignatureMetadata(field_name="Mine", subfilter=SigSeedSubFilter.PADES), signer_from(theirs))
    target = BytesIO()
    later.sign_pdf(IncrementalPdfFileWriter(BytesIO(files["good"])), output=target)

    assert "not_trusted" in codes(target.getvalue(), trusted)


def test_our_key_on_another_field_is_not_the_expected_seal(ours: SealFiles, trusted: Trusted) -> None:
    signer = PdfSigner(PdfSignatureMetadata(field_name="Other", subfilter=SigSeedSubFilter.PADES), signer_from(ours))
    target = BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(unsealed())), output=target)

    assert codes(target.getvalue(), trusted) == ["seal_missing"]


def test_every_single_byte_of_the_file_is_covered(files: dict[str, bytes], trusted: Trusted) -> None:
    good = files["good"]
    start, length = map(int, re.search(rb"/ByteRange \[0 (\d+) (\d+) ", good).groups())
    places = [5, 700, start // 2, start - 5, length + 3, len(good) - 9]

    for place in places:
        changed = good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :]
        assert codes(changed, trusted), place


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a pdf", b"%PDF-1.4\n" + b"\xff" * 5000, b"\x00" * 100])
def test_what_is_no_pdf_is_said_to_be_none(data: bytes, trusted: Trusted) -> None:
    assert codes(data, trusted) == ["unreadable"]


def test_a_file_cut_short_is_not_good(files: dict[str, bytes], trusted: Trusted) -> None:
    assert codes(files["good"][:-200], trusted)
    assert codes(files["good"][: len(files["good"]) // 2], trusted)


def test_a_file_larger_than_any_of_ours_is_not_read(trusted: Trusted) -> None:
    assert codes(b"%PDF-1.7" + b"0" * LARGEST_FILE, trusted) == ["too_large"]


def test_a_certificate_that_left_our_list_seals_nothing_any_more(files: dict[str, bytes], trusted: Trusted) -> None:
    assert codes(files["good"], Trusted(frozenset(), trusted.roots)) == ["not_trusted"]


def test_a_seal_outlives_its_certificate(files: dict[str, bytes], trusted: Trusted) -> None:
    in_thirty_years = datetime.now(UTC) + timedelta(days=30 * 365)

    assert judge(files["good"], trusted, at=in_thirty_years).good


def test_a_listed_certificate_of_an_unknown_authority_is_not_accepted(
    files: dict[str, bytes], trusted: Trusted, theirs: SealFiles
) -> None:
    assert codes(files["good"], Trusted(trusted.fingerprints, trusted_by(theirs).roots)) == ["not_valid"]


def test_a_strangers_file_is_judged_in_a_process_of_its_own_with_the_same_verdict(
    files: dict[str, bytes], ours: SealFiles, trusted: Trusted
) -> None:
    now = datetime.now(UTC)
    for name in ("good", "page replaced by a later revision"):
        assert judge_apart(files[name], [ours.certificate], ours.chain, at=now) == judge(files[name], trusted, at=now)


def test_a_file_that_unfolds_to_fill_the_memory_ends_apart(ours: SealFiles) -> None:
    packed = zlib.compress(zlib.compress(bytes(1_200_000_000), 1), 9)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 2/W[1 2 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length "
    bomb = head + str(len(packed)).encode() + b">>\nstream\n" + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"

    verdict = judge_apart(bomb, [ours.certificate], ours.chain, at=datetime.now(UTC))

    assert [objection.code for objection in verdict.objections] in (["not_judged"], ["unreadable"])


# --- what a machine reads -------------------------------------------------------------------------------------------


def test_the_embedded_content_has_the_printed_hash(files: dict[str, bytes]) -> None:
    data = embedded_file(files["good"], CONTENT_FILE)

    assert data is not None
    assert hashlib.sha256(data).hexdigest() == demo.batch_certificate().hash
    assert hashlib.sha256(data).hexdigest() in flowing(files["good"]).replace(" ", "")


def test_every_printed_result_stands_in_the_embedded_content(files: dict[str, bytes]) -> None:
    data = embedded_file(files["good"], CONTENT_FILE)
    assert data is not None
    content = read_content(data.decode())
    printed = flowing(files["good"])

    (results,) = (block for block in content.blocks if isinstance(block, Table))
    for row in results.rows:
        result = row[2] if isinstance(row[2], str) else row[2].text
        assert result in printed


def test_what_was_added_at_issue_is_embedded_beside_it(files: dict[str, bytes]) -> None:
    data = embedded_file(files["good"], ISSUE_FILE)

    assert data is not None
    assert b"7F3KQ-9TDXM" in data
    assert b'"number":48211' in data


def test_the_attachments_follow_the_archive_format(files: dict[str, bytes]) -> None:
    with pikepdf.open(BytesIO(files["good"])) as pdf:
        specs = list(pdf.Root.AF)
        assert [str(spec.AFRelationship) for spec in specs] == ["/Data", "/Data"]
        assert [str(spec.EF.F.Subtype) for spec in specs] == ["/application/json", "/application/json"]
        assert all("/CheckSum" in spec.EF.F.Params and "/ModDate" in spec.EF.F.Params for spec in specs)
        assert "/Encrypt" not in pdf.trailer
        assert pdf.Root.Lang == "en"


def test_content_survives_the_way_through_its_text() -> None:
    for content in (demo.batch_certificate(), demo.certificate_of_analysis(), demo.master_record(), demo.labels()):
        again: DocumentContent = read_content(content.text)
        assert again == content
        assert again.hash == content.hash


def test_one_changed_letter_changes_the_hash() -> None:
    assert demo.batch_certificate(caption="CT-0043").hash != demo.batch_certificate().hash


def test_sealing_twice_gives_two_seals_of_one_content(ours: SealFiles, trusted: Trusted) -> None:
    plain = unsealed()
    first, second = (judge(sealed_by(ours, plain), trusted, at=datetime.now(UTC)) for _ in range(2))

    assert first.content_hash == second.content_hash == demo.batch_certificate().hash
