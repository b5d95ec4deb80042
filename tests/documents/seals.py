"""Seals for tests: keys of an installation, and the six files of the strict rule."""

from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from apps.documents.attach import attach_content
from apps.documents.layout.drawing import draw
from apps.documents.seal import SealFiles, seal, signer_from
from apps.documents.verify import Trusted, trusted_from
from qcsystem.keys import make_keys_once
from tests.documents import demo


def keys_in(folder: Path) -> SealFiles:
    """The seal's files of an installation that lives in this folder."""
    make_keys_once(folder)
    return SealFiles(folder / "seal_key.pem", folder / "seal_cert.pem", folder / "seal_chain.pem")


def trusted_by(files: SealFiles) -> Trusted:
    return trusted_from([files.certificate], files.chain)


def unsealed() -> bytes:
    """A certificate with its data, before it is sealed."""
    content = demo.batch_certificate()
    imprint = demo.imprint_of(content)
    return attach_content(draw(content, imprint), content, imprint)


def sealed_by(files: SealFiles, pdf: bytes) -> bytes:
    return seal(pdf, signer_from(files), reason="BC-0042 v1 issued", location="Nanhu Cell Centre")


def with_one_byte_changed(pdf: bytes) -> bytes:
    place = pdf.index(b"stream\n") + 40
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def with_bytes_appended(pdf: bytes) -> bytes:
    return pdf + b"\n% one line more\n"


def with_page_replaced(pdf: bytes) -> bytes:
    """What an editor does: the first page shows something else, added as a later revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 m 100 100 l S"))
    writer.update_container(page)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def six_files(ours: SealFiles, theirs: SealFiles) -> dict[str, bytes]:
    """The fixture set of the strict rule."""
    plain = unsealed()
    good = sealed_by(ours, plain)
    return {
        "good": good,
        "one byte changed": with_one_byte_changed(good),
        "bytes appended": with_bytes_appended(good),
        "page replaced by a later revision": with_page_replaced(good),
        "unsigned": plain,
        "good but not trusted": sealed_by(theirs, plain),
    }
