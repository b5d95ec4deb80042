"""Lists by keyset: the next page starts after the last row shown, so it costs the same however deep it is."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from apps.core.errors import BadInput, Objection
from apps.core.text import N_


class Keyset(CursorPagination):
    """Newest first by primary key; 50 rows a page, at most 200. A cursor or a size that nobody gave out is refused."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        self._column = _column(queryset, self.get_ordering(request, queryset, view)[0])
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Any) -> int | None:
        asked = request.query_params.get(self.page_size_query_param, "")
        if asked and not (asked.isascii() and asked.isdigit() and asked.strip("0")):
            template = N_("A page has 1 to {most} rows.")
            raise BadInput(Objection("page_size", template, {"most": self.max_page_size}, place="page_size"))
        return min(int(asked[:9]), self.max_page_size) if asked else self.page_size

    def decode_cursor(self, request: Any) -> Any:
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                self._column.to_python(cursor.position)
            elif cursor is not None and request.query_params[self.cursor_query_param] and not any(cursor):
                raise NotFound
        except (NotFound, ValidationError, UnicodeError) as error:
            template = N_("This is no cursor of this list. Begin with its first page.")
            raise BadInput(Objection("cursor", template, place="cursor")) from error
        return cursor


def _column(queryset: QuerySet[Any], name: str) -> Any:
    # The position in a cursor is compared with this column, so it must be of its type.
    try:
        return queryset.model._meta.get_field(name.lstrip("-"))
    except FieldDoesNotExist:
        return queryset.model._meta.pk


@dataclass(frozen=True)
class Listing:
    """One page of a list on screen, newest first, as parts/pager.html shows it; the cursors are primary keys."""

    rows: list[Any]
    next_cursor: int | None = None
    previous_cursor: int | None = None

    @property
    def shown(self) -> int:
        """How many rows stand on this page."""
        return len(self.rows)


def listing(rows: QuerySet[Any], request: HttpRequest, size: int = 50) -> Listing:
    """The page that `?after=` or `?before=` asks for; without them the first."""
    after, before = (_key(request.GET.get(name, "")) for name in ("after", "before"))
    if before is not None:
        newer = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        page = newer[:size][::-1]
        return Listing(page, page[-1].pk if page else None, page[0].pk if len(newer) > size else None)
    older = list((rows if after is None else rows.filter(pk__lt=after)).order_by("-pk")[: size + 1])
    page = older[:size]
    return Listing(page, page[-1].pk if len(older) > size else None, page[0].pk if page and after is not None else None)


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
