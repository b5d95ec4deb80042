"""What can be recorded at a place: one model per kind of parameter."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from apps.products.definition.base import Bilingual, Decimals, Key, Number, Part, Source, Text, lower_case, wrong
from apps.products.definition.limits import Ends, Limit
from apps.products.facts import ParameterKind, VesselAct


class Recordable(Part):
    """Anything that gets a value at a place of the record."""

    key: Key
    kind: Annotated[ParameterKind, lower_case(ParameterKind)]
    label: Bilingual
    required: bool = True
    once: bool = False  # recorded once for the step although the step has rows
    critical: bool = False
    help: Bilingual | None = None
    limit: Limit | None = None
    source: Source | None = None


class NumberParameter(Recordable):
    """A measured number, entered as read; `decimals` is what the reportable value has."""

    unit: str
    decimals: Decimals
    censored: bool = False  # "<0.05", ">1000" and "ND" may be entered
    detection_limit: Number | None = None
    possible: Ends | None = None  # outside it is a slip of the pen: refused as such, never judged


class Option(Part):
    """One choice; `value` is the number it stands for, where it stands for one."""

    key: Key
    label: Bilingual
    value: Number | None = None
    unit: str = ""


class ChoiceParameter(Recordable):
    """One of a list."""

    options: Annotated[tuple[Option, ...], Field(min_length=2)]

    def option(self, key: str) -> Option | None:
        """The option of that key."""
        return next((option for option in self.options if option.key == key), None)


class YesNoParameter(Recordable):
    """Yes or no."""


class InstantParameter(Recordable):
    """When something happened, to the minute or finer."""


class DateParameter(Recordable):
    """A calendar day."""


class TextParameter(Recordable):
    """Free words."""

    longest: Annotated[int, Field(ge=1, le=2000)] = 500


class FileParameter(Recordable):
    """An attached file or image, known by its SHA-256; a second person certifies a paper as a true copy."""

    accepts: Annotated[tuple[Literal["pdf", "jpeg", "png", "csv"], ...], Field(min_length=1)]
    true_copy: bool = False


class ComputedParameter(Recordable):
    """A value worked out by a function of the closed catalogue."""

    function: Text
    version: Annotated[int, Field(ge=1)] = 1
    inputs: dict[str, "Text | Constant"]
    unit: str
    decimals: Decimals


class Constant(Part):
    """A fixed number handed to a computed function."""

    value: Number
    unit: str


class MaterialNeed(Recordable):
    """A material that the step uses: the lot is recorded, and must be released, in date and of this material."""

    kind: Annotated[Literal[ParameterKind.MATERIAL_LOT], lower_case(ParameterKind)] = ParameterKind.MATERIAL_LOT
    material: Key
    amount: Number | None = None
    unit: str = ""

    @model_validator(mode="after")
    def _amount_has_a_unit(self) -> Self:
        if self.amount is not None and not self.unit:
            raise wrong("unit", "an amount needs its unit")
        return self


class EquipmentNeed(Recordable):
    """An item of equipment that the step uses: it must be of this kind, qualified and in calibration."""

    kind: Annotated[Literal[ParameterKind.EQUIPMENT], lower_case(ParameterKind)] = ParameterKind.EQUIPMENT
    equipment: Key


class VesselUse(Recordable):
    """An in-process vessel that is labelled, scanned or ended in the step."""

    kind: Annotated[Literal[ParameterKind.VESSEL], lower_case(ParameterKind)] = ParameterKind.VESSEL
    vessel: Key
    act: Annotated[VesselAct, lower_case(VesselAct)]


KINDS = {
    "number": NumberParameter,
    "choice": ChoiceParameter,
    "yes_no": YesNoParameter,
    "instant": InstantParameter,
    "date": DateParameter,
    "text": TextParameter,
    "file": FileParameter,
    "computed": ComputedParameter,
}


def _parameter_kind(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return str(kind).lower() if str(kind).lower() in KINDS else None


Parameter = Annotated[
    Annotated[NumberParameter, Tag("number")]
    | Annotated[ChoiceParameter, Tag("choice")]
    | Annotated[YesNoParameter, Tag("yes_no")]
    | Annotated[InstantParameter, Tag("instant")]
    | Annotated[DateParameter, Tag("date")]
    | Annotated[TextParameter, Tag("text")]
    | Annotated[FileParameter, Tag("file")]
    | Annotated[ComputedParameter, Tag("computed")],
    Discriminator(
        _parameter_kind, custom_error_type="kind", custom_error_message=f"kind is one of: {', '.join(KINDS)}"
    ),
]
ComputedParameter.model_rebuild()
