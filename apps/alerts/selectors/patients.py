"""What is due at the bed, after it, and of what went out: vital signs, outcomes, recalls, tests that still run."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from apps.alerts.facts import AlertKind, Due
from apps.blinding.selectors import unanswered_breaks
from apps.core.roles import Role
from apps.core.text import N_
from apps.donation.facts import Eligibility
from apps.dosing.selectors import overdue_outcomes, overdue_vitals, overdue_windows
from apps.lookback.selectors import late_failures, unanswered_recalls, unread_notices, unsent_reports
from apps.products.definition.base import Bilingual
from apps.recall.selectors import open_recalls
from apps.supply.rules import DETERMINED_WITHIN
from apps.supply.selectors import overdue_outstanding, urgent_supplies

SWEPT_BY_THEN = timedelta(minutes=5)
UNDECIDED = N_("{supply} of {batch}: units went to a patient and the donor is not decided about.")
UNREAD = N_("{supply} of {batch}: the physician has not read what was decided about the donor.")
TOLD_OF_OUTSTANDING = (Role.QC_HEAD, Role.QA, Role.CERTIFIER)


def of_patients(at: datetime) -> Iterator[Due]:
    """At the bed and after: the vital signs that wait now, and the outcomes of a day that has passed."""
    for order, due_at in overdue_vitals(at):
        yield Due(
            AlertKind.VITALS_DUE,
            order.record_id,
            order.record.site,
            f"vitals:{due_at.isoformat()}",
            Role.NURSE,
            N_("{order}: vital signs are due since {since} UTC."),
            due_at,
            {"order": order.number, "since": f"{due_at.astimezone(UTC):%Y-%m-%d %H:%M}"},
        )
    for order, day, after, due_at, labels in overdue_outcomes(at):
        yield Due(
            AlertKind.OUTCOME_DUE,
            order.record_id,
            order.record.site,
            f"outcomes:{day}:{after}" if after else f"outcomes:{day}",
            Role.PHYSICIAN,
            N_("{order}: outcomes of day {day} are due: {what}"),
            due_at,
            {"order": order.number, "day": str(day), **_named(labels)},
        )


def of_windows(at: datetime) -> Iterator[Due]:
    """Early safety windows that are over, told to those who follow the patient until one of them says what was seen."""
    for order, window, due_at in overdue_windows(at):
        for role in (Role.NURSE, Role.PHYSICIAN):
            yield Due(
                AlertKind.OUTCOME_DUE,
                order.record_id,
                order.record.site,
                f"safety:{window.key}:{role}",
                role,
                N_("{order}: {what} is over, and nobody has said what was seen."),
                due_at,
                {"order": order.number, **_named([window.label])},
            )


def of_broken_codes() -> Iterator[Due]:
    """A code that was opened in an emergency, told to quality at once and until the event is judged; never the arm."""
    for one in unanswered_breaks():
        yield Due(
            AlertKind.CODE_BROKEN,
            one.record_id,
            one.record.site,
            f"code:{one.pk}",
            Role.QA,
            N_("{name} opened the code of {recipient}, kit {kit}, in an emergency."),
            one.broken_at,
            {"name": one.broken_name, "recipient": one.allocation.recipient.number, "kit": one.allocation.kit},
        )


def of_recalls(at: datetime) -> Iterator[Due]:
    """Units that were out when their donor was looked back upon, and of which nobody has said what became of them."""
    for duty in unanswered_recalls(late_at=at):
        yield Due(
            AlertKind.RECALL_OVERDUE,
            duty.record_id,
            duty.record.site,
            f"recall:{duty.pk}",
            Role.QA,
            N_("{look_back}: nobody has said what became of unit {unit}."),
            duty.due_at,
            {"look_back": duty.look_back.number, "unit": duty.unit.number},
        )


def of_open_recalls(at: datetime) -> Iterator[Due]:
    """Recalls, also in exercise, of which not everything is accounted for in time."""
    for recall in open_recalls(late_at=at):
        yield Due(
            AlertKind.RECALL_OVERDUE,
            recall.record_id,
            recall.record.site,
            f"recall:{recall.number}",
            Role.QA,
            N_("{recall}: not every unit is accounted for."),
            recall.due_at,
            {"recall": recall.number},
        )


def of_late_failures(at: datetime) -> Iterator[Due]:
    """Tests that failed after units had left, of which no sweep could open the look-back: told to quality."""
    for hold in late_failures(placed_before=at - SWEPT_BY_THEN):
        yield Due(
            AlertKind.LATE_FAILURE,
            hold.record_id,
            hold.record.site,
            f"late:{hold.pk}",
            Role.QA,
            N_("{address}: a test failed after units had left, and nobody is recalled or told yet."),
            hold.placed_at,
            {"address": hold.record.address},
        )


def of_notices(at: datetime) -> Iterator[Due]:
    """Physicians who have not read in time that units of their patient failed: told to them and to quality."""
    for notice in unread_notices(late_at=at):
        for role in (Role.PHYSICIAN, Role.QA):
            yield Due(
                AlertKind.NOTICE_OVERDUE,
                notice.record_id,
                notice.record.site,
                f"notice:{notice.pk}:{role}",
                role,
                N_("{look_back}: the physician of {order} has not read that units failed."),
                notice.due_at,
                {"look_back": notice.look_back.number, "order": notice.order.number},
            )


def of_reports(at: datetime) -> Iterator[Due]:
    """What failed after units had left, and is not reported to sponsor and authority in time."""
    for report in unsent_reports(late_at=at):
        yield Due(
            AlertKind.REPORT_OVERDUE,
            report.record_id,
            report.record.site,
            f"report:{report.pk}",
            Role.QA,
            N_("{look_back}: what failed is not reported to sponsor and authority."),
            report.due_at,
            {"look_back": report.look_back.number},
        )


def of_outstanding(at: datetime) -> Iterator[Due]:
    """What went to a patient while tests ran, and is not certified in time: told to three roles, anew every day."""
    for one in overdue_outstanding(at):
        for role in TOLD_OF_OUTSTANDING:
            yield Due(
                AlertKind.OUTSTANDING_OVERDUE,
                one.supply.record_id,
                one.supply.record.site,
                f"outstanding:{one.test}:{role}:{(at - one.due_at).days}",
                role,
                N_("{supply} of {batch}: {test} is overdue; units went to a patient."),
                one.due_at,
                one.words,
            )


def of_donors(at: datetime) -> Iterator[Due]:
    """What went to a patient before anybody decided about its donor: the decision in time, and the physician told."""
    for one in urgent_supplies():
        told = one.batch.donation.eligibility != Eligibility.PENDING
        due_at = one.decided_about_at if told else one.supplied_at + DETERMINED_WITHIN
        if due_at > at:
            continue
        yield Due(
            AlertKind.DONOR_OVERDUE,
            one.record_id,
            one.record.site,
            "told" if told else "determined",
            Role.PHYSICIAN if told else Role.QA,
            UNREAD if told else UNDECIDED,
            due_at,
            {"supply": one.number, "batch": one.batch.number},
        )


def _named(labels: Sequence[Bilingual]) -> dict[str, str]:
    """Labels as one fact, with its Chinese beside it."""
    return {"what": ", ".join(one.en for one in labels), "what_zh": "、".join(one.zh for one in labels)}
