"""The trail for machines and other programs: entries with their proof, chains, traces, checkpoints. Read only."""

from dataclasses import asdict
from typing import Any, cast

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Checkpoint, Entry
from apps.audit.selectors import consistency_proof, inclusion_proof
from apps.audit.selectors.proofs import head_of
from apps.core.errors import BadInput, Objection
from apps.core.http import as_file
from apps.core.pagination import Keyset
from apps.core.text import N_
from apps.inspection.api.outputs import (
    ChainOutput,
    CheckpointOutput,
    EntryOutput,
    HeadOutput,
    LineageOutput,
    ProvedEntryOutput,
    TraceOutput,
    UseOutput,
)
from apps.inspection.facts import EntryHop, EntryView, Trace
from apps.inspection.forms import QuestionForm
from apps.inspection.selectors.copying import ZIP, batch_copy, copied_batch, copy_name
from apps.inspection.selectors.exporting import checkpoint_data, proved_chain, public_keys, signed_head
from apps.inspection.selectors.genealogy import genealogy
from apps.inspection.selectors.reading import entry_view
from apps.inspection.selectors.searching import answering, visible_entries, visible_record
from apps.inspection.selectors.tracing import trace
from apps.inspection.selectors.usage import use_log
from apps.organisation.models import User

MOST_RELATIVES = 5000  # each way
QUESTION = [
    OpenApiParameter("record", str, description="Address, its beginning, or a part of a number: batch/CT-0042, 0042."),
    OpenApiParameter("person", str, description="User name, or a part of the printed name."),
    OpenApiParameter("action", str, description="Action or its beginning: signature., batch.value.recorded."),
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day, in the zone of your site."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day."),
    OpenApiParameter("text", str, description="Words in the entry; alone they are looked for in the last 31 days."),
]
TREE_EXAMPLE = OpenApiExample(
    "A signed head", value={"size": 1204, "previous_size": 1198, "root": "7c1e4ab0…", "made_at": "2026-11-05T06:06:20Z"}
)


class ByTime(Keyset):
    """Newest first."""

    ordering = ("-at", "-id")  # type: ignore[assignment]  # the base class names one column


class BySize(Keyset):
    """Newest first."""

    ordering = "-size"


class Entries(ListAPIView):
    """GET /api/v1/audit/entries/: the trail, newest first, narrowed by what is asked."""

    serializer_class = EntryOutput
    pagination_class = ByTime
    queryset = Entry.objects.none()
    also_asks = tuple(QuestionForm.base_fields)

    @extend_schema(operation_id="audit_entries_list", tags=["audit"], parameters=QUESTION)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Entry]:
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn without a person
            return super().get_queryset()
        form, now = QuestionForm(self.request.query_params), timezone.now()
        if not form.is_valid():
            raise serializers.ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
        return answering(visible_entries(cast(User, self.request.user), now), form.question(), now)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        rows = [entry_data(entry) for entry in args[0]] if args else []
        return super().get_serializer(rows, **kwargs)


class EntryDetail(APIView):
    """GET /api/v1/audit/entries/<id>/: one entry with its proof."""

    @extend_schema(operation_id="audit_entries_retrieve", tags=["audit"], responses=ProvedEntryOutput)
    def get(self, request: Request, pk: str) -> Response:
        entry = get_object_or_404(visible_entries(cast(User, request.user), timezone.now()), pk=pk)
        checkpoint = Checkpoint.objects.order_by("-size").first()
        proof = inclusion_proof(entry, checkpoint) if checkpoint else None
        leaf = {"index": proof.index, "path": list(proof.path)} if proof else None
        head = checkpoint_data(checkpoint) if proof and checkpoint else None
        return Response(ProvedEntryOutput({**entry_data(entry), "leaf": leaf, "checkpoint": head}).data)


class Chain(APIView):
    """GET /api/v1/audit/chains/<address>/: the whole chain of a record, as deploy/verify_proof.py reads it."""

    @extend_schema(operation_id="audit_chains_retrieve", tags=["audit"], responses=ChainOutput)
    def get(self, request: Request, address: str) -> Response:
        now = timezone.now()
        return Response(ChainOutput(proved_chain(visible_record(cast(User, request.user), address, now), now)).data)


