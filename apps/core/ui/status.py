"""The vocabulary of states: one word, one icon, one tone each. Nothing else in the project draws a state.

The tones are those of tokens.css; the icons are symbols of icons.svg. Gravity orders several tags: gravest first.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Word:
    """How one state is said and drawn."""

    word: str | Promise
    icon: str
    tone: str
    gravity: int = 0
    edge: str = ""


VERDICTS = {
    "in_limit": Word(pgettext_lazy("status", "In limit"), "ok", "ok"),
    "alert": Word(pgettext_lazy("status", "Alert"), "alert", "alert", 40),
    "action": Word(pgettext_lazy("status", "Action"), "action", "action", 90),
    "not_evaluable": Word(pgettext_lazy("status", "Not evaluable"), "not-evaluable", "hold", 70),
    "passed": Word(pgettext_lazy("status", "Pass"), "ok", "ok"),
    "failed": Word(pgettext_lazy("status", "Fail"), "action", "action", 90),
    "recorded": Word(pgettext_lazy("status", "Recorded"), "ok", "ok"),
    "verified": Word(pgettext_lazy("status", "Verified"), "ok", "ok"),
    "no_limit": Word(pgettext_lazy("status", "No limit"), "ok", "plain"),
    "invalid": Word(pgettext_lazy("status", "Invalid run"), "refused", "superseded", 45),
    "valid": Word(pgettext_lazy("status", "Valid run"), "ok", "ok"),
}

MARKS = {
    "hold": Word(pgettext_lazy("status", "Hold"), "hold", "hold", 80),
    "late": Word(pgettext_lazy("status", "Late entry"), "late", "late", 50),
    "due": Word(pgettext_lazy("status", "Due"), "late", "alert", 40),
    "overdue": Word(pgettext_lazy("status", "Overdue"), "late", "action", 85),
    "corrected": Word(pgettext_lazy("status", "Corrected"), "corrected", "corrected", 30),
    "refused": Word(pgettext_lazy("status", "Refused"), "refused", "superseded", 20),
    "superseded": Word(pgettext_lazy("status", "Superseded"), "superseded", "superseded", 20),
    "not_covered": Word(pgettext_lazy("status", "Not covered"), "superseded", "superseded", 60),
    "not_recorded": Word(pgettext_lazy("status", "Not recorded"), "pending", "late", 55, "dashed"),
    "expired": Word(pgettext_lazy("status", "Expired"), "expired", "action", 88),
    "override": Word(pgettext_lazy("status", "Against a rule"), "action", "action", 90),
    "typed": Word(pgettext_lazy("status", "Typed"), "keyboard", "plain", 10),
    "deviation": Word(pgettext_lazy("status", "Deviation"), "action", "action", 75),
    "critical": Word(pgettext_lazy("status", "Critical"), "action", "action", 92),
    "major": Word(pgettext_lazy("status", "Major"), "alert", "alert", 60),
    "minor": Word(pgettext_lazy("status", "Minor"), "info", "plain", 15),
}

WORK = {
    "pending": Word(pgettext_lazy("status", "Pending"), "pending", "plain", 5),
    "not_done": Word(pgettext_lazy("status", "Not done"), "pending", "plain", 5),
    "not_yet": Word(pgettext_lazy("status", "Not yet"), "pending", "plain", 5),
    "to_judge": Word(pgettext_lazy("status", "To judge"), "pending", "plain", 8),
    "to_check": Word(pgettext_lazy("status", "To check"), "sign", "plain", 8),
    "to_sign": Word(pgettext_lazy("status", "To sign"), "sign", "plain", 8),
    "waiting": Word(pgettext_lazy("status", "Waiting"), "pending", "plain", 5),
    "open": Word(pgettext_lazy("status", "Open"), "pending", "plain", 8),
    "in_progress": Word(pgettext_lazy("status", "In progress"), "corrected", "plain", 8),
    "done": Word(pgettext_lazy("status", "Done"), "ok", "ok"),
    "accepted": Word(pgettext_lazy("status", "Accepted"), "ok", "ok"),
    "holds": Word(pgettext_lazy("status", "Holds"), "hold", "hold", 80),
    "signed": Word(pgettext_lazy("status", "Signed"), "sign", "ok"),
    "checked": Word(pgettext_lazy("status", "Checked"), "ok", "ok"),
    "witnessed": Word(pgettext_lazy("status", "Witnessed"), "ok", "ok"),
    "approved": Word(pgettext_lazy("status", "Approved"), "ok", "ok"),
    "requested": Word(pgettext_lazy("status", "Requested"), "pending", "plain", 8),
    "treated": Word(pgettext_lazy("status", "Treated, to be witnessed"), "sign", "alert", 30),
    "closed": Word(pgettext_lazy("status", "Closed"), "ok", "plain"),
    "lifted": Word(pgettext_lazy("status", "Lifted"), "ok", "plain"),
    "skipped": Word(pgettext_lazy("status", "Left out"), "spent", "plain"),
    "withdrawn": Word(pgettext_lazy("status", "Withdrawn"), "refused", "action", 60),
    "draft": Word(pgettext_lazy("status", "Draft"), "document", "plain", 5),
    "issued": Word(pgettext_lazy("status", "Issued"), "ok", "ok"),
    "received": Word(pgettext_lazy("status", "Received"), "ok", "plain"),
    "reported": Word(pgettext_lazy("status", "Reported"), "document", "plain"),
    "active": Word(pgettext_lazy("status", "Active"), "ok", "ok"),
    "author_signed": Word(pgettext_lazy("status", "Signed by its author"), "sign", "plain", 8),
    "retired": Word(pgettext_lazy("status", "Retired"), "superseded", "superseded", 20),
    "locked": Word(pgettext_lazy("status", "Locked"), "lock", "plain", 10),
}

BATCHES = {
    "planned": Word(pgettext_lazy("status", "Planned"), "calendar", "plain"),
    "running": Word(pgettext_lazy("status", "In process"), "play", "plain"),
    "finished": Word(pgettext_lazy("status", "Finished"), "tick", "plain"),
    "reviewed": Word(pgettext_lazy("status", "Reviewed"), "tick", "plain"),
    "certified": Word(pgettext_lazy("status", "Certified"), "shield", "ok"),
    "terminated": Word(pgettext_lazy("status", "Terminated"), "stop", "superseded", 35),
    "certified_again": Word(pgettext_lazy("status", "Certified again"), "corrected", "corrected", 30),
    "reopened": Word(pgettext_lazy("status", "Reopened for correction"), "corrected", "alert", 40),
}

UNITS = {
    "quarantined": Word(pgettext_lazy("status", "Quarantined"), "quarantined", "plain", 30, "striped"),
    "conditional": Word(pgettext_lazy("status", "Conditional"), "conditional", "conditional", 45, "dashed"),
    "released": Word(pgettext_lazy("status", "Released"), "ok", "ok"),
    "rejected": Word(pgettext_lazy("status", "Rejected"), "action", "action", 95),
    "recalled": Word(pgettext_lazy("status", "Recalled"), "action", "action", 95),
    "fresh": Word(pgettext_lazy("status", "Fresh"), "fresh", "plain"),
    "frozen": Word(pgettext_lazy("status", "Frozen"), "frozen", "plain"),
    "thawed": Word(pgettext_lazy("status", "Thawed"), "thawed", "plain"),
    "spent": Word(pgettext_lazy("status", "Spent"), "spent", "plain"),
    "in_store": Word(pgettext_lazy("status", "In store"), "box", "plain"),
    "reserved": Word(pgettext_lazy("status", "Reserved"), "person", "plain"),
    "set_apart": Word(pgettext_lazy("status", "Set apart for a study"), "calendar", "plain"),
    "in_transit": Word(pgettext_lazy("status", "In transit"), "truck", "plain"),
    "at_site": Word(pgettext_lazy("status", "At the site"), "place", "plain"),
    "administered": Word(pgettext_lazy("status", "Administered"), "heart", "plain"),
    "destroyed": Word(pgettext_lazy("status", "Destroyed"), "destroy", "superseded"),
    "eligible": Word(pgettext_lazy("status", "Eligible"), "ok", "ok"),
    "deferred": Word(pgettext_lazy("status", "Deferred"), "pending", "plain", 20),
    "in_service": Word(pgettext_lazy("status", "In service"), "ok", "ok"),
    "out_of_service": Word(pgettext_lazy("status", "Out of service"), "stop", "action", 60),
    "ineligible": Word(pgettext_lazy("status", "Not eligible"), "action", "action", 95),
    "quarantine": Word(pgettext_lazy("status", "Quarantined"), "quarantined", "plain", 30, "striped"),
}

SHIPMENTS = {
    "packed": Word(pgettext_lazy("status", "Packed"), "box", "plain", 8),
    "handed_over": Word(pgettext_lazy("status", "Handed over"), "truck", "plain", 10),
    "arrived": Word(pgettext_lazy("status", "Arrived, to be confirmed"), "sign", "alert", 30),
    "returned": Word(pgettext_lazy("status", "Back in stock"), "back", "plain"),
}

DOSES = {
    "ordered": Word(pgettext_lazy("status", "Ordered"), "document", "plain", 8),
    "prepared": Word(pgettext_lazy("status", "Prepared"), "thawed", "plain", 6),
    "ready": Word(pgettext_lazy("status", "Ready"), "ok", "ok", 6),
    "infusing": Word(pgettext_lazy("status", "Infusing"), "play", "plain", 6),
    "given": Word(pgettext_lazy("status", "Given"), "heart", "ok"),
    "cancelled": Word(pgettext_lazy("status", "Cancelled"), "stop", "superseded", 20),
}

STABILITY = {
    "pulled": Word(pgettext_lazy("status", "Pulled"), "tick", "plain"),
    "missed": Word(pgettext_lazy("status", "Missed"), "alert", "action", 50),
    "endorsed": Word(pgettext_lazy("status", "Signed by quality"), "sign", "plain", 8),
    "authorised": Word(pgettext_lazy("status", "Authorised, to be relabelled"), "sign", "alert", 30),
    "completed": Word(pgettext_lazy("status", "Completed"), "ok", "ok"),
    "named": Word(pgettext_lazy("status", "Named"), "document", "plain"),
    "relabelled": Word(pgettext_lazy("status", "Relabelled"), "label", "ok"),
    "left_out": Word(pgettext_lazy("status", "Not relabelled"), "spent", "plain"),
}

SUPPLIES = {
    "urgent": Word(pgettext_lazy("status", "Urgent use"), "action", "action", 60, "dashed"),
    "exceptional": Word(pgettext_lazy("status", "Not certified"), "action", "action", 60, "dashed"),
    "agreed": Word(pgettext_lazy("status", "Agreed by the physician"), "person", "plain", 12),
    "decided": Word(pgettext_lazy("status", "Decided, second person awaited"), "sign", "alert", 30),
    "supplied": Word(pgettext_lazy("status", "Let go to this patient"), "conditional", "conditional", 20, "dashed"),
}

RECALLS = {
    "came_back": Word(pgettext_lazy("status", "Came back"), "back", "ok"),
    "destroyed_there": Word(pgettext_lazy("status", "Destroyed where it was"), "destroy", "superseded"),
    "physician_told": Word(pgettext_lazy("status", "The physician was told"), "person", "plain"),
    "not_found": Word(pgettext_lazy("status", "Not found"), "action", "action", 70),
    "located": Word(pgettext_lazy("status", "Seen where recorded"), "place", "ok"),
    "unaccounted": Word(pgettext_lazy("status", "To account for"), "pending", "alert", 60),
    "mock": Word(pgettext_lazy("status", "Mock recall"), "info", "plain", 10),
    "to_recall": Word(pgettext_lazy("status", "To be recalled"), "action", "action", 88),
}

VIGILANCE = {
    "answered": Word(pgettext_lazy("status", "Reporter answered"), "tick", "plain", 12),
    "unassessed": Word(pgettext_lazy("status", "To be assessed"), "sign", "alert", 30),
    "assessed": Word(pgettext_lazy("status", "Assessed"), "sign", "plain", 8),
    "serious": Word(pgettext_lazy("status", "Serious"), "action", "action", 91),
}

LABORATORY = {
    "drawn": Word(pgettext_lazy("status", "Drawn"), "flask", "plain", 8),
    "tested": Word(pgettext_lazy("status", "Tested"), "sign", "plain", 6),
    "unreviewed": Word(pgettext_lazy("status", "To review"), "sign", "plain", 9),
    "awaited": Word(pgettext_lazy("status", "Awaited"), "pending", "plain", 10),
    "missing": Word(pgettext_lazy("status", "No sample"), "pending", "plain", 12),
    "printed": Word(pgettext_lazy("status", "Printed"), "print", "plain", 6),
    "applied": Word(pgettext_lazy("status", "Applied"), "label", "plain"),
    "specimen": Word(pgettext_lazy("status", "Specimen"), "document", "plain"),
    "closes": Word(pgettext_lazy("status", "Closes"), "ok", "ok"),
    "does_not_close": Word(pgettext_lazy("status", "Does not close"), "action", "action", 70),
    "event": Word(pgettext_lazy("status", "Event"), "alert", "alert", 72),
    "amended": Word(pgettext_lazy("status", "Amended"), "corrected", "corrected", 30),
}

INVESTIGATIONS = {
    "laboratory": Word(pgettext_lazy("status", "Phase I, laboratory"), "flask", "alert", 60),
    "phase_i_done": Word(pgettext_lazy("status", "Phase I signed, to decide"), "sign", "alert", 58),
    "production": Word(pgettext_lazy("status", "Phase II, production"), "play", "alert", 56),
    "extended": Word(pgettext_lazy("status", "Phase II signed, to conclude"), "sign", "alert", 54),
    "result_invalidated": Word(pgettext_lazy("status", "Result invalidated"), "refused", "superseded", 46),
    "concluded": Word(pgettext_lazy("status", "Concluded"), "tick", "plain"),
    "investigated": Word(pgettext_lazy("status", "Under investigation"), "alert", "alert", 65),
    "confirmed": Word(pgettext_lazy("status", "Failure confirmed"), "action", "action", 90),
    "inconclusive": Word(pgettext_lazy("status", "Inconclusive, the result stands"), "action", "action", 80),
    "retest": Word(pgettext_lazy("status", "Retest"), "back", "corrected", 32),
    "resample": Word(pgettext_lazy("status", "New sample"), "flask", "corrected", 32),
    "repeated": Word(pgettext_lazy("status", "Not the first of this test"), "action", "action", 75),
    "proposed": Word(pgettext_lazy("status", "Proposed"), "pending", "plain", 8),
    "capa": Word(pgettext_lazy("status", "Action planned"), "corrected", "corrected", 28),
    "effective": Word(pgettext_lazy("status", "Effective"), "ok", "ok"),
    "corrective": Word(pgettext_lazy("status", "Corrective"), "corrected", "plain"),
    "preventive": Word(pgettext_lazy("status", "Preventive"), "shield", "plain"),
}

PARTS = (
    VERDICTS,
    MARKS,
    WORK,
    BATCHES,
    UNITS,
    SHIPMENTS,
    DOSES,
    STABILITY,
    SUPPLIES,
    RECALLS,
    VIGILANCE,
    LABORATORY,
    INVESTIGATIONS,
)
VOCABULARY = {key: word for part in PARTS for key, word in part.items()}

SAME_AS = {
    "pass": "passed",
    "fail": "failed",
    "ok": "in_limit",
    "within": "in_limit",
    "in_process": "running",
    "invalidated": "result_invalidated",
    "none": "pending",
    "": "pending",
}


def word_of(state: object) -> Word:
    """The word for a state given as text or enumeration member; an unknown one is an error of the programmer."""
    raw = state.value if isinstance(state, Enum) else state
    key = str("" if raw is None else raw).lower().replace(" ", "_").replace("-", "_")
    return VOCABULARY[SAME_AS.get(key, key)]


def gravest_first(states: list[object]) -> list[object]:
    """Several states in the order in which they are told."""
    return sorted(states, key=lambda state: -word_of(state).gravity)
