"""Donations for programs: what was collected, and what was answered about the donor's health."""

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

from apps.core.errors import BadInput, Objection
from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.core.text import N_
from apps.documents.api import LabelSheetInput, LabelSheetOutput
from apps.documents.selectors import label_sheets_about
from apps.donation import services
from apps.donation.api.donors import BY_COLLECTORS
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.selectors import visible_donations
from apps.identity.selectors import chain_scanned, visible_donors
from apps.signatures.api.verbs import tagged


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


class DonationLabels(APIView):
    """The label sheets of a donation; POST prints one, once more with the reason."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="donation_labels_list", responses=LabelSheetOutput(many=True))
    def get(self, request: Request, din: str) -> Response:
        donation = get_object_or_404(visible_donations(request.user, timezone.now()), din=din)
        return tagged(Response(LabelSheetOutput(label_sheets_about(donation.record), many=True).data), donation.record)

    @extend_schema(operation_id="donation_labels", request=LabelSheetInput, responses={201: LabelSheetOutput})
    def post(self, request: Request, din: str) -> Response:
        form, now = LabelSheetInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        donation = get_object_or_404(visible_donations(request.user, now), din=din)
        said = form.validated_data
        sheet = services.print_donation_labels(donation=donation, actor=actor_of(request), at=now, **said)
        return tagged(Response(LabelSheetOutput(sheet).data, status=status.HTTP_201_CREATED), donation.record)


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
