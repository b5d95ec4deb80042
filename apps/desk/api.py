"""My work and the scan resolver, for programs and tablets."""

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.alerts.models import HandOver
from apps.core.errors import BadInput, Objection
from apps.core.http import who
from apps.core.text import N_
from apps.desk import services
from apps.desk.facts import Task
from apps.desk.selectors import colleagues_of, desk_of
from apps.desk.selectors.scanning import records_meant
from apps.identity.facts import DataStructure, Element, Standard, Structure
from apps.identity.rules.donation_numbers import printed
from apps.identity.rules.symbols import read_symbol
from apps.organisation.models import User
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


class TaskOutput(serializers.Serializer):
    """One thing asked of the caller, and who has it in hand."""

    task = serializers.CharField(source="key")
    ask = serializers.CharField()
    record = serializers.CharField()
    waiting_since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    risk = serializers.SerializerMethodField()

    def get_risk(self, task: Task) -> str:
        return task.risk.name


class TaskInput(serializers.Serializer):
    """Which task."""

    task = serializers.CharField(max_length=16)


class HandOverInput(TaskInput):
    """Which task goes to whom, with what they should know."""

    taker = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=500)


class HandOverOutput(serializers.ModelSerializer):
    """Who gave what to whom."""

    subject = serializers.CharField(source="subject.address")

    class Meta:
        model = HandOver
        fields = ("subject", "ask", "site", "given_by", "taker", "note", "given_at", "ended_at")


class MyWork(APIView):
    """Everything asked of the caller, the most urgent first."""

    @extend_schema(operation_id="my_work", responses=TaskOutput(many=True))
    def get(self, request: Request) -> Response:
        desk = desk_of(cast(User, request.user), timezone.now(), ZoneInfo("UTC"))
        return Response(TaskOutput(desk.tasks, many=True).data)


class HandOverTask(APIView):
    """Give a task to a colleague of whom it is asked as well, with a note."""

    @extend_schema(operation_id="hand_over_task", request=HandOverInput, responses=HandOverOutput)
    def post(self, request: Request) -> Response:
        form = HandOverInput(data=request.data)
        form.is_valid(raise_exception=True)
        person, said = cast(User, request.user), form.validated_data
        taker = colleagues_of(person, timezone.now()).filter(username=said["taker"]).first()
        if taker is None:
            raise BadInput(Objection("unknown_colleague", N_("You have no colleague of this name."), place="taker"))
        given = services.hand_over_task(person=person, key=said["task"], taker=taker, note=said["note"], **who(request))
        return Response(HandOverOutput(given).data, status=201)


class TakeTaskBack(APIView):
    """A task that was given away, or to the caller, is everybody's again."""

    @extend_schema(operation_id="take_task_back", request=TaskInput, responses=HandOverOutput)
    def post(self, request: Request) -> Response:
        form = TaskInput(data=request.data)
        form.is_valid(raise_exception=True)
        person = cast(User, request.user)
        ended = services.take_task_back(person=person, key=form.validated_data["task"], **who(request))
        return Response(HandOverOutput(ended).data)
