"""Decisions about people: who may take them, who must agree, and what is left of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from apps.audit.models import Entry
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, RuleBroken, SignatureRefused
from apps.core.roles import Role
from apps.organisation.models import RoleHeld, User
from apps.organisation.selectors import dormant_accounts, locked_accounts, roles_at
from apps.organisation.services import deactivate_user, recognise, withdraw_role
from apps.signatures import content as contents
from apps.signatures.models import Signature
from apps.signatures.services import grant_role, reactivate_account, reset_secret, unlock_account
from tests.cast import AT, JOINED, SECRET, ApiPerson, Cast, Part, actor, join, sign_as, site_of

GRANT = {"role": Role.CHECKER, "training_reference": "TR-77"}


def grant(cast: Cast, *, to: User, admin: User, second: User, **more: Any) -> RoleHeld:
    said = {"site": site_of("NANHU"), **GRANT, **more}
    signing = sign_as(second, contents.grant_content(user=to, **said), on=admin)
    return grant_role(user=to, signing=signing, actor=actor(admin), at=AT, **said)


def lock_out(user: User, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(SignatureRefused):
            recognise(identification=user.username, secret="guess", purpose="sign_in", at=AT, actor=SYSTEM)


def test_a_granted_role_shows_who_granted_and_who_approved_it(cast: Cast) -> None:
    held = grant(cast, to=cast.olga, admin=cast.adam, second=cast.quinn)

    assert (held.granted_by, held.approved_by, held.training_reference) == ("adam", "quinn", "TR-77")
    assert roles_at(cast.olga, "NANHU", AT) == {Role.OPERATOR, Role.CHECKER}
    assert Signature.objects.get().verb == "role.approved"


@pytest.mark.parametrize(
    ("to", "admin", "second", "code"),
    [
        ("adam", "adam", "quinn", "own_account"),
        ("olga", "adam", "adam", "same_person"),
        ("quinn", "adam", "quinn", "own_account"),
    ],
)
def test_nobody_grants_or_approves_for_themselves_and_two_are_needed(
    cast: Cast, to: str, admin: str, second: str, code: str
) -> None:
    people = {"to": getattr(cast, to), "admin": getattr(cast, admin), "second": getattr(cast, second)}

    with pytest.raises(RuleBroken) as refused:
        grant(cast, **people)

    assert refused.value.code == code
    assert not RoleHeld.objects.filter(training_reference="TR-77").exists()


@pytest.mark.parametrize(("admin", "second"), [("olga", "quinn"), ("quinn", "quentin"), ("adam", "oscar")])
def test_only_an_administrator_grants_and_only_qa_or_an_administrator_approves(
    cast: Cast, admin: str, second: str
) -> None:
    with pytest.raises(NotAllowed):
        grant(cast, to=cast.nora, admin=getattr(cast, admin), second=getattr(cast, second))

    assert roles_at(cast.nora, "NANHU", AT) == set()


def test_an_administrator_grants_at_their_own_site_only(cast: Cast, rhine: Any) -> None:
    with pytest.raises(NotAllowed):
        grant(cast, to=cast.nora, admin=cast.adam, second=cast.quinn, site=rhine)


@pytest.mark.parametrize("reference", ["", "  ", ".", "--"])
def test_no_role_without_the_reference_of_a_training(cast: Cast, reference: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        grant(cast, to=cast.nora, admin=cast.adam, second=cast.quinn, training_reference=reference)

    assert refused.value.code == "training_reference_missing"


def test_a_role_is_not_granted_twice(cast: Cast) -> None:
    with pytest.raises(RuleBroken) as refused:
        grant(cast, to=cast.olga, admin=cast.adam, second=cast.quinn, role=Role.OPERATOR)

    assert refused.value.code == "held_already"


def test_a_withdrawn_role_ends_at_once_and_stays_readable(cast: Cast) -> None:
    held = cast.olga.roles.get()

    withdraw_role(held=held, reason="Left the team", at=AT, actor=actor(cast.adam))

    held.refresh_from_db()
    assert (held.held_until, roles_at(cast.olga, "NANHU", AT)) == (AT, set())
    assert roles_at(cast.olga, "NANHU", AT - timedelta(seconds=1)) == {Role.OPERATOR}


def test_a_locked_account_is_opened_by_two_signatures(cast: Cast) -> None:
    lock_out(cast.olga)
    assert locked_accounts(AT) == [cast.olga]

    unlock_account(
        user=cast.olga,
        signing=sign_as(cast.adam, contents.unlock_content(user=cast.olga)),
        countersigning=sign_as(cast.quinn, contents.unlock_approval_content(user=cast.olga), on=cast.adam),
        actor=actor(cast.adam),
        at=AT,
    )

    assert recognise(identification="olga", secret=SECRET, purpose="sign_in", at=AT, actor=SYSTEM) == cast.olga
    assert [row.username for row in Signature.objects.order_by("pk")] == ["adam", "quinn"]


def test_one_person_alone_does_not_unlock(cast: Cast) -> None:
    lock_out(cast.olga)

    with pytest.raises(RuleBroken) as refused:
        unlock_account(
            user=cast.olga,
            signing=sign_as(cast.adam, contents.unlock_content(user=cast.olga)),
            countersigning=sign_as(cast.adam, contents.unlock_approval_content(user=cast.olga)),
            actor=actor(cast.adam),
            at=AT,
        )

    assert refused.value.code == "same_person"
    assert locked_accounts(AT) == [cast.olga]


def test_a_reset_secret_opens_a_session_but_signs_nothing(cast: Cast) -> None:
    signing = sign_as(cast.quinn, contents.reset_content(user=cast.olga), on=cast.adam)

    olga = reset_secret(user=cast.olga, secret="temporary words 1", signing=signing, actor=actor(cast.adam), at=AT)

    assert (olga.must_change_secret, olga.secret_reset_by) == (True, "adam")
    assert recognise(identification="olga", secret="temporary words 1", purpose="sign_in", at=AT, actor=SYSTEM) == olga


def test_the_owner_is_told_of_a_reset_by_mail_and_at_the_next_sign_in(
    cast: Cast, web_client: Any, mailoutbox: list[EmailMessage]
) -> None:
    newcomer = join("newcomer", Part("New Comer", "新人", None), email="new@site.example")
    client, url = web_client(cast.adam), f"/people/{newcomer.username}/password/"
    challenge = client.get(url).context["signing"]["challenge"]

    answer = {"challenge": challenge, "username": cast.quinn.username, "secret": SECRET}
    secret = client.post(url, answer).context["secret"]
    told = web_client()
    told.post("/sign-in/", {"username": "newcomer", "secret": secret})

    assert [(mail.to, "adam" in mail.body) for mail in mailoutbox] == [(["new@site.example"], True)]
    assert "Your password was replaced by adam" in told.get("/account/password/").content.decode()


def test_a_closed_account_is_opened_again_by_two(cast: Cast) -> None:
    deactivate_user(user=cast.olga, reason="Long leave", at=AT, actor=actor(cast.adam))
    olga = User.objects.get(username="olga")
    signing = sign_as(cast.quinn, contents.reactivate_content(user=olga), on=cast.adam)

    olga = reactivate_account(user=olga, signing=signing, actor=actor(cast.adam), at=AT)

    assert (olga.is_active, olga.must_change_secret) == (True, True)


def test_an_account_nobody_used_for_ninety_days_is_dormant(cast: Cast) -> None:
    assert cast.olga

    assert dormant_accounts(JOINED + timedelta(days=89)) == []
    assert dormant_accounts(JOINED + timedelta(days=90)) == [cast.olga]


def test_the_administrator_grants_a_role_over_the_api(cast: Cast, api_client: Any) -> None:
    client: ApiPerson = api_client(cast.adam)
    body = {"site": "NANHU", "role": "CHECKER", "training_reference": "TR-78"}

    reply = client.sign(f"/api/v1/people/{cast.olga.username}/roles/", body, person=cast.quinn)

    assert (reply.status_code, reply.json()["approved_by"]) == (201, "quinn")
    entries = Entry.objects.filter(record=cast.olga.record, action="role.granted").order_by("n")
    assert list(entries.values_list("username", flat=True)) == ["system", "adam"]


def test_the_administrator_grants_a_role_on_the_page_and_a_second_person_signs_in_place(
    cast: Cast, web_client: Any
) -> None:
    client = web_client(cast.adam)
    form = {"site": "NANHU", "role": "CHECKER", "training_reference": "TR-78", "title_en": "", "title_zh": ""}
    url = f"/people/{cast.olga.username}/roles/"

    panel = client.post(url, form)
    answer = {**form, "challenge": panel.context["signing"]["challenge"], "username": cast.quinn.username}
    refused = client.post(url, {**answer, "secret": "guess"})
    again = {**answer, "challenge": refused.context["signing"]["challenge"], "secret": SECRET}
    done = client.post(url, again)

    assert (panel.status_code, refused.status_code, done.status_code) == (200, 401, 302)
    assert "User name or password is wrong" in refused.content.decode()
    assert roles_at(cast.olga, "NANHU", AT + timedelta(days=3650)) == {Role.OPERATOR, Role.CHECKER}


def test_the_administrator_and_a_second_person_unlock_over_the_api(cast: Cast, api_client: Any) -> None:
    client: ApiPerson = api_client(cast.adam)
    url = f"/api/v1/people/{cast.olga.username}/unlock/"
    for _ in range(5):
        ApiPerson().sign_in(cast.olga, "guess")
    assert ApiPerson().sign_in(cast.olga).status_code == 401

    first, second = client.post(f"{url}challenges/").json(), client.post(f"{url}approval-challenges/").json()
    reply = client.post(
        url,
        {
            "signature": {"challenge": first["id"], "secret": SECRET, "username": "adam"},
            "countersignature": {"challenge": second["id"], "secret": SECRET, "username": cast.quinn.username},
        },
    )

    assert (reply.status_code, reply.json()["is_locked"]) == (200, False)
    assert ApiPerson().sign_in(cast.olga).status_code == 200


def test_an_account_opened_on_the_page_shows_its_first_password_once(cast: Cast, web_client: Any) -> None:
    form = {"username": "newcomer", "printed_name": "New Comer", "printed_name_zh": "", "email": ""}

    reply = web_client(cast.adam).post("/people/new/", form)

    assert reply.status_code == 201
    secret = reply.context["secret"]
    assert recognise(
        identification="newcomer", secret=secret, purpose="sign_in", at=AT, actor=SYSTEM
    ).must_change_secret


def test_every_plain_act_on_an_account_works_from_its_page(cast: Cast, web_client: Any) -> None:
    client, url = web_client(cast.adam), f"/people/{cast.nora.username}"
    acts = {
        "badge": {"badge": "%B77"},
        "training": {"subject": "product/msc_covid19-v1", "reference": "TR-9"},
        "identity": {},
        "revocation": {"reason": "Seen by others"},
        "deactivation": {"reason": "Left the firm"},
    }

    assert {verb: client.get(f"{url}/{verb}/").status_code for verb in acts} == dict.fromkeys(acts, 200)
    assert {verb: client.post(f"{url}/{verb}/", form).status_code for verb, form in acts.items()} == dict.fromkeys(
        acts, 302
    )
    assert client.get(f"{url}/").status_code == 200
    assert not User.objects.get(username="nora").is_active


def test_people_of_another_site_are_not_found(cast: Cast, web_client: Any, api_client: Any) -> None:
    rita = cast.rita.username

    assert web_client(cast.adam).get(f"/people/{rita}/").status_code == 404
    assert api_client(cast.adam).get(f"/api/v1/people/{rita}/").status_code == 404
    assert rita not in web_client(cast.adam).get("/people/").content.decode()
