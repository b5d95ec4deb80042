"""All verification together: what is looked at, in which order, and how long each part took."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from django.db import connection

from apps.audit import triggers, witness
from apps.audit.facts import Finding, Tally
from apps.audit.models import Record
from apps.audit.selectors.chains import PART, look_at_part, parts
from apps.audit.selectors.helpers import helpers
from apps.audit.selectors.rows import look_at_rows, row_parts, whole_tables
from apps.audit.selectors.seals import seal_findings
from apps.audit.selectors.tree import record_tree_findings, tree_findings


@dataclass
class Verification:
    """One run: `findings()` yields what is wrong; `tally` and `seconds` tell what was looked at, how long.

    With several `processes` each takes the chains of about `part` entries, or so many rows, at a time.
    """

    chains_only: bool = False
    record: Record | None = None
    processes: int = 1
    part: int = PART
    known_heads: Mapping[int, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    seconds: dict[str, float] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Everything that is not as it was written, in the database as it stands at this moment; memory stays flat."""
        outside = witness.length()  # before the moment that is verified: later heads can't be in it
        cut = [(self.record.pk, self.record.pk)] if self.record else list(parts(self.part))
        with helpers(min(self.processes, len(cut))) as shared:
            look_at_chains = partial(look_at_part, columns=not self.chains_only)
            yield from self._timed("chains", self._together(shared.look_at(cut, look_at_chains)))
            if self.chains_only:
                return
            tables = whole_tables() if self.record else row_parts(self.part)
            rows = shared.look_at(tables, partial(look_at_rows, record=self.record))
            yield from self._timed("rows", self._together(rows))
            yield from self._timed("seals", seal_findings(self.tally, record=self.record))
            if self.record:
                yield from self._timed("tree", record_tree_findings(self.record, self.tally))
            else:
                yield from self._timed("tree", tree_findings(self.tally, self.known_heads, outside))
                yield from _missing_triggers()

    def _together(self, seen: Iterable[tuple[list[Finding], Tally]]) -> Iterator[Finding]:
        for found, tally in seen:
            self.tally.records += tally.records
            self.tally.entries += tally.entries
            self.tally.rows += tally.rows
            yield from found

    def _timed(self, part: str, findings: Iterator[Finding]) -> Iterator[Finding]:
        begun = time.perf_counter()
        yield from findings
        self.seconds[part] = time.perf_counter() - begun


def _missing_triggers() -> Iterator[Finding]:
    for name in triggers.missing(connection):
        sentence = f"The trigger {name} is missing: the database would let recorded data be changed."
        yield Finding("trigger", sentence, table=name.partition("_refuses_")[0])
