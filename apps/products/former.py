"""Texts signed under a former shape of master records, read as today's. The text and its hash stay as they were signed.

A master record once signed is read for as long as its batches are kept. Whoever changes the shape of what stands in
`definition/` other than by something that may be left out adds here how the former shape is read, and a text of it to
`tests/products/former/`.
"""

from collections.abc import Mapping
from typing import Any

from apps.products.facts import Duration


def as_of_today(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a stored text in today's shape."""
    preparation = data["preparation"]
    materials = [_counted(_in_both(material)) for material in preparation["materials"]]
    return {**data, "preparation": {**preparation, "materials": materials}}


def _in_both(material: Mapping[str, Any]) -> Mapping[str, Any]:
    """Until November 2026 the specification of a material was one text for every reader."""
    said = material.get("specification")
    return {**material, "specification": {"en": said, "zh": said}} if isinstance(said, str) else material


def _counted(material: Mapping[str, Any]) -> Mapping[str, Any]:
    """Until November 2026 an opened container might be said to live for months, which nothing ever counted."""
    said = material.get("expiry_after_opening")
    if not said or not Duration.parse(said).is_calendar:
        return material
    return {name: value for name, value in material.items() if name != "expiry_after_opening"}
