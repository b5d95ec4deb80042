"""Donors and recipients for programs. Personal data are shown to the few who need them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.identity.facts import Person
from apps.identity.models import Donor, DonorPerson, Recipient, RecipientPerson
from apps.identity.selectors import patient_of, person_of, visible_donors, visible_recipients
from apps.identity.services import (
    ERASERS,
    erase_donor,
    erase_patient,
    register_donor,
    register_recipient,
)
from apps.organisation.access import Access
from apps.organisation.selectors import site_named
from apps.signatures.api.verbs import tagged

BY_PHYSICIANS = Access(write=frozenset({Role.PHYSICIAN}))
BY_QA = Access(write=frozenset(ERASERS))
BY_COLLECTORS = Access(write=frozenset({Role.PHYSICIAN, Role.COLLECTOR}))


class PersonBody(serializers.Serializer):
    """Who a donor or a patient is."""

    name = serializers.CharField(max_length=120)
    born = serializers.DateField()
    identifier = serializers.CharField(max_length=80)


class WithPerson(serializers.Serializer):
    """Somebody; `person` only for those who may know."""

    person = serializers.SerializerMethodField()

    @extend_schema(responses=PersonBody)
    def get_person(self, _somebody: Donor | Recipient) -> dict[str, Any] | None:
        """Who it is, for the few who may know."""
        known = self.context["known"]
        return PersonBody(known).data if known else None


class OneView(APIView):
    """One donor or recipient. Subclasses say who is seen, and who may know the person."""

    find: Callable[[Any, datetime], QuerySet]
    know: Callable[[Any, Any, datetime], DonorPerson | RecipientPerson | None]
    output_class: type[WithPerson]

    def get(self, request: Request, number: str) -> Response:
        now = timezone.now()
        somebody = get_object_or_404(self.find(request.user, now), number=number)
        body = self.output_class(somebody, context={"known": self.know(somebody, request.user, now)}).data
        return tagged(Response(body), somebody.record)


class ErasureInput(serializers.Serializer):
    """Why somebody's personal data are erased, such as the request and its date."""

    reason = serializers.CharField(max_length=500)


class Erasure(APIView):
    """Erase who somebody is; the pseudonym stays."""

    open_to = BY_QA
    find: Callable[[Any, datetime], QuerySet]
    output_class: type[serializers.Serializer]

    def erase(self, somebody: Any, **said: Any) -> None:
        """The one service call."""
        raise NotImplementedError

    def post(self, request: Request, number: str) -> Response:
        form, now = ErasureInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        somebody = get_object_or_404(self.find(request.user, now), number=number)
        self.erase(somebody, reason=form.validated_data["reason"], actor=actor_of(request), at=now)
        return tagged(Response(self.output_class(somebody).data), somebody.record)


class DonorInput(serializers.Serializer):
    """A donor to be registered under a pseudonym."""

    number = serializers.RegexField(r"^[A-Za-z0-9-]{1,40}$")
    site = serializers.CharField(max_length=20)
    donor_class = serializers.CharField(max_length=40)
    person = PersonBody()


class DonorOutput(serializers.Serializer):
    """A donor, by pseudonym."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    donor_class = serializers.CharField()
    registered_at = serializers.DateTimeField()


class DonorWithPerson(DonorOutput, WithPerson):
    """A donor; `person` only for those who may know."""


class DonorsView(ListAPIView):
    """The donors of one's sites, by pseudonym; POST registers one."""

    open_to = BY_COLLECTORS
    serializer_class = DonorOutput

    def get_queryset(self) -> QuerySet[Donor]:
        return visible_donors(self.request.user, timezone.now())

    @extend_schema(operation_id="donors_register", request=DonorInput, responses={201: DonorOutput})
    def post(self, request: Request) -> Response:
        form = DonorInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        donor = register_donor(
            number=said["number"],
            site=site_named(said["site"], request.user, now),
            donor_class=said["donor_class"],
            person=_person(said["person"]),
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(DonorOutput(donor).data, status=status.HTTP_201_CREATED), donor.record)


@extend_schema_view(get=extend_schema(operation_id="donors_show", responses=DonorWithPerson))
class DonorView(OneView):
    """One donor."""

    find, know, output_class = staticmethod(visible_donors), staticmethod(person_of), DonorWithPerson


class RecipientInput(serializers.Serializer):
    """A patient to be registered under a pseudonym; `donor` is whose material is made for them."""

    number = serializers.RegexField(r"^[A-Za-z0-9-]{1,40}$")
    site = serializers.CharField(max_length=20)
    person = PersonBody()
    donor = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class RecipientOutput(serializers.Serializer):
    """A recipient, by pseudonym."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    donor = serializers.CharField(source="donor.number", default=None, allow_null=True)
    registered_at = serializers.DateTimeField()


class RecipientWithPerson(RecipientOutput, WithPerson):
    """A recipient; `person` only for those who may know."""


class RecipientsView(ListAPIView):
    """The recipients of one's sites, by pseudonym; POST registers one."""

    open_to = BY_PHYSICIANS
    serializer_class = RecipientOutput

    def get_queryset(self) -> QuerySet[Recipient]:
        return visible_recipients(self.request.user, timezone.now())

    @extend_schema(operation_id="recipients_register", request=RecipientInput, responses={201: RecipientOutput})
    def post(self, request: Request) -> Response:
        form = RecipientInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        recipient = register_recipient(
            number=said["number"],
            site=site_named(said["site"], request.user, now),
            person=_person(said["person"]),
            donor=_donor(request, said["donor"], now),
            actor=actor_of(request),
            at=now,
        )
        body = RecipientOutput(recipient).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), recipient.record)


@extend_schema_view(get=extend_schema(operation_id="recipients_show", responses=RecipientWithPerson))
class RecipientView(OneView):
    """One recipient."""

    find, know, output_class = staticmethod(visible_recipients), staticmethod(patient_of), RecipientWithPerson


@extend_schema_view(post=extend_schema(operation_id="donors_erase", request=ErasureInput, responses=DonorOutput))
class DonorErasure(Erasure):
    """Erase who a donor is; the pseudonym stays."""

    find, output_class = staticmethod(visible_donors), DonorOutput

    def erase(self, somebody: Donor, **said: Any) -> None:
        erase_donor(donor=somebody, **said)


@extend_schema_view(
    post=extend_schema(operation_id="recipients_erase", request=ErasureInput, responses=RecipientOutput)
)
class RecipientErasure(Erasure):
    """Erase who a patient is; the pseudonym stays."""

    find, output_class = staticmethod(visible_recipients), RecipientOutput

    def erase(self, somebody: Recipient, **said: Any) -> None:
        erase_patient(recipient=somebody, **said)


def _donor(request: Request, number: str, at: datetime) -> Donor | None:
    found = visible_donors(request.user, at).filter(number=number).first() if number else None
    if number and found is None:
        raise BadInput(unknown(number, "donor"))
    return found


def _person(known: Mapping[str, Any]) -> Person:
    return Person(known["name"], known["born"].isoformat(), known["identifier"])
