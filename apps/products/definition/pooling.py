"""A pool: what is made of many donations at once, and the list of what went in."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Count, Key, Number, Part, Source


class Pool(Part):
    """How many donors a pool has at least, how long each donation was kept back, and what its mass is compared with.

    `mass` is the number recorded in the step of the act `pool`: the masses of the manifest add up to it.
    `kept_back_days`: how long after its collection the donor's blood was tested again before the donation is used.
    `known_donors`: a donor who gave once only is not pooled.
    """

    donors_at_least: Count
    mass: Key
    mass_tolerance_percent: Number
    kept_back_days: Annotated[int, Field(ge=0, le=3650, strict=True)] = 0
    known_donors: bool = False
    source: Source
