"""The shape of a master record: frozen models, one file per family of stages."""

from apps.products.definition.base import Bilingual, Listed, Part, Quantity, Source
from apps.products.definition.limits import Ends, EqualsLimit, Limit, NumericLimit, OneOfLimit, SpanEnds, TimeLimit
from apps.products.definition.parameters import (
    ChoiceParameter,
    ComputedParameter,
    Constant,
    DateParameter,
    EquipmentNeed,
    FileParameter,
    InstantParameter,
    MaterialNeed,
    NumberParameter,
    Option,
    Parameter,
    Recordable,
    TextParameter,
    VesselUse,
    YesNoParameter,
)
from apps.products.definition.places import StepAt
from apps.products.definition.preparation import Preparation, Repeat, Rows, Sampling, Stage, Step
from apps.products.definition.product import Clock, Definition
from apps.products.definition.testing import Test, Testing

__all__ = [
    "Bilingual",
    "ChoiceParameter",
    "Clock",
    "ComputedParameter",
    "Constant",
    "DateParameter",
    "Definition",
    "Ends",
    "EqualsLimit",
    "EquipmentNeed",
    "FileParameter",
    "InstantParameter",
    "Limit",
    "Listed",
    "MaterialNeed",
    "NumberParameter",
    "NumericLimit",
    "OneOfLimit",
    "Option",
    "Parameter",
    "Part",
    "Preparation",
    "Quantity",
    "Recordable",
    "Repeat",
    "Rows",
    "Sampling",
    "Source",
    "SpanEnds",
    "Stage",
    "Step",
    "StepAt",
    "Test",
    "Testing",
    "TextParameter",
    "TimeLimit",
    "VesselUse",
    "YesNoParameter",
]
