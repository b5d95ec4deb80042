"""What is reported and what patients had: a complaint that Nils takes down, an adverse event of the dose of R-0001."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.organisation.models import User
from apps.quality.facts import Severity
from apps.vigilance import services
from apps.vigilance.content import (
    assess_content,
    close_adverse_event_content,
    close_complaint_content,
    reopen_adverse_event_content,
    reopen_complaint_content,
    triage_content,
)
from apps.vigilance.facts import (
    Assessment,
    Category,
    Causality,
    Expectedness,
    FollowUp,
    Observed,
    Outcome,
    Reported,
    Sent,
    Seriousness,
    Triage,
)
from apps.vigilance.models import AdverseEvent, Complaint, SafetyReport
from apps.vigilance.selectors import adverse_event_now, complaint_now
from tests.cast import Cast, actor, sign_as, site_of
from tests.dosing.story import START

LATER = START + timedelta(hours=5)
DAY = timedelta(days=1)
CLOUDY = Reported(
    "Ward 5, charge nurse", "by phone", START + timedelta(hours=4), Category.PRODUCT_QUALITY, Severity.MAJOR,
    "The bag was cloudy after thawing.",
)  # fmt: skip
CHILLS = Observed("Chills", 2, START + timedelta(minutes=30), START + timedelta(minutes=40), outcome=Outcome.RECOVERED)
GRAVE = Observed(
    "Anaphylaxis", 4, START + timedelta(minutes=30), START + timedelta(minutes=40),
    seriousness=(Seriousness.LIFE_THREATENING,), outcome=Outcome.RECOVERING,
)  # fmt: skip
DEVIATION = Triage(Severity.MAJOR, "Visible particles are outside the specification.", deviation=True, hold=True)
NOTHING = Triage(Severity.MINOR, "The label is readable; nothing follows.", deviation=False, hold=False)
RELATED = Assessment(Causality.PROBABLE, Expectedness.UNEXPECTED, "IB v3, section 5", "Within minutes of the start.")
EXPECTED = replace(RELATED, expectedness=Expectedness.EXPECTED, rationale="Listed in the brochure.")


def complained(
    cast: Cast, order: TreatmentOrder | None, said: Reported = CLOUDY, *, at: datetime = LATER, **words: Any
) -> Complaint:
    """Nils takes a complaint about the first unit of the dose down."""
    concerned = kept_units(order)[:1] if order else []
    told = {"site": site_of("NANHU"), "concerned": concerned, "actor": actor(cast.nils), "at": at, **words}
    return services.receive_complaint(said=said, **told)


def triaged(
    cast: Cast, complaint: Complaint, said: Triage = DEVIATION, *, by: str = "quinn", at: datetime = LATER
) -> Complaint:
    """Quinn judges it."""
    person = getattr(cast, by)
    signing = sign_as(person, triage_content(complaint_now(complaint), said), at=at)
    return services.triage_complaint(complaint=complaint, said=said, signing=signing, actor=actor(person), at=at)


def answered(cast: Cast, complaint: Complaint, *, at: datetime = LATER) -> Complaint:
    """Quinn writes to the reporter."""
    told = {"answer": "The batch is held; a bag is sent in its place.", "answered_at": at}
    return services.answer_complaint(complaint=complaint, actor=actor(cast.quinn), at=at, **told)


def closed(cast: Cast, complaint: Complaint, *, at: datetime = LATER) -> Complaint:
    """Quinn closes it."""
    conclusion = "Particles of the closure; the supplier is changed."
    signing = sign_as(cast.quinn, close_complaint_content(complaint_now(complaint), conclusion), at=at)
    told = {"conclusion": conclusion, "signing": signing, "actor": actor(cast.quinn), "at": at}
    return services.close_complaint(complaint=complaint, **told)


def reopened(cast: Cast, complaint: Complaint, *, at: datetime = LATER) -> Complaint:
    """Quinn looks into it again."""
    reason = "A second ward reports the same."
    signing = sign_as(cast.quinn, reopen_complaint_content(complaint_now(complaint), reason), at=at)
    told = {"reason": reason, "signing": signing, "actor": actor(cast.quinn), "at": at}
    return services.reopen_complaint(complaint=complaint, **told)


def recorded(
    cast: Cast, order: TreatmentOrder, said: Observed = GRAVE, *, at: datetime = LATER, **words: Any
) -> AdverseEvent:
    """Nils records what the patient had."""
    return services.record_adverse_event(order=order, said=said, actor=actor(cast.nils), at=at, **words)


def followed(cast: Cast, event: AdverseEvent, *, at: datetime = LATER + DAY, **words: Any) -> AdverseEvent:
    """Nils learns more."""
    now = adverse_event_now(event)
    criteria = tuple(Seriousness(one) for one in now.seriousness)
    told = {"learned_at": at, "what": "Seen on the ward.", "grade": now.grade, "seriousness": criteria}
    said = FollowUp(**{**told, "outcome": Outcome(now.outcome), **words})
    return services.add_follow_up(event=event, said=said, actor=actor(cast.nils), at=at)


def assessed(
    cast: Cast, event: AdverseEvent, said: Assessment = RELATED, *, by: User | None = None, at: datetime = LATER
) -> AdverseEvent:
    """Paula judges it."""
    person = by or cast.paula
    signing = sign_as(person, assess_content(adverse_event_now(event), said), at=at)
    return services.assess_adverse_event(event=event, said=said, signing=signing, actor=actor(person), at=at)


def told_authority(
    cast: Cast, event: AdverseEvent, *, answers: str = "", reference: str = "SR-1", at: datetime = LATER, **words: Any
) -> SafetyReport:
    """Quinn reports it."""
    said = Sent(words.pop("sent_to", "The authority"), reference, words.pop("sent_at", at))
    return services.send_safety_report(event=event, said=said, answers=answers, actor=actor(cast.quinn), at=at)


def ended(cast: Cast, event: AdverseEvent, *, at: datetime = LATER) -> AdverseEvent:
    """Quinn closes it."""
    conclusion = "Recovered; nothing follows."
    signing = sign_as(cast.quinn, close_adverse_event_content(adverse_event_now(event), conclusion), at=at)
    told = {"conclusion": conclusion, "signing": signing, "actor": actor(cast.quinn), "at": at}
    return services.close_adverse_event(event=event, **told)


def judged_again(cast: Cast, event: AdverseEvent, *, at: datetime = LATER) -> AdverseEvent:
    """Paula opens it again."""
    reason = "The laboratory found antibodies."
    signing = sign_as(cast.paula, reopen_adverse_event_content(adverse_event_now(event), reason), at=at)
    told = {"reason": reason, "signing": signing, "actor": actor(cast.paula), "at": at}
    return services.reopen_adverse_event(event=event, **told)
