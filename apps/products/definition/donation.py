"""Donation: consent, screening, eligibility, collection."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from apps.products.definition.base import Bilingual, Count, Key, Listed, Part, Source, Span, Text, wrong
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


class OneWay(Part):
    """Two HLA typings among the results of a test, compared with each other: "A*02/24 B*07/40", locus by locus."""

    donor: Key
    recipient: Key
    source: Source


class ScreeningTest(Part):
    """One laboratory test of the donor; its results are judged like any other parameter.

    `one_way` refuses a donor whose cells the recipient could not recognise, while they recognise the recipient.
    """

    key: Key
    label: Bilingual
    specimen: Bilingual
    specimen_before: Span  # how long before collection the specimen may have been taken
    specimen_after: Span
    mandatory: bool
    results: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    one_way: OneWay | None = None
    source: Source

    @model_validator(mode="after")
    def _compares_its_own_results(self) -> Self:
        known = {result.key for result in self.results}
        for name in ("donor", "recipient") if self.one_way else ():
            if getattr(self.one_way, name) not in known:
                raise wrong(f"one_way.{name}", "this test has no such result")
        return self


class AskedIf(Part):
    """A criterion that is asked only where another was answered so. While that one is open, it is asked."""

    criterion: Key
    when: Key
    is_: Annotated[Text, Field(alias="is")]


class Interval(Part):
    """How many days must lie between a dated fact of the donor and the day of the collection."""

    criterion: Key  # a date among the criteria
    at_least_days: Annotated[int, Field(ge=0, le=3650, strict=True)]
    source: Source


class History(Part):
    """How often a donor may give: the days since the last donation, and how many in the year before."""

    at_least_days: Annotated[int, Field(ge=0, le=3650, strict=True)]
    most_in_a_year: Count | None = None
    source: Source


class Eligibility(Part):
    """The medical criteria, and who decides. Days between dated facts are counted by the system, never typed."""

    criteria: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    asked_if: tuple[AskedIf, ...] = ()
    intervals: tuple[Interval, ...] = ()
    history: History | None = None
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
