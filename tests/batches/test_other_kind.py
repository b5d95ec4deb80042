"""A form of the wrong kind for its place is not found, and breaks nothing."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.audit.models import Entry
from tests.cast import Cast
from tests.testing.story import running_batch


@pytest.mark.parametrize(
    "way", ["expansion[1].incubate.temperature/file/replace/", "receipt.receive.logger_file/correct/"]
)
def test_a_number_is_no_file_and_a_file_is_no_number(cast: Cast, web_client: Callable[..., Client], way: str) -> None:
    running_batch(cast)
    olga, before = web_client(cast.olga), Entry.objects.count()

    reply = olga.post(f"/batches/CT-0042/values/{way}", {"nothing": ""})

    assert reply.status_code == 404
    assert Entry.objects.count() == before
