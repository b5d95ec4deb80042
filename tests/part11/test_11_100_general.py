"""21 CFR 11.100: one person, one signature. (c), the letter to the agency, is a line of the firm's own check list."""

from collections.abc import Callable

import pytest

from apps.audit.models import Record
from apps.core.actor import SYSTEM
from apps.core.errors import RuleBroken
from apps.core.roles import Role
from apps.organisation.models import User
from apps.organisation.services import confirm_identity, deactivate_user, open_account
from apps.quality.models import Event
from tests.cast import AT, SECRET, Cast, actor, give_role
from tests.part11.steps import answer, signed_in


@pytest.mark.parametrize("name", ["quinn", "QUINN", "Quinn", "ｑｕｉｎｎ", " quinn "])
def test_11_100_a_a_user_name_is_never_given_to_a_second_person(cast: Cast, name: str) -> None:
    deactivate_user(user=cast.quinn, reason="Left the firm", at=AT, actor=actor(cast.adam))

    with pytest.raises(RuleBroken) as refused:
        open_account(username=name, printed_name="Quite Another", secret=SECRET, at=AT, actor=SYSTEM)

    assert refused.value.code == "username_taken"
    assert User.objects.get(username_key="quinn").printed_name == "Quinn Qian"


def test_11_100_b_nobody_signs_before_the_identity_was_checked(
    cast: Cast, batch: Record, happen: Callable[..., Event]
) -> None:
    newcomer = open_account(
        username="newcomer", printed_name="New Comer", secret=SECRET, at=AT, actor=SYSTEM, declaration_version="1"
    )
    give_role(newcomer, Role.QA)
    event, client = happen(batch), signed_in(newcomer)

    before = answer(client, event, username="newcomer")
    checked = confirm_identity(user=newcomer, at=AT, actor=actor(cast.adam))
    after = answer(client, event, username="newcomer")

    assert (before, after) == ((401, "identity_unconfirmed"), (200, ""))
    assert (checked.identity_checked_by, checked.identity_checked_at) == ("adam", AT)
