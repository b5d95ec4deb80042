"""Rules of review, certification and release for supply: pure."""

from collections.abc import Collection

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.release.facts import Answer


def took_part(signer: str, hands_on: Collection[str]) -> Objection | None:
    """Nobody who performed, checked or tested in a batch decides on it (EU GMP ATMP 11; 21 CFR 211.22)."""
    if signer not in hands_on:
        return None
    return Objection("took_part", N_("You took part in this batch; someone who did not must decide on it."))


def certificate_not_issued(is_issued: bool) -> Objection | None:
    """Supply waits for the sealed certificate: it is issued after the checkpoint, seconds after certification."""
    if is_issued:
        return None
    return Objection(
        "certificate_not_issued", N_("The batch certificate is not issued yet. It follows the next checkpoint.")
    )


def reason_missing(reason: str) -> Objection | None:
    """What ends a batch or takes a decision back says why (EU GMP Annex 11, 9)."""
    if len(reason.strip()) >= 3:
        return None
    return Objection("reason_missing", N_("Say why, in words that can be read in ten years."), place="reason")


def findings_left(left: int) -> Objection | None:
    """The review is signed when every finding has its answer (21 CFR 211.192: a written record with its conclusion)."""
    if not left:
        return None
    return Objection("findings_left", N_("Findings without an answer: {left}."), {"left": left})


def is_not_in_review(state: BatchState) -> Objection | None:
    """Findings are judged between the finish of the record and its review."""
    if state is BatchState.FINISHED:
        return None
    template = N_("The batch is {state}; its findings are judged when it is finished.")
    return Objection("not_in_review", template, {"state": state})


def is_answered_elsewhere(answer: Answer) -> Objection | None:
    """What has an answer of its own is not accepted with a note: an event is judged, an uncovered step signed again."""
    if answer is Answer.TO_JUDGE:
        return None
    template = N_("This finding is not to be accepted here: it is answered, or its own answer is awaited.")
    return Objection("answered_elsewhere", template)
