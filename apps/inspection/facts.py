"""What an inspector reads: entries of the trail, and the five hops of one value. Frozen, nothing left to look up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from apps.audit.facts import InclusionProof
from apps.products.definition import Bilingual

SHORT = 60
TELLING = (
    "place", "about", "verb", "test", "parameter", "text", "unit", "username", "role", "subject", "key", "code",
    "number", "kind", "material", "title_en", "name_en", "state", "template",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked of the trail; every part that is given narrows it."""

    record: str = ""
    person: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    @property
    def is_bounded(self) -> bool:
        """Whether words need be looked for in a part of the trail only."""
        return bool(self.record or self.person or self.action or self.since)


@dataclass(frozen=True)
class Changed:
    """One column before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class EntryView:
    """One entry, read from its canonical text: who, as what, did what, when, why, before and after."""

    address: str
    n: int
    at: datetime
    action: str
    username: str
    printed_name: str
    kind: str
    role: str
    authenticated: str
    device: str
    table: str
    row: str
    reason: str
    is_change: bool
    changes: tuple[Changed, ...]
    request: str
    text: str
    previous: str
    hash: str

    @property
    def place(self) -> str:
        """batch/CT-0042#57."""
        return f"{self.address}#{self.n}"

    @property
    def gist(self) -> str:
        """What a new row is about, in its most telling columns."""
        written = {one.name: one.after for one in self.changes if len(one.after) <= SHORT}
        return " · ".join(islice((written[name] for name in TELLING if name in written), 4))


@dataclass(frozen=True)
class SourceLine:
    """One line of a file of seeds."""

    n: int
    text: str


@dataclass(frozen=True)
class MasterHop:
    """Hop 1: where the approved master record asks for the value. `lines` is empty when the file has moved on."""

    product: str
    state: str
    sha256: str
    path: str
    file: str = ""
    lines: tuple[SourceLine, ...] = ()
    amendment: str = ""
    author: str = ""
    approver: str = ""
    approved_at: datetime | None = None


@dataclass(frozen=True)
class FormHop:
    """Hop 2: the field that the definition makes of it, on the page and in the API."""

    section: str
    step: Bilingual
    label: Bilingual
    kind: str
    unit: str
    limit: str
    record: str
    check: str
    role: str
    batch: str = ""  # where a person enters it: the batch and the place of the step
    step_place: str = ""


@dataclass(frozen=True)
class SignatureView:
    """A signature that stands on the value or on its step."""

    printed_name: str
    printed_name_zh: str
    role_title: Bilingual
    meaning: str
    at: datetime
    hash: str
    covers: bool


@dataclass(frozen=True)
class RowHop:
    """Hop 3: the row as it was recorded; `earlier` are the rows that it supersedes, oldest first."""

    table: str
    pk: int
    text: str
    unit: str
    verdict: str
    performed_at: datetime
    recorded_at: datetime
    recorded_by: str
    printed_name: str
    origin: str = ""
    reason: str = ""
    is_late: bool = False
    has_happened: bool = False
    earlier: tuple["RowHop", ...] = ()
    signatures: tuple[SignatureView, ...] = ()


@dataclass(frozen=True)
class EntryHop:
    """Hop 4: one entry of the chain, whether it still hashes, and its place under a signed head."""

    entry: EntryView
    is_whole: bool
    proof: InclusionProof | None


@dataclass(frozen=True)
class DocumentHop:
    """Hop 5: a document about the record. `lines` state the value; without them its head only covers the entry."""

    name: str
    number: str
    version: int
    title: Bilingual
    state: str
    content_hash: str
    file_sha256: str
    issued_at: datetime | None
    trail: str
    checkpoint_size: int | None
    checkpoint_root: str
    lines: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Trace:
    """One value from its master record to its certificate. What is missing is named, with the reason."""

    address: str
    record: str
    site: str
    title: str
    master: MasterHop | None
    form: FormHop | None
    row: RowHop | None
    entries: tuple[EntryHop, ...]
    documents: tuple[DocumentHop, ...]
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """One line of the log of an instrument or a room: when, which, what, for what, by whom."""

    at: datetime
    thing: str
    what: str
    address: str
    by: str
    note: str = ""
