"""Entries as people read them."""

import json
from collections.abc import Mapping
from typing import Any

from apps.audit.models import Entry
from apps.core.canonical import canonical
from apps.inspection.facts import Changed, EntryView


def entry_view(entry: Entry) -> EntryView:
    """An entry, from its canonical text. `entry` is read with its record; a text that can't be read shows as such."""
    body = _body(entry.text)
    actor = body.get("actor") or {}
    return EntryView(
        address=entry.record.address,
        n=entry.n,
        at=entry.at,
        action=entry.action,
        username=entry.username,
        printed_name=str(actor.get("printed_name", "")),
        kind=str(actor.get("kind", "")),
        role=str(actor.get("role", "")),
        authenticated=str(actor.get("authenticated", "")),
        device=str(actor.get("device", "")),
        table=entry.table,
        row=entry.row,
        reason=str(body.get("reason", "")),
        is_change=isinstance(body.get("before"), dict),
        changes=_changes(body.get("before"), body.get("after")),
        request=entry.request_id,
        text=entry.text,
        previous=entry.previous,
        hash=entry.hash,
    )


def _changes(before: Any, after: Any) -> tuple[Changed, ...]:
    """Of a change what differs; of a new row every column that holds something."""
    if not isinstance(after, Mapping):
        return ()
    if isinstance(before, Mapping):
        names = [name for name in before if before[name] != after.get(name)]
        return tuple(Changed(name, shown(before[name]), shown(after.get(name))) for name in names)
    return tuple(Changed(name, "", shown(value)) for name, value in after.items() if value not in (None, "", [], {}))


def shown(value: object) -> str:
    """A value of the trail as text; nothing stands for nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _body(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
