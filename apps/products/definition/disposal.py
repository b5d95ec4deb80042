"""Disposal: why, by whom approved, how treated, witnessed, accounted for."""

from typing import Annotated

from pydantic import Field

from apps.core.roles import Role
from apps.products.definition.base import Bilingual, Key, Listed, Part, Quantity, Source, lower_case
from apps.products.definition.parameters import Parameter


class Treatment(Part):
    """One way of destroying, with the parameters that prove it."""

    key: Key
    label: Bilingual
    for_what: Bilingual
    parameters: tuple[Parameter, ...]
    source: Source


class Disposal(Part):
    """From the reason to the destroyed unit."""

    reasons: Annotated[tuple[Listed, ...], Field(min_length=1)]
    approved_by: Annotated[tuple[Annotated[Role, lower_case(Role)], ...], Field(min_length=1)]
    consent_check: bool
    treatments: Annotated[tuple[Treatment, ...], Field(min_length=1)]
    disinfect_before_handover: bool
    interim_storage: Quantity
    carrier: Bilingual
    witness_is_not_operator: bool
    balance: Bilingual
    used_bag_kept: Quantity
    waste_register_kept: Quantity
    source: Source
    retention: Key  # an entry of the retention table
