"""The cast itself: what every other test relies on."""

from apps.core.roles import Role
from apps.organisation.selectors import roles_at
from apps.signatures.facts import Line, SignedContent
from apps.signatures.services import reauthenticate
from tests.cast import AT, PARTS, Cast, actor, sign_as


def test_every_one_of_the_cast_holds_the_role_of_the_story(cast: Cast) -> None:
    held = {name: roles_at(getattr(cast, name), part.site, AT) for name, part in PARTS.items()}

    assert held == {name: {part.role} if part.role else set() for name, part in PARTS.items()}


def test_every_role_is_held_by_someone(cast: Cast) -> None:
    assert {roles_at(cast.holding(role), "NANHU", AT).pop() for role in Role} == set(Role)


def test_vera_signs_on_olgas_screen(cast: Cast) -> None:
    content = SignedContent("step.checked", "batch/CT-0042", "I checked this step.", (Line("Confluence", "80 %"),))

    signer = reauthenticate(signing=sign_as(cast.vera, content, on=cast.olga), actor=actor(cast.olga), at=AT)

    assert (signer.actor.username, signer.content_hash) == ("vera", content.hash)
