"""Donation numbers for programs: the next of the year, given to one donor before the collection."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.http import who
from apps.identity.api.people import BY_COLLECTORS
from apps.identity.models import Donor
from apps.identity.selectors import visible_donors
from apps.identity.services import issue_number


class NumberOutput(serializers.Serializer):
    """A donation number; `printed` is as people read it, with the check character that is typed behind it."""

    number = serializers.CharField()
    printed = serializers.CharField()
    check_flags = serializers.CharField(help_text="the flags of a symbol that carry the check: 60 to 96")
    donor = serializers.CharField(source="donor.number")
    issued_at = serializers.DateTimeField()
    issued_by = serializers.CharField()


class NumbersView(APIView):
    """The donation numbers that were issued for a donor; POST issues the next one of the year."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="donation_numbers_list", responses=NumberOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        issued = self.donor().issued_numbers.select_related("donor").order_by("-pk")
        return Response(NumberOutput(issued, many=True).data)

    @extend_schema(operation_id="donation_numbers_issue", request=None, responses={201: NumberOutput})
    def post(self, request: Request, number: str) -> Response:
        issued = issue_number(donor=self.donor(), **who(request))
        return Response(NumberOutput(issued).data, status=status.HTTP_201_CREATED)

    def donor(self) -> Donor:
        """The donor of one's sites that the address names."""
        return get_object_or_404(visible_donors(self.request.user, timezone.now()), number=self.kwargs["number"])
