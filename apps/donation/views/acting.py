"""Pages that act: registering, consent, screening, collection, decision. Each has one form and one service."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, asked_page, said_page
from apps.core.ui.wording import bilingual
from apps.documents.forms import LabelSheetForm
from apps.documents.selectors import label_sheets_about
from apps.donation import services
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import Eligibility
from apps.donation.forms import (
    CollectionForm,
    ConsentForm,
    DecisionForm,
    DonorForm,
    HealthForm,
    IssueForm,
    ScreeningForm,
    WithdrawalForm,
)
from apps.donation.models import Consent, Donation
from apps.donation.selectors import asked_at, criteria_asked, exclusions_asked, made_for_one, screening_asked
from apps.donation.views.finding import asked_of, donation_named, donor_named
from apps.identity.facts import Person
from apps.identity.models import Donor
from apps.identity.selectors import chain_scanned, visible_recipients
from apps.identity.services import issue_chain, issue_number, register_donor
from apps.organisation.access import Access, open_to, sites_as
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.pages import Panel, signed_page

COLLECTORS = Access(read=frozenset(services.COLLECTORS), write=frozenset(services.COLLECTORS))
LABORATORY = Access(read=frozenset(services.LABORATORY), write=frozenset(services.LABORATORY))
PHYSICIANS = Access(read={Role.PHYSICIAN}, write={Role.PHYSICIAN})
QA = Access(read={Role.QA}, write={Role.QA})
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def register(request: HttpRequest) -> HttpResponse:
    """GET, POST /donation/donors/register/: a donor under a pseudonym, the person apart."""
    sites = sites_as(request, *services.COLLECTORS)
    asked = [definition for _version, definition in asked_at(sites)]
    form = DonorForm(request.POST or None, sites=sites, asked=asked)
    intro = _("Who it is stays apart and is shown to physicians and collectors only.")
    back = reverse("donation:donors")
    act = Act(title=_("Register a donor"), word=_("Register"), back_url=back, intro=intro, icon="person")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        person = Person(said["name"], said["born"].isoformat(), said["identifier"])
        known = {name: said[name] for name in ("number", "site", "donor_class")}
        register_donor(person=person, **known, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def consent(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /donation/donors/<code>/consent/: a consent that was signed."""
    found = donor_named(request, number)
    form = ConsentForm(request.POST or None, asked=asked_of(found.site.code))
    act = _act(found, _("Consent of %(number)s") % {"number": number}, _("Record the consent"), icon="sign")

    return said_page(request, act, form, services.record_consent, donor=found)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /donation/donors/<code>/consents/<id>/withdraw/: what rests on it is held."""
    found = donor_named(request, number)
    given = get_object_or_404(Consent.objects.select_related("record"), donor=found, pk=pk, withdrawn_at=None)
    form = WithdrawalForm(request.POST or None, standing=given.facts.scopes, asked=asked_of(found.site.code))
    intro = _("What rests on it is held at once: of the whole consent everything made of this donor’s tissue.")
    title = _("Consent of %(number)s withdrawn") % {"number": number}
    act = _act(found, title, _("Record the withdrawal"), intro=intro, stops=True)

    return said_page(request, act, form, services.withdraw_consent, consent=given)


@open_to(access=LABORATORY)
@require_http_methods(METHODS)
def screening(request: HttpRequest, number: str, test: str) -> HttpResponse:
    """GET, POST /donation/donors/<code>/screening/<test>/: the results of one screening test."""
    found = donor_named(request, number)
    asked = screening_asked({found.site.code}).get(test)
    if asked is None:
        raise Http404
    form = ScreeningForm(request.POST or None, test=asked)
    title = _("%(test)s of %(number)s") % {"test": bilingual(asked.label), "number": number}
    act = _act(found, title, _("Record the results"), intro=bilingual(asked.specimen), icon="flask")

    def perform(_happened: Happened | None) -> None:
        said = {name: form.cleaned_data[name] for name in ("laboratory", "specimen_at")}
        services.record_screening(donor=found, test=test, results=form.results, **said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def collect(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /donation/donors/<code>/collect/: tissue collected under a donation number."""
    found = donor_named(request, number)
    form = CollectionForm(request.POST or None, asked=asked_of(found.site.code))
    intro = _("It is held until a physician finds it eligible.")
    title = _("Collect from %(number)s") % {"number": number}
    act = _act(found, title, _("Record the collection"), intro=intro, icon="heart")

    def perform(_happened: Happened | None) -> None:
        said, whose = dict(form.cleaned_data), who(request)
        said["chain"] = chain_scanned(said["chain"], request.user, whose["at"])
        services.record_collection(donor=found, **said, **whose)

    return act_page(request, act, form, perform)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /donation/donors/<code>/chain/: a chain of identity, before the first collection."""
    found = donor_named(request, number)
    recipients = visible_recipients(request.user, timezone.now()).filter(donor=found).order_by("number")
    form = IssueForm(request.POST or None, recipients=recipients, versions=made_for_one({found.site.code}))
    title = _("Chain of identity of %(number)s") % {"number": number}
    intro = _("It ties this donor to one patient for good. It can’t be changed or given to another.")
    act = _act(found, title, _("Issue the chain of identity"), intro=intro, icon="wristband")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        version = form.versions[said["product"]]
        issue_chain(recipient=said["recipient"], product_version=version, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def number_for(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /donation/donors/<code>/number/: the next donation number of this facility, before the collection."""
    found = donor_named(request, number)
    title = _("A donation number for %(number)s") % {"number": number}
    intro = _("It is the next of this year, given once and to this donor only. Write it with its check character.")
    act = _act(found, title, _("Issue the number"), intro=intro, icon="label")
    return said_page(
        request, act, forms.Form(request.POST if request.method == "POST" else None), issue_number, donor=found
    )


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def health(request: HttpRequest, din: str) -> HttpResponse:
    """GET, POST /donation/donations/<number>/health/: the questionnaire and the chart, question by question."""
    found = donation_named(request, din)
    sites = {found.site.code}
    form = HealthForm(request.POST or None, criteria=criteria_asked(sites), exclusions=exclusions_asked(sites))
    title = _("Medical history at %(number)s") % {"number": din}
    intro = _("What is left empty keeps its earlier answer. Yes at an exclusion means that it was found.")
    back = reverse("donation:donation", args=[din])
    act = Act(title=title, word=_("Record the answers"), back_url=back, intro=intro, icon="heart")

    def perform(_happened: Happened | None) -> None:
        said = {"answers": form.answers, "answered_at": form.cleaned_data["answered_at"]}
        services.record_health(donation=found, **said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=QA)
