"""Where a test of a batch stands, and what its certificate of analysis lacks. Pure."""

from collections.abc import Sequence

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Test
from apps.products.facts import Verdict
from apps.testing.facts import GRAVITY, PASSING, ResultFacts, SampleFacts, Standing

APPROVABLE = frozenset({BatchState.FINISHED, BatchState.REVIEWED, BatchState.CERTIFIED, BatchState.RELEASED})


def needed_results(test: Test) -> tuple[tuple[str, int], ...]:
    """Every parameter and replicate that the test must report."""
    replicates = test.run.replicates if test.run else 1
    required = [parameter.key for parameter in test.results if parameter.required]
    return tuple((key, replicate) for key in required for replicate in range(1, replicates + 1))


def standing_of_sample(test: Test, sample: SampleFacts) -> Standing:
    """Where one sample stands in one test."""
    found = {(result.parameter, result.replicate): result for result in sample.results}
    verdicts = {result.verdict for result in sample.results if result.is_reportable}
    if verdicts and _is_of_no_known_assay(test, sample):
        return Standing.NOT_EVALUABLE
    if verdicts & {Verdict.FAIL, Verdict.ACTION}:
        return Standing.FAILED
    if verdicts - PASSING:
        return Standing.NOT_EVALUABLE
    if any(key not in found for key in needed_results(test)):
        return Standing.AWAITED
    return Standing.PASSED if all(map(_is_reportable, sample.results)) else Standing.UNREVIEWED


def _is_of_no_known_assay(test: Test, sample: SampleFacts) -> bool:
    """A figure whose assay is not said, or has no limit here, is held against nothing: two assays are not compared."""
    said = [result.verdict for result in sample.results if result.parameter == test.assay]
    return test.assay is not None and not PASSING.issuperset(said or [Verdict.NOT_DONE])


def _is_reportable(result: ResultFacts) -> bool:
    return result.is_reportable


def standing_of(
    test: Test, samples: Sequence[SampleFacts], *, investigated: bool = False, confirmed: bool = False
) -> Standing:
    """Where a test of a batch stands: every sample drawn for it counts, the gravest decides, none at all is missing.

    What passes again while its failure is looked into has not passed before that is concluded; and it never passes
    where one investigation was concluded otherwise than by its laboratory cause, whatever was found since.
    """
    if confirmed:
        return Standing.FAILED
    standings = [standing_of_sample(test, sample) for sample in samples]
    standing = min(standings, key=GRAVITY.index, default=Standing.MISSING)
    return min(standing, Standing.INVESTIGATED, key=GRAVITY.index) if investigated else standing


SENTENCES = {
    Standing.FAILED: N_("{test}: the result fails its limit."),
    Standing.NOT_EVALUABLE: N_("{test}: the result can't be held against its limit."),
    Standing.INVESTIGATED: N_("{test}: the investigation of its result is not concluded."),
    Standing.MISSING: N_("{test}: no sample was drawn."),
    Standing.AWAITED: N_("{test}: the result is awaited."),
    Standing.UNREVIEWED: N_("{test}: the result was not reviewed yet."),
}


def has_not_passed(key: str, label: str, standing: Standing, label_zh: str = "") -> Objection | None:
    """What stands against the certificate of analysis, test by test."""
    if standing is Standing.PASSED:
        return None
    return Objection(
        f"test_{standing.lower()}",
        SENTENCES[standing],
        {"test": label, "test_zh": label_zh or label},
        place=f"test:{key}",
    )


def is_not_approvable(state: BatchState) -> Objection | None:
    """The analysis is approved when the batch record is finished; once certified only for what joined late."""
    if state in APPROVABLE:
        return None
    template = N_("The batch is {state}; its analysis is approved when it is finished.")
    return Objection("batch_not_finished", template, {"state": state})


def is_approved_already(covered: bool) -> Objection | None:
    """A certificate is approved again only when something new stands on it."""
    if not covered:
        return None
    return Objection("already_approved", N_("The certificate of analysis is approved as it stands."))


def lacks_approval(covered: bool) -> Objection | None:
    """Nothing is certified without the approved certificate of analysis."""
    if covered:
        return None
    return Objection("analysis_not_approved", N_("QC has not approved the certificate of analysis as it stands now."))
