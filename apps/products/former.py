"""Texts signed under a former shape of master records, read as today's. The text and its hash stay as they were signed.

A master record once signed is read for as long as its batches are kept. Whoever changes the shape of what stands in
`definition/` other than by something that may be left out adds here how the former shape is read, and a text of it to
`tests/products/former/`.
"""

from collections.abc import Mapping
from typing import Any


def as_of_today(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a stored text in today's shape."""
    return {**data, "preparation": _specified_in_both_languages(data["preparation"])}


def _specified_in_both_languages(preparation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Until November 2026 the specification of a material was one text for every reader."""
    return {**preparation, "materials": [_in_both(material) for material in preparation["materials"]]}


def _in_both(material: Mapping[str, Any]) -> Mapping[str, Any]:
    said = material.get("specification")
    return {**material, "specification": {"en": said, "zh": said}} if isinstance(said, str) else material
