"""The bank a batch is made from, and the units of it that were drawn."""

from datetime import datetime

from apps.batches.facts.banks import BankFacts
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.rules import planning as rules
from apps.batches.selectors.batches import visible_batches
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Objection
from apps.lineage.models import Edge
from apps.organisation.models import User
from apps.products.selectors import definition_of, visible_versions


def bank_facts(bank: Batch) -> BankFacts:
    """A bank as the rules see it."""
    kept = definition_of_batch(bank).units.bank is not None
    return BankFacts(bank.number, bank.product_version.key, bank.site.code, BatchState(bank.state), kept)


def visible_banks(user: User, at: datetime) -> list[Batch]:
    """The batches whose units are kept to make others from, newest first, within one's sites."""
    versions = visible_versions(user, at)
    banks = [one.pk for one in versions if definition_of(one).units.bank]
    return list(visible_batches(user, at).filter(product_version__in=banks))


def bank_now(batch: Batch) -> Batch | None:
    """The bank of a batch as it is inside the door."""
    found = Batch.objects.filter(pk=batch.bank_id).select_related("record", "site", "product_version", "donation")
    return found.defer("product_version__text").first() if batch.bank_id else None


def units_drawn_for(batch: Batch) -> int:
    """How many units of its bank a batch is made from: told by lineage, where drawing ties them."""
    return Edge.objects.filter(record=batch.record_id, parent__kind="unit").count()


def bank_in_the_way(batch: Batch) -> list[Objection]:
    """What the bank of a batch says against its start and its release; nothing where there is none."""
    bank, asked = bank_now(batch), definition_of_batch(batch).preparation.from_bank
    if bank is None or asked is None:
        return []
    found = (rules.is_bank_not_released(bank_facts(bank)), rules.has_too_few_units(units_drawn_for(batch), asked))
    return [objection for objection in found if objection]
