"""A site where no master record is approved yet."""

from typing import Any

import pytest

from apps.products.models import ProductVersion
from tests.cast import Cast
from tests.dosing.story import patient


@pytest.mark.django_db
def test_without_an_approved_master_there_is_nothing_to_order(cast: Cast, web_client: Any) -> None:
    assert not ProductVersion.objects.exists()

    shown = web_client(cast.paula).get(f"/dosing/recipients/{patient(cast).number}/order/")

    assert "No approved master record" in shown.content.decode()
