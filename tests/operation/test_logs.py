"""Logs tell what happened, never what a variable held: secrets and patients stand in variables."""

import json
import logging

import pytest

from qcsystem.logs import logging_settings
from tests.cast import SECRET


def fail_with(secret: str) -> None:
    raise ValueError("no such step")


@pytest.fixture(params=[True, False], ids=["json", "lines"])
def written(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> str:
    """What an error looks like in the log."""
    kept = logging.root.handlers[:]
    try:
        logging_settings(as_json=request.param)
        try:
            fail_with(SECRET)
        except ValueError:
            logging.getLogger("apps.batches").exception("step not opened")
        return capsys.readouterr().err
    finally:
        logging_settings(as_json=False)
        logging.root.handlers[:] = kept


def test_an_error_is_logged_with_its_place_and_without_variables(written: str) -> None:
    assert "step not opened" in written
    assert "ValueError: no such step" in written
    assert "fail_with" in written
    assert SECRET not in written


def test_a_server_writes_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    kept = logging.root.handlers[:]
    try:
        logging_settings(as_json=True)
        logging.getLogger("apps.batches").warning("late: %s", "CT-0042")
    finally:
        logging_settings(as_json=False)
        logging.root.handlers[:] = kept
    said = json.loads(capsys.readouterr().err)

    assert (said["event"], said["level"], said["logger"]) == ("late: CT-0042", "warning", "apps.batches")
    assert said["timestamp"].endswith("Z")
