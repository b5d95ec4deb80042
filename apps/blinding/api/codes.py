"""Blinded lots for programs: who holds a code, the sealed list, whose a kit is, how a code is opened."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.blinding import content, services
from apps.blinding.api.bodies import (
    HolderOutput,
    KitOutput,
    LineBody,
    ListBody,
    ListSigned,
    LotOutput,
    Nothing,
    OneLotOutput,
    OpeningOutput,
    PatientCodeOutput,
    PersonBody,
    PersonSigned,
    SealedOutput,
    Signed,
    WhyBody,
    WhySigned,
    WhySignedByTwo,
)
from apps.blinding.facts import HOLDERS, NAMERS, OPENERS, TREATING, ListLine
from apps.blinding.models import CodeHolder, CodeOpening, SealedBag
from apps.blinding.selectors import (
    breaks_of,
    holders_of,
    kits_of,
    opened_list,
    opening_of,
    told_to,
    visible_lot,
    visible_lots,
)
from apps.core.errors import BadInput
from apps.core.rules import unknown
from apps.identity.models import Recipient
from apps.identity.selectors import visible_recipients
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.organisation.selectors import user_named
from apps.signatures.api import signing_of
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

told_to_one = method_decorator(never_cache, name="dispatch")  # nothing that tells an arm stays behind on a device
BY_NAMERS = Access(write=frozenset(NAMERS))
BY_HOLDERS = Access(write=frozenset(HOLDERS))
BY_TREATING = Access(read=frozenset(TREATING), write=frozenset(TREATING))
BY_OPENERS = Access(write=frozenset(OPENERS))


class LotsView(APIView):
    """The lots of blinded kits of one's sites."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="blinding_list", responses=LotOutput(many=True))
    def get(self, request: Request) -> Response:
        return Response(LotOutput(visible_lots(request.user, timezone.now()), many=True).data)


class LotView(APIView):
    """One lot."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="blinding_show", responses=OneLotOutput)
    def get(self, request: Request, number: str) -> Response:
        lot = visible_lot(request.user, number, timezone.now())
        opening = opening_of(lot)
        body = {
            **LotOutput(lot).data,
            "holders": HolderOutput(holders_of(lot), many=True).data,
            "kits": KitOutput(kits_of(lot), many=True).data,
            "opening": OpeningOutput(opening).data if opening else None,
            "lines": LineBody(opened_list(lot), many=True).data,
        }
        return tagged(Response(body), lot.record)


class OfLot(SignedVerb):
    """A signed act on one lot."""

    def target(self) -> Batch:
        return visible_lot(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Batch) -> Record | None:
        return target.record


class NameHolder(OfLot):
    """Name a person who may know which kit holds what."""

    open_to = BY_NAMERS
    input_class, signed_class, output_class = PersonBody, PersonSigned, HolderOutput
    created = True

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.name_content(target, _person(data))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> CodeHolder:
        return services.name_holder(batch=target, person=_person(data), signing=signing, **self.who)


class EndHolder(SignedVerb):
    """End that somebody holds the code."""

    open_to = BY_NAMERS
    input_class, signed_class, output_class = WhyBody, WhySigned, HolderOutput

    def target(self) -> CodeHolder:
        lot = visible_lot(self.request.user, self.kwargs["number"], self.now)
        held = CodeHolder.objects.select_related("batch__record", "batch__site", "person")
        return get_object_or_404(held, batch=lot, pk=self.kwargs["pk"])

    def content(self, target: CodeHolder, data: Mapping[str, Any]) -> SignedContent:
        return content.end_content(target.batch, target.person, data["reason"])

    def perform(self, target: CodeHolder, data: Mapping[str, Any], signing: Signing) -> CodeHolder:
        return services.end_holder(holder=target, reason=data["reason"], signing=signing, **self.who)


class SealList(OfLot):
    """Two holders bring the list in: `signature` and `countersignature`. The answer names the bags, nothing else."""

    open_to = BY_HOLDERS
    input_class, signed_class, output_class = ListBody, ListSigned, SealedOutput
    created = True

    def record(self, target: Batch) -> Record | None:
        return None  # what is signed is the list itself; the lot goes on being worked on meanwhile

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.seal_content(target, _lines(data))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> dict[str, list[str]]:
        signed = {"signing": signing, "countersigning": signing_of(data["countersignature"])}
        rows: list[SealedBag] = services.seal_list(batch=target, lines=_lines(data), **signed, **self.who)
        return {"bags": [row.number for row in rows]}


class CompareList(SealList):
    """What the second holder signs."""

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.compare_content(target, _lines(data))


@told_to_one
class ReadList(OfLot):
    """A holder reads the list; a signature says that it was read."""

    open_to = BY_HOLDERS
    input_class, signed_class, output_class = Nothing, Signed, ListBody

    def record(self, target: Batch) -> Record | None:
        return None

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.read_content(target)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> dict[str, list[ListLine]]:
        return {"lines": services.read_list(batch=target, signing=signing, **self.who)}


class OpenCode(OfLot):
    """Two people open the code of a lot when the trial has ended."""

    open_to = BY_OPENERS
    input_class, signed_class, output_class = WhyBody, WhySignedByTwo, OpeningOutput
    created = True

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.open_content(target, data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> CodeOpening:
        signed = {"signing": signing, "countersigning": signing_of(data["countersignature"])}
        return services.open_code(batch=target, reason=data["reason"], **signed, **self.who)


class AgreeToOpen(OpenCode):
    """What the second person signs."""

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return content.agree_content(target, data["reason"])


@told_to_one
class PatientCodeView(APIView):
    """Who opened the code of a patient; and, for who did, what they were told."""

    open_to = BY_TREATING

    @extend_schema(operation_id="blinding_patient_code", responses=PatientCodeOutput)
    def get(self, request: Request, number: str) -> Response:
        recipient = get_object_or_404(visible_recipients(request.user, timezone.now()), number=number)
        return Response(_patient_code(recipient, request.user.username))


@told_to_one
class BreakCode(SignedVerb):
    """The treating physician opens the code of one patient in an emergency; quality is told."""

    open_to = BY_TREATING
    input_class, signed_class, output_class = WhyBody, WhySigned, PatientCodeOutput
    created = True

    def target(self) -> Recipient:
        return get_object_or_404(visible_recipients(self.request.user, self.now), number=self.kwargs["number"])

    def content(self, target: Recipient, data: Mapping[str, Any]) -> SignedContent:
        return content.break_content(target, data["reason"])

    def perform(self, target: Recipient, data: Mapping[str, Any], signing: Signing) -> dict[str, Any]:
        done = services.break_code(recipient=target, reason=data["reason"], signing=signing, **self.who)
        told = [{"kit": kit, "arm": arm.en} for kit, arm in told_to(target, done[0].broken_by)]
        return {"breaks": done, "told": told}


def _patient_code(recipient: Recipient, username: str) -> dict[str, Any]:
    told = [{"kit": kit, "arm": arm.en} for kit, arm in told_to(recipient, username)]
    return dict(PatientCodeOutput({"breaks": breaks_of(recipient), "told": told}).data)


def _person(data: Mapping[str, Any]) -> User:
    found = user_named(data["person"]) if "\0" not in data["person"] else None
    if found is None:
        raise BadInput(unknown(data["person"], "person"))
    return found


def _lines(data: Mapping[str, Any]) -> list[ListLine]:
    return [ListLine(**line) for line in data["lines"]]
