"""What the tests of products share: the MSC product as read, and a way to break it in one place."""

import copy
import re

import pytest

from apps.products.loader import SEEDS, Loaded, load, read_product, standard_tables, validated
from apps.products.reading import Reading

MSC = SEEDS / "products" / "msc_covid19" / "v1"


@pytest.fixture(scope="session")
def msc() -> Loaded:
    """The MSC product as the seeds hold it."""
    return load(MSC)


@pytest.fixture(scope="session")
def as_read() -> Reading:
    """The files of the MSC product before they are judged."""
    return read_product(MSC)


@pytest.fixture
def changed(as_read):
    """Judge the MSC product with one place changed: `changed("units.fill.volume.unit", "furlong")`."""

    def judge(place: str, value: object) -> Loaded:
        data = copy.deepcopy(as_read.data)
        *parents, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", place)]
        inside = data
        for parent in parents:
            inside = inside[parent]
        if value is ...:
            del inside[last]
        else:
            inside[last] = value
        return validated(Reading(data, as_read.lines), standard_tables())

    return judge
