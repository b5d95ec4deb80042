"""Units, labels and containers: one class per address."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batch
from apps.core.errors import BadInput, Objection
from apps.core.filters import AnyOf
from apps.core.roles import Role
from apps.core.text import N_
from apps.materials.models import MaterialLot
from apps.materials.selectors import lot_named
from apps.organisation.access import Access
from apps.signatures.api import happened_from
from apps.signatures.api.verbs import tagged
from apps.units import services
from apps.units.api import bodies
from apps.units.api.acts import Act
from apps.units.facts import Condition, Counted, Custody, Disposition, LabelFate, UnitKind
from apps.units.models import ContainerIssue, ContainerLoss, Label, Reconciliation, Unit
from apps.units.selectors import balances_of, labels_of, visible_units, whereabouts

BY_OPERATORS = Access(write=frozenset({Role.OPERATOR}))


class UnitFilter(django_filters.FilterSet):
    """`?batch=CT-0042&kind=PRODUCT&disposition=RELEASED&expires_before=2027-01-01T00:00:00Z`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    site = django_filters.CharFilter(field_name="batch__site__code")
    kind = AnyOf(UnitKind)
    disposition = AnyOf(Disposition)
    condition = AnyOf(Condition)
    custody = AnyOf(Custody)
    expires_before = django_filters.IsoDateTimeFilter(field_name="expires_at", lookup_expr="lt")
    number = django_filters.CharFilter(lookup_expr="startswith")

    class Meta:
        model = Unit
        fields: tuple[str, ...] = ()


@extend_schema_view(get=extend_schema(operation_id="units_list"))
class UnitList(ListAPIView):
    """The units of one's sites, newest first."""

    serializer_class = bodies.UnitOutput
    filterset_class = UnitFilter
    queryset = Unit.objects.none()

    def get_queryset(self) -> QuerySet[Unit]:
        return visible_units(self.request.user, timezone.now())


class UnitShow(APIView):
    """One unit."""

    @extend_schema(operation_id="units_show", responses=bodies.UnitOutput)
    def get(self, request: Request, number: str) -> Response:
        unit = get_object_or_404(visible_units(request.user, timezone.now()), number=number)
        return tagged(Response(bodies.UnitOutput(unit).data), unit.record)


class BatchAct(Act):
    """An act on the fill of a batch."""

    open_to = BY_OPERATORS

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)


class Fill(BatchAct):
    """Fill product, retained and quality-control units in one filling."""

    input_class, output_class, many = bodies.FillInput, bodies.UnitOutput, True
    example = {"filled_at": "2026-11-05T15:00:00+08:00", "counts": {"product": 9, "retained": 2, "qc": 1}}

    def perform(self, target: Batch, said: dict[str, Any]) -> list[Unit]:
        happened = happened_from(said.pop("happened"))
        return services.fill_units(batch=target, happened=happened, **said, **self.who)


class Freeze(BatchAct):
    """Start the clock of the frozen state for units of a batch."""

    input_class, output_class, many, created = bodies.FreezeInput, bodies.UnitOutput, True, False
    example = {"units": ["CT-0042-U01"], "frozen_at": "2026-11-05T15:40:00+08:00"}

    def perform(self, target: Batch, said: dict[str, Any]) -> list[Unit]:
        numbers = said.pop("units")
        units = list(Unit.objects.filter(batch=target, number__in=numbers).select_related("record"))
        unknown = sorted(set(numbers) - {unit.number for unit in units})
        if unknown:
            template = N_("{units} is no unit of this batch.")
            raise BadInput(Objection("unknown_unit", template, {"units": ", ".join(unknown)}, "units"))
        happened = happened_from(said.pop("happened"))
        return services.freeze_units(batch=target, units=units, happened=happened, **said, **self.who)


class IssueContainers(BatchAct):
    """Hand empty containers of one lot to the batch."""

    input_class, output_class = bodies.IssueInput, bodies.IssueOutput
    example = {"lot": "FB-1", "count": 12}

    def perform(self, target: Batch, said: dict[str, Any]) -> ContainerIssue:
        lot = _lot(target, said["lot"])
        happened = happened_from(said["happened"])
        return services.issue_containers(batch=target, lot=lot, count=said["count"], happened=happened, **self.who)


class LoseContainers(BatchAct):
    """Account for containers that became no unit."""

    input_class, output_class = bodies.LossInput, bodies.LossOutput
    example = {"count": 1, "returned": False, "reason": "Torn at the port."}

    def perform(self, target: Batch, said: dict[str, Any]) -> ContainerLoss:
        return services.lose_containers(batch=target, **said, **self.who)


class Labels(BatchAct):
    """The labels printed for a batch; POST prints."""

    input_class, output_class, many = bodies.PrintInput, bodies.LabelOutput, True
    example = {"specimens": 1}

    @extend_schema(operation_id="labels_list", responses=bodies.LabelOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = self.target()
        return tagged(Response(bodies.LabelOutput(labels_of(batch), many=True).data), batch.record)

    def perform(self, target: Batch, said: dict[str, Any]) -> list[Label]:
        return services.print_labels(batch=target, **said, **self.who)


class SettleLabels(BatchAct):
    """Say what became of printed labels: applied, destroyed, kept as specimen."""

    input_class, output_class, many, created = bodies.FateInput, bodies.LabelOutput, True, False
    example = {"serials": [13], "fate": "SPECIMEN"}

    def perform(self, target: Batch, said: dict[str, Any]) -> list[Label]:
        labels = list(
            labels_of(target).filter(serial__in=said["serials"]).select_related("batch__record", "batch__site")
        )
        if len(labels) < len(set(said["serials"])):
            raise Http404
        if said["fate"] == LabelFate.APPLIED:
            return services.apply_labels(labels=labels, **self.who)
        if said["fate"] == LabelFate.SPECIMEN:
            return services.keep_specimens(labels=labels, **self.who)
        return services.destroy_labels(labels=labels, reason=said["reason"], **self.who)


class Reconcile(BatchAct):
    """The balances of labels and containers; POST closes one at exactly 100 %."""

    input_class, output_class = bodies.CountInput, bodies.ReconciliationOutput
    example = {"counted": "LABELS"}

    @extend_schema(operation_id="balances_show", responses=bodies.BalanceOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = self.target()
        return tagged(Response(bodies.BalanceOutput(balances_of(batch), many=True).data), batch.record)

    def perform(self, target: Batch, said: dict[str, Any]) -> Reconciliation:
        happened = happened_from(said["happened"])
        counted = Counted(said["counted"])
        return services.reconcile(batch=target, counted=counted, happened=happened, **self.who)


class Whereabouts(APIView):
    """Where every unit of the batch is, and whether that is all that was made."""

    @extend_schema(operation_id="units_whereabouts", responses=bodies.WhereaboutsOutput)
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        return tagged(Response(bodies.WhereaboutsOutput(whereabouts(batch)).data), batch.record)


def _lot(batch: Batch, number: str) -> MaterialLot:
    lot = lot_named(number, batch.site.code)
    if lot is None:
        raise BadInput(Objection("unknown_lot", N_("There is no lot {lot} here."), {"lot": number}, "lot"))
    return lot
