"""Donors and recipients for programs. Personal data are shown to the few who need them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput, Objection
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.text import N_
from apps.identity.facts import Person
from apps.identity.models import Donor, Recipient
from apps.identity.selectors import patient_of, person_of, visible_donors, visible_recipients
from apps.identity.services import (
    ERASERS,
    erase_donor,
    erase_patient,
    register_donor,
    register_recipient,
)
from apps.organisation.access import Access
from apps.organisation.models import Site
from apps.organisation.selectors import site_at, visible_to
from apps.signatures.api.verbs import tagged

BY_PHYSICIANS = Access(write=frozenset({Role.PHYSICIAN}))
BY_QA = Access(write=frozenset(ERASERS))
BY_COLLECTORS = Access(write=frozenset({Role.PHYSICIAN, Role.COLLECTOR}))


class PersonBody(serializers.Serializer):
    """Who the donor is."""

    name = serializers.CharField(max_length=120)
    born = serializers.DateField()
    identifier = serializers.CharField(max_length=80)


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


class DonorWithPerson(DonorOutput):
    """A donor; `person` only for those who may know."""

    person = serializers.SerializerMethodField()

    @extend_schema(responses=PersonBody)
    def get_person(self, donor: Donor) -> dict[str, Any] | None:
        """Who the donor is, for the few who may know."""
        person = person_of(donor, self.context["user"], self.context["at"])
        return {"name": person.name, "born": person.born, "identifier": person.identifier} if person else None


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
            site=_site(request, said["site"], now),
            donor_class=said["donor_class"],
            person=_person(said["person"]),
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(DonorOutput(donor).data, status=status.HTTP_201_CREATED), donor.record)


class DonorView(APIView):
    """One donor."""

    @extend_schema(operation_id="donors_show", responses=DonorWithPerson)
    def get(self, request: Request, number: str) -> Response:
        now = timezone.now()
        donor = get_object_or_404(visible_donors(request.user, now), number=number)
        body = DonorWithPerson(donor, context={"user": request.user, "at": now}).data
        return tagged(Response(body), donor.record)


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


class RecipientWithPerson(RecipientOutput):
    """A recipient; `person` only for those who may know."""

    person = serializers.SerializerMethodField()

    @extend_schema(responses=PersonBody)
    def get_person(self, recipient: Recipient) -> dict[str, Any] | None:
        """Who the patient is, for the few who may know."""
        person = patient_of(recipient, self.context["user"], self.context["at"])
        return {"name": person.name, "born": person.born, "identifier": person.identifier} if person else None


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
            site=_site(request, said["site"], now),
            person=_person(said["person"]),
            donor=_donor(request, said["donor"], now),
            actor=actor_of(request),
            at=now,
        )
        body = RecipientOutput(recipient).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), recipient.record)


class RecipientView(APIView):
    """One recipient."""

    @extend_schema(operation_id="recipients_show", responses=RecipientWithPerson)
    def get(self, request: Request, number: str) -> Response:
        now = timezone.now()
        recipient = get_object_or_404(visible_recipients(request.user, now), number=number)
        body = RecipientWithPerson(recipient, context={"user": request.user, "at": now}).data
        return tagged(Response(body), recipient.record)


class ErasureInput(serializers.Serializer):
    """Why somebody's personal data are erased, such as the request and its date."""

    reason = serializers.CharField(max_length=500)


class DonorErasure(APIView):
    """Erase who a donor is; the pseudonym stays."""

    open_to = BY_QA

    @extend_schema(operation_id="donors_erase", request=ErasureInput, responses=DonorOutput)
    def post(self, request: Request, number: str) -> Response:
        form, now = ErasureInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        donor = get_object_or_404(visible_donors(request.user, now), number=number)
        erase_donor(donor=donor, reason=form.validated_data["reason"], actor=actor_of(request), at=now)
        return tagged(Response(DonorOutput(donor).data), donor.record)


class RecipientErasure(APIView):
    """Erase who a patient is; the pseudonym stays."""

    open_to = BY_QA

    @extend_schema(operation_id="recipients_erase", request=ErasureInput, responses=RecipientOutput)
    def post(self, request: Request, number: str) -> Response:
        form, now = ErasureInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        recipient = get_object_or_404(visible_recipients(request.user, now), number=number)
        erase_patient(recipient=recipient, reason=form.validated_data["reason"], actor=actor_of(request), at=now)
        return tagged(Response(RecipientOutput(recipient).data), recipient.record)


def _site(request: Request, code: str, at: datetime) -> Site:
    if code not in visible_to(request.user, at):
        raise unknown(code, "site")
    return site_at(code)


def _donor(request: Request, number: str, at: datetime) -> Donor | None:
    found = visible_donors(request.user, at).filter(number=number).first() if number else None
    if number and found is None:
        raise unknown(number, "donor")
    return found


def unknown(number: str, place: str) -> BadInput:
    template = N_("Nothing here has the number {number}.")
    return BadInput(Objection("unknown_number", template, {"number": number}, place=place))


def _person(known: Mapping[str, Any]) -> Person:
    return Person(known["name"], known["born"].isoformat(), known["identifier"])
