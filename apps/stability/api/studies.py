"""Studies for programs: the list, one study, what its data support, opening, pulling, closing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput
from apps.core.rules import unknown
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.stability import rules, services
from apps.stability.api.bodies import (
    OpenInput,
    OpenSigned,
    PullInput,
    PullOutput,
    StudyOutput,
    SupportOutput,
    WhyInput,
    WhySigned,
)
from apps.stability.content import close_study_content, open_study_content
from apps.stability.facts import StudyState, StudyVerb
from apps.stability.lifecycle import STUDY_MOVES
from apps.stability.models import Pull, Study, StudyPoint, StudyUnit
from apps.stability.selectors import columns_of, support_of, visible_studies
from apps.units.api.acts import Act
from apps.units.models import Unit
from apps.units.selectors import OF_BATCH

WITH = (
    Prefetch("units", StudyUnit.objects.select_related("unit")),
    Prefetch("points", StudyPoint.objects.order_by("month")),
)


def study_of(user: User, number: str, at: datetime) -> Study:
    """The study of this number within the person's sites."""
    return get_object_or_404(visible_studies(user, at), number=number)


def units_named(batch: Batch, numbers: list[str]) -> list[Unit]:
    """Units of the batch by their numbers. Raises BadInput for any other."""
    return _among(Unit.objects.filter(batch=batch), numbers)


def units_at(study: Study, numbers: list[str]) -> list[Unit]:
    """Units of the site of a study by their numbers. Raises BadInput for any other."""
    return _among(Unit.objects.filter(batch__site=study.batch.site_id), numbers)


def _among(units: QuerySet[Unit], numbers: list[str]) -> list[Unit]:
    known = units.filter(number__in=[number.replace("\0", "") for number in numbers])
    found = {unit.number: unit for unit in known.select_related("record", *OF_BATCH)}
    strange = [number for number in numbers if number not in found]
    if strange:
        raise BadInput(unknown(strange[0], "units"))
    return [found[number] for number in numbers]


class StudyFilter(django_filters.FilterSet):
    """`?batch=CT-0042&state=OPEN`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in StudyState])

    class Meta:
        model = Study
        fields: tuple[str, ...] = ()


class Studies(ListAPIView):
    """Every stability study of one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = StudyOutput
    filterset_class = StudyFilter
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        return visible_studies(self.request.user, timezone.now()).prefetch_related(*WITH)


class StudyView(APIView):
    """One of them."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="studies_show", responses=StudyOutput)
    def get(self, request: Request, number: str) -> Response:
        found = study_of(request.user, number, timezone.now())
        return tagged(Response(StudyOutput(found).data), found.record)


class SupportView(APIView):
    """Where the tests stand month by month, and what they support."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="studies_support", responses=SupportOutput)
    def get(self, request: Request, number: str) -> Response:
        found = study_of(request.user, number, timezone.now())
        columns = columns_of(found)
        support = support_of(found, columns)
        points = [{"month": one.month, "standings": one.facts.standings} for one in columns]
        told = {"months": support.months, "failed_at": support.failed_at, "capped_at": support.capped_at}
        said = {"said": rules.said(support).text, "points": points}
        return tagged(Response(SupportOutput({**told, **said}).data), found.record)


class OpenStudy(SignedVerb):
    """Open a study on a batch and set its units apart."""

    open_to = Access(write=frozenset(STUDY_MOVES[StudyVerb.OPEN].roles))
    input_class, signed_class, output_class = OpenInput, OpenSigned, StudyOutput
    created = True

    def target(self) -> Batch:
        return get_object_or_404(visible_batches(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: Batch) -> Record:
        return target.record

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return open_study_content(target, units_named(target, data["units"]))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Study:
        units = units_named(target, data["units"])
        return services.begin_study(batch=target, units=units, signing=signing, **self.who)


class PullUnit(Act):
    """A unit is pulled for a month, by scan."""

    open_to = Access(write=frozenset(STUDY_MOVES[StudyVerb.PULL].roles))
    input_class, output_class = PullInput, PullOutput

    def target(self) -> Study:
        return study_of(self.request.user, self.kwargs["number"], self.now)

    def perform(self, target: Study, said: dict[str, Any]) -> Pull:
        return services.pull_unit(study=target, **said, **self.who)


class CloseStudy(SignedVerb):
    """Close a study; what is left of its units goes back to the stock."""

    open_to = Access(write=frozenset(STUDY_MOVES[StudyVerb.CLOSE].roles))
    input_class, signed_class, output_class = WhyInput, WhySigned, StudyOutput

    def target(self) -> Study:
        return study_of(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Study) -> Record:
        return target.record

    def content(self, target: Study, data: Mapping[str, Any]) -> SignedContent:
        return close_study_content(target, data["reason"])

    def perform(self, target: Study, data: Mapping[str, Any], signing: Signing) -> Study:
        return services.close_study(study=target, reason=data["reason"], signing=signing, **self.who)
