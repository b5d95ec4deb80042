"""The nightly look: do the units of every batch balance? What changed is written down, and alerts tell it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.disposal.models import BalanceCheck
from apps.disposal.selectors import last_checks
from apps.units.facts import UnitsBalance
from apps.units.selectors import whereabouts_of

AT_ONCE = 200  # batches whose units are read together


def check_balances(*, at: datetime) -> list[BalanceCheck]:
    """Compare what was made with where it is, batch by batch. Written down is what opened, and what closed again.

    Safe to run twice or to miss: nothing is written where nothing changed.
    """
    found: list[BalanceCheck] = []
    batches = list(Batch.objects.exclude(units=None).select_related("site").order_by("site_id", "pk"))
    for start in range(0, len(batches), AT_ONCE):
        found += _check(batches[start : start + AT_ONCE], at)
    return found


def _check(batches: Sequence[Batch], at: datetime) -> list[BalanceCheck]:
    changed = _changed(batches)
    return [row for site in sorted({b.site.code for b in changed}) for row in _write(site, changed, at)]


def _changed(batches: Sequence[Batch]) -> dict[Batch, UnitsBalance]:
    known = last_checks(batch.pk for batch in batches)
    balances = whereabouts_of(batches)
    return {batch: balances[batch.pk] for batch in batches if _is_news(balances[batch.pk], known.get(batch.pk))}


def _is_news(balance: UnitsBalance, known: BalanceCheck | None) -> bool:
    if known is None:
        return not balance.closes
    if balance.closes or known.closes:
        return balance.closes != known.closes
    return (balance.made, list(balance.unexplained)) != (known.made, known.unexplained)


def _write(site: str, changed: dict[Batch, UnitsBalance], at: datetime) -> list[BalanceCheck]:
    record = _list_of(site, at)
    mine = [batch for batch in changed if batch.site.code == site]
    with audited(actor=SYSTEM, action="balance.checked", at=at, touching=[record]) as change:
        # Asked again behind the lock: of two looks at once the second finds nothing new.
        rows = [_row(record, batch, balance, at) for batch, balance in _changed(mine).items()]
        return change.create_many(rows)


def _row(record: Record, batch: Batch, balance: UnitsBalance, at: datetime) -> BalanceCheck:
    row = BalanceCheck(record=record, batch=batch, checked_at=at, made=balance.made, closes=balance.closes)
    row.accounted = {fate.value: count for fate, count in balance.accounted.items()}
    row.unexplained = list(balance.unexplained)
    return row


def _list_of(site: str, at: datetime) -> Record:
    """The record of a site's balances, opened with the first of them; of two looks at once one opens it."""
    record = record_at(f"balances/{site}")
    if record is not None:
        return record
    try:
        with audited(actor=SYSTEM, action="balances.opened", at=at) as change:
            return change.open_record("balances", site, site=site)
    except IntegrityError:
        return Record.objects.get(address=f"balances/{site}")
