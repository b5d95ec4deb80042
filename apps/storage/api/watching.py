"""Probes of a store and their readings for programs: one, many at once, or a file by its declaration."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput, Objection
from apps.core.fields import LARGEST, Instant
from apps.core.http import who
from apps.core.pagination import Keyset
from apps.facility.facts import DELIMITERS, DateOrder, Point, Quantity
from apps.facility.models import Probe, Reading
from apps.facility.rules.readings import read_value
from apps.facility.selectors import probes_at, visible_probes
from apps.facility.services import install_probe, retire_probe
from apps.facility.services.probing import Came
from apps.organisation.access import Access
from apps.signatures.api.verbs import tagged
from apps.storage import services
from apps.storage.api.places import store_named
from apps.storage.forms import file_form
from apps.storage.models import Store
from apps.storage.selectors import store_watched_by

BY_KEEPERS = Access(write=frozenset(services.KEEPERS))
BY_READERS = Access(write=frozenset(services.READERS))
MANY = 10_000
NUMBER = r"^[A-Z0-9_-]{1,40}$"


class QuantityField(serializers.ChoiceField):
    """What is measured, as the rules know it."""

    def __init__(self, **said: Any) -> None:
        super().__init__(choices=[one.value for one in Quantity], **said)

    def to_internal_value(self, data: Any) -> Quantity:
        return Quantity(super().to_internal_value(data))


class ProbeOutput(serializers.Serializer):
    """A probe and when it was last heard of."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    label = serializers.CharField()
    quantity = serializers.CharField(help_text="TEMPERATURE, CO2 or HUMIDITY")
    unit = serializers.CharField(help_text="UCUM code")
    silent_after = serializers.IntegerField(help_text="minutes without a reading after which it counts as silent")
    installed_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField(allow_null=True, default=None)
    retired_at = serializers.DateTimeField(allow_null=True)
    retire_reason = serializers.CharField()


class ProbeInput(serializers.Serializer):
    """A probe to be put into a store; its unit is a UCUM code: Cel for a temperature, % for CO2 and humidity."""

    number = serializers.RegexField(NUMBER)
    label = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    quantity = QuantityField(required=False, default=Quantity.TEMPERATURE)
    unit = serializers.CharField(max_length=20)
    silent_after = serializers.IntegerField(min_value=1, max_value=LARGEST)


class RetireInput(serializers.Serializer):
    """Why a probe is taken away."""

    reason = serializers.CharField(max_length=500)


class ReadingInput(serializers.Serializer):
    """What was read at an instant; the value as text, so that every digit stays: "-150.10"."""

    at = Instant()
    value = serializers.CharField(max_length=24)


class OneReadingInput(ReadingInput):
    """One reading, its unit, what sends it; in percent also of what: a temperature is known by its unit."""

    quantity = QuantityField(required=False, default=None)
    unit = serializers.CharField(max_length=20)
    source = serializers.CharField(max_length=80, required=False, default="api")


class ReadingsInput(serializers.Serializer):
    """Up to 10,000 readings: all are kept, or none and each item that stands against it is named."""

    quantity = QuantityField(required=False, default=None)
    unit = serializers.CharField(max_length=20)
    source = serializers.CharField(max_length=80, required=False, default="api")
    readings = ReadingInput(many=True, allow_empty=False, max_length=MANY)


class FileInput(serializers.Serializer):
    """A CSV file of readings and what is declared about it. What is left out and can't be read otherwise is asked for.

    `at_column` holds the instant, or the date where `time_column` holds the time; `zone` is a name (Asia/Shanghai) or
    an offset (+08:00), not needed where the file writes offsets; `date_order` where the year does not come first.
    """

    file = serializers.FileField(allow_empty_file=True)
    at_column = serializers.CharField(max_length=120)
    time_column = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    value_column = serializers.CharField(max_length=120)
    quantity = serializers.ChoiceField(
        choices=[one.value for one in Quantity], required=False, default="", allow_blank=True
    )
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    zone = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    date_order = serializers.ChoiceField(choices=list(DateOrder), required=False, default="", allow_blank=True)
    decimal_sign = serializers.ChoiceField(choices=[".", ","], required=False, default="", allow_blank=True)
    delimiter = serializers.ChoiceField(choices=list(DELIMITERS), required=False, default="comma")
    header_line = serializers.IntegerField(min_value=1, max_value=10_000, required=False, default=1)


class ReadingOutput(serializers.ModelSerializer):
    """One reading in the unit of its probe; `given` is the text as it came."""

    class Meta:
        model = Reading
        fields = ("at", "value", "given")


