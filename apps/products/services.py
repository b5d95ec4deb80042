"""What is done with master records: import, sign, approve, return, retire."""

from datetime import datetime
from pathlib import Path
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor, ActorKind
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.documents.services import request_document
from apps.organisation.services import require
from apps.products.content import master_document, version_content
from apps.products.facts import VersionState, VersionVerb
from apps.products.lifecycle import MOVES
from apps.products.loader import Loaded, loaded_from_yaml, read_table
from apps.products.models import ProductVersion, RuleTable
from apps.products.rules import versions as rules
from apps.products.rules.problems import DefinitionRefused
from apps.products.selectors import newest_number, newest_table, owning_site, version_now, version_of_key
from apps.signatures.facts import Signing
from apps.signatures.models import Signature
from apps.signatures.services import admit_signer, sign

Given = dict[str, Any]


def import_version(*, loaded: Loaded, actor: Actor, at: datetime) -> ProductVersion:
    """Take in a valid master record as a draft; the same text twice is once, a draft may be imported anew."""
    definition = loaded.definition
    site = definition.authorisation.sites[0]
    who = actor if actor.kind is ActorKind.SYSTEM else require(actor, Role.AUTHOR, site, at=at)
    known = version_of_key(definition.key, definition.version)
    if known is not None and known.sha256 == loaded.sha256:
        return known
    stop_if(rules.skips_a_version(definition.version, newest_number(definition.key)))
    with audited(actor=who, action="product.imported", at=at, touching=[known.record] if known else []) as change:
        if known is not None:
            return _import_anew(change, known, loaded)
        record = change.open_record("product", f"{definition.key}-v{definition.version}", site=site)
        version = ProductVersion(record=record, key=definition.key, version=definition.version, **_columns(loaded))
        version.imported_at, version.imported_by = at, who.username
        return change.create(version)


def import_yaml(*, text: str, actor: Actor, at: datetime) -> ProductVersion:
    """Take in a master record handed over as one YAML text. Raises BadInput with every problem and its place."""
    try:
        loaded = loaded_from_yaml(text)
    except DefinitionRefused as refused:
        sentence = N_("{place}: {reason}")
        raise BadInput(
            *(
                Objection("definition", sentence, {"place": problem.place, "reason": problem.reason}, problem.place)
                for problem in refused.problems
            )
        ) from None
    return import_version(loaded=loaded, actor=actor, at=at)


def sign_version(*, version: ProductVersion, signing: Signing, actor: Actor, at: datetime) -> ProductVersion:
    """The author signs the record as complete; from now on its text stands."""
    return _decide(VersionVerb.SIGN, version, "", signing, actor, at)


def approve_version(*, version: ProductVersion, signing: Signing, actor: Actor, at: datetime) -> ProductVersion:
    """A second person approves the readable document of the record; it is issued with both signatures."""
    return _decide(VersionVerb.APPROVE, version, "", signing, actor, at)


def return_version(
    *, version: ProductVersion, reason: str, signing: Signing, actor: Actor, at: datetime
) -> ProductVersion:
    """Give the record back to its author with a reason; it is a draft again, without a signature."""
    return _decide(VersionVerb.RETURN, version, reason, signing, actor, at)


def retire_version(
    *, version: ProductVersion, reason: str, signing: Signing, actor: Actor, at: datetime
) -> ProductVersion:
    """Take the record out of use for new batches; those that run on it stay on it."""
    return _decide(VersionVerb.RETIRE, version, reason, signing, actor, at)


def import_table(*, file: Path, actor: Actor, at: datetime) -> RuleTable:
    """Keep the state of a rule table; unchanged, nothing is written."""
    text = canonical(read_table(file))
    key, known = file.stem, newest_table(file.stem)
    if known is not None and known.sha256 == sha256_hex(text):
        return known
    with audited(actor=actor, action="table.loaded", at=at, touching=[known.record] if known else []) as change:
        record = known.record if known else change.open_record("table", key, site="")
        n = known.n + 1 if known else 1
        return change.create(RuleTable(record=record, key=key, n=n, text=text, sha256=sha256_hex(text), loaded_at=at))


def _columns(loaded: Loaded) -> Given:
    definition = loaded.definition
    return {
        "title_en": definition.title.en,
        "title_zh": definition.title.zh,
        "sites": f" {' '.join(definition.authorisation.sites)} ",
        "text": loaded.text,
        "sha256": loaded.sha256,
    }


def _import_anew(change: Change, known: ProductVersion, loaded: Loaded) -> ProductVersion:
    current = version_now(known)
    stop_if(rules.is_settled(VersionState(current.state), current.number))
    stamp: Given = {"imported_at": change.at, "imported_by": change.actor.username}
    return change.update(current, **_columns(loaded), **stamp)


def _decide(
    verb: VersionVerb, version: ProductVersion, reason: str, signing: Signing, actor: Actor, at: datetime
) -> ProductVersion:
    move, site, address = MOVES[verb], owning_site(version).code, version.record.address
    stop_if(reason_is_missing(reason) if move.needs_reason else None)
    signer = admit_signer(signing=signing, actor=actor, role=move.roles, site=site, at=at, about=address)
    action = f"product.{move.target.lower()}" if verb is not VersionVerb.RETURN else "product.returned"
    with audited(actor=signer.actor, action=action, at=at, reason=reason, touching=[version.record]) as change:
        current = version_now(version)
        stop_if(
            rules.may_not_move(verb, VersionState(current.state), current.number), _own(verb, current, signer.actor)
        )
        content = version_content(version=current, verb=verb, reason=reason)
        signature = sign(change, signer=signer, record=current.record, content=content, site=site)
        moved = change.update(current, state=move.target, **_effects(verb, signature, at))
        if verb is VersionVerb.APPROVE:
            _issue(change, moved)
        return moved


def _own(verb: VersionVerb, version: ProductVersion, signer: Actor) -> Objection | None:
    author = version.author_signature
    return rules.is_own_record(author.username, signer.username) if verb is VersionVerb.APPROVE and author else None


def _effects(verb: VersionVerb, signature: Signature, at: datetime) -> Given:
    effects: dict[VersionVerb, Given] = {
        VersionVerb.SIGN: {"author_signature": signature},
        VersionVerb.APPROVE: {"approval_signature": signature, "approved_at": at},
        VersionVerb.RETURN: {"author_signature": None},
        VersionVerb.RETIRE: {"retired_at": at},
    }
    return effects[verb]


def _issue(change: Change, version: ProductVersion) -> None:
    site = owning_site(version)
    signed = [signature for signature in (version.author_signature, version.approval_signature) if signature]
    content = master_document(version, site, signed)
    request_document(change, content=content, subject=version.record, site=site.code)