@require_http_methods(METHODS)
def countersign(request: HttpRequest, din: str) -> HttpResponse:
    """GET, POST /donation/donations/<number>/countersign/: quality assurance stands beside the physician's decision."""
    found = donation_named(request, din)
    back = reverse("donation:donation", args=[din])
    panel = Panel(
        title=_("Countersign the decision about %(number)s") % {"number": din},
        verb=_("Sign: countersigned"),
        content=lambda: countersign_content(found),
        record=found.record,
        cancel_url=back,
    )

    def perform(signing: Any) -> object:
        return services.countersign_eligibility(donation=found, signing=signing, **who(request))

    return signed_page(request, panel, perform, back)


@open_to(access=PHYSICIANS)
@require_http_methods(METHODS)
def decide(request: HttpRequest, din: str) -> HttpResponse:
    """GET, POST /donation/donations/<number>/decide/: a physician decides, and signs."""
    found = donation_named(request, din)
    versions = [version for version, _definition in asked_at({found.site.code})]
    form = DecisionForm(request.POST or None, versions=versions)
    if request.method != "POST" or not form.is_valid():
        back = reverse("donation:donation", args=[din])
        title = _("Decide about %(number)s") % {"number": din}
        act = Act(title=title, word=_("Read back and sign"), back_url=back, icon="sign")
        return asked_page(request, act, form)
    return _decided(request, found, form)


@open_to(access=COLLECTORS)
@require_http_methods(METHODS)
def print_labels(request: HttpRequest, din: str) -> HttpResponse:
    """GET, POST /donation/donations/<number>/labels/: print its labels, once more with the reason."""
    found = donation_named(request, din)
    sheets = len(label_sheets_about(found.record))
    form = LabelSheetForm(request.POST or None, sheets=sheets)
    title = _("Print labels of %(number)s") if not sheets else _("Print labels of %(number)s once more")
    back = reverse("donation:donation", args=[din])
    act = Act(title=title % {"number": din}, word=_("Print"), back_url=back, icon="print")
    return said_page(request, act, form, services.print_donation_labels, donation=found)


def _decided(request: HttpRequest, donation: Donation, form: DecisionForm) -> HttpResponse:
    said = form.cleaned_data
    version, decision = form.versions[said["product"]], Eligibility(said["decision"])
    back = reverse("donation:donation", args=[donation.din])
    panel = Panel(
        title=_("Decide about %(number)s") % {"number": donation.din},
        verb=_("Sign: decided"),
        content=lambda: eligibility_content(donation, version, decision, said["reason"]),
        words=words_read(definition_of(version)),
        record=donation.record,
        cancel_url=back,
        hidden=said,
    )

    def perform(signing: Any) -> object:
        return services.decide_eligibility(
            donation=donation,
            product_version=version,
            decision=decision,
            reason=said["reason"],
            signing=signing,
            **who(request),
        )

    return signed_page(request, panel, perform, back)


def _act(donor: Donor, title: str, word: str, **more: Any) -> Act:
    return Act(title=title, word=word, back_url=reverse("donation:donor", args=[donor.number]), **more)
