"""Pages that show: donors by pseudonym, donations, what stands against making something of them."""

from collections.abc import Collection, Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.audit.selectors import entries_of
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.lists import state_list
from apps.core.ui.wording import bilingual
from apps.documents.selectors import label_sheets_about
from apps.donation.facts import Eligibility
from apps.donation.models import Consent, Donation
from apps.donation.selectors import (
    asked_at,
    chain_of,
    decisions_of,
    health_rows,
    made_for_one,
    objections_to_eligibility,
    screened_tests,
    screening_rows,
    visible_donations,
)
from apps.donation.services import COLLECTORS, LABORATORY
from apps.donation.views.finding import asked_of, donation_named, donor_named, roles_here
from apps.identity.models import Donor
from apps.identity.selectors import person_of, visible_donors
from apps.organisation.access import Access, open_to, sites_as
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.definition.donation import ScreeningTest
from apps.products.facts import Verdict
from apps.products.forms import answer_words, yes_no
from apps.quality.panels import holds_panel

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def donations(request: HttpRequest) -> HttpResponse:
    """GET /donation/: the donations of one's sites and the decision about each."""
    rows, columns = visible_donations(request.user, timezone.now()), ("din", "donor__number")
    label = gettext_lazy("Decision")
    shown = state_list(request, rows, Eligibility, *columns, column="eligibility", label=label)
    tissues = _tissues(visible_to(request.user, timezone.now()))
    lines = [{"donation": one, "tissue": tissues.get(one.tissue, one.tissue)} for one in shown["rows"]]
    context = {**shown, "rows": lines}
    return render(request, "donation/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def donors(request: HttpRequest) -> HttpResponse:
    """GET /donation/donors/: the donors of one's sites, by pseudonym."""
    words = request.GET.get("q", "").strip()[:80]
    rows = visible_donors(request.user, timezone.now())
    page = listing(rows.filter(number__icontains=words) if words else rows, request)
    classes = _donor_classes(visible_to(request.user, timezone.now()))
    context = {
        "page": page,
        "rows": [{"donor": one, "donor_class": classes.get(one.donor_class, one.donor_class)} for one in page.rows],
        "q": words,
        "may_register": bool(sites_as(request, *COLLECTORS)),
    }
    return render(request, "donation/donors.html", context)


@open_to(access=READ_ONLY)
@require_safe
def donor(request: HttpRequest, number: str) -> HttpResponse:
    """GET /donation/donors/<code>/: consents, screening, donations; who it is only for those who may know."""
    found, now = donor_named(request, number), timezone.now()
    roles = roles_here(request, found.site.code)
    definitions = asked_of(found.site.code)
    context = {
        "donor": found,
        "donor_class": _donor_classes({found.site.code}).get(found.donor_class, found.donor_class),
        "identity": person_of(found, request.user, now),
        "consents": [_consent_row(one, definitions) for one in found.consents.order_by("pk")],
        "tests": list(_test_rows(found, definitions)),
        "donations": found.donations.order_by("-pk"),
        "chains": found.chains.select_related("recipient").order_by("-pk"),
        "issued": found.issued_numbers.order_by("-pk"),
        "issues": bool(made_for_one({found.site.code})),
        "holds": holds_panel([found.record]),
        "entries": list(entries_of(found.record)),
        "collects": bool(roles & set(COLLECTORS)),
        "screens": bool(roles & set(LABORATORY)),
        "looks_back": Role.QA in roles,
    }
    return render(request, "donation/donor.html", context)


@open_to(access=READ_ONLY)
@require_safe
def donation(request: HttpRequest, din: str) -> HttpResponse:
    """GET /donation/donations/<number>/: the decision about a donation, and what stands against it by each product."""
    found = donation_named(request, din)
    judged = [
        {
            "title": {"en": version.title_en, "zh": version.title_zh},
            "number": version.record.number,
            "against": objections_to_eligibility(found, definition),
        }
        for version, definition in asked_at({found.site.code})
    ]
    decisions, roles = list(decisions_of(found)), roles_here(request, found.site.code)
    context = {
        "donation": found,
        "chain": chain_of(found),
        "tissue": _tissues({found.site.code}).get(found.tissue, found.tissue),
        "judged": judged,
        "decisions": decisions,
        "health": list(_health_rows(found)),
        "holds": holds_panel([found.record]),
        "sheets": label_sheets_about(found.record),
        "entries": list(entries_of(found.record)),
        "decides": Role.PHYSICIAN in roles,
        "collects": bool(roles & set(COLLECTORS)),
        "awaits_second": bool(decisions) and not decisions[-1].facts.countersigned,
        "countersigns": Role.QA in roles,
    }
    return render(request, "donation/donation.html", context)


def _health_rows(donation: Donation) -> Iterator[dict[str, object]]:
    """The medical questions that products ask, each with its latest answer; the first product to ask decides."""
    latest = health_rows(donation)
    for _version, definition in asked_at({donation.site.code}):
        medical = definition.donation.eligibility
        criteria = {one.key: one for one in medical.criteria}
        for one in (*medical.criteria, *medical.exclusions):
            row = latest.pop(one.key, None)
            if row:
                words = answer_words(criteria[one.key], row.text) if one.key in criteria else _found(row.text)
                yield {"question": one.label, "text": words, "answered_at": row.answered_at}


def _found(text: str) -> str:
    """Whether an exclusion was found, in words."""
    return dict(yes_no()).get(text, text)


def _test_rows(donor: Donor, definitions: list[Definition]) -> Iterator[dict[str, object]]:
    """The screening tests that products ask for, each with its latest results; the first product to ask decides."""
    latest, told = screening_rows(donor), set()
    for definition in definitions:
        screened = screened_tests(donor, definition)
        for test in definition.donation.screening:
            if test.key not in told:
                told.add(test.key)
                verdicts = screened[test.key].verdicts if test.key in screened else {}
                results = [
                    {
                        "label": result.label,
                        "text": _in_words(test, result.key, latest[test.key, result.key].text),
                        "verdict": verdicts.get(result.key, Verdict.NOT_DONE),
                    }
                    for result in test.results
                    if (test.key, result.key) in latest
                ]
                taken_at = screened[test.key].specimen_at if test.key in screened else None
                yield {"test": test, "results": results, "specimen_at": taken_at}


def _in_words(test: ScreeningTest, key: str, text: str) -> str:
    return answer_words(next(one for one in test.results if one.key == key), text)


def _consent_row(consent: Consent, definitions: list[Definition]) -> dict[str, object]:
    scopes = {one.key: one.label for definition in definitions for one in definition.donation.consent.scopes}
    words, taken_back = (
        [bilingual(scopes[key]) if key in scopes else key for key in keys]
        for keys in (consent.scopes, consent.withdrawn_scopes)
    )
    signatories = (definition.donation.consent.signatory for definition in definitions)
    signatory = next((bilingual(one.label) for one in signatories if one.key == consent.signatory), consent.signatory)
    return {"consent": consent, "scopes": words, "taken_back": taken_back, "signatory": signatory}


def _donor_classes(sites: Collection[str]) -> dict[str, str]:
    """The classes of donors that products of these sites know, in words."""
    listed = (one for _version, definition in asked_at(sites) for one in definition.donation.donor_classes)
    return {one.key: bilingual(one.label) for one in listed}


def _tissues(sites: Collection[str]) -> dict[str, str]:
    """The tissues that products of these sites start from, in words."""
    listed = (one for _version, definition in asked_at(sites) for one in definition.donation.tissues)
    return {one.key: bilingual(one.label) for one in listed}
