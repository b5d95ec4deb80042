"""Samples: list, draw, show, label, receive, refuse."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput, Objection
from apps.core.filters import AnyOf
from apps.core.roles import Role
from apps.core.text import N_
from apps.documents.api import LabelSheetInput, LabelSheetOutput
from apps.documents.models import Document
from apps.documents.selectors import label_sheets_about
from apps.organisation.access import Access
from apps.signatures.api import happened_from
from apps.signatures.api.verbs import tagged
from apps.testing import services
from apps.testing.api import bodies, outputs
from apps.testing.facts import SampleState
from apps.testing.models import Sample
from apps.testing.selectors import visible_samples
from apps.units.api.acts import Act

BY_TAKERS = Access(write=frozenset({Role.OPERATOR, Role.ANALYST}))
BY_ANALYSTS = Access(write=frozenset({Role.ANALYST}))


class SampleFilter(django_filters.FilterSet):
    """`?batch=CT-0042&state=DRAWN&kind=qc_unit&site=NANHU`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    site = django_filters.CharFilter(field_name="batch__site__code")
    state = AnyOf(SampleState)
    kind = django_filters.CharFilter()

    class Meta:
        model = Sample
        fields: tuple[str, ...] = ()


@extend_schema_view(get=extend_schema(operation_id="samples_list"))
class SampleList(ListAPIView, Act):
    """The samples of one's sites, newest first; POST draws one."""

    open_to = BY_TAKERS
    serializer_class = outputs.SampleOutput
    filterset_class = SampleFilter
    queryset = Sample.objects.none()
    input_class, output_class = bodies.DrawInput, outputs.SampleOutput
    example = {"batch": "CT-0042", "kind": "qc_unit", "source": "unit/CT-0042-U12", "drawn_at": "2026-11-05T16:00:00Z"}

    def get_queryset(self) -> QuerySet[Sample]:
        return visible_samples(self.request.user, timezone.now())

    def target(self) -> Batch:
        number = self.said["batch"]
        batch = visible_batches(self.request.user, self.now).filter(number=number).first()
        if batch is None:
            raise BadInput(Objection("unknown_batch", N_("There is no batch {batch}."), {"batch": number}, "batch"))
        return batch

    def perform(self, target: Batch, said: dict[str, Any]) -> Sample:
        source = _source(target, said.pop("source"))
        happened = happened_from(said.pop("happened"))
        said["batch"] = target
        return services.draw_sample(source=source, happened=happened, **said, **self.who)


def _source(batch: Batch, address: str) -> Record:
    record = record_at(address) if address else batch.record
    if record is None or record.site != batch.site.code:
        template = N_("There is no {address} here.")
        raise BadInput(Objection("unknown_source", template, {"address": address}, "source"))
    return record


class SampleShow(APIView):
    """One sample."""

    @extend_schema(operation_id="samples_show", responses=outputs.SampleOutput)
    def get(self, request: Request, number: str) -> Response:
        sample = get_object_or_404(visible_samples(request.user, timezone.now()), number=number)
        return tagged(Response(outputs.SampleOutput(sample).data), sample.record)


class SampleAct(Act):
    """An act on a sample."""

    open_to = BY_ANALYSTS
    output_class = outputs.SampleOutput
    created = False

    def target(self) -> Sample:
        seen = visible_samples(self.request.user, self.now)
        return get_object_or_404(seen, number=self.kwargs["number"])


class Receive(SampleAct):
    """Take a sample into the laboratory."""

    input_class = bodies.ReceiveInput
    example = {"received_at": "2026-11-05T16:30:00Z"}

    def perform(self, target: Sample, said: dict[str, Any]) -> Sample:
        happened = happened_from(said["happened"])
        return services.receive_sample(sample=target, received_at=said["received_at"], happened=happened, **self.who)


class Refuse(SampleAct):
    """Refuse a sample at the laboratory."""

    input_class = bodies.RefuseInput
    example = {"reason": "The tube is cracked."}

    def perform(self, target: Sample, said: dict[str, Any]) -> Sample:
        return services.refuse_sample(sample=target, reason=said["reason"], **self.who)


class SampleLabels(SampleAct):
    """The label sheets of a sample; POST prints one, once more with the reason."""

    open_to = BY_TAKERS
    input_class, output_class = LabelSheetInput, LabelSheetOutput
    created = True
    example = {"copies": 2}

    @extend_schema(operation_id="sample_labels_list", responses=LabelSheetOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        sample = self.target()
        return tagged(Response(LabelSheetOutput(label_sheets_about(sample.record), many=True).data), sample.record)

    def perform(self, target: Sample, said: dict[str, Any]) -> Document:
        return services.print_sample_labels(sample=target, **said, **self.who)
