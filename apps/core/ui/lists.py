"""A list of things that have states: narrowed to one state and to words, a page at a time."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.pagination import listing
from apps.core.ui.status import word_of

STATE = gettext_lazy("State")


def state_list(
    request: HttpRequest,
    rows: QuerySet[Any],
    states: Iterable[StrEnum],
    *columns: str,
    column: str = "state",
    label: Promise = STATE,
) -> dict[str, Any]:
    """What `parts/filters.html` and `parts/pager.html` show; the words are looked for in these columns."""
    words, state = request.GET.get("q", "").strip()[:80], request.GET.get("state", "")
    known = [one.value for one in states]
    if state in known:
        rows = rows.filter(**{column: state})
    if words:
        anywhere = [Q(**{f"{name}__icontains": words}) for name in columns]
        rows = rows.filter(Q(*anywhere, _connector=Q.OR))
    page = listing(rows, request)
    choices = [("", _("All")), *((one, str(word_of(one).word)) for one in known)]
    filters = [{"name": "state", "label": str(label), "choices": choices, "value": state}]
    return {"page": page, "rows": page.rows, "q": words, "filters": filters}
