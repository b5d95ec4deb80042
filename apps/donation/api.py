"""Consents, screening and donations for programs."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.text import N_
from apps.donation import services
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import Eligibility
from apps.donation.models import Consent, Donation
from apps.donation.selectors import visible_donations
from apps.identity.models import Donor
from apps.identity.selectors import chain_scanned, visible_donors
from apps.organisation.access import Access
from apps.products.models import ProductVersion
from apps.products.selectors import visible_version
from apps.signatures.api import SigningInput
from apps.signatures.api.people_bodies import NothingInput, NothingSigned
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

BY_COLLECTORS = Access(write=frozenset(services.COLLECTORS))
BY_LABORATORY = Access(write=frozenset({Role.ANALYST, Role.PHYSICIAN}))
BY_QA = Access(write=frozenset({Role.QA}))
BY_PHYSICIANS = Access(write=frozenset({Role.PHYSICIAN}))


class ConsentInput(serializers.Serializer):
    """A consent that was signed."""

    version = serializers.CharField(max_length=40)
    signatory = serializers.CharField(max_length=40)
    scopes = serializers.ListField(child=serializers.CharField(max_length=40))
    ethics_reference = serializers.CharField(max_length=80, allow_blank=True)
    signed_at = Instant()


class ConsentOutput(ConsentInput):
    """A consent."""

    id = serializers.IntegerField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class WithdrawalInput(serializers.Serializer):
    """Why a consent was withdrawn."""

    reason = serializers.CharField(max_length=500)


class ResultBody(serializers.Serializer):
    """One result of a screening test."""

    result = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=100)


class ScreeningInput(serializers.Serializer):
    """The results of one screening test."""

    test = serializers.CharField(max_length=40)
    results = ResultBody(many=True, allow_empty=False)
    laboratory = serializers.CharField(max_length=120)
    specimen_at = Instant()


class ScreeningOutput(ResultBody):
    """A screening result."""

    id = serializers.IntegerField()
    test = serializers.CharField()
    laboratory = serializers.CharField()
    specimen_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class DonationInput(serializers.Serializer):
    """A collected tissue; `din` is the symbol that was scanned, or the number typed with its check character."""

    din = serializers.CharField(max_length=200)
    donor = serializers.CharField(max_length=40)
    tissue = serializers.CharField(max_length=40)
    collected_at = Instant()
    where = serializers.CharField(max_length=120)
    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class DonationOutput(serializers.Serializer):
    """A donation; `printed` is its number as people read it, with the check character."""

    din = serializers.CharField()
    printed = serializers.CharField()
    address = serializers.CharField(source="record.address")
    donor = serializers.CharField(source="donor.number")
    site = serializers.CharField(source="site.code")
    tissue = serializers.CharField()
    collected_at = serializers.DateTimeField()
    eligibility = serializers.CharField()


class AnswerBody(serializers.Serializer):
    """The answer to one medical question: a criterion of the master, or an exclusion (yes: found, no: not found)."""

    question = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=100)


class HealthInput(serializers.Serializer):
    """Answers from the questionnaire and the chart, and the day they were given."""

    answers = AnswerBody(many=True, allow_empty=False)
    answered_at = Instant()


class HealthOutput(AnswerBody):
    """An answer."""

    id = serializers.IntegerField()
    answered_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class DecisionInput(serializers.Serializer):
    """A physician's decision, judged by one product."""

    product = serializers.CharField(max_length=60)
    decision = serializers.ChoiceField(choices=[decision.value for decision in Eligibility])
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class DecisionSigned(DecisionInput):
    """A decision, signed."""

    signature = SigningInput()


class DonationFilter(django_filters.FilterSet):
    """`?eligibility=ELIGIBLE&donor=D-0117`."""

    eligibility = django_filters.ChoiceFilter(choices=[(one, one) for one in Eligibility])
    donor = django_filters.CharFilter(field_name="donor__number")
    tissue = django_filters.CharFilter()

    class Meta:
        model = Donation
        fields: tuple[str, ...] = ()


class DonationsView(ListAPIView):
    """The donations of one's sites; POST records a collection."""

    open_to = BY_COLLECTORS
    serializer_class = DonationOutput
    filterset_class = DonationFilter

    def get_queryset(self) -> QuerySet[Donation]:
        return visible_donations(self.request.user, timezone.now())

    @extend_schema(operation_id="donations_record", request=DonationInput, responses={201: DonationOutput})
    def post(self, request: Request) -> Response:
        form = DonationInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        donor = visible_donors(request.user, now).filter(number=said.pop("donor")).first()
        if donor is None:
            raise BadInput(Objection("unknown_number", N_("There is no such donor here."), place="donor"))
        said["chain"] = chain_scanned(said["chain"], request.user, now)
        donation = services.record_collection(donor=donor, actor=actor_of(request), at=now, **said)
        body = DonationOutput(donation).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), donation.record)


class DonationView(APIView):
    """One donation."""

    @extend_schema(operation_id="donations_show", responses=DonationOutput)
    def get(self, request: Request, din: str) -> Response:
        donation = get_object_or_404(visible_donations(request.user, timezone.now()), din=din)
        return tagged(Response(DonationOutput(donation).data), donation.record)


