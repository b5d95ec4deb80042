"""Filters of lists in the API: a filter that the list does not know is refused, for its rows would answer another
question than the one that was asked."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django_filters import MultipleChoiceFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from apps.core.errors import BadInput, Objection
from apps.core.text import N_


class KnownFilters(DjangoFilterBackend):
    """What the list's filter set names, the pages, and what the view names in `also_asks`."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        unknown = sorted(set(request.query_params) - self._known(queryset, view))
        if unknown:
            template = N_("This list has no filter {filter}.")
            raise BadInput(*[Objection("unknown_filter", template, {"filter": name}, place=name) for name in unknown])
        self._refuse_instants_beyond_utc(request, queryset, view)
        return super().filter_queryset(request, queryset, view)

    def _refuse_instants_beyond_utc(self, request: Request, queryset: QuerySet[Any], view: Any) -> None:
        asked = self.get_filterset(request, queryset, view)
        found = asked.form.cleaned_data if asked is not None and asked.is_valid() else {}
        for name, value in found.items():
            try:
                if isinstance(value, datetime):
                    value.astimezone(UTC)
            except OverflowError as error:
                template = N_("This instant lies beyond the calendar.")
                raise BadInput(Objection("instant", template, place=name)) from error

    def _known(self, queryset: QuerySet[Any], view: Any) -> set[str]:
        known = set(getattr(view, "also_asks", ()))
        filters = self.get_filterset_class(view, queryset)
        if filters is not None:
            known |= set(filters(data={}, queryset=queryset, request=view.request).form.fields)
        if view.paginator is not None:
            known |= {view.paginator.cursor_query_param, view.paginator.page_size_query_param}
        return known


class AnyOf(MultipleChoiceFilter):
    """One or more of a closed set: `?state=RUNNING&state=FINISHED`. The column is the list's own, so no row comes twice
    and the database need not sort them all to find out."""

    def __init__(self, choices: Iterable[str], **more: Any) -> None:
        super().__init__(choices=[(choice, choice) for choice in choices], distinct=False, **more)
