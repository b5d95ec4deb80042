"""The register of certified batches for programs."""

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.organisation.access import Access
from apps.organisation.selectors import visible_to
from apps.register.facts import Asked, RegisterKind
from apps.register.models import RegisterEntry
from apps.register.selectors import gaps_of, narrowed, register_of, visible_entries


class RegisterOutput(serializers.ModelSerializer):
    """One decision: what, of which batch, how many units, by whom, by which document, under which checkpoint."""

    site = serializers.CharField(source="record.site")
    number = serializers.IntegerField(source="n")
    batch = serializers.CharField(source="batch.number")
    units = serializers.ListField(child=serializers.CharField())
    document = serializers.CharField(source="document_name")
    checkpoint = serializers.IntegerField(allow_null=True)
    corrects = serializers.IntegerField(source="corrects.n", default=None, allow_null=True)

    class Meta:
        model = RegisterEntry
        fields = (
            *("site", "number", "kind", "batch", "product", "title_en", "title_zh", "quantity", "units"),
            *("decided_at", "entered_at", "username", "printed_name", "printed_name_zh", "person_title_en"),
            *("person_title_zh", "document", "document_hash", "checkpoint", "corrects", "reason"),
        )


class GapsOutput(serializers.Serializer):
    """The register of one site: whether its numbers are unbroken, and those that are missing."""

    site = serializers.CharField()
    unbroken = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.IntegerField())


class RegisterFilter(django_filters.FilterSet):
    """`?site=NANHU&kind=CERTIFIED&batch=CT-0042&since=2026-01-01&until=2026-03-31&q=msc`."""

    site = django_filters.CharFilter(field_name="record__site")
    batch = django_filters.CharFilter(field_name="batch__address", method="of_batch")
    kind = django_filters.ChoiceFilter(choices=[(one, one) for one in RegisterKind])
    since = django_filters.DateFilter(method="by_days")
    until = django_filters.DateFilter(method="by_days")
    q = django_filters.CharFilter(method="in_words")

    class Meta:
        model = RegisterEntry
        fields: tuple[str, ...] = ()

    def of_batch(self, rows: QuerySet[RegisterEntry], _name: str, number: str) -> QuerySet[RegisterEntry]:
        return rows.filter(batch__address=f"batch/{number}")

    def by_days(self, rows: QuerySet[RegisterEntry], name: str, day: object) -> QuerySet[RegisterEntry]:
        return narrowed(rows, Asked(**{name: day}))

    def in_words(self, rows: QuerySet[RegisterEntry], _name: str, words: str) -> QuerySet[RegisterEntry]:
        return narrowed(rows, Asked(q=words))


class RegisterEntries(ListAPIView):
    """Every decision over a batch at one's sites, newest first."""

    open_to = Access(write=frozenset())
    serializer_class = RegisterOutput
    filterset_class = RegisterFilter
    queryset = RegisterEntry.objects.none()

    def get_queryset(self) -> QuerySet[RegisterEntry]:
        return visible_entries(self.request.user, timezone.now())


class RegisterGaps(APIView):
    """Whether the numbers of the registers of one's sites are unbroken."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="register_gaps", responses=GapsOutput(many=True))
    def get(self, request: Request) -> Response:
        sites = sorted(visible_to(request.user, timezone.now()))
        told = [(site, gaps_of(register_of(site))) for site in sites]
        rows = [{"site": site, "unbroken": not missing, "missing": missing} for site, missing in told]
        return Response(GapsOutput(rows, many=True).data)
