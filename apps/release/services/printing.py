"""A sealed copy of the register of certified batches."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.documents.models import Document
from apps.documents.services import request_document
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.register.facts import Asked
from apps.register.models import RegisterEntry
from apps.register.rules import ends_before_it_begins, is_not_over
from apps.register.selectors import gaps_of, narrowed, with_checkpoints
from apps.release.content.register import register_copy

WHO_MAY_PRINT = (Role.QA, Role.CERTIFIER)


def print_register(*, site: Site, since: date, until: date, actor: Actor, at: datetime) -> Document:
    """Request the sealed copy of a period; asked for again it is the next version and supersedes the one before."""
    who = require(actor, WHO_MAY_PRINT, site.code, at=at, about=site.record.address)
    stop_if(ends_before_it_begins(since, until), is_not_over(until, at.astimezone(ZoneInfo(site.timezone)).date()))
    with audited(actor=who, action="register.printed", at=at, touching=[site.record]) as change:
        asked = narrowed(RegisterEntry.objects.filter(record=site.record), Asked(since=since, until=until))
        entries = list(with_checkpoints(asked).order_by("n"))
        content = register_copy(site, since, until, entries, gaps_of(site.record))
        return request_document(change, content=content, subject=site.record, site=site.code)
