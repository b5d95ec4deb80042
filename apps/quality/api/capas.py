"""Corrective and preventive actions for programs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.quality import bodies, content, services
from apps.quality.api.deciding import BY_QA, deviation_at
from apps.quality.facts import CapaKind, CapaState
from apps.quality.lifecycle import CAPA_MOVES, QualityVerb
from apps.quality.models import Capa
from apps.quality.selectors import visible_capas
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing


class CapaFilter(django_filters.FilterSet):
    """`?subject=batch/CT-0042&state=OPEN&owner=olga&source=deviation/CT-0042-D01`."""

    subject = django_filters.CharFilter(field_name="subject__address")
    source = django_filters.CharFilter(field_name="source__address")
    state = AnyOf(CapaState)
    kind = AnyOf(CapaKind)
    owner = django_filters.CharFilter()

    class Meta:
        model = Capa
        fields: tuple[str, ...] = ()


class CapasView(ListAPIView):
    """Every action of one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = bodies.CapaOutput
    filterset_class = CapaFilter
    queryset = Capa.objects.none()

    def get_queryset(self) -> QuerySet[Capa]:
        return visible_capas(self.request.user, timezone.now())


class CapaView(RetrieveAPIView):
    """One action."""

    open_to = Access(write=frozenset())
    serializer_class = bodies.CapaOutput

    @extend_schema(operation_id="capas_show", responses=bodies.CapaOutput)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = _capa(request, self.kwargs["number"], timezone.now())
        return tagged(Response(bodies.CapaOutput(found).data), found.record)


class PlanCapa(APIView):
    """Plan an action out of a deviation."""

    open_to = Access(read=frozenset({Role.QA}), write=frozenset({Role.QA}))

    @extend_schema(operation_id="deviations_capa", request=bodies.CapaInput, responses={201: bodies.CapaOutput})
    def post(self, request: Request, number: str) -> Response:
        form = bodies.CapaInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        deviation = deviation_at(request, number, now)
        planned = bodies.planned_from(form.validated_data)
        capa = services.plan_capa(
            source=deviation.record, subject=deviation.subject, planned=planned, actor=actor_of(request), at=now
        )
        return tagged(Response(bodies.CapaOutput(capa).data, status=status.HTTP_201_CREATED), capa.record)


class CheckCapa(SignedVerb):
    """The effect of an action, judged by somebody who did not carry it out."""

    verb: QualityVerb
    open_to = BY_QA
    input_class, signed_class, output_class = bodies.FindingInput, bodies.FindingSigned, bodies.CapaOutput

    def target(self) -> Capa:
        return _capa(self.request, self.kwargs["number"], self.now)

    def record(self, target: Capa) -> Record:
        return target.record

    def content(self, target: Capa, data: Mapping[str, Any]) -> SignedContent:
        return content.check_capa_content(capa=target, verb=self.verb, **data)

    def perform(self, target: Capa, data: Mapping[str, Any], signing: Signing) -> Capa:
        return services.check_capa(capa=target, verb=self.verb, signing=signing, **self.who, **data)


class FindEffective(CheckCapa):
    """The action is effective by its criterion."""

    verb = QualityVerb.FIND_EFFECTIVE


class FindIneffective(CheckCapa):
    """The action is not effective: it is opened again."""

    verb = QualityVerb.FIND_INEFFECTIVE


class CapaAct(APIView):
    """An unsigned act on an action."""

    input_class: type[BaseSerializer]

    def perform(self, capa: Capa, **said: Any) -> Capa:
        """The one service call."""
        raise NotImplementedError

    def post(self, request: Request, number: str) -> Response:
        now = timezone.now()
        found = _capa(request, number, now)
        form = self.input_class(data=request.data)
        form.is_valid(raise_exception=True)
        done = self.perform(found, **form.validated_data, actor=actor_of(request), at=now)
        return tagged(Response(bodies.CapaOutput(done).data), found.record)


def described(name: str, asked: type[BaseSerializer]) -> Callable[[type[CapaAct]], type[CapaAct]]:
    """The description of an act in the schema."""
    shown = extend_schema(operation_id=name, request=asked, responses=bodies.CapaOutput)
    return extend_schema_view(post=shown)


def access_for(verb: QualityVerb) -> Access:
    """Who takes this step."""
    roles = frozenset(CAPA_MOVES[verb].roles)
    return Access(read=roles, write=roles)


@described("capas_carry_out", bodies.EvidenceInput)
class CarryOutCapa(CapaAct):
    """Its owner says that it is done, with the evidence."""

    open_to, input_class = access_for(QualityVerb.CARRY_OUT), bodies.EvidenceInput

    def perform(self, capa: Capa, **said: Any) -> Capa:
        return services.carry_out_capa(capa=capa, **said)


@described("capas_postpone", bodies.DueInput)
class PostponeCapa(CapaAct):
    """Give it more time, with the reason."""

    open_to, input_class = access_for(QualityVerb.POSTPONE), bodies.DueInput

    def perform(self, capa: Capa, **said: Any) -> Capa:
        return services.postpone_capa(capa=capa, **said)


@described("capas_reopen", bodies.DueInput)
class ReopenCapa(CapaAct):
    """Open it again, with the reason and a new date."""

    open_to, input_class = access_for(QualityVerb.REOPEN_CAPA), bodies.DueInput

    def perform(self, capa: Capa, **said: Any) -> Capa:
        return services.reopen_capa(capa=capa, **said)


@described("capas_cancel", bodies.ReasonInput)
class CancelCapa(CapaAct):
    """Cancel it, with the reason."""

    open_to, input_class = access_for(QualityVerb.CANCEL_CAPA), bodies.ReasonInput

    def perform(self, capa: Capa, **said: Any) -> Capa:
        return services.cancel_capa(capa=capa, **said)


def _capa(request: Request, number: str, at: datetime) -> Capa:
    return get_object_or_404(visible_capas(request.user, at), record__address=f"capa/{number}")
