"""Vessels and files of a batch."""

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.api import inputs, outputs
from apps.batches.api.batches import BY_HANDS, BY_OPERATORS, BatchVerb
from apps.batches.content import true_copy_content
from apps.batches.facts.lines import FileFact
from apps.batches.models import Attachment, Batch, Vessel
from apps.batches.selectors.batches import visible_batch, visible_batches
from apps.batches.selectors.files import attachment_bytes
from apps.batches.selectors.lines import file_fact, value_fact, vessel_fact
from apps.batches.selectors.vessels import vessel_label_sheets
from apps.batches.services.excursions import WATCHERS, record_excursion
from apps.batches.services.files import attach_file, certify_true_copy, replace_file
from apps.batches.services.vessels import open_vessels, print_vessel_labels
from apps.core.errors import BadInput, Objection
from apps.core.http import actor_of
from apps.core.rules import unknown
from apps.core.text import N_
from apps.documents.api import LabelSheetOutput
from apps.facility.selectors import visible_instruments
from apps.organisation.access import Access
from apps.signatures.api import happened_from
from apps.signatures.api.verbs import tagged
from apps.signatures.facts import SignedContent, Signing

SAFE_TYPES = {"application/pdf", "image/png", "image/jpeg", "text/csv"}


class Vessels(APIView):
    """The in-process vessels of a batch; POST opens some, each with a number of its own."""

    open_to = BY_OPERATORS

    @extend_schema(operation_id="vessels_list", responses=outputs.VesselOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        facts = [vessel_fact(vessel) for vessel in batch.vessels.order_by("pk")]
        return tagged(Response(outputs.VesselOutput(facts, many=True).data), batch.record)

    @extend_schema(
        operation_id="vessels_open", request=inputs.VesselsInput, responses={201: outputs.VesselOutput(many=True)}
    )
    def post(self, request: Request, number: str) -> Response:
        form = inputs.VesselsInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = visible_batch(request.user, number, now)
        opened = open_vessels(
            batch=batch,
            step=said["step"],
            kind=said["kind"],
            count=said["count"],
            parents=_parents(batch, said["parents"]),
            performed_at=said["performed_at"],
            reason=said["reason"],
            happened=happened_from(said["happened"]),
            actor=actor_of(request),
            at=now,
        )
        facts = [vessel_fact(vessel) for vessel in opened]
        body = outputs.VesselOutput(facts, many=True).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), batch.record)


class VesselLabels(APIView):
    """The label sheets of a batch's vessels; POST prints the labels of open vessels once more, with the reason."""

    open_to = BY_OPERATORS

    @extend_schema(operation_id="vessel_labels_list", responses=LabelSheetOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        body = LabelSheetOutput(vessel_label_sheets(batch), many=True).data
        return tagged(Response(body), batch.record)

    @extend_schema(
        operation_id="vessel_labels_print",
        request=inputs.VesselLabelsInput,
        responses={201: LabelSheetOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        form = inputs.VesselLabelsInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = visible_batch(request.user, number, now)
        vessels = _parents(batch, said["vessels"])
        sheet = print_vessel_labels(
            batch=batch, vessels=vessels, reason=said["reason"], actor=actor_of(request), at=now
        )
        return tagged(Response(LabelSheetOutput(sheet).data, status=status.HTTP_201_CREATED), batch.record)


class Attachments(APIView):
    """Attach a file where the record asks for one (multipart: place, file)."""

    open_to = BY_HANDS
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="attachments_add", request=inputs.AttachmentInput, responses={201: outputs.ValueOutput})
    def post(self, request: Request, number: str) -> Response:
        form = inputs.AttachmentInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        batch = visible_batch(request.user, number, now)
        file, shown, done = said.pop("file"), said.pop("supersedes"), said.pop("performed_at")
        sent = {"name": file.name, "media_type": file.content_type or "", "content": file.read()}
        who = {"batch": batch, "actor": actor_of(request), "at": now}
        if shown is None:
            row = attach_file(**who, **sent, **said, performed_at=done)
        else:
            row = replace_file(**who, **sent, **said, supersedes=shown)
        return tagged(Response(outputs.ValueOutput(value_fact(row)).data, status=201), batch.record)


class AttachmentContent(APIView):
    """The bytes of an attached file, compared with their hash before they are sent."""

    @extend_schema(operation_id="attachments_read", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str, pk: int) -> HttpResponse | FileResponse:
        batch = visible_batch(request.user, number, timezone.now())
        attachment = get_object_or_404(Attachment, batch=batch, pk=pk)
        media_type = attachment.media_type if attachment.media_type in SAFE_TYPES else "application/octet-stream"
        reply = HttpResponse(attachment_bytes(attachment), content_type=media_type)
        reply["Content-Disposition"] = f'attachment; filename="{attachment.sha256[:16]}"'
        reply["X-Content-Type-Options"] = "nosniff"
        return reply


class CertifyTrueCopy(BatchVerb):
    """Certify that the image of a paper is a true copy: a second person."""

    open_to = BY_HANDS
    input_class, signed_class, output_class = inputs.NoBody, inputs.OnlySigned, outputs.FileOutput

    def target(self) -> Attachment:
        sees = visible_batches(self.request.user, self.now)
        found = Attachment.objects.select_related("batch__record", "batch__site", "certified")
        return get_object_or_404(found, batch__in=sees, batch__number=self.kwargs["number"], pk=self.kwargs["pk"])

    def record(self, target: Attachment) -> Record | None:
        return target.batch.record

    def content(self, target: Attachment, data: Mapping[str, Any]) -> SignedContent:
        return true_copy_content(target)

    def perform(self, target: Attachment, data: Mapping[str, Any], signing: Signing) -> FileFact:
        return file_fact(certify_true_copy(attachment=target, signing=signing, **self.who))


def _parents(batch: Batch, numbers: list[str]) -> list[Vessel]:
    found = list(Vessel.objects.filter(number__in=numbers, batch__site=batch.site_id).select_related("record"))
    others = sorted(set(numbers) - {vessel.number for vessel in found})
    if others:
        raise BadInput(unknown(", ".join(others), "parents"))
    return found


class ExcursionsView(APIView):
    """Record that an instrument lay outside its range; each batch that had something in it gets an event."""

    open_to = Access(write=frozenset(WATCHERS))

    @extend_schema(
        operation_id="excursions_record",
        request=inputs.ExcursionInput,
        responses={201: outputs.RecordedExcursionOutput},
    )
    def post(self, request: Request) -> Response:
        form = inputs.ExcursionInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        found = visible_instruments(request.user, now).filter(number=said.pop("instrument")).first()
        if found is None:
            raise BadInput(Objection("unknown_number", N_("There is no such instrument here."), place="instrument"))
        excursion = record_excursion(instrument=found, actor=actor_of(request), at=now, **said)
        body = outputs.RecordedExcursionOutput(excursion).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), found.record)
