"""Results that come after certification: the record is closed, they join as signed addenda."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.testing import rules
from apps.testing.content import late_result_content
from apps.testing.facts import PASSING, ResultState, RunState
from apps.testing.models import Line, Result
from apps.testing.selectors import line_now
from apps.testing.services.investigating import open_investigations
from apps.testing.services.results import against_time, draft, is_not_planned, is_recorded_already, period_not_over
from apps.testing.services.settling import stop_until_reviewed


def add_late_result(
    *,
    line: Line,
    parameter: str,
    text: str,
    tested_at: datetime,
    signing: Signing,
    actor: Actor,
    at: datetime,
    replicate: int = 1,
    unit: str = "",
) -> Result:
    """Add a result to a certified batch, signed at once by the analyst who tested, and announce it to QA.

    What stood at certification is not touched. A second person reviews it like every other result; one that fails
    stops every unit until then.
    """
    site, address = line.run.site.code, line.sample.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.ANALYST, site=site, at=at, about=address)
    touching = [line.sample.record, line.sample.batch.record]
    door = audited(
        actor=signer.actor, action="result.added.late", at=at, touching=touching, relying_on=[line.run.record]
    )
    with door as change:
        line = line_now(line)
        stop_if(
            rules.is_not_certified(BatchState(line.sample.batch.state), line.sample.point),
            rules.is_invalid(RunState(line.run.state), line.run.number),
            is_not_planned(line, signer.actor),
            *against_time(line, tested_at, at),
        )
        result = draft(line, parameter, text, tested_at, signer.actor, replicate=replicate, unit=unit)
        stop_if(is_recorded_already(result), period_not_over(result))
        content = late_result_content(line, parameter, text, tested_at, unit=unit, replicate=replicate)
        signature = sign(change, signer=signer, record=line.sample.record, content=content, site=site)
        result.state, result.tested_signature, result.late = ResultState.TESTED, signature, True
        result.recorded_at = at
        change.create(result)
        open_investigations(change, [result])
        _announce(change, result)
        if result.verdict not in PASSING:
            stop_until_reviewed(change, batch=batch_now(result.batch), test=result.test)
        return result


def _announce(change: Change, result: Result) -> None:
    report_event(
        change,
        subject=result.batch.record,
        kind=EventKind.LATE_RESULT,
        severity=Severity.MINOR,
        template=N_("A result of {test} for sample {sample} came after certification: {value}, {verdict}."),
        facts={
            "test": result.test,
            "sample": result.line.sample.number,
            "value": f"{result.text} {result.unit}".strip(),
            "verdict": result.verdict,
        },
        about=result.address,
    )
