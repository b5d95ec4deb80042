"""The page on which a physician agrees to units that are not certified, for the patient of one order."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.facts.words import BatchState
from apps.batches.selectors.batches import visible_batches
from apps.core.http import who
from apps.core.ui.acts import Act, asked_page
from apps.dosing import services
from apps.dosing.views.acting import METHODS, by
from apps.dosing.views.finding import order_named
from apps.organisation.access import open_to
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page
from apps.supply.content import agree_content
from apps.supply.forms import AgreeForm
from apps.supply.lifecycle import AGREEING
from apps.supply.models import NamedSupply


@open_to(access=by(*AGREEING))
@require_http_methods(METHODS)
def agree(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/agree/: the batch and the words first, then what is signed."""
    found, back = order_named(request, number), reverse("dosing:detail", args=[number])
    batches = visible_batches(request.user, timezone.now()).filter(
        product_version__key=found.product_version.key, site=found.site, state=BatchState.REVIEWED
    )
    form = AgreeForm(request.POST or None, batches=batches)
    title = _("Agree to units that are not certified: %(number)s") % {"number": number}
    if request.method != "POST" or not form.is_valid():
        intro = _("For this patient only. The authorised person decides, and a second person lets the units go.")
        act = Act(title=title, word=_("Read back and sign"), back_url=back, intro=intro, icon="sign")
        return asked_page(request, act, form)
    batch, said = form.cleaned_data["batch"], form.said
    panel = Panel(
        title=title,
        verb=_("Sign: agreed"),
        content=lambda: agree_content(batch, found.record, found.recipient, said),
        record=found.record,
        cancel_url=back,
        hidden=form.carried,
        words=words_read(definition_of(found.product_version)),
    )

    def perform(signing: Signing) -> NamedSupply:
        return services.agree_to_supply(order=found, batch=batch, said=said, signing=signing, **who(request))

    return signed_page(request, panel, perform, lambda done: reverse("supply:supply", args=[str(done)]))
