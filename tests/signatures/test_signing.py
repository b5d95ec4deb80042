"""Showing, recognising, signing: what a signature is and what it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM, ActorKind
from apps.core.errors import NotAllowed, SignatureRefused, Stale
from apps.core.roles import Role
from apps.organisation.services import open_account
from apps.signatures.facts import Line, SignedContent, Signing
from apps.signatures.models import Challenge, Series, Signature
from apps.signatures.selectors import has_series, shown_signatures
from apps.signatures.services import admit_signer, forget_old_challenges, open_challenge, reauthenticate, sign
from tests.cast import AT, SECRET, Cast, actor, sign_as

MEANING = "I checked this step."


@pytest.fixture
def record(site: object) -> Record:
    with audited(actor=SYSTEM, action="batch.planned", at=AT) as change:
        record = change.open_record("batch", "CT-0042", site="NANHU")
        change.note(record, "batch.planned")
    return record


def content(value: str = "80 %") -> SignedContent:
    return SignedContent("step.checked", "batch/CT-0042", MEANING, (Line("Confluence", value),))


def refusal_of(signing: Signing, cast: Cast, **more: object) -> str:
    with pytest.raises(SignatureRefused) as refused:
        reauthenticate(signing=signing, actor=actor(cast.olga), at=AT, **more)
    return refused.value.code


def put_signature(record: Record, cast: Cast, shown: SignedContent, now: SignedContent) -> Signature:
    signing = sign_as(cast.vera, shown, on=cast.olga)
    signer = admit_signer(signing=signing, actor=actor(cast.olga), role=Role.CHECKER, site="NANHU", at=AT)
    with audited(actor=signer.actor, action="step.checked", at=AT, touching=[record]) as change:
        return sign(change, signer=signer, record=record, content=now, site="NANHU")


def test_a_signature_keeps_name_role_meaning_time_and_the_hash_of_what_was_shown(record: Record, cast: Cast) -> None:
    signature = put_signature(record, cast, content(), content())

    assert (signature.username, signature.printed_name, signature.role) == ("vera", "Vera Voss", "CHECKER")
    assert (signature.meaning, signature.signed_at, signature.content_hash) == (MEANING, AT, content().hash)
    assert signature.components == "both"


def test_content_that_changed_after_it_was_shown_is_not_signed(record: Record, cast: Cast) -> None:
    with pytest.raises(Stale) as refused:
        put_signature(record, cast, content("80 %"), content("81 %"))

    assert (refused.value.code, Signature.objects.count()) == ("content_changed", 0)


def test_a_challenge_is_answered_once(cast: Cast) -> None:
    signing = sign_as(cast.olga, content())
    reauthenticate(signing=signing, actor=actor(cast.olga), at=AT)

    assert refusal_of(signing, cast) == "used_challenge"


def test_a_challenge_is_answered_within_five_minutes(cast: Cast) -> None:
    signing = sign_as(cast.olga, content(), at=AT - timedelta(minutes=5))

    assert refusal_of(signing, cast) == "expired_challenge"


def test_a_challenge_is_answered_on_the_session_to_which_it_was_shown(cast: Cast) -> None:
    signing = sign_as(cast.olga, content(), on=cast.oscar)

    assert refusal_of(signing, cast) == "other_session"


def test_a_challenge_that_was_never_shown_signs_nothing(cast: Cast) -> None:
    signing = sign_as(cast.olga, content())
    Challenge.objects.all().delete()

    assert refusal_of(signing, cast) == "unknown_challenge"


def test_a_machine_is_shown_nothing_to_sign(cast: Cast) -> None:
    logger = replace(actor(cast.olga), kind=ActorKind.MACHINE, authenticated="token")

    with pytest.raises(NotAllowed) as refused:
        open_challenge(content=content(), actor=logger, at=AT)

    assert (refused.value.code, Challenge.objects.count()) == ("not_a_person", 0)


def test_who_signs_in_place_shows_both_components_and_leaves_the_operators_series_alone(cast: Cast) -> None:
    reauthenticate(signing=sign_as(cast.olga, content()), actor=actor(cast.olga), at=AT)
    reauthenticate(signing=sign_as(cast.vera, content(), on=cast.olga), actor=actor(cast.olga), at=AT)

    assert list(Series.objects.values_list("username", flat=True)) == ["olga"]
    assert has_series(actor(cast.olga), AT)


def test_a_series_continues_on_the_same_session_and_device_only(cast: Cast) -> None:
    reauthenticate(signing=sign_as(cast.olga, content()), actor=actor(cast.olga), at=AT)
    elsewhere = replace(actor(cast.olga), device="another tablet")
    after_a_lock = replace(actor(cast.olga), session="a new key")

    assert [has_series(who, AT) for who in (actor(cast.olga), elsewhere, after_a_lock)] == [True, False, False]


def test_a_wrong_secret_does_not_use_the_challenge_up(cast: Cast) -> None:
    signing = sign_as(cast.olga, content())
    assert refusal_of(replace(signing, secret="guess"), cast) == "wrong_secret"

    assert reauthenticate(signing=signing, actor=actor(cast.olga), at=AT).actor.username == "olga"


def test_a_correct_person_without_the_role_signs_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        admit_signer(signing=sign_as(cast.olga, content()), actor=actor(cast.olga), role=Role.QA, site="NANHU", at=AT)

    assert refused.value.code == "role_missing"


def test_a_signature_shows_whether_it_covers_what_stands_now(record: Record, cast: Cast) -> None:
    put_signature(record, cast, content(), content())

    same, corrected, unknown = (
        shown_signatures(record, lambda signature, now=now: now)[0].covers
        for now in (content().hash, content("81 %").hash, None)
    )

    assert (same, corrected, unknown) == (True, False, None)


def test_the_secret_appears_in_no_printout_of_a_signing(cast: Cast) -> None:
    assert SECRET not in repr(sign_as(cast.olga, content()))


def test_what_can_no_longer_be_answered_is_forgotten(cast: Cast) -> None:
    reauthenticate(signing=sign_as(cast.olga, content()), actor=actor(cast.olga), at=AT)

    forget_old_challenges(at=AT + timedelta(hours=11))
    assert (Challenge.objects.count(), Series.objects.count()) == (1, 1)
    forget_old_challenges(at=AT + timedelta(hours=13))
    assert (Challenge.objects.count(), Series.objects.count()) == (0, 0)


@pytest.mark.parametrize("missing", ["identity_unconfirmed", "no_declaration", "secret_to_change"])
def test_an_account_that_is_not_ready_to_sign_says_why(cast: Cast, missing: str) -> None:
    ready = {
        "identity_checked_at": None if missing == "identity_unconfirmed" else AT,
        "declaration_version": "" if missing == "no_declaration" else "1",
        "must_change_secret": missing == "secret_to_change",
    }
    new = open_account(username="newcomer", printed_name="New Comer", secret=SECRET, at=AT, actor=SYSTEM, **ready)

    assert refusal_of(sign_as(new, content(), on=cast.olga), cast) == missing
