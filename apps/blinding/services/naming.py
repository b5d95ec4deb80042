"""Who holds the code of a lot: named by quality, one by one, and taken back with a reason."""

from datetime import datetime

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.blinding import rules
from apps.blinding.content import end_content, name_content
from apps.blinding.facts import NAMERS
from apps.blinding.models import CodeHolder
from apps.blinding.selectors import is_holder, lot_now
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import reason_is_missing
from apps.organisation.models import User
from apps.organisation.selectors import roles_at
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign


def name_holder(*, batch: Batch, person: User, signing: Signing, actor: Actor, at: datetime) -> CodeHolder:
    """Name a person who may know which kit holds what; never one who treats or judges patients at the site."""
    site, about = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=NAMERS, site=site, at=at, about=about)
    with audited(actor=signer.actor, action="code.holder.named", at=at, touching=[batch.record]) as change:
        now, _definition, _blinded = lot_now(batch)
        stop_if(
            rules.names_themselves(signer.actor.username, person.username),
            rules.may_not_know(person.printed_name, roles_at(person, site, at)),
            rules.holds_already(person.printed_name, is_holder(now, person.username)),
        )
        sign(change, signer=signer, record=now.record, content=name_content(now, person), site=site)
        row = CodeHolder(record=now.record, batch=now, person=person, named_at=at, named_by=signer.actor.username)
        return change.create(row)


def end_holder(*, holder: CodeHolder, reason: str, signing: Signing, actor: Actor, at: datetime) -> CodeHolder:
    """End that somebody holds the code. What they have read they know; the trail says when they read it."""
    batch = holder.batch
    site, about = batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=NAMERS, site=site, at=at, about=about)
    with audited(
        actor=signer.actor, action="code.holder.ended", at=at, reason=reason, touching=[batch.record]
    ) as change:
        now = CodeHolder.objects.select_related("record", "batch__record", "person").get(pk=holder.pk)
        stop_if(reason_is_missing(reason), rules.holds_no_more(now.person.printed_name, now.ended_at is not None))
        content = end_content(now.batch, now.person, reason)
        sign(change, signer=signer, record=now.record, content=content, site=site)
        return change.update(now, ended_at=at, ended_by=signer.actor.username, end_reason=reason)
