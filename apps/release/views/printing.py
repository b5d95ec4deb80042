"""The page that asks for a sealed copy of the register."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.http import refusals_on, who
from apps.core.ui.acts import Act, asked_page
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import visible_sites
from apps.register.forms import PeriodForm
from apps.release.services import WHO_MAY_PRINT
from apps.release.services import print_register as print_copy

PRINTING = Access(read=frozenset(WHO_MAY_PRINT), write=frozenset(WHO_MAY_PRINT))


@open_to(access=PRINTING)
@require_http_methods(["GET", "HEAD", "POST"])
def print_register(request: HttpRequest, site: str) -> HttpResponse:
    """GET, POST /release/register/<site>/print/: the days, then the document that was requested."""
    found = get_object_or_404(visible_sites(request.user, timezone.now()), code=site)
    timezone.activate(found.timezone)
    form = PeriodForm(request.POST or None)
    title, back = _("Sealed copy of the register: %(site)s") % {"site": site}, reverse("register:list")
    intro = _("Every entry of these days, with its document and checkpoint. The sealed file follows in a minute.")
    act = Act(title=title, word=_("Request the copy"), back_url=back, intro=intro, icon="shield")
    if request.method != "POST" or not form.is_valid():
        return asked_page(request, act, form)
    with refusals_on(form):
        document = print_copy(site=found, **form.cleaned_data, **who(request))
        return HttpResponseRedirect(reverse("documents:detail", args=[document.number, document.version]))
    return asked_page(request, act, form, 409)
