"""Donation: consent, screening, eligibility, collection."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Bilingual, Key, Listed, Part, Source, Span
from apps.products.definition.parameters import Parameter


class Consent(Part):
    """What the donor (or the mother) signs before anything is collected."""

    signatory: Listed
    before_collection: bool
    current_version: bool
    scopes: tuple[Listed, ...]
    required_scopes: tuple[Key, ...]
    withdrawal_blocks: bool = True
    ethics_approval: bool
    source: Source


class ScreeningTest(Part):
    """One laboratory test of the donor; its results are judged like any other parameter."""

    key: Key
    label: Bilingual
    specimen: Bilingual
    specimen_before: Span  # how long before collection the specimen may have been taken
    specimen_after: Span
    mandatory: bool
    results: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    source: Source


class Eligibility(Part):
    """The medical criteria, and who decides."""

    criteria: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    exclusions: tuple[Listed, ...]
    decisions: Annotated[tuple[Listed, ...], Field(min_length=2)]
    eligible_decision: Key
    signed_by: Annotated[tuple[Listed, ...], Field(min_length=2)]
    pending_statements: tuple[Bilingual, ...]  # travels with material shipped before the decision
    retest: Span | None = None
    source: Source


class Donation(Part):
    """From the consent to the tissue handed over."""

    tissues: Annotated[tuple[Listed, ...], Field(min_length=1)]
    donor_classes: Annotated[tuple[Listed, ...], Field(min_length=1)]
    tested_person: Listed
    consent: Consent
    screening: Annotated[tuple[ScreeningTest, ...], Field(min_length=1)]
    eligibility: Eligibility
    collection: Annotated[tuple[Parameter, ...], Field(min_length=1)]
