"""The door through which everything is written, and the sequencer that puts what was written into the signed tree."""

from apps.audit.services.door import Change, audited, keep_refusal, refuse
from apps.audit.services.sequencing import sequence_entries

__all__ = ["Change", "audited", "keep_refusal", "refuse", "sequence_entries"]
