"""The story of a result out of specification: a master whose viability is reported as a mean of up to three retests."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.core.canonical import canonical, sha256_hex
from apps.organisation.models import User
from apps.products.loader import Loaded, load_text
from apps.testing.checklists import questions_of
from apps.testing.content import investigating as content
from apps.testing.facts import (
    Concluded,
    Conclusion,
    InvestigationVerb,
    LaboratoryCause,
    Phase,
    PlanKind,
    Planned,
    Replied,
    Reply,
)
from apps.testing.models import AssayRun, Investigation, Line, RetestPlan
from apps.testing.selectors import plan_now
from apps.testing.services import (
    approve_plan,
    assess_laboratory,
    begin_retests,
    conclude,
    decide_on_laboratory,
    open_run,
    propose_plan,
    record_control,
    record_result,
    review_production,
)
from tests.cast import Cast, actor, sign_as
from tests.testing import story

TEST = "viability_prefreeze"
LATER = story.FILLED + 2 * story.HOUR


def with_retests(loaded: Loaded, most: int = 3, reportable: str = "mean") -> Loaded:
    """The master of the story, but that its viability may be tested again so often, and what is reported of it."""
    data = json.loads(loaded.text)
    test = next(one for one in data["testing"]["tests"] if one["key"] == TEST)
    plan = {"en": "By written plan", "zh": "按书面方案"}
    test["retest"] = {"allowed": bool(most), "at_most": most, "plan": plan}
    test["reportable"] = reportable
    text = canonical(data)
    return Loaded(load_text(text), text, sha256_hex(text))


def replies(phase: Phase = Phase.LABORATORY, **no: str) -> list[Replied]:
    """Every question in order, but for those named with why not."""
    return [
        Replied(one.key, Reply.NO if one.key in no else Reply.YES, no.get(one.key, "")) for one in questions_of(phase)
    ]


def failed(cast: Cast, batch: Any, sample: Any, text: str = "86.0", number: str = "AR-0007") -> Investigation:
    """Anna finds it, Ada reviews it; the investigation that opened by itself."""
    run, _ = story.entered(cast, batch, sample, TEST, number, at=LATER, answers={"viability": text})
    story.reviewed(cast, story.signed(cast, run, at=LATER), at=LATER)
    return Investigation.objects.select_related("record").order_by("-pk")[0]


def assessed(
    cast: Cast,
    found: Investigation,
    cause: LaboratoryCause | None = LaboratoryCause.PREPARATION,
    *,
    by: str = "hugo",
    answers: Sequence[Replied] | None = None,
    finding: str = "The dilution was made twice.",
) -> Investigation:
    """Hugo signs phase I."""
    no = {"sample_identity": "Diluted twice, as the bench sheet shows."} if cause else {}
    said: dict[str, Any] = {"answers": answers or replies(**no), "finding": finding, "cause": cause}
    person = getattr(cast, by)
    signing = sign_as(person, content.assess_content(found, **said), at=LATER)
    return assess_laboratory(investigation=found, signing=signing, actor=actor(person), at=LATER, **said)


def decided(cast: Cast, found: Investigation, verb: InvestigationVerb, by: str = "quinn") -> Investigation:
    """Quinn invalidates, or extends to production."""
    said = {"verb": verb, "decision": "As the bench sheet shows."}
    person = getattr(cast, by)
    signing = sign_as(person, content.decide_content(found, **said), at=LATER)
    return decide_on_laboratory(investigation=found, signing=signing, actor=actor(person), at=LATER, **said)


def extended(cast: Cast, found: Investigation, reviewer: str = "quinn") -> Investigation:
    """No laboratory cause; Quinn reviews production."""
    found = decided(cast, assessed(cast, found, None), InvestigationVerb.EXTEND)
    said: dict[str, Any] = {"answers": replies(Phase.PRODUCTION), "finding": "Nothing that explains it."}
    person = getattr(cast, reviewer)
    signing = sign_as(person, content.production_content(found, **said), at=LATER)
    return review_production(investigation=found, signing=signing, actor=actor(person), at=LATER, **said)


def plan(**more: Any) -> Planned:
    """Three retests by Ada, of what is left of the sample."""
    said = {"kind": PlanKind.RETEST, "analyst": "ada", "retests": 3, "rationale": "Three preparations."}
    return Planned(**{**said, "amount_left": Decimal("0.9"), "amount_each": Decimal("0.2"), **more})


def approved(cast: Cast, found: Investigation, planned: Planned | None = None, at: datetime = LATER) -> RetestPlan:
    """Hugo proposes, Quinn approves."""
    proposed = propose_plan(investigation=found, planned=planned or plan(), actor=actor(cast.hugo), at=at)
    proposed = plan_now(proposed)
    signing = sign_as(cast.quinn, content.plan_content(proposed), at=at)
    return approve_plan(plan=proposed, signing=signing, actor=actor(cast.quinn), at=at)


def run_of(cast: Cast, batch: Any, person: User, number: str, test: str = TEST) -> AssayRun:
    """A run that somebody opened."""
    needs = story.needs_of(cast, story.specified(test))
    said: dict[str, Any] = {"number": number, "batch": batch, "test": test, "started_at": LATER}
    return open_run(**said, actor=actor(person), at=LATER, **needs)


def retested(
    cast: Cast,
    approved_plan: RetestPlan,
    person: User,
    texts: Sequence[str | Sequence[str]],
    number: str = "AR-0019",
    **more: Any,
) -> tuple[AssayRun, list[Line]]:
    """The retests of a plan on one run, entered, signed and reviewed: one value each, or its replicates."""
    batch = approved_plan.investigation.batch
    run = run_of(cast, batch, person, number)
    lines = begin_retests(plan=approved_plan, run=run, count=len(texts), actor=actor(person), at=LATER, **more)
    for control in story.specified(TEST).run.controls:  # type: ignore[union-attr]
        text = story.good_answer(control.result)
        record_control(run=run, control=control.key, text=text, actor=actor(person), at=LATER)
    for line, found in zip(lines, texts, strict=True):
        for n, text in enumerate([found] if isinstance(found, str) else found, 1):
            said: dict[str, Any] = {"line": line, "parameter": "viability", "text": text, "tested_at": LATER}
            record_result(**said, replicate=n, actor=actor(person), at=LATER)
    signing = sign_as(person, story.sign_results_content(run, ""), at=LATER)
    run = story.sign_results(run=run, signing=signing, actor=actor(person), at=LATER)
    return story.reviewed(cast, run, at=LATER, by="anna"), lines


def concluded(cast: Cast, found: Investigation, conclusion: Conclusion, by: str = "quinn") -> Investigation:
    """Quinn concludes."""
    said = Concluded(conclusion, "The bench sheet explains it.", "CT-0041 was prepared by another person.")
    person = getattr(cast, by)
    signing = sign_as(person, content.conclude_content(found, said), at=LATER)
    return conclude(investigation=found, said=said, signing=signing, actor=actor(person), at=LATER)


def codes(refusal: Any) -> list[str]:
    """What was objected."""
    return [objection.code for objection in refusal.value.objections]
