"""Reading master records: which there are, what they say, how two of them differ."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from pydantic import BaseModel

from apps.organisation.models import Site, User
from apps.organisation.selectors import site_at, visible_to
from apps.products.definition import Bilingual, Definition
from apps.products.definition.parameters import Option
from apps.products.facts import VersionState
from apps.products.loader import load_text
from apps.products.models import ProductVersion, RuleTable
from apps.products.rules.differences import Difference, differences


def definition_of(version: ProductVersion) -> Definition:
    """What the master record says; kept by the hash of its text."""
    return load_text(version.text)


def parts_within(part: object) -> Iterator[Bilingual | Option]:
    """Every word and every choice of a master record, or of a part of it."""
    match part:
        case Bilingual():
            yield part
        case BaseModel():
            if isinstance(part, Option):
                yield part
            for name in type(part).model_fields:
                yield from parts_within(getattr(part, name))
        case tuple() | list():
            for one in part:
                yield from parts_within(one)


def visible_versions(user: User, at: datetime) -> QuerySet[ProductVersion]:
    """The versions of products that may be made at a site of this person, newest first."""
    return _made_at(visible_to(user, at))


def versions_known(sites: Collection[str]) -> list[ProductVersion]:
    """The versions that may be made at these sites and are not retired, those in force first."""
    known = _made_at(sites).exclude(state=VersionState.RETIRED)
    return sorted(known, key=lambda version: version.state != VersionState.APPROVED)


def titles_of_tests(sites: Collection[str]) -> dict[str, Bilingual]:
    """What the tests of the products of these sites are called; where two versions differ, as the newest says."""
    versions = [definition_of(version) for version in _made_at(sites).order_by("version")]
    return {test.key: test.label for definition in versions for test in definition.testing.tests}


def _made_at(codes: Collection[str]) -> QuerySet[ProductVersion]:
    if not codes:
        return ProductVersion.objects.none()
    anywhere = reduce(or_, (Q(sites__contains=f" {code} ") for code in sorted(codes)))
    rows = ProductVersion.objects.select_related("record", "author_signature", "approval_signature")
    return rows.filter(anywhere).order_by("key", "-version")


def visible_version(user: User, number: str, at: datetime) -> ProductVersion:
    """One version by its number ("msc_covid19-v1"). Raises ProductVersion.DoesNotExist."""
    return visible_versions(user, at).get(record__address=f"product/{number}")


def version_named(number: str) -> ProductVersion:
    """One version by its number, whoever asks. Raises ProductVersion.DoesNotExist."""
    return ProductVersion.objects.select_related("record").get(record__address=f"product/{number}")


def version_of_key(key: str, version: int) -> ProductVersion | None:
    """That version of a product, where it was imported."""
    return ProductVersion.objects.select_related("record").filter(key=key, version=version).first()


def newest_number(key: str) -> int:
    """The highest version of a product that was imported; 0 when there is none."""
    newest = ProductVersion.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first()
    return newest or 0


def version_now(version: ProductVersion) -> ProductVersion:
    """The version as it stands, read inside the door."""
    rows = ProductVersion.objects.select_related("record", "author_signature", "approval_signature")
    return rows.get(pk=version.pk)


def approved_version(key: str, site: str) -> ProductVersion | None:
    """The newest approved version of a product at a site: what a new batch is planned on."""
    rows = ProductVersion.objects.select_related("record").filter(key=key, state=VersionState.APPROVED)
    return rows.filter(sites__contains=f" {site} ").order_by("-version").first()


def version_before(version: ProductVersion) -> ProductVersion | None:
    """The version that came before, for the comparison."""
    return ProductVersion.objects.filter(key=version.key, version__lt=version.version).order_by("-version").first()


def newest_table(key: str) -> RuleTable | None:
    """The state of a rule table that was loaded last."""
    return RuleTable.objects.select_related("record").filter(key=key).order_by("-n").first()


def owning_site(version: ProductVersion) -> Site:
    """The first authorised site: whose people sign and approve the record."""
    return site_at(version.site_codes[0])


def differences_to(version: ProductVersion, other: ProductVersion) -> tuple[Difference, ...]:
    """What this version says differently from another, place by place."""
    return differences(json.loads(other.text), json.loads(version.text))
