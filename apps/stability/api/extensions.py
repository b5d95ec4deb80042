"""Later expiries for programs: the list, one of them, proposing, both signatures, relabelling, its second person."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.organisation.access import Access
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.stability import services
from apps.stability.api.bodies import (
    ExtendedOutput,
    ExtensionOutput,
    Nothing,
    ProposalInput,
    RelabelInput,
    RelabelSigned,
    Signed,
    WhyInput,
)
from apps.stability.api.studies import study_of, units_at
from apps.stability.content import authorise_content, confirm_content, endorse_content, relabel_content
from apps.stability.facts import ExtensionState, ExtensionVerb
from apps.stability.lifecycle import EXTENSION_MOVES
from apps.stability.models import ExtendedUnit, Extension, Study
from apps.stability.selectors import visible_extensions
from apps.units.api.acts import Act

V = ExtensionVerb
UNITS = Prefetch("units", ExtendedUnit.objects.select_related("unit", "label").order_by("unit__number"))


def _access(verb: ExtensionVerb) -> Access:
    return Access(write=frozenset(EXTENSION_MOVES[verb].roles))


class ExtensionFilter(django_filters.FilterSet):
    """`?batch=CT-0042&study=CT-0042-ST01&state=AUTHORISED`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    study = django_filters.CharFilter(field_name="study__number")
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in ExtensionState])

    class Meta:
        model = Extension
        fields: tuple[str, ...] = ()


class Extensions(ListAPIView):
    """Every later expiry of one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = ExtensionOutput
    filterset_class = ExtensionFilter
    queryset = Extension.objects.none()

    def get_queryset(self) -> QuerySet[Extension]:
        return visible_extensions(self.request.user, timezone.now()).prefetch_related(UNITS)


class ExtensionView(APIView):
    """One of them."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="extensions_show", responses=ExtensionOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_extensions(request.user, timezone.now()), number=number)
        return tagged(Response(ExtensionOutput(found).data), found.record)


class ProposeExtension(Act):
    """Propose a later expiry on the ground of a study."""

    open_to = _access(V.PROPOSE)
    input_class, output_class = ProposalInput, ExtensionOutput

    def target(self) -> Study:
        return study_of(self.request.user, self.kwargs["number"], self.now)

    def perform(self, target: Study, said: dict[str, Any]) -> Extension:
        units = units_at(target, said.pop("units"))
        return services.propose_extension(study=target, units=units, **said, **self.who)


class OnExtension(SignedVerb):
    """A signed verb on a later expiry."""

    input_class, signed_class, output_class = Nothing, Signed, ExtensionOutput

    def target(self) -> Extension:
        return get_object_or_404(visible_extensions(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: Extension) -> Record:
        return target.record


class EndorseExtension(OnExtension):
    """Quality signs that the data support it."""

    open_to = _access(V.ENDORSE)

    def content(self, target: Extension, data: Mapping[str, Any]) -> SignedContent:
        return endorse_content(target)

    def perform(self, target: Extension, data: Mapping[str, Any], signing: Signing) -> Extension:
        return services.endorse_extension(extension=target, signing=signing, **self.who)


class AuthoriseExtension(OnExtension):
    """The authorised person signs; the new labels are printed."""

    open_to = _access(V.AUTHORISE)

    def content(self, target: Extension, data: Mapping[str, Any]) -> SignedContent:
        return authorise_content(target)

    def perform(self, target: Extension, data: Mapping[str, Any], signing: Signing) -> Extension:
        return services.authorise_extension(extension=target, signing=signing, **self.who)


class RelabelUnit(OnExtension):
    """The first person exchanged the label of a unit."""

    open_to = _access(V.RELABEL)
    input_class, signed_class, output_class = RelabelInput, RelabelSigned, ExtendedOutput

    def content(self, target: Extension, data: Mapping[str, Any]) -> SignedContent:
        return relabel_content(services.row_scanned(target, data["scanned"]))

    def perform(self, target: Extension, data: Mapping[str, Any], signing: Signing) -> ExtendedUnit:
        said = {name: data[name] for name in ("scanned", "label")}
        return services.relabel_unit(extension=target, signing=signing, **said, **self.who)


class ConfirmRelabelling(OnExtension):
    """A second person saw it: the later dates count."""

    open_to = _access(V.CONFIRM)

    def content(self, target: Extension, data: Mapping[str, Any]) -> SignedContent:
        return confirm_content(target)

    def perform(self, target: Extension, data: Mapping[str, Any], signing: Signing) -> Extension:
        return services.confirm_relabelling(extension=target, signing=signing, **self.who)


class EndExtension(Act):
    """An unsigned end of a later expiry, with its reason."""

    input_class, output_class = WhyInput, ExtensionOutput
    created = False

    def target(self) -> Extension:
        return get_object_or_404(visible_extensions(self.request.user, self.now), number=self.kwargs["number"])


class CompleteExtension(EndExtension):
    """The units that were not relabelled keep their date; their new labels are destroyed."""

    open_to = _access(V.COMPLETE)

    def perform(self, target: Extension, said: dict[str, Any]) -> Extension:
        return services.leave_out_the_others(extension=target, **said, **self.who)


class WithdrawExtension(EndExtension):
    """Take it back before it is authorised."""

    open_to = _access(V.WITHDRAW)

    def perform(self, target: Extension, said: dict[str, Any]) -> Extension:
        return services.withdraw_extension(extension=target, **said, **self.who)
