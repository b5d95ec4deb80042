"""Showing content for signing, recognising the signer, and signing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from apps.audit.models import Record
from apps.audit.services import Change
from apps.core.actor import Actor, ActorKind
from apps.core.errors import NotAllowed, Objection, SignatureRefused, Stale
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.models import User
from apps.organisation.rules import DECLARATION_VERSION
from apps.organisation.services import recognise, require
from apps.signatures import rules
from apps.signatures.facts import SignedContent, Signer, Signing
from apps.signatures.models import Challenge, Series, Signature
from apps.signatures.selectors import has_series, title_of


def open_challenge(*, content: SignedContent, actor: Actor, at: datetime) -> Challenge:
    """Keep what is shown to the signer, to be answered once within five minutes. A machine never signs."""
    if actor.kind is not ActorKind.PERSON:
        raise NotAllowed(Objection("not_a_person", N_("Only a person signs.")))
    return Challenge.objects.create(
        session=actor.session,
        username=actor.username,
        content=content.text,
        content_hash=content.hash,
        shown_at=at,
        expires_at=at + rules.CHALLENGE_TIME,
    )


def reauthenticate(
    *, signing: Signing, actor: Actor, at: datetime, series_limit: timedelta = rules.SERIES_LIMIT
) -> Signer:
    """Recognise the signer by secret, and by user name or badge where it is the first signing of a continuous period.

    Its own transaction, before the audited door, so that a wrong secret counts although nothing else is written.
    Raises SignatureRefused: unknown_challenge, used_challenge, expired_challenge, other_session, id_needed,
    wrong_secret, locked, identity_unconfirmed, no_declaration, secret_to_change.
    """
    challenge = Challenge.objects.filter(pk=signing.challenge).first()
    if challenge is None:
        raise SignatureRefused(Objection("unknown_challenge", N_("There is nothing to sign here. Open it again.")))
    _refuse_if(
        rules.is_spent(challenge.used_at, challenge.expires_at, at),
        rules.is_someone_elses(challenge.session, actor.session),
        rules.is_incomplete(signing.username, has_series(actor, at, series_limit)),
    )
    identification = signing.username or actor.username
    user = recognise(identification=identification, secret=signing.secret, purpose="signing", at=at, actor=actor)
    _refuse_if(
        rules.may_not_sign(
            user.identity_checked_at, user.declaration_version, DECLARATION_VERSION, user.must_change_secret
        )
    )
    with transaction.atomic():
        _use_up(challenge, at)
        _continue_series(user, actor, at)
    components = "both" if signing.username else "secret, in series"
    return Signer(_actor(user, actor, components), challenge.pk, challenge.content_hash, user.printed_name_zh)


def admit_signer(
    *,
    signing: Signing,
    actor: Actor,
    role: Role | Collection[Role],
    site: str,
    at: datetime,
    trained_on: str | None = None,
    about: str = "",
) -> Signer:
    """Recognise the signer and admit them under one of these roles. Raises SignatureRefused, NotAllowed."""
    signer = reauthenticate(signing=signing, actor=actor, at=at)
    return replace(signer, actor=require(signer.actor, role, site, at=at, trained_on=trained_on, about=about))


def sign(change: Change, *, signer: Signer, record: Record, content: SignedContent, site: str) -> Signature:
    """Sign what was shown, inside the door. Raises Stale (412) when the content is no longer what the signer saw.

    `signer.actor.role` is the role under which the signer was admitted by `require`.
    """
    if content.hash != signer.content_hash:
        template = N_("What you were shown has changed meanwhile. Read it again, then sign.")
        raise Stale(Objection("content_changed", template))
    person = signer.actor
    title = title_of(person, site, change.at)
    signature = Signature(
        record=record,
        username=person.username,
        printed_name=person.printed_name,
        printed_name_zh=signer.printed_name_zh,
        role=person.role,
        title_en=title.en,
        title_zh=title.zh,
        verb=content.verb,
        meaning=content.meaning,
        about=content.address,
        signed_at=change.at,
        content=content.text,
        content_hash=content.hash,
        components=person.authenticated,
    )
    return change.create(signature, action=f"signature.{content.verb}")


def end_series(*, session: str) -> None:
    """End the continuous period of one session key. The edges end it by giving the session a new key."""
    Series.objects.filter(session=session).delete()


def forget_old_challenges(*, at: datetime) -> None:
    """Clear the working tables of what can no longer be answered or continued. Safe to run twice or to miss."""
    Challenge.objects.filter(expires_at__lt=at - rules.SERIES_LIMIT).delete()
    Series.objects.filter(last_at__lt=at - rules.SERIES_LIMIT).delete()


def _continue_series(user: User, actor: Actor, at: datetime) -> None:
    # Only the person of the session has a series there: who signs in place shows both components each time.
    if user.username == actor.username:
        Series.objects.update_or_create(
            username=user.username,
            session=actor.session,
            device=actor.device,
            defaults={"last_at": at},
            create_defaults={"last_at": at, "started_at": at},
        )


def _use_up(challenge: Challenge, at: datetime) -> None:
    # Conditional, so that of two answers to one challenge only one signs.
    if not Challenge.objects.filter(pk=challenge.pk, used_at=None).update(used_at=at):
        _refuse_if(rules.is_spent(at, challenge.expires_at, at))


def _refuse_if(*objections: Objection | None) -> None:
    standing = [objection for objection in objections if objection]
    if standing:
        raise SignatureRefused(*standing)


def _actor(user: User, session_actor: Actor, components: str) -> Actor:
    return Actor(
        username=user.username,
        printed_name=user.printed_name,
        authenticated=components,
        session=session_actor.session,
        device=session_actor.device,
        request_id=session_actor.request_id,
    )
