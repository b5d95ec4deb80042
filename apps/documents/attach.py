"""What a machine reads, embedded in the PDF: the content that was hashed, and what was added when it was issued.

SHA-256 of the embedded content.json is the hash printed on every page: anybody can compare them with two commands.
The structure follows PDF/A-3 (AF, AFRelationship Data, mime type, checksum); conformance is not claimed.
"""

import re
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from pikepdf import AttachedFileSpec, Dictionary, Name, Pdf, Stream

from apps.documents.facts import DocumentContent, Imprint

CONTENT_FILE = "content.json"
ISSUE_FILE = "issue.json"
JSON_TYPE = "application/json"
WIDE_CODE_POINT = re.compile(rb"<([0-9A-F]{5,6})>")


def attach_content(pdf_bytes: bytes, content: DocumentContent, imprint: Imprint) -> bytes:
    """The PDF with both files embedded; the same input gives the same bytes."""
    with Pdf.open(BytesIO(pdf_bytes)) as pdf:
        _mend_unicode_maps(pdf)
        for name, text, described in (
            (CONTENT_FILE, content.text, "What this document says; its SHA-256 is printed on every page"),
            (ISSUE_FILE, imprint.text, "What was added when it was issued"),
        ):
            _embed(pdf, name, text.encode(), described, imprint.issued_at)
        pdf.Root.Lang = "en"
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        target = BytesIO()
        pdf.save(target, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return target.getvalue()


def _embed(pdf: Pdf, name: str, data: bytes, described: str, at: datetime) -> None:
    stamp = at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    attached = AttachedFileSpec(
        pdf, data, filename=name, mime_type=JSON_TYPE, description=described, creation_date=stamp, mod_date=stamp,
        relationship=Name.Data,
    )  # fmt: skip
    pdf.attachments[name] = attached  # enters the catalogue's AF as well


def embedded_file(pdf_bytes: bytes, name: str) -> bytes | None:
    """One embedded file, or None where there is none of that name."""
    with Pdf.open(BytesIO(pdf_bytes)) as pdf:
        if name not in pdf.attachments:
            return None
        return pdf.attachments[name].get_file().read_bytes()


def _mend_unicode_maps(pdf: Pdf) -> None:
    # ReportLab writes code points beyond U+FFFF as five digits; without the surrogate pair copied text is lost.
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/ToUnicode" in item:
            stream = item.ToUnicode
            if isinstance(stream, Stream):
                mended = WIDE_CODE_POINT.sub(_as_surrogates, stream.read_bytes())
                stream.write(mended)


def _as_surrogates(match: re.Match[bytes]) -> bytes:
    return b"<" + chr(int(match[1], 16)).encode("utf-16-be").hex().upper().encode() + b">"
