"""Lists by keyset: the next page starts after the last row shown, so it costs the same however deep it is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.pagination import CursorPagination


class Keyset(CursorPagination):
    """Newest first by primary key; 50 rows a page, at most 200."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


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