class DecideEligibility(SignedVerb):
    """Decide about a donation: a physician's signature."""

    open_to = BY_PHYSICIANS
    input_class, signed_class, output_class = DecisionInput, DecisionSigned, DonationOutput

    def target(self) -> Donation:
        return get_object_or_404(visible_donations(self.request.user, self.now), din=self.kwargs["din"])

    def record(self, target: Donation) -> Record | None:
        return target.record

    def content(self, target: Donation, data: Mapping[str, Any]) -> SignedContent:
        version, decision = self._version(data), Eligibility(data["decision"])
        return eligibility_content(target, version, decision, data["reason"])

    def perform(self, target: Donation, data: Mapping[str, Any], signing: Signing) -> Donation:
        return services.decide_eligibility(
            donation=target,
            product_version=self._version(data),
            decision=Eligibility(data["decision"]),
            reason=data["reason"],
            signing=signing,
            **self.who,
        )

    def _version(self, data: Mapping[str, Any]) -> ProductVersion:
        try:
            return visible_version(self.request.user, data["product"], self.now)
        except ProductVersion.DoesNotExist as error:
            objection = Objection("unknown_number", N_("There is no such master record here."), place="product")
            raise BadInput(objection) from error


class CountersignEligibility(SignedVerb):
    """Countersign a physician's decision: quality assurance, a second person."""

    open_to = BY_QA
    input_class, signed_class, output_class = NothingInput, NothingSigned, DonationOutput

    def target(self) -> Donation:
        return get_object_or_404(visible_donations(self.request.user, self.now), din=self.kwargs["din"])

    def record(self, target: Donation) -> Record | None:
        return target.record

    def content(self, target: Donation, data: Mapping[str, Any]) -> SignedContent:
        return countersign_content(target)

    def perform(self, target: Donation, data: Mapping[str, Any], signing: Signing) -> Donation:
        return services.countersign_eligibility(donation=target, signing=signing, **self.who)


class Health(APIView):
    """What was answered about the donor's health at a donation; POST records answers."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="donations_health_list", responses=HealthOutput(many=True))
    def get(self, request: Request, din: str) -> Response:
        donation = get_object_or_404(visible_donations(request.user, timezone.now()), din=din)
        return tagged(Response(HealthOutput(donation.health.order_by("pk"), many=True).data), donation.record)

    @extend_schema(operation_id="donations_health", request=HealthInput, responses={201: HealthOutput(many=True)})
    def post(self, request: Request, din: str) -> Response:
        form, now = HealthInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        donation = get_object_or_404(visible_donations(request.user, now), din=din)
        rows = services.record_health(
            donation=donation,
            answers=[(one["question"], one["text"]) for one in form.validated_data["answers"]],
            answered_at=form.validated_data["answered_at"],
            actor=actor_of(request),
            at=now,
        )
        body = HealthOutput(rows, many=True).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), donation.record)


class Consents(APIView):
    """The consents of a donor; POST records one."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="consents_list", responses=ConsentOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        donor = _donor(request, number)
        rows = donor.consents.order_by("pk")
        return tagged(Response(ConsentOutput(rows, many=True).data), donor.record)

    @extend_schema(operation_id="consents_record", request=ConsentInput, responses={201: ConsentOutput})
    def post(self, request: Request, number: str) -> Response:
        form = ConsentInput(data=request.data)
        form.is_valid(raise_exception=True)
        donor = _donor(request, number)
        said = form.validated_data
        consent = services.record_consent(donor=donor, actor=actor_of(request), at=timezone.now(), **said)
        return tagged(Response(ConsentOutput(consent).data, status=status.HTTP_201_CREATED), donor.record)


class Withdrawal(APIView):
    """Record that a consent was withdrawn; what was made of the tissue is held."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="consents_withdraw", request=WithdrawalInput, responses=ConsentOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        form = WithdrawalInput(data=request.data)
        form.is_valid(raise_exception=True)
        consent = get_object_or_404(Consent.objects.select_related("record"), donor=_donor(request, number), pk=pk)
        reason = form.validated_data["reason"]
        consent = services.withdraw_consent(consent=consent, reason=reason, actor=actor_of(request), at=timezone.now())
        return tagged(Response(ConsentOutput(consent).data), consent.record)


class Screening(APIView):
    """The screening results of a donor; POST records those of one test."""

    open_to = BY_LABORATORY

    @extend_schema(operation_id="screening_list", responses=ScreeningOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        donor = _donor(request, number)
        return tagged(Response(ScreeningOutput(donor.screening.order_by("pk"), many=True).data), donor.record)

    @extend_schema(operation_id="screening_record", request=ScreeningInput, responses={201: ScreeningOutput(many=True)})
    def post(self, request: Request, number: str) -> Response:
        form = ScreeningInput(data=request.data)
        form.is_valid(raise_exception=True)
        donor, said = _donor(request, number), form.validated_data
        rows = services.record_screening(
            donor=donor,
            test=said["test"],
            results=[(one["result"], one["text"]) for one in said["results"]],
            laboratory=said["laboratory"],
            specimen_at=said["specimen_at"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        body = ScreeningOutput(rows, many=True).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), donor.record)


def _donor(request: Request, number: str) -> Donor:
    return get_object_or_404(visible_donors(request.user, timezone.now()), number=number)
