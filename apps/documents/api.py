"""The register and the public verification, for machines and other programs."""

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.errors import BadInput
from apps.core.http import sentence
from apps.core.roles import Role
from apps.documents.content import withdraw_content
from apps.documents.facts import DocumentKind, DocumentState, Judgement, Standing
from apps.documents.models import Document
from apps.documents.rules import MOST_LABELS, is_mistyped
from apps.documents.selectors import document_by_code, judgement_of, matching, public_facts, visible_documents
from apps.documents.services import withdraw_document
from apps.documents.store import read_file
from apps.documents.throttle import CodeThrottle, FileThrottle
from apps.documents.verify import LARGEST_FILE, TOO_LARGE, UNREADABLE
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

ONLY_QA = Access(read={Role.QA}, write={Role.QA})


class DocumentOutput(serializers.ModelSerializer):
    """One version of one document in the register."""

    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="record.site")
    subject = serializers.CharField(source="subject.address")
    content_hash = serializers.CharField()
    supersedes = serializers.CharField(source="supersedes.name", default="")

    class Meta:
        model = Document
        fields = [
            "address", "site", "kind", "number", "version", "state", "title_en", "title_zh", "subject", "code",
            "content_hash", "file_sha256", "file_size", "supersedes", "trail", "requested_at", "issued_at",
            "superseded_at", "withdrawn_at", "withdrawn_reason",
        ]  # fmt: skip


class LabelSheetOutput(serializers.Serializer):
    """A sheet of labels: a document of the register, sealed when its trail is covered."""

    number = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    requested_at = serializers.DateTimeField()


class LabelSheetInput(serializers.Serializer):
    """How many labels, and why where some were printed before."""

    copies = serializers.IntegerField(min_value=1, max_value=MOST_LABELS, default=1)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class WithdrawReason(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class WithdrawInput(WithdrawReason):
    signature = SigningInput()


class FileInput(serializers.Serializer):
    file = serializers.FileField()


class PhraseOutput(serializers.Serializer):
    en = serializers.CharField()
    zh = serializers.CharField()


class PublicOutput(serializers.Serializer):
    """What anybody with the code may know; nothing of a patient or donor."""

    number = serializers.CharField()
    version = serializers.IntegerField()
    title = PhraseOutput()
    issuer = PhraseOutput()
    standing = serializers.ChoiceField(choices=[standing.value for standing in Standing])
    issued_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    replaced_by = serializers.CharField()
    content_hash = serializers.CharField()
    code = serializers.CharField()
    demo = serializers.BooleanField()


class FindingOutput(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.SerializerMethodField()

    def get_detail(self, objection: Any) -> str:
        return sentence(objection)


class JudgementOutput(serializers.Serializer):
    """`valid` only when the file is unchanged, ours, and in force; otherwise the findings and the standing say why."""

    valid = serializers.BooleanField()
    unchanged = serializers.BooleanField(source="verdict.good")
    standing = serializers.ChoiceField(choices=[standing.value for standing in Standing])
    findings = FindingOutput(many=True, source="verdict.objections")
    signer = serializers.CharField(source="verdict.signer")
    sealed_at = serializers.DateTimeField(source="verdict.sealed_at", allow_null=True)
    content_hash = serializers.CharField(source="verdict.content_hash")
    file_sha256 = serializers.CharField()
    document = PublicOutput(allow_null=True)


KIND = OpenApiParameter("kind", str, enum=[kind.value for kind in DocumentKind])
STATE = OpenApiParameter("state", str, enum=[state.value for state in DocumentState])


class DocumentList(ListAPIView):
    """GET /api/v1/documents/: the documents of the sites you work at, newest first."""

    serializer_class = DocumentOutput
    queryset = Document.objects.none()
    also_asks = ("kind", "state", "q")

    def get_queryset(self) -> QuerySet[Document]:
        asked = self.request.query_params
        visible = visible_documents(cast(User, self.request.user), timezone.now())
        return matching(
            visible, kind=asked.get("kind", ""), state=asked.get("state", ""), words=asked.get("q", "").strip()
        )

    @extend_schema(parameters=[KIND, STATE, OpenApiParameter("q", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class DocumentDetail(APIView):
    """GET /api/v1/documents/<number>/<version>/: one document, with its ETag."""

    @extend_schema(responses=DocumentOutput)
    def get(self, request: Request, number: str, version: int) -> Response:
        found = visible_document(request, number, version)
        return tagged(Response(DocumentOutput(found).data), found.record)


class DocumentFile(APIView):
    """GET /api/v1/documents/<number>/<version>/file/: the sealed PDF."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str, version: int) -> HttpResponse:
        issued = visible_documents(cast(User, request.user), timezone.now()).exclude(file_sha256="")
        found = get_object_or_404(issued, number=number, version=version)
        return HttpResponse(read_file(found.file_sha256), content_type="application/pdf")


class Withdraw(SignedVerb):
    """Take a document out of force, saying why."""

    open_to = ONLY_QA
    input_class, signed_class, output_class = WithdrawReason, WithdrawInput, DocumentOutput

    def target(self) -> Document:
        return visible_document(self.request, self.kwargs["number"], self.kwargs["version"])

    def record(self, target: Document) -> Record:
        return target.record

    def content(self, target: Document, data: Mapping[str, Any]) -> SignedContent:
        return withdraw_content(target, data["reason"])

    def perform(self, target: Document, data: Mapping[str, Any], signing: Signing) -> Document:
        return withdraw_document(document=target, reason=data["reason"], signing=signing, **self.who)


class VerifyCode(APIView):
    """GET /api/v1/verify/<code>/: what the register says of the document with this code. Open to everybody."""

    permission_classes = [AllowAny]
    throttle_classes = [CodeThrottle]

    @extend_schema(responses=PublicOutput)
    def get(self, request: Request, code: str) -> Response:
        mistyped = is_mistyped(code)
        if mistyped:
            raise BadInput(mistyped)
        found = document_by_code(code)
        if found is None:
            raise Document.DoesNotExist
        return Response(PublicOutput(public_facts(found)).data)


class VerifyFile(APIView):
    """POST /api/v1/verify/ (multipart, `file`): judge one PDF. Open to everybody."""

    permission_classes = [AllowAny]
    throttle_classes = [FileThrottle]
    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": FileInput}, responses=JudgementOutput)
    def post(self, request: Request) -> Response:
        sent = FileInput(data=request.data)
        sent.is_valid(raise_exception=True)
        uploaded = sent.validated_data["file"]
        if uploaded.size > LARGEST_FILE:
            raise BadInput(TOO_LARGE)
        judgement = judgement_of(uploaded.read(), at=timezone.now())
        if UNREADABLE in judgement.verdict.objections:
            raise BadInput(UNREADABLE)
        return Response(JudgementOutput(_with_document(judgement)).data)


def visible_document(request: Request, number: str, version: int) -> Document:
    """The document, when it belongs to a site of this person; otherwise 404."""
    return get_object_or_404(
        visible_documents(cast(User, request.user), timezone.now()), number=number, version=version
    )


def _with_document(judgement: Judgement) -> dict[str, object]:
    found = document_by_code(judgement.code) if judgement.code else None
    return {
        "valid": judgement.valid,
        "verdict": judgement.verdict,
        "standing": judgement.standing,
        "file_sha256": judgement.file_sha256,
        "document": public_facts(found) if found else None,
    }
