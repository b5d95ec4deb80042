"""The destruction of units for programs. Signed verbs come in pairs: `challenges/` shows, the verb signs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput, Objection
from apps.core.fields import Instant
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.core.text import N_
from apps.disposal import services
from apps.disposal.content.signed import approve_content, destroy_content, refuse_content, witness_content
from apps.disposal.facts import DisposalState, DisposalVerb, Treated
from apps.disposal.lifecycle import MOVES, WHO_MAY_ASK
from apps.disposal.models import Disposal, ProofFile, ProofValue
from apps.disposal.selectors import visible_disposals
from apps.organisation.access import STAFF, Access
from apps.organisation.selectors import visible_to
from apps.signatures.api import HappenedInput, SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.units.api.filters import OfUnits
from apps.units.models import Unit
from apps.units.selectors import units_named


class ReadingOutput(serializers.ModelSerializer):
    """One reading of the treatment."""

    class Meta:
        model = ProofValue
        fields = ("parameter", "text", "unit", "verdict")


class FileOutput(serializers.ModelSerializer):
    """One file that proves the treatment."""

    class Meta:
        model = ProofFile
        fields = ("parameter", "name", "media_type", "size", "sha256", "attached_at", "attached_by")


class DisposalOutput(serializers.ModelSerializer):
    """A disposal with its units and what proves it."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    batches = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()
    readings = ReadingOutput(source="values", many=True)
    files = FileOutput(many=True)

    class Meta:
        model = Disposal
        fields = (
            *("address", "number", "batch", "batches", "units", "reason", "note", "treatment", "state", "requested_at"),
            *("requested_by", "approved_at", "approved_by", "refused_because", "waste_number", "treated_at"),
            *("treated_by", "recorded_at", "happened", "overridden", "witnessed_at", "witnessed_by"),
            *("readings", "files"),
        )

    def get_batches(self, disposal: Disposal) -> list[str]:
        """The batches of its units, each once."""
        return list(dict.fromkeys(line.unit.batch.number for line in disposal.lines.all()))

    def get_units(self, disposal: Disposal) -> list[str]:
        return [line.unit.number for line in disposal.lines.all()]


class RequestInput(serializers.Serializer):
    """Units, a reason and a treatment that each of their master records names; `batch` is one of theirs."""

    batch = serializers.CharField(max_length=60)
    units = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=1000)
    reason = serializers.CharField(max_length=40)
    treatment = serializers.CharField(max_length=40)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class ApproveInput(serializers.Serializer):
    """Where the master asks for it: whether the consent of the donor was looked at."""

    consent_checked = serializers.BooleanField(required=False, default=False)


class ApproveSigned(ApproveInput):
    signature = SigningInput()


class RefuseInput(serializers.Serializer):
    """Why the units are not destroyed."""

    reason = serializers.CharField(max_length=1000)


class RefuseSigned(RefuseInput):
    signature = SigningInput()


class DestroyInput(serializers.Serializer):
    """When, under which waste number, with which readings; `happened` records what was done against a rule."""

    treated_at = Instant()
    waste_number = serializers.CharField(max_length=60)
    readings = serializers.DictField(child=serializers.CharField(max_length=200), required=False, default=dict)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class DestroySigned(DestroyInput):
    signature = SigningInput()


class NothingSaid(serializers.Serializer):
    """Nothing to say beside the verb."""


class NothingSigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class ProofInput(serializers.Serializer):
    """A file for a parameter of the treatment."""

    parameter = serializers.CharField(max_length=40)
    file = serializers.FileField()


class DisposalFilter(OfUnits):
    """`?batch=CT-0042&state=APPROVED&unit=CT-0042-U09`."""

    state = AnyOf(DisposalState)

    class Meta:
        model = Disposal
        fields: tuple[str, ...] = ()


