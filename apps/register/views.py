"""Pages of the register: the entries of one's sites, newest first, and the same as a table to take away."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.http import as_file
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.organisation.access import Access, open_to, sites_as
from apps.organisation.selectors import visible_to
from apps.register.forms import AskedForm
from apps.register.selectors import as_table, broken_registers, narrowed, visible_entries

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """GET /register/: every decision over a batch, newest first, narrowed by what is asked."""
    form, now = AskedForm(request.GET), timezone.now()
    page = listing(narrowed(visible_entries(request.user, now), form.asked), request)
    context = {
        "form": form,
        "page": page,
        "rows": page.rows,
        "gaps": broken_registers(visible_to(request.user, now)),
        "prints": sorted(sites_as(request, Role.QA, Role.CERTIFIER)),
        "query": request.GET.urlencode(),
    }
    return render(request, "register/register.html", context, status=400 if form.errors else 200)


@open_to(access=READ_ONLY)
@require_safe
@never_cache
def register_table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """GET /register/register.csv: everything that was asked for, as a table."""
    form = AskedForm(request.GET)
    if not form.is_valid():
        return register(request)
    found = narrowed(visible_entries(request.user, timezone.now()), form.asked)
    reply = StreamingHttpResponse(as_table(found), content_type="text/csv; charset=utf-8")
    return as_file(reply, f"register-{timezone.localtime():%Y%m%d-%H%M}.csv", saved=True)