class TakenOutput(serializers.Serializer):
    """What an intake brought: new readings, repeated ones, the excursions it concerns, and the seal over the rows."""

    taken = serializers.IntegerField(source="intake.rows")
    repeated = serializers.IntegerField(source="intake.repeated")
    rows_sha256 = serializers.CharField(source="intake.rows_sha256")
    file_sha256 = serializers.CharField(source="intake.file_sha256")
    excursions = serializers.ListField(child=serializers.IntegerField(), source="excursion_keys")


class ReadingFilter(django_filters.FilterSet):
    """`?since=2026-11-06T08:00:00Z&until=…`: from one instant until before another."""

    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Reading
        fields: tuple[str, ...] = ()


class ByInstant(Keyset):
    """The newest reading first."""

    ordering = "-at"


class Probes(APIView):
    """The probes of a store; POST puts one into it."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="probes_list", responses=ProbeOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        store = store_named(request, number)
        return tagged(Response(ProbeOutput(probes_at(store.record), many=True).data), store.record)

    @extend_schema(operation_id="probes_install", request=ProbeInput, responses={201: ProbeOutput})
    def post(self, request: Request, number: str) -> Response:
        store, said = store_named(request, number), read_as(ProbeInput, request)
        probe = install_probe(watches=store.record, site=store.site, **said, **who(request))
        return tagged(Response(ProbeOutput(probe).data, status=status.HTTP_201_CREATED), probe.record)


class Retire(APIView):
    """Take a probe away; its silence is no alarm any more."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="probes_retire", request=RetireInput, responses=ProbeOutput)
    def post(self, request: Request, number: str) -> Response:
        probe, _store = probe_named(request, number)
        done = retire_probe(probe=probe, **read_as(RetireInput, request), **who(request))
        return tagged(Response(ProbeOutput(done).data), done.record)


class Readings(ListAPIView):
    """The readings of a probe, the newest first; POST takes one."""

    open_to = BY_READERS
    serializer_class = ReadingOutput
    pagination_class = ByInstant
    filterset_class = ReadingFilter
    queryset = Reading.objects.none()

    def get_queryset(self) -> QuerySet[Reading]:
        probe, _store = probe_named(self.request, self.kwargs["number"])
        return Reading.objects.filter(probe=probe)

    @extend_schema(operation_id="readings_take", request=OneReadingInput, responses={201: TakenOutput})
    def post(self, request: Request, number: str) -> Response:
        probe, store = probe_named(request, number)
        said = read_as(OneReadingInput, request)
        return _taken(request, probe, store, [said], said)


class Bulk(APIView):
    """Take many readings in one transaction, all or nothing."""

    open_to = BY_READERS

    @extend_schema(operation_id="readings_take_many", request=ReadingsInput, responses={201: TakenOutput})
    def post(self, request: Request, number: str) -> Response:
        probe, store = probe_named(request, number)
        said = read_as(ReadingsInput, request)
        return _taken(request, probe, store, said["readings"], said)


class File(APIView):
    """Take the readings of a file (multipart), which is kept as it came; all or nothing, a broken line is named."""

    open_to = BY_READERS
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="readings_import", request=FileInput, responses={201: TakenOutput})
    def post(self, request: Request, number: str) -> Response:
        probe, store = probe_named(request, number)
        said = read_as(FileInput, request)
        sent = {"name": said["file"].name, "content": said["file"].read(), "form": file_form(said)}
        taken = services.import_readings(store=store, probe=probe, **sent, **who(request))
        return tagged(Response(TakenOutput(taken).data, status=status.HTTP_201_CREATED), probe.record)


def probe_named(request: Request, number: str) -> tuple[Probe, Store]:
    """A probe that one may see, and the store it watches."""
    probe = get_object_or_404(visible_probes(request.user, timezone.now()), number=number)
    store = store_watched_by(probe)
    if store is None:
        raise Http404
    return probe, store


def _taken(
    request: Request,
    probe: Probe,
    store: Store,
    items: list[dict[str, Any]],
    said: dict[str, Any],
) -> Response:
    read = [(n, one, read_value(one["value"], n)) for n, one in enumerate(items, start=1)]
    faults = [value for _n, _one, value in read if isinstance(value, Objection)]
    if faults:
        raise BadInput(*faults[:20])
    points = [
        Point(n, one["at"], value, one["value"].strip()) for n, one, value in read if not isinstance(value, Objection)
    ]
    came = Came(said["source"], said["unit"], quantity=said["quantity"])
    taken = services.take_readings(store=store, probe=probe, points=points, came=came, **who(request))
    return tagged(Response(TakenOutput(taken).data, status=status.HTTP_201_CREATED), probe.record)


def read_as(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    read = form(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
