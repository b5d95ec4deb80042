"""Master records in the API: list, import, read, compare, decide."""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.models import Record
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.products import services
from apps.products.content import version_content
from apps.products.facts import VersionVerb
from apps.products.forms import LARGEST_FILE
from apps.products.models import ProductVersion
from apps.products.selectors import differences_to, version_before, visible_versions
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing


class VersionOutput(serializers.ModelSerializer):
    """One version of one product."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    sites = serializers.ListField(source="site_codes", child=serializers.CharField())
    author = serializers.CharField(source="author_signature.username", default="")
    approver = serializers.CharField(source="approval_signature.username", default="")

    class Meta:
        model = ProductVersion
        fields = [
            "number", "address", "key", "version", "title_en", "title_zh", "state", "sites", "sha256", "imported_at",
            "imported_by", "author", "approver", "approved_at", "retired_at",
        ]  # fmt: skip


class VersionDetail(VersionOutput):
    """The version with everything its text says."""

    definition = serializers.SerializerMethodField()

    class Meta(VersionOutput.Meta):
        fields = [*VersionOutput.Meta.fields, "definition"]

    def get_definition(self, version: ProductVersion) -> dict[str, Any]:
        return dict(json.loads(version.text))


class ImportInput(serializers.Serializer):
    """A master record as one YAML (or JSON) text."""

    text = serializers.CharField(max_length=LARGEST_FILE, trim_whitespace=False)


class DifferenceOutput(serializers.Serializer):
    """One place that differs from the version before."""

    place = serializers.CharField()
    kind = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class NothingInput(serializers.Serializer):
    """The decision needs no words."""


class ReasonInput(serializers.Serializer):
    """The decision needs its reason."""

    reason = serializers.CharField(max_length=500)


class NothingSigned(NothingInput):
    """The answer to the challenge."""

    signature = SigningInput()


class ReasonSigned(ReasonInput):
    """The reason and the answer to the challenge."""

    signature = SigningInput()


def _versions(request: Request) -> QuerySet[ProductVersion]:
    return visible_versions(cast(User, request.user), timezone.now())


def _version(request: Request, number: str) -> ProductVersion:
    return get_object_or_404(_versions(request), record__address=f"product/{number}")


class VersionList(ListAPIView):
    """/api/v1/products/: the versions one may see; an author imports a new one."""

    open_to = Access(write={Role.AUTHOR})
    serializer_class = VersionOutput
    queryset = ProductVersion.objects.none()

    def get_queryset(self) -> QuerySet[ProductVersion]:
        return _versions(self.request)

    @extend_schema(operation_id="products_import", request=ImportInput, responses={201: VersionOutput})
    def post(self, request: Request) -> Response:
        form = ImportInput(data=request.data)
        form.is_valid(raise_exception=True)
        taken = services.import_yaml(text=form.validated_data["text"], actor=actor_of(request), at=timezone.now())
        return tagged(Response(VersionOutput(taken).data, status=status.HTTP_201_CREATED), taken.record)


class VersionShow(GenericAPIView):
    """/api/v1/products/<number>/: one version, whole."""

    serializer_class = VersionDetail

    @extend_schema(operation_id="products_show", responses=VersionDetail)
    def get(self, request: Request, number: str) -> Response:
        version = _version(request, number)
        return tagged(Response(VersionDetail(version).data), version.record)


class VersionChanges(GenericAPIView):
    """/api/v1/products/<number>/changes/: what it says differently from the version before."""

    serializer_class = DifferenceOutput
    queryset = ProductVersion.objects.none()
    pagination_class = None

    @extend_schema(operation_id="products_changes", responses=DifferenceOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        version = _version(request, number)
        former = version_before(version)
        return Response(DifferenceOutput(differences_to(version, former) if former else (), many=True).data)


class Decision(SignedVerb):
    """One signed decision about a version; needs If-Match with its ETag."""

    verb: VersionVerb
    input_class: type[serializers.Serializer] = NothingInput
    signed_class: type[serializers.Serializer] = NothingSigned
    output_class = VersionOutput

    def target(self) -> ProductVersion:
        return _version(self.request, self.kwargs["number"])

    def record(self, target: ProductVersion) -> Record:
        return target.record

    def content(self, target: ProductVersion, data: Mapping[str, Any]) -> SignedContent:
        return version_content(version=target, verb=self.verb, **data)


class Sign(Decision):
    """The author signs the record."""

    open_to = Access(write={Role.AUTHOR})
    verb = VersionVerb.SIGN

    def perform(self, target: ProductVersion, data: Mapping[str, Any], signing: Signing) -> ProductVersion:
        return services.sign_version(version=target, signing=signing, **self.who)


class Approve(Decision):
    """A second person approves the record."""

    open_to = Access(write={Role.QA})
    verb = VersionVerb.APPROVE

    def perform(self, target: ProductVersion, data: Mapping[str, Any], signing: Signing) -> ProductVersion:
        return services.approve_version(version=target, signing=signing, **self.who)


class Return(Decision):
    """QA returns the record to its author."""

    open_to = Access(write={Role.QA})
    verb, input_class, signed_class = VersionVerb.RETURN, ReasonInput, ReasonSigned

    def perform(self, target: ProductVersion, data: Mapping[str, Any], signing: Signing) -> ProductVersion:
        return services.return_version(version=target, signing=signing, **self.who, **data)


class Retire(Decision):
    """QA retires the record."""

    open_to = Access(write={Role.QA})
    verb, input_class, signed_class = VersionVerb.RETIRE, ReasonInput, ReasonSigned

    def perform(self, target: ProductVersion, data: Mapping[str, Any], signing: Signing) -> ProductVersion:
        return services.retire_version(version=target, signing=signing, **self.who, **data)