class Copy(APIView):
    """GET /api/v1/audit/copies/<address>/: the whole record of a batch as one package (zip) with its manifest."""

    @extend_schema(operation_id="audit_copies_retrieve", tags=["audit"], responses={(200, ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, address: str) -> StreamingHttpResponse:
        person, now = cast(User, request.user), timezone.now()
        batch = copied_batch(person, address, now)
        reply = StreamingHttpResponse(batch_copy(batch, person, now), content_type=ZIP)
        return as_file(reply, copy_name(batch), saved=True)


class TraceValue(APIView):
    """GET /api/v1/trace/<address>/: the five hops of one value; empty ones are named under `missing`."""

    @extend_schema(operation_id="trace_retrieve", tags=["audit"], responses=TraceOutput)
    def get(self, request: Request, address: str) -> Response:
        found = trace(cast(User, request.user), address, timezone.now())
        return Response(TraceOutput(trace_data(found)).data)


class Lineage(APIView):
    """GET /api/v1/lineage/<address>/: what a record was made from and what was made from it, both ways in one call."""

    @extend_schema(operation_id="lineage_retrieve", tags=["audit"], responses=LineageOutput)
    def get(self, request: Request, address: str) -> Response:
        family = genealogy(cast(User, request.user), address, timezone.now(), most=MOST_RELATIVES)
        return Response(LineageOutput(family).data)


class UseLog(APIView):
    """GET /api/v1/use-log/<address>/: the log of an instrument or a room, or what a batch was made with."""

    @extend_schema(operation_id="use_log_list", tags=["audit"], responses=UseOutput(many=True))
    def get(self, request: Request, address: str) -> Response:
        found = visible_record(cast(User, request.user), address, timezone.now())
        return Response(UseOutput(use_log(found), many=True).data)


class Checkpoints(ListAPIView):
    """GET /api/v1/checkpoints/: the signed heads of the tree, newest first."""

    serializer_class = HeadOutput
    pagination_class = BySize

    @extend_schema(operation_id="checkpoints_list", tags=["audit"], examples=[TREE_EXAMPLE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Checkpoint]:
        return Checkpoint.objects.all()

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        rows = [checkpoint_data(checkpoint) for checkpoint in args[0]] if args else []
        return super().get_serializer(rows, **kwargs)


class CheckpointDetail(APIView):
    """GET /api/v1/checkpoints/<size>/: one head; `?continues=<size>` proves that it continues an older one."""

    @extend_schema(
        operation_id="checkpoints_retrieve",
        tags=["audit"],
        responses=CheckpointOutput,
        parameters=[OpenApiParameter("continues", int, description="Size of an older head, from a certificate.")],
    )
    def get(self, request: Request, size: int) -> Response:
        checkpoint = get_object_or_404(Checkpoint, size=size)
        older = request.query_params.get("continues")
        data = {
            **checkpoint_data(checkpoint),
            "public_key": public_keys().get(checkpoint.key_id),
            "continues": _continues(older, checkpoint) if older else None,
        }
        return Response(CheckpointOutput(data).data)


def entry_data(entry: Entry) -> dict[str, Any]:
    """An entry as the API shows it."""
    view: EntryView = entry_view(entry)
    return {"id": entry.pk, "place": view.place, **asdict(view)}


def _continues(older: str, checkpoint: Checkpoint) -> dict[str, Any]:
    is_number = older.isascii() and older.isdigit() and len(older) < 19
    old = Checkpoint.objects.filter(size=int(older)).first() if is_number else None
    if old is None or old.size > checkpoint.size:
        template = N_("There is no older checkpoint over {size} leaves.")
        raise BadInput(Objection("no_such_head", template, {"size": older[:20]}, place="continues"))
    proof = consistency_proof(old, checkpoint)
    return {"old_size": old.size, "old_root": head_of(old).root, "path": list(proof.path)}


def trace_data(found: Trace) -> dict[str, Any]:
    """A trace as the API shows it: proofs like everywhere else."""
    shown = {name: getattr(found, name) for name in ("address", "record", "site", "title", "master", "form", "row")}
    entries = [_hop_data(hop) for hop in found.entries]
    missing = {hop: gettext(sentence) for hop, sentence in found.missing.items()}
    return {**shown, "entries": entries, "documents": found.documents, "missing": missing}


def _hop_data(hop: EntryHop) -> dict[str, Any]:
    entry, proof = {"place": hop.entry.place, **asdict(hop.entry)}, None
    if hop.proof:
        head = signed_head(hop.proof.head, hop.proof.key_id, hop.proof.signature)
        proof = {"index": hop.proof.index, "path": list(hop.proof.path), "checkpoint": head}
    return {"entry": entry, "is_whole": hop.is_whole, "proof": proof}
