"""Times outside the range of stores for programs, the units that were there, and the signed decision about them."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput, Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.facility.facts import Quantity
from apps.organisation.access import Access
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.storage import services
from apps.storage.content import exposure_content, not_fit_content
from apps.storage.models import StoreExcursion
from apps.storage.selectors import cultures, exposures, visible_excursions
from apps.units.models import Unit
from apps.units.selectors import visible_units


class ExcursionOutput(serializers.ModelSerializer):
    """A time outside the range; `ended_at` is null while it is open, `unwatched` counts seconds without a reading."""

    store = serializers.CharField(source="store.number")
    probe = serializers.CharField(source="probe.number")
    quantity = serializers.CharField(source="probe.quantity")
    event = serializers.CharField(source="event.record.number")

    class Meta:
        model = StoreExcursion
        fields = (
            *("id", "store", "probe", "quantity", "began_at", "last_at", "ended_at", "worst", "mean", "readings"),
            *("unwatched", "low", "high", "rejects", "event"),
        )


class ExposureOutput(serializers.Serializer):
    """A unit that was there, from when until when, and the decision about it."""

    unit = serializers.CharField(source="stay.unit.number")
    position = serializers.CharField(source="stay.place")
    in_at = serializers.DateTimeField(source="stay.in_at")
    out_at = serializers.DateTimeField(source="stay.out_at", allow_null=True)
    held = serializers.BooleanField(source="is_held")
    fit = serializers.BooleanField(source="is_fit", help_text="false once quality found it not fit")
    hold = serializers.IntegerField(source="hold.pk", default=None, allow_null=True)
    lifted_by = serializers.CharField(source="hold.lifted_by", default="")
    lifted_at = serializers.DateTimeField(source="hold.lifted_at", default=None, allow_null=True)
    evidence = serializers.CharField(source="hold.lift_reason", default="")


class CultureOutput(serializers.Serializer):
    """A batch that was in culture there, and the decision about it."""

    batch = serializers.CharField(source="batch.number")
    held = serializers.BooleanField(source="is_held")
    hold = serializers.IntegerField(source="hold.pk", default=None, allow_null=True)
    lifted_by = serializers.CharField(source="hold.lifted_by", default="")
    lifted_at = serializers.DateTimeField(source="hold.lifted_at", default=None, allow_null=True)
    evidence = serializers.CharField(source="hold.lift_reason", default="")


class OneExcursionOutput(serializers.Serializer):
    """An excursion with the units that were there, and the batches that were in culture there."""

    excursion = ExcursionOutput()
    units = ExposureOutput(many=True)
    batches = CultureOutput(many=True)


class AcceptInput(serializers.Serializer):
    """Units, and batches in culture, that are judged fit although they were there, and the evidence."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), max_length=10_000, default=list)
    batches = serializers.ListField(child=serializers.CharField(max_length=60), max_length=1_000, default=list)
    evidence = serializers.CharField(max_length=500)


class AcceptSigned(AcceptInput):
    """The same with the answer to the challenge."""

    signature = SigningInput()


class RefuseInput(serializers.Serializer):
    """Units that are not fit after they were there, and why."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=10_000)
    reason = serializers.CharField(max_length=500)


class RefuseSigned(RefuseInput):
    """The same with the answer to the challenge."""

    signature = SigningInput()


class ExcursionFilter(django_filters.FilterSet):
    """`?store=LN-03&open=true&quantity=CO2`."""

    store = django_filters.CharFilter(field_name="store__number")
    quantity = django_filters.ChoiceFilter(field_name="probe__quantity", choices=[(one, one) for one in Quantity])
    open = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")

    class Meta:
        model = StoreExcursion
        fields: tuple[str, ...] = ()


class Excursions(ListAPIView):
    """The times in which stores of one's sites lay outside their range, the newest first."""

    serializer_class = ExcursionOutput
    filterset_class = ExcursionFilter
    queryset = StoreExcursion.objects.none()

    def get_queryset(self) -> QuerySet[StoreExcursion]:
        return visible_excursions(self.request.user, timezone.now())


class OneExcursion(APIView):
    """One excursion with the units that were there and what was decided about each."""

    @extend_schema(operation_id="store_excursions_show", responses=OneExcursionOutput)
    def get(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(visible_excursions(request.user, timezone.now()), pk=pk)
        shown = {"excursion": found, "units": exposures(found), "batches": cultures(found, timezone.now())}
        return tagged(Response(OneExcursionOutput(shown).data), found.store.record)


class Accept(SignedVerb):
    """Judge that units are fit although they were there: their holds are lifted by one signature, on evidence."""

    open_to = Access(write=frozenset({Role.QA}))
    input_class, signed_class, output_class = AcceptInput, AcceptSigned, ExcursionOutput

    def target(self) -> StoreExcursion:
        return get_object_or_404(visible_excursions(self.request.user, self.now), pk=self.kwargs["pk"])

    def record(self, target: StoreExcursion) -> Record:
        return target.store.record

    def content(self, target: StoreExcursion, data: Mapping[str, Any]) -> SignedContent:
        return exposure_content(
            excursion=target, units=data["units"], batches=data["batches"], evidence=data["evidence"]
        )

    def perform(self, target: StoreExcursion, data: Mapping[str, Any], signing: Signing) -> StoreExcursion:
        units = units_named(self.request, data["units"])
        said = {"units": units, "evidence": data["evidence"], "signing": signing}
        said["batches"] = batches_named(self.request, data["batches"])
        return services.accept_exposure(excursion=target, **said, **self.who)


class Refuse(Accept):
    """Judge that units are not fit: they are rejected or recalled, and go to their disposal."""

    input_class, signed_class = RefuseInput, RefuseSigned

    def content(self, target: StoreExcursion, data: Mapping[str, Any]) -> SignedContent:
        return not_fit_content(excursion=target, units=data["units"], reason=data["reason"])

    def perform(self, target: StoreExcursion, data: Mapping[str, Any], signing: Signing) -> StoreExcursion:
        units = units_named(self.request, data["units"])
        said = {"units": units, "reason": data["reason"], "signing": signing}
        return services.refuse_exposure(excursion=target, **said, **self.who)


def batches_named(request: Request, numbers: list[str]) -> list[Batch]:
    """The batches of one's sites by their numbers; an unknown one is named."""
    found = {batch.number: batch for batch in visible_batches(request.user, timezone.now()).filter(number__in=numbers)}
    unknown = [number for number in numbers if number not in found]
    if unknown:
        template = N_("There is no batch {batch}.")
        raise BadInput(Objection("unknown_batch", template, {"batch": unknown[0]}, "batches"))
    return [found[number] for number in dict.fromkeys(numbers)]


def units_named(request: Request, numbers: list[str]) -> list[Unit]:
    """The units of one's sites by their numbers; an unknown one is named."""
    found = {unit.number: unit for unit in visible_units(request.user, timezone.now()).filter(number__in=numbers)}
    unknown = [number for number in numbers if number not in found]
    if unknown:
        template = N_("No unit of your sites is called {unit}.")
        raise BadInput(Objection("unknown_unit", template, {"unit": unknown[0]}, "units"))
    return [found[number] for number in dict.fromkeys(numbers)]
