"""Release: who signs what, in which order and with which title; conditional release."""

from typing import Annotated

from pydantic import Field

from apps.core.roles import Role
from apps.products.definition.base import Bilingual, Key, Listed, Part, Source, Span, lower_case
from apps.products.facts import ReleaseVerb


class ReleaseSignature(Part):
    """One signature of the release: the verb, the role, the title and the meaning in the first person."""

    verb: Annotated[ReleaseVerb, lower_case(ReleaseVerb)]
    role: Annotated[Role, lower_case(Role)]
    title: Bilingual
    meaning: Bilingual


class Outstanding(Part):
    """A test that may be missing at a conditional release, and by when it must be entered."""

    test: Key
    due: Span


class Conditional(Part):
    """Release at risk for a named patient, while results are outstanding."""

    allowed: bool
    rapid_tests: tuple[Key, ...] = ()
    outstanding: tuple[Outstanding, ...] = ()
    requires: tuple[Listed, ...] = ()
    late_positive: tuple[Listed, ...] = ()
    source: Source


class ReleaseNeed(Part):
    """A condition of full release besides the tests."""

    key: Key
    label: Bilingual
    source: Source


class Release(Part):
    """From the finished batch to its supply."""

    signatures: Annotated[tuple[ReleaseSignature, ...], Field(min_length=3)]
    needs: tuple[ReleaseNeed, ...]
    conditional: Conditional
    exceptional: ReleaseNeed | None = None
    urgent: ReleaseNeed | None = None  # use of material whose donor is not found eligible, for one patient
    certificate_statements: tuple[Bilingual, ...] = ()

    def signature(self, verb: ReleaseVerb) -> ReleaseSignature | None:
        """The signature that the verb needs."""
        return next((signature for signature in self.signatures if signature.verb is verb), None)
