"""What frames a page about a batch above the batch record: the band with its facts, and which roles one holds there."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.batches.facts.pages import BatchHeader
from apps.batches.models import Batch
from apps.batches.selectors.lines import header_of
from apps.batches.selectors.pages import batch_for_page
from apps.core.prepared import Prepared
from apps.core.ui.navigation import address_of
from apps.core.ui.wording import bilingual
from apps.organisation.models import User
from apps.units.facts import Fate, UnitsBalance

WHERE: Mapping[Fate, Promise] = {
    Fate.ADMINISTERED: pgettext_lazy("units", "administered"),
    Fate.DRAWN: pgettext_lazy("units", "drawn for another batch"),
    Fate.STORED: pgettext_lazy("units", "stored"),
    Fate.TESTED: pgettext_lazy("units", "tested"),
    Fate.RETAINED: pgettext_lazy("units", "retained"),
    Fate.SHIPPED: pgettext_lazy("units", "shipped"),
    Fate.DESTROYED: pgettext_lazy("units", "destroyed"),
}
Facts = Sequence[Mapping[str, object]]

_NAMES = Prepared(lambda names: User.objects.filter(username__in=names).values_list("username", "printed_name"))


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Printed names by user name; who has no account (the system) keeps the name."""
    wanted = sorted(set(usernames))
    found = dict(_NAMES(wanted)) if wanted else {}
    return {name: found.get(name, name) for name in wanted}


def whereabouts_rows(balance: UnitsBalance) -> list[dict[str, object]]:
    """Where the units of a batch are, in the order of the balance."""
    return [{"word": WHERE[fate], "count": balance.accounted[fate]} for fate in Fate]


def batch_bar(batch: Batch, more: Facts = ()) -> dict[str, object]:
    """The context of parts/record_bar.html: band and facts of a batch."""
    header = header_of(batch_for_page(batch))
    return {"band": band_of(header), "facts": [*facts_of(header), *more]}


def band_of(header: BatchHeader) -> dict[str, object]:
    """Product and batch at a glance; its number leads to the batch."""
    return {
        "short": bilingual(header.band),
        "hue": header.band_colour,
        "number": header.number,
        "title": header.title,
        "url": address_of("batches:detail", header.number),
    }


def facts_of(header: BatchHeader) -> list[dict[str, object]]:
    """State, master record, and the donor where it is made of one."""
    amended = _(", amended") if header.is_amended else ""
    facts: list[dict[str, object]] = [
        {"label": _("State"), "value": "", "status": header.state.value.lower()},
        {"label": _("Master"), "value": f"{header.product}{amended}"},
    ]
    return [*facts, {"label": _("Donor"), "value": header.donor}] if header.donor else facts