class DisposalsView(ListAPIView):
    """The disposals of one's sites; POST asks for one."""

    open_to = Access(write=WHO_MAY_ASK)
    serializer_class = DisposalOutput
    filterset_class = DisposalFilter
    queryset = Disposal.objects.none()

    def get_queryset(self) -> QuerySet[Disposal]:
        seen = visible_disposals(self.request.user, timezone.now())
        return seen.prefetch_related("lines__unit__batch", "values", "files")

    @extend_schema(operation_id="disposals_request", request=RequestInput, responses={201: DisposalOutput})
    def post(self, request: Request) -> Response:
        form = RequestInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        batch = visible_batches(request.user, now).filter(number=said.pop("batch")).first()
        if batch is None:
            raise BadInput(Objection("unknown_batch", N_("There is no such batch at your sites."), place="batch"))
        said["units"] = _units(said["units"], request)
        disposal = services.request_disposal(batch=batch, actor=actor_of(request), at=now, **said)
        return tagged(Response(DisposalOutput(disposal).data, status=status.HTTP_201_CREATED), disposal.record)


class DisposalView(APIView):
    """One disposal."""

    @extend_schema(operation_id="disposals_show", responses=DisposalOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_disposals(request.user, timezone.now()), number=number)
        return tagged(Response(DisposalOutput(found).data), found.record)


class FilesView(APIView):
    """Attach a file that the treatment asks for (multipart: parameter, file)."""

    open_to = Access(write=MOVES[DisposalVerb.DESTROY].roles)
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="disposals_attach", request=ProofInput, responses={201: FileOutput})
    def post(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_disposals(request.user, timezone.now()), number=number)
        form = ProofInput(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        sent: dict[str, Any] = {"name": file.name, "media_type": file.content_type or "", "content": file.read()}
        parameter = form.validated_data["parameter"]
        who: dict[str, Any] = {"actor": actor_of(request), "at": timezone.now()}
        row = services.attach_proof(disposal=found, parameter=parameter, **sent, **who)
        return tagged(Response(FileOutput(row).data, status=status.HTTP_201_CREATED), found.record)


class Decision(SignedVerb):
    """A signed verb on a disposal; its version must be the one that was seen."""

    output_class = DisposalOutput

    def target(self) -> Disposal:
        return get_object_or_404(visible_disposals(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: Disposal) -> Record:
        return target.record


class Approve(Decision):
    """A role that the master record names approves the destruction."""

    open_to = Access(write=STAFF)
    input_class, signed_class = ApproveInput, ApproveSigned

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return approve_content(target, data["consent_checked"])

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> Disposal:
        return services.approve_disposal(disposal=target, signing=signing, **data, **self.who)


class Refuse(Decision):
    """The units are not destroyed."""

    open_to = Access(write=STAFF)
    input_class, signed_class = RefuseInput, RefuseSigned

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return refuse_content(target, data["reason"])

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> Disposal:
        return services.refuse_disposal(disposal=target, signing=signing, **data, **self.who)


class Destroy(Decision):
    """The operator records the destruction with what proves it."""

    open_to = Access(write=MOVES[DisposalVerb.DESTROY].roles)
    input_class, signed_class = DestroyInput, DestroySigned

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return destroy_content(target, _treated(data), self.now)

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> Disposal:
        return services.destroy_units(disposal=target, did=_treated(data), signing=signing, **self.who)


class Witness(Decision):
    """A second person who was present witnesses the destruction."""

    open_to = Access(write=MOVES[DisposalVerb.WITNESS].roles)
    input_class, signed_class = NothingSaid, NothingSigned

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return witness_content(target)

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> Disposal:
        return services.witness_destruction(disposal=target, signing=signing, **self.who)


def _treated(data: Mapping[str, Any]) -> Treated:
    happened = data["happened"] or {}
    at = happened.get("at") or data["treated_at"]
    return Treated(at, data["waste_number"], data["readings"], happened.get("reason", ""))


def _units(numbers: list[str], request: Request) -> list[Unit]:
    found = units_named(numbers, visible_to(request.user, timezone.now()))
    unknown = sorted(set(numbers) - {unit.number for unit in found})
    if unknown:
        template = N_("{units} is no unit at your sites.")
        raise BadInput(Objection("unknown_unit", template, {"units": ", ".join(unknown)[:200]}, "units"))
    return found
