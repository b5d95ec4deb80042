"""Lists by keyset: the next page starts after the last row shown, so it costs the same however deep it is."""

from rest_framework.pagination import CursorPagination


class Keyset(CursorPagination):
    """Newest first by primary key; 50 rows a page, at most 200."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
