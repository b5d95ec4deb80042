"""What a store keeps, for programs: its tolerance, its limits, the number under which the steps of a batch scan it."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.http import who
from apps.facility.selectors import visible_instruments
from apps.signatures.api.verbs import tagged
from apps.storage import services
from apps.storage.api.places import BY_KEEPERS, StoreOutput, store_named
from apps.storage.api.watching import QuantityField, read_as
from apps.storage.forms import limit_from, rejection_from
from apps.storage.models import StoreLimit
from apps.storage.selectors import limits_of


class RejectionInput(serializers.Serializer):
    """The second limit: beyond it nothing is found fit but under a deviation; null: no such limit."""

    reject_low = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True, default=None)
    reject_high = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True, default=None)
    reject_minutes = serializers.IntegerField(min_value=0, max_value=100_000, allow_null=True, default=None)


class ToleranceInput(serializers.Serializer):
    """How many minutes outside the range are no excursion yet, and why."""

    minutes = serializers.IntegerField(min_value=0, max_value=100_000)
    rejection = RejectionInput(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500)


class ToleranceOutput(serializers.Serializer):
    """How many minutes outside the range are no excursion yet."""

    number = serializers.CharField()
    tolerated_minutes = serializers.IntegerField()
    reject_low = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    reject_high = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    reject_minutes = serializers.IntegerField(allow_null=True)


class LimitInput(RejectionInput):
    """What a store keeps of CO2 or of humidity, in percent; null: no such end."""

    quantity = QuantityField()
    low = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True, default=None)
    high = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True, default=None)
    minutes = serializers.IntegerField(min_value=0, max_value=100_000)
    reason = serializers.CharField(max_length=500)


class LimitOutput(serializers.ModelSerializer):
    """What a store keeps of a quantity in percent, and since when."""

    class Meta:
        model = StoreLimit
        fields = (
            *("quantity", "low", "high", "tolerated_minutes", "reject_low", "reject_high", "reject_minutes"),
            *("began_at", "ended_at"),
        )


class InstrumentInput(serializers.Serializer):
    """The number of the instrument that the steps of a batch scan."""

    instrument = serializers.CharField(max_length=60)


class Tolerance(APIView):
    """Say how long a store may lie outside its range before that is an excursion."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="stores_tolerance", request=ToleranceInput, responses=ToleranceOutput)
    def post(self, request: Request, number: str) -> Response:
        store, said = store_named(request, number), read_as(ToleranceInput, request)
        limit = said.pop("rejection")
        rejection = rejection_from(limit) if limit else None
        changed = services.change_tolerance(store=store, rejection=rejection, **said, **who(request))
        return tagged(Response(ToleranceOutput(changed).data), changed.record)


class Limits(APIView):
    """What a store keeps besides its temperature; POST says it from now on, with the reason."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="stores_limits_list", responses=LimitOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        store = store_named(request, number)
        return tagged(Response(LimitOutput(limits_of(store), many=True).data), store.record)

    @extend_schema(operation_id="stores_limits_set", request=LimitInput, responses={201: LimitOutput})
    def post(self, request: Request, number: str) -> Response:
        store, said = store_named(request, number), read_as(LimitInput, request)
        done = services.set_limit(store=store, quantity=said["quantity"], **limit_from(said), **who(request))
        return tagged(Response(LimitOutput(done).data, status=status.HTTP_201_CREATED), done.record)


class Scanned(APIView):
    """Say under which number the steps of a batch scan a store: its excursions reach what was in culture there."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="stores_instrument_name", request=InstrumentInput, responses=StoreOutput)
    def post(self, request: Request, number: str) -> Response:
        store, said = store_named(request, number), read_as(InstrumentInput, request)
        found = get_object_or_404(visible_instruments(request.user, timezone.now()), number=said["instrument"])
        changed = services.name_instrument(store=store, instrument=found, **who(request))
        return tagged(Response(StoreOutput(changed).data), changed.record)
