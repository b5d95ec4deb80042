"""A batch is planned."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.batches.models import Batch
from apps.core.ui.acts import OneOf, instant_field
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual
from apps.donation.models import Donation
from apps.organisation.models import Site
from apps.products.models import ProductVersion


def _version_label(version: ProductVersion) -> str:
    title = bilingual({"en": version.title_en, "zh": version.title_zh})
    return f"{title} · {version.record.number}"


def _donation_label(donation: Donation) -> str:
    return f"{donation.din} · {donation.donor.number} · {word_of(donation.eligibility).word}"


def _bank_label(bank: Batch) -> str:
    return f"{bank.number} · {bank.product_version.record.number} · {word_of(bank.state).word}"


class PlanForm(forms.Form):
    """Plan a batch: its number, what is made, from which donation, where, when."""

    number = forms.CharField(label=_("Batch number"), max_length=31, help_text=_("Capitals, digits and hyphens."))
    site = OneOf(label=_("Site"), queryset=Site.objects.none(), to_field_name="code")
    product_version = OneOf(
        label=_("Product and master record"), queryset=ProductVersion.objects.none(), words=_version_label
    )
    donation = OneOf(
        label=_("Donation"),
        queryset=Donation.objects.none(),
        to_field_name="din",
        words=_donation_label,
        required=False,
        help_text=_("Left empty only where the product is made from a pool or from a cell bank."),
    )
    bank = OneOf(
        label=_("Cell bank"),
        queryset=Batch.objects.none(),
        to_field_name="number",
        words=_bank_label,
        required=False,
        help_text=_("Only where the product is made from units of a bank."),
    )
    planned_start = instant_field(_("Planned start"), required=False)
    planned_end = instant_field(
        _("Planned end"), required=False, help_text=_("What lapses before it is named when the batch is started.")
    )

    def __init__(
        self,
        *args: Any,
        sites: Iterable[str],
        versions: Sequence[int],
        donations: Sequence[int],
        banks: Sequence[int],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        cast(OneOf, self.fields["site"]).queryset = Site.objects.filter(code__in=sites).order_by("code")
        chosen = ProductVersion.objects.filter(pk__in=versions).select_related("record").defer("text")
        cast(OneOf, self.fields["product_version"]).queryset = chosen.order_by("record__address")
        found = Donation.objects.filter(pk__in=donations).select_related("donor")
        cast(OneOf, self.fields["donation"]).queryset = found.order_by("-pk")
        kept = Batch.objects.filter(pk__in=banks).select_related("product_version__record")
        cast(OneOf, self.fields["bank"]).queryset = kept.defer("product_version__text").order_by("-pk")
