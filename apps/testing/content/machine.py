"""What a certificate of analysis tells machines: raw values, codes, addresses."""

from collections.abc import Sequence

from apps.batches.models import Batch
from apps.products.rules.rounding import plain
from apps.testing.content.reporting import reportable
from apps.testing.models import Result
from apps.testing.selectors import Mean, TestOutcome


def machine_data(batch: Batch, outcomes: Sequence[TestOutcome]) -> dict[str, object]:
    """The same for machines: raw values, codes, addresses."""
    return {
        "batch": batch.record.address,
        "product": batch.product_version.record.address,
        "specification_sha256": batch.definition_sha256,
        "results": [_result_data(result) for outcome in outcomes for result in reportable(outcome)],
        "means": [_mean_data(mean) for outcome in outcomes for mean in outcome.means],
        "invalidated": [
            _result_data(result) | {"investigation": str(result.investigation), "invalidated_at": result.invalidated_at}
            for outcome in outcomes
            for result in outcome.invalidated
        ],
        "runs": {
            outcome.test.key: {"runs": len(outcome.runs), "invalid": outcome.invalid_runs} for outcome in outcomes
        },
    }


def _mean_data(mean: Mean) -> dict[str, object]:
    return {
        "sample": mean.sample,
        "parameter": mean.parameter,
        "rounded": plain(mean.rounded),
        "unit": mean.unit,
        "verdict": mean.verdict,
        "of": [result.address for result in mean.of],
    }


def _result_data(result: Result) -> dict[str, object]:
    return {
        "address": result.address,
        "text": result.text,
        "number": None if result.number is None else plain(result.number.normalize()),
        "unit": result.unit,
        "comparator": result.comparator,
        "verdict": result.verdict,
        "tested_at": result.tested_at,
        "analyst": result.analyst,
        "run": result.line.run.number,
    }
