"""Chains of identity for programs: issued and shown; there is no verb that changes one."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput
from apps.core.http import actor_of
from apps.identity.api.people import BY_COLLECTORS, unknown
from apps.identity.facts import DataStructure
from apps.identity.models import Chain
from apps.identity.rules.structures import structure
from apps.identity.selectors import visible_chains, visible_recipients
from apps.identity.services import issue_chain
from apps.products.models import ProductVersion
from apps.products.selectors import visible_version
from apps.signatures.api.verbs import tagged


class ChainInput(serializers.Serializer):
    """A chain of identity to be issued: for whom, and by which master record."""

    recipient = serializers.CharField(max_length=40)
    product = serializers.CharField(max_length=60)


class ChainOutput(serializers.Serializer):
    """A chain of identity; `symbol` is data structure 040 of ISBT 128, as it is printed on labels."""

    number = serializers.CharField()
    symbol = serializers.SerializerMethodField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    kind = serializers.CharField()
    product = serializers.CharField()
    donor = serializers.CharField(source="donor.number")
    recipient = serializers.CharField(source="recipient.number")
    issued_at = serializers.DateTimeField()

    def get_symbol(self, chain: Chain) -> str:
        """The text of the symbol."""
        return structure(DataStructure.CHAIN_OF_IDENTITY, chain.number).text


class ChainsView(ListAPIView):
    """The chains of identity of one's sites; POST issues one, before the first collection."""

    open_to = BY_COLLECTORS
    serializer_class = ChainOutput

    def get_queryset(self) -> QuerySet[Chain]:
        return visible_chains(self.request.user, timezone.now())

    @extend_schema(operation_id="chains_issue", request=ChainInput, responses={201: ChainOutput})
    def post(self, request: Request) -> Response:
        form = ChainInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        recipient = visible_recipients(request.user, now).filter(number=said["recipient"]).first()
        if recipient is None:
            raise BadInput(unknown(said["recipient"], "recipient"))
        version = _version(request, said["product"], now)
        chain = issue_chain(recipient=recipient, product_version=version, actor=actor_of(request), at=now)
        return tagged(Response(ChainOutput(chain).data, status=status.HTTP_201_CREATED), chain.record)


class ChainView(APIView):
    """One chain of identity. There is no verb that changes it."""

    @extend_schema(operation_id="chains_show", responses=ChainOutput)
    def get(self, request: Request, number: str) -> Response:
        chain = get_object_or_404(visible_chains(request.user, timezone.now()), number=number)
        return tagged(Response(ChainOutput(chain).data), chain.record)


def _version(request: Request, number: str, at: datetime) -> ProductVersion:
    try:
        return visible_version(request.user, number, at)
    except ProductVersion.DoesNotExist as error:
        raise BadInput(unknown(number, "product")) from error
