"""The results of a study as a page shows them: a table of standings by month, and each quantity as a picture."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.batches.selectors.plans import definition_of_batch
from apps.core.ui.plots import Bounds, trend
from apps.core.ui.wording import bilingual
from apps.products.definition import NumberParameter, NumericLimit, Test
from apps.stability.models import Study
from apps.stability.selectors import Column, reported
from apps.testing.models import Result
from apps.testing.selectors import TestOutcome
from apps.testing.views.naming import found_word, unit_word


def table_of(study: Study, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """One row for each test: where it stands at each month, what was found there."""
    definition, rows = definition_of_batch(study.batch), []
    asked = dict.fromkeys(key for column in columns for key, _outcome in column.outcomes)
    for key in asked:
        test = definition.test(key)
        if test is not None:
            found = [dict(column.outcomes).get(key, ...) for column in columns]
            rows.append({"label": bilingual(test.label), "cells": [_cell(test, one) for one in found]})
    return rows


def _cell(test: Test, outcome: Any) -> dict[str, Any]:
    """A test that is not asked for at a month has an empty cell; nothing found yet says so by its standing."""
    if outcome is ...:
        return {"asked": False}
    values = [_words(test, one) for one in outcome.results if not one.invalidated_at] if outcome else []
    numbers = outcome.open_investigations if outcome else []
    return {"asked": True, "standing": outcome.standing if outcome else "", "values": values, "numbers": numbers}


def _words(test: Test, result: Result) -> str:
    parameter = test.result(result.parameter)
    if parameter is None:
        return result.text
    found = f"{found_word(parameter, result)} {unit_word(parameter)}".strip()
    return f"{bilingual(parameter.label)}: {found}" if len(test.results) > 1 else found


def pictures_of(study: Study, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Each quantity with a numeric limit that was found at two months or more, month by month against its limits."""
    definition = definition_of_batch(study.batch)
    tests = [
        test
        for key in dict.fromkeys(key for one in columns for key, _ in one.outcomes)
        if (test := definition.test(key))
    ]
    drawn = [_picture(test, parameter, columns) for test in tests for parameter in test.results]
    return [one for one in drawn if one]


def _picture(test: Test, parameter: object, columns: Sequence[Column]) -> dict[str, Any] | None:
    if not isinstance(parameter, NumberParameter) or not isinstance(parameter.limit, NumericLimit):
        return None
    found = [(column.month, one) for column in columns for one in _found(column, test, parameter.key)]
    if len({month for month, _one in found}) < 2:
        return None
    limit = parameter.limit
    points = [(_("month %(n)s") % {"n": month}, one.number) for month, one in found]
    told = [f"{month}: {one.text}" for month, one in found]
    return {
        "label": f"{bilingual(test.label)}: {bilingual(parameter.label)}",
        "unit": parameter.unit,
        "trend": trend(points, Bounds(limit.low, limit.high), along=[month for month, _one in found]),
        "summary": _("By month: %(values)s") % {"values": ", ".join(told)},
    }


def _found(column: Column, test: Test, parameter: str) -> list[Result]:
    outcome: TestOutcome | None = dict(column.outcomes).get(test.key)
    return [one for one in reported(outcome, parameter) if one.number is not None] if outcome else []
