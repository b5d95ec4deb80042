"""What every part of a master record shares: strict frozen models, bilingual text, quoted numbers, sources."""

import re
from decimal import Decimal
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from apps.products.facts import BadDuration, Certainty, Duration

NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?(?:[eE][0-9]{1,2})?", re.ASCII)


class Part(BaseModel):
    """A part of a master record: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def wrong(at: str, sentence: str, **facts: object) -> PydanticCustomError:
    """An error inside a part; `at` is the path from the part to the line that is wrong."""
    return PydanticCustomError("definition", sentence, {"at": at, **facts})


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, str):
        raise PydanticCustomError("unquoted", "a measured number is written in quotes, so that 1.10 stays 1.10")
    if not NUMBER.fullmatch(value):
        raise PydanticCustomError("number", '"{text}" is no number', {"text": value})
    return Decimal(value)


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(str(value))
    except BadDuration as error:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(error)}) from None


def lower_case(enumeration: type[Enum]) -> BeforeValidator:
    """YAML writes the words of an enumeration in lower case."""
    words = {member.value.lower(): member for member in enumeration}

    def read(value: object) -> object:
        if isinstance(value, enumeration):
            return value
        member = words.get(value) if isinstance(value, str) else None
        if member is None:
            raise PydanticCustomError(
                "word", "{given} is none of: {words}", {"given": repr(value), "words": ", ".join(words)}
            )
        return member

    return BeforeValidator(read)


def _certainty(value: object) -> object:
    try:
        return Certainty(str(value))
    except ValueError:
        marks = ", ".join(mark.value for mark in Certainty)
        raise PydanticCustomError(
            "certainty", "{given} is no mark of certainty: {marks}", {"given": repr(value), "marks": marks}
        ) from None


Number = Annotated[Decimal, BeforeValidator(_number)]
Span = Annotated[Duration, BeforeValidator(_duration)]
Mark = Annotated[Certainty, BeforeValidator(_certainty)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Decimals = Annotated[int, Field(ge=0, le=9, strict=True)]
Count = Annotated[int, Field(ge=1, le=10_000, strict=True)]


class Bilingual(Part):
    """A text in the two languages of the house; neither may be missing."""

    en: Text
    zh: Text

    def __str__(self) -> str:
        return self.en

    def in_language(self, code: str) -> str:
        """The text for a language code such as "en" or "zh-hans"."""
        return self.zh if code.startswith("zh") else self.en


class Source(Part):
    """Where a figure comes from and how sure that is. Short form: `msc_2020 STD`."""

    cites: Key
    certainty: Mark
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        cites, _, certainty = value.partition(" ")
        return {"cites": cites, "certainty": certainty}

    @property
    def site_to_confirm(self) -> bool:
        """Whether the figure is shown with the mark "site to confirm"."""
        return self.certainty.site_to_confirm


class Quantity(Part):
    """A figure with its unit and its source."""

    value: Number
    unit: str
    source: Source
    tolerance_percent: Number | None = None


class Listed(Part):
    """A member of a list that people choose from."""

    key: Key
    label: Bilingual
    source: Source | None = None
