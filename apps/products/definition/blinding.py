"""Blinded kits: bags of two arms or more that look alike. Which kit holds which arm is told by a sealed list only."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Bilingual, Count, Key, Part, Source


class BlindedArm(Part):
    """What one arm of the trial gets: the product whose released units go into its kits."""

    key: Key
    label: Bilingual
    product: Key


class Blinded(Part):
    """That units are packed as kits of a blinded trial: of which arms, and how many bags one patient's kit holds."""

    bags_per_kit: Count
    arms: Annotated[tuple[BlindedArm, ...], Field(min_length=2)]
    source: Source

    def arm(self, key: str) -> BlindedArm | None:
        """The arm of that key."""
        return next((arm for arm in self.arms if arm.key == key), None)
