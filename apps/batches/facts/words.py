"""The words of the batch record."""

from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch stands in its life."""

    PLANNED = "PLANNED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    REVIEWED = "REVIEWED"
    CERTIFIED = "CERTIFIED"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"
    TERMINATED = "TERMINATED"


IN_HAND = (BatchState.PLANNED, BatchState.RUNNING, BatchState.FINISHED)  # what the list shows first


class Verb(StrEnum):
    """What moves a batch from one state to the next."""

    PLAN = "PLAN"
    START = "START"
    FINISH = "FINISH"
    TERMINATE = "TERMINATE"
    REVIEW = "REVIEW"
    WITHDRAW_REVIEW = "WITHDRAW_REVIEW"
    CERTIFY = "CERTIFY"
    RELEASE_FOR_SUPPLY = "RELEASE_FOR_SUPPLY"
    REJECT = "REJECT"
    RECALL = "RECALL"
    REOPEN = "REOPEN"


class StepState(StrEnum):
    """Open until it is completed; skipped only by an amendment of this batch."""

    OPEN = "OPEN"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


class Origin(StrEnum):
    """How a value came into the record."""

    TYPED = "TYPED"
    SCANNED = "SCANNED"
    COMPUTED = "COMPUTED"
    MACHINE = "MACHINE"


class VesselState(StrEnum):
    """An in-process vessel holds cells, or has been emptied."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class AmendmentState(StrEnum):
    """In force only with both signatures."""

    AUTHOR_SIGNED = "AUTHOR_SIGNED"
    APPROVED = "APPROVED"
