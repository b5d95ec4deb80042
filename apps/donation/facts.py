"""The words of donation, and what the eligibility rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.products.facts import Verdict


class Eligibility(StrEnum):
    """The decision about a donation (21 CFR 1271.50). Until it is eligible, everything made of it is held."""

    PENDING = "PENDING"
    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"
    DEFERRED = "DEFERRED"


class ForWhom(StrEnum):
    """Who is to receive it: the donor, or anybody else."""

    AUTOLOGOUS = "AUTOLOGOUS"
    ANOTHER = "ANOTHER"


class DonorMark(StrEnum):
    """What a label says because of the donor (21 CFR 1271.90)."""

    BIOHAZARD = "BIOHAZARD"
    AUTOLOGOUS_ONLY = "AUTOLOGOUS_ONLY"
    NOT_EVALUATED = "NOT_EVALUATED"
    ADVISE = "ADVISE"


@dataclass(frozen=True)
class DonorWords:
    """One statement of a label in both languages; the biohazard legend is drawn as its symbol."""

    en: str
    zh: str
    is_biohazard: bool = False


@dataclass(frozen=True)
class DonorStatus:
    """A donor as a label sees it. `reactive`: the agents whose tests were reactive, whoever decided what.

    `is_evaluated`: every mandatory test has its result.
    """

    for_whom: ForWhom
    eligibility: Eligibility
    is_evaluated: bool
    reactive: tuple[DonorWords, ...] = ()


@dataclass(frozen=True)
class ConsentFacts:
    """A consent as a rule sees it."""

    version: str
    scopes: frozenset[str]
    ethics_reference: str
    signed_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class MedicalAnswer:
    """The latest answer to one medical question: the verdict of a criterion, or whether an exclusion was found."""

    answered_at: datetime
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class DecisionFacts:
    """A physician's decision as a rule sees it; `countersigned` once quality assurance put its name beside it."""

    decision: Eligibility
    decided_by: str
    countersigned: bool


@dataclass(frozen=True)
class ScreenedTest:
    """The latest result of one screening test: when the specimen was taken, the verdict and text of each result."""

    test: str
    specimen_at: datetime
    verdicts: Mapping[str, Verdict]
    texts: Mapping[str, str] = field(default_factory=dict)
