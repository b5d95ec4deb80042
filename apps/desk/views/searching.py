"""Search: one field for every address."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.audit.models import Record
from apps.core.ui.navigation import address_of
from apps.desk.selectors.scanning import LOOKED_AT, PAGES, Found, records_found
from apps.organisation.selectors import visible_to


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find records by any part of their address; one hit opens at once."""
    words = request.GET.get("q", "").strip()[:400]
    sites = visible_to(request.user, timezone.now())
    found = records_found(words, sites) if words else Found([])
    hits = [{"record": record, "url": page_of(record)} for record in found.records]
    if len(hits) == 1:
        return redirect(hits[0]["url"])
    page = {"hits": hits, "words": words, "more": found.more, "looked_at": LOOKED_AT, "section": "search"}
    return render(request, "desk/search.html", page)


def page_of(record: Record) -> str:
    url = address_of(PAGES.get(record.kind, ""), record.number)
    return url or f"/inspection/records/{quote(record.address, safe='')}/"
