"""Reads of signatures."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.audit.models import Record
from apps.core.actor import Actor
from apps.core.canonical import sha256_hex
from apps.core.roles import Role
from apps.organisation.facts import ROLE_NAMES, Words
from apps.organisation.selectors import roles_held
from apps.signatures.models import Series, Signature
from apps.signatures.rules import SERIES_LIMIT, is_in_series


@dataclass(frozen=True)
class Title:
    """A person's title at a site, in both languages."""

    en: str = ""
    zh: str = ""


def title_of(actor: Actor, site: str, at: datetime) -> Title:
    """The title that goes with the role under which a person signs."""
    held = roles_held(at).filter(user__username=actor.username, site__code=site, role=actor.role).first()
    return Title(held.title_en, held.title_zh) if held else Title()


def signatures_of(record: Record) -> QuerySet[Signature]:
    """Every signature on a record, oldest first."""
    return Signature.objects.filter(record=record).order_by("signed_at", "pk")


def signed_reason(signature: Signature) -> str:
    """Why something was done, in the words that were signed."""
    lines = json.loads(signature.content)["lines"]
    return next((str(value) for label, value, _note in lines if label == "Reason"), "")


def names_as_signed(records: Iterable[int]) -> dict[tuple[int, str], str]:
    """The printed names that stand under signatures, by record and user name: a later change of a name leaves them."""
    signed = Signature.objects.filter(record__in=set(records)).order_by("signed_at", "pk")
    return {
        (record, name): printed for record, name, printed in signed.values_list("record", "username", "printed_name")
    }


def series_of(actor: Actor) -> Series | None:
    """The continuous period in which this person signs on this session and device."""
    return Series.objects.filter(username=actor.username, session=actor.session, device=actor.device).first()


def has_series(actor: Actor, at: datetime, series_limit: timedelta = SERIES_LIMIT) -> bool:
    """Whether the secret alone is enough for the next signing."""
    series = series_of(actor)
    return is_in_series(series and series.last_at, series_limit, at)


@dataclass(frozen=True)
class SignatureShown:
    """One signature as pages and documents show it (21 CFR 11.50): who, what it means, when; and what it still covers.

    `covers` is None when the caller can't say. `is_genuine` is False when the row was copied, moved or edited (11.70).
    """

    printed_name: str
    printed_name_zh: str
    role: str
    role_title: Title | Words
    verb: str
    about: str
    meaning: str
    at: datetime
    hash: str
    covers: bool | None
    is_genuine: bool


def shown_signatures(
    record: Record, hash_now: Callable[[Signature], str | None] = lambda signature: None
) -> list[SignatureShown]:
    """Every signature on a record, oldest first. `hash_now` builds the same content again and gives its hash today."""
    rows = signatures_of(record).select_related("last_entry")
    return [show_signature(row, hash_now(row)) for row in rows]


def show_signature(row: Signature, hash_now: str | None = None) -> SignatureShown:
    """One signature, compared with the hash of what it would cover today."""
    return SignatureShown(
        printed_name=row.printed_name,
        printed_name_zh=row.printed_name_zh,
        role=row.role,
        role_title=_title_shown(row),
        verb=row.verb,
        about=row.about,
        meaning=row.meaning,
        at=row.signed_at,
        hash=row.content_hash,
        covers=None if hash_now is None else hash_now == row.content_hash,
        is_genuine=is_genuine(row),
    )


def _title_shown(row: Signature) -> Title | Words:
    if row.title_en or row.title_zh or row.role not in Role.__members__:
        return Title(row.title_en or row.title_zh, row.title_zh or row.title_en)
    return ROLE_NAMES[Role(row.role)]


def is_genuine(row: Signature) -> bool:
    """Whether this row is the one that was signed here: content and hash agree, its entry names this row and record."""
    entry = row.last_entry
    return (
        sha256_hex(row.content) == row.content_hash
        and entry.record_id == row.record_id
        and (entry.table, entry.row) == (row._meta.db_table, str(row.pk))
        and row.content_hash in entry.text
    )
