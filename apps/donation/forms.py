"""What is said about donors: registered, consented, screened, collected, decided about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from apps.core.ui.acts import OneOf, instant_field, offer, scanned
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual
from apps.donation.facts import Eligibility
from apps.identity.forms import chain_field
from apps.identity.models import Recipient
from apps.organisation.models import Site
from apps.products.definition import Definition
from apps.products.definition.base import Listed
from apps.products.definition.donation import ScreeningTest
from apps.products.definition.parameters import Parameter
from apps.products.forms import NOTHING, answer_field, unit_of, yes_no
from apps.products.models import ProductVersion


class DonorForm(forms.Form):
    """A donor under a pseudonym; who it is stands apart."""

    site = OneOf(label=gettext_lazy("Site"), queryset=Site.objects.none(), to_field_name="code", empty_label=None)
    number = forms.RegexField(
        r"^[A-Za-z0-9-]{1,40}$",
        label=gettext_lazy("Donor code"),
        help_text=gettext_lazy("The only name that products, labels and documents will know."),
    )
    donor_class = forms.ChoiceField(label=gettext_lazy("Class of donor"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    born = forms.DateField(label=gettext_lazy("Born"), widget=forms.DateInput(attrs={"type": "date"}))
    identifier = forms.CharField(label=gettext_lazy("Number of the identity document"), max_length=80)

    def __init__(self, *args: Any, sites: Collection[str], asked: Iterable[Definition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Site.objects.filter(code__in=sites).order_by("code")
        cast(OneOf, self.fields["site"]).queryset = found
        _offer(self, "donor_class", (one.donation.donor_classes for one in asked))


class ConsentForm(forms.Form):
    """A consent that was signed."""

    version = forms.CharField(label=gettext_lazy("Version of the form"), max_length=40)
    signatory = forms.ChoiceField(label=gettext_lazy("Signed by"))
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Agreed to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ethics_reference = forms.CharField(label=gettext_lazy("Ethics approval"), required=False, max_length=80)
    signed_at = instant_field(gettext_lazy("Signed at"))

    def __init__(self, *args: Any, asked: Sequence[Definition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "signatory", ([one.donation.consent.signatory] for one in asked))
        scopes = _labels(one.donation.consent.scopes for one in asked)
        offer(self, "scopes", scopes.items())


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawalForm(ReasonForm):
    """What of a consent is taken back, and why."""

    whole = forms.BooleanField(label=gettext_lazy("The whole consent is withdrawn"), required=False)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Or only for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, standing: Collection[str], asked: Sequence[Definition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _labels(one.donation.consent.scopes for one in asked)
        offer(self, "scopes", [(key, words.get(key, key)) for key in sorted(standing)])
        self.order_fields(["whole", "scopes", "reason"])

    def clean(self) -> dict[str, Any]:
        """All of it or parts of it, never both and never neither: nobody withdraws everything by ticking nothing."""
        said = super().clean() or self.cleaned_data
        if bool(said.pop("whole", False)) == bool(said.get("scopes")):
            self.add_error("scopes", gettext_lazy("Tick the whole consent, or the parts that are withdrawn."))
        return said


class ScreeningForm(forms.Form):
    """The results of one screening test; what can't be read is refused by the service, at its field."""

    laboratory = forms.CharField(label=gettext_lazy("Laboratory"), max_length=120)
    specimen_at = instant_field(gettext_lazy("Specimen taken at"))

    def __init__(self, *args: Any, test: ScreeningTest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test = test
        for result in test.results:
            self.fields[result.key] = _asked(result, required=result.required)

    @property
    def results(self) -> list[tuple[str, str]]:
        """What was entered, by the key of each result; an optional one that is empty was not done."""
        said = {result.key: str(self.cleaned_data[result.key] or "").strip() for result in self.test.results}
        return [(key, text) for key, text in said.items() if text]


class CollectionForm(forms.Form):
    """A tissue that was collected."""

    din = forms.CharField(
        label=gettext_lazy("Donation number"),
        max_length=200,
        help_text=gettext_lazy("Scan the symbol, or type the thirteen characters and the check character behind them."),
        widget=scanned("donation"),
    )
    tissue = forms.ChoiceField(label=gettext_lazy("Tissue"))
    collected_at = instant_field(gettext_lazy("Collected at"))
    where = forms.CharField(label=gettext_lazy("Where"), max_length=120)
    chain = chain_field()

    def __init__(self, *args: Any, asked: Iterable[Definition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "tissue", (one.donation.tissues for one in asked))


class IssueForm(forms.Form):
    """For whom a donor gives, and for which product: what a chain of identity ties together."""

    recipient = OneOf(
        label=gettext_lazy("Patient"), queryset=Recipient.objects.none(), to_field_name="number", empty_label=None
    )
    product = forms.ChoiceField(label=gettext_lazy("Product"))

    def __init__(
        self, *args: Any, recipients: QuerySet[Recipient], versions: Sequence[ProductVersion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(OneOf, self.fields["recipient"]).queryset = recipients
        self.versions = {version.record.number: version for version in versions}
        products = [(number, _titled(version)) for number, version in self.versions.items()]
        offer(self, "product", products)


class HealthForm(forms.Form):
    """What the questionnaire and the chart say; each question may be answered apart."""

    answered_at = instant_field(gettext_lazy("Answered at"))

    def __init__(
        self, *args: Any, criteria: Mapping[str, Parameter], exclusions: Mapping[str, Listed], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for criterion in criteria.values():
            self.fields[criterion.key] = _asked(criterion, required=False)
        for key, one in exclusions.items():
            choices = [NOTHING, *yes_no()]
            self.fields[key] = forms.ChoiceField(label=bilingual(one.label), required=False, choices=choices)
        self.questions = [*criteria, *exclusions]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What was answered, by the key of each question."""
        said = {key: str(self.cleaned_data[key] or "").strip() for key in self.questions}
        return [(key, text) for key, text in said.items() if text]


class DecisionForm(forms.Form):
    """A physician's decision about a donation, judged by one product."""

    product = forms.ChoiceField(label=gettext_lazy("Judged by"))
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Needed for every decision but eligible."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, versions: Iterable[ProductVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.record.number: version for version in versions}
        products = [NOTHING, *((number, _titled(version)) for number, version in self.versions.items())]
        offer(self, "product", products)
        decisions = (one for one in Eligibility if one is not Eligibility.PENDING)
        words = [(one.value, str(word_of(one).word)) for one in decisions]
        offer(self, "decision", words)


def _titled(version: ProductVersion) -> str:
    return f"{bilingual({'en': version.title_en, 'zh': version.title_zh})} · {version.record.number}"


def _offer(form: forms.Form, name: str, lists: Iterable[Iterable[Listed]]) -> None:
    offer(form, name, [NOTHING, *_labels(lists).items()])


def _labels(lists: Iterable[Iterable[Listed]]) -> Mapping[str, str]:
    return {one.key: bilingual(one.label) for listed in lists for one in listed}


def _asked(parameter: Parameter, *, required: bool) -> forms.Field:
    return answer_field(parameter, required=required, longest=100, help_text=unit_of(parameter))
