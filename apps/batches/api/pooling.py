"""The manifest of a pool in the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.batches.api import inputs
from apps.batches.facts.inputs import PoolInput
from apps.batches.selectors.batches import visible_batch
from apps.batches.selectors.pooling import manifest_of
from apps.batches.services.pooling import pool_donations, take_from_pool
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.signatures.api import happened_from
from apps.signatures.api.verbs import tagged

BY_HANDS = Access(write=frozenset({Role.OPERATOR, Role.CHECKER, Role.QA}))


class PooledOutput(serializers.Serializer):
    """A donation in a pool."""

    donation = serializers.CharField(source="donation.din")
    donor = serializers.CharField(source="donation.donor.number")
    mass = serializers.CharField(source="text")
    unit = serializers.CharField()
    entered_at = serializers.DateTimeField()
    entered_by = serializers.CharField()
    taken_out_at = serializers.DateTimeField()
    reason = serializers.CharField()


class PoolView(APIView):
    """The donations in the pool of a batch; POST enters more, each with its mass."""

    open_to = BY_HANDS

    @extend_schema(operation_id="pool_list", responses=PooledOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        return tagged(Response(PooledOutput(manifest_of(batch), many=True).data), batch.record)

    @extend_schema(
        operation_id="pool_enter", request=inputs.PoolLinesHappened, responses={201: PooledOutput(many=True)}
    )
    def post(self, request: Request, number: str) -> Response:
        form = inputs.PoolLinesHappened(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = visible_batch(request.user, number, now)
        lines = [PoolInput(one["donation"], one["mass"]) for one in said["lines"]]
        happened = happened_from(said["happened"])
        rows = pool_donations(batch=batch, lines=lines, happened=happened, actor=actor_of(request), at=now)
        return tagged(Response(PooledOutput(rows, many=True).data, status=status.HTTP_201_CREATED), batch.record)


class PoolRemovals(APIView):
    """Take a donation out of the pool before it closes, with the reason."""

    open_to = BY_HANDS

    @extend_schema(operation_id="pool_remove", request=inputs.PoolRemovalInput, responses={201: PooledOutput})
    def post(self, request: Request, number: str) -> Response:
        form = inputs.PoolRemovalInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = visible_batch(request.user, number, now)
        din, reason = said["donation"], said["reason"]
        row = take_from_pool(batch=batch, din=din, reason=reason, actor=actor_of(request), at=now)
        return tagged(Response(PooledOutput(row).data, status=status.HTTP_201_CREATED), batch.record)
