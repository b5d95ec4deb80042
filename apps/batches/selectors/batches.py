"""Which batches there are, and who may see them."""

from datetime import datetime

from django.db.models import QuerySet

from apps.audit.models import Record
from apps.batches.models import Batch, Vessel
from apps.batches.selectors.plans import definition_of_batch
from apps.core.prepared import Prepared
from apps.donation.selectors import chain_of
from apps.identity.models import Chain
from apps.organisation.models import Site, User
from apps.organisation.selectors import visible_to
from apps.products.facts import ChainOfIdentity

WITH = ("record", "site", "donation__donor", "bank", "product_version__record")


def visible_batches(user: User, at: datetime) -> QuerySet[Batch]:
    """The batches of the sites this person may see, newest first; the text of the master record stays where it is."""
    # By the keys of the sites, known beforehand: then an index gives the newest without reading all that a site has.
    sites = list(Site.objects.filter(code__in=visible_to(user, at)).values_list("pk", flat=True))
    return _as_listed(Batch.objects.filter(site__in=sites)).order_by("-pk")


def visible_batch(user: User, number: str, at: datetime) -> Batch:
    """The batch with this number, if this person may see it. Raises Batch.DoesNotExist."""
    sites = sorted(visible_to(user, at))
    found = _AT_SITES(number, sites) if sites else []
    if not found:
        raise Batch.DoesNotExist
    return found[0]


def _as_listed(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    return batches.select_related(*WITH).defer("product_version__text")


_OF_VESSELS = Prepared(lambda batch: Record.objects.filter(pk__in=Vessel.objects.filter(batch=batch).values("record")))
_AT_SITES = Prepared(lambda number, sites: _as_listed(Batch.objects.filter(number=number, site__code__in=sites)))


def batch_now(batch: Batch) -> Batch:
    """The batch as it is inside the door."""
    return _as_listed(Batch.objects.all()).get(pk=batch.pk)


def chain_of_batch(batch: Batch) -> Chain | None:
    """The chain of identity of the patient for whom a batch is made: the one of its donation, never a copy of it."""
    if definition_of_batch(batch).chain_of_identity is ChainOfIdentity.NONE:
        return None
    return chain_of(batch.donation) if batch.donation else None


def batch_of(record: Record) -> Batch:
    """The batch behind a record."""
    return _as_listed(Batch.objects.all()).get(record=record)


def records_of(batch: Batch) -> list[Record]:
    """The batch's record and those of its vessels: where the hands of everybody who took part are found."""
    return [batch.record, *_OF_VESSELS(batch.pk)]
