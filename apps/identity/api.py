"""Donors for programs. Personal data are shown to physicians and collectors only."""

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
from apps.identity.models import Donor
from apps.identity.selectors import person_of, visible_donors
from apps.identity.services import register_donor
from apps.organisation.access import Access
from apps.organisation.selectors import site_at, visible_to
from apps.signatures.api.verbs import tagged

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
        if said["site"] not in visible_to(request.user, now):
            template = N_("Nothing here has the number {number}.")
            raise BadInput(Objection("unknown_number", template, {"number": said["site"]}, place="site"))
        known = said["person"]
        donor = register_donor(
            number=said["number"],
            site=site_at(said["site"]),
            donor_class=said["donor_class"],
            person=Person(known["name"], known["born"].isoformat(), known["identifier"]),
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
