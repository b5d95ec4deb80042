"""What a scan is, for programs and tablets: nothing is written."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput, Objection
from apps.desk.selectors.scanning import records_meant
from apps.identity.facts import DataStructure, Element, Standard, Structure
from apps.identity.rules.donation_numbers import printed
from apps.identity.rules.symbols import read_symbol
from apps.organisation.selectors import visible_to


class ScanInput(serializers.Serializer):
    """A scan as the scanner sends it, or a number as it is typed."""

    symbol = serializers.CharField(max_length=400, trim_whitespace=False)


class SaidOutput(serializers.Serializer):
    """One structure of ISBT 128 by its number, or one element of GS1 by its application identifier."""

    identifier = serializers.CharField()
    name = serializers.CharField()
    content = serializers.CharField()
    printed = serializers.CharField(allow_blank=True)


class NamedOutput(serializers.Serializer):
    """A record of one's sites that the symbol names."""

    address = serializers.CharField()
    kind = serializers.CharField()
    number = serializers.CharField()
    site = serializers.CharField()


class ScanOutput(serializers.Serializer):
    """What the symbol says and whom it names."""

    standard = serializers.ChoiceField(choices=[one.value for one in Standard])
    said = SaidOutput(many=True)
    records = NamedOutput(many=True)


class Scan(APIView):
    """Read a symbol: which standard, which structures, which records of one's sites. Nothing is written."""

    @extend_schema(operation_id="scan", request=ScanInput, responses=ScanOutput)
    def post(self, request: Request) -> Response:
        form = ScanInput(data=request.data)
        form.is_valid(raise_exception=True)
        text = form.validated_data["symbol"]
        symbol = read_symbol(text)
        if isinstance(symbol, Objection):
            raise BadInput(symbol)
        records = records_meant(symbol, text.strip(), visible_to(request.user, timezone.now()))
        said = [_said(one) for one in symbol.said]
        return Response(ScanOutput({"standard": symbol.standard, "said": said, "records": records}).data)


def _said(one: Structure | Element) -> dict[str, Any]:
    if isinstance(one, Element):
        return {"identifier": one.identifier, "name": one.title, "content": one.content, "printed": ""}
    is_number = one.kind is DataStructure.DONATION_NUMBER
    shown = printed(one.content[:13]) if is_number else ""
    return {"identifier": one.kind.value, "name": one.kind.name, "content": one.content, "printed": shown}
