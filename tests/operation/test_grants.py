"""The database role that serves can append to the trail, and neither change nor delete it."""

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit.models import Audited, Entry
from apps.core.actor import SYSTEM
from apps.organisation.models import User
from apps.organisation.services import confirm_identity, open_account
from deploy.grants import grants, rights
from tests.cast import JOINED, SECRET

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def as_application() -> Iterator[None]:
    """Everything after this is asked by the role that serves."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE qcs_serving")
        cursor.execute("\n".join(grants("qcs_serving")))
        cursor.execute("SET LOCAL ROLE qcs_serving")
        yield
        cursor.execute("RESET ROLE")


def test_the_serving_role_can_do_its_work_through_the_door(as_application: None) -> None:
    user = open_account(username="lena", printed_name="Lena", secret=SECRET, at=JOINED, actor=SYSTEM)
    confirm_identity(user=user, at=JOINED, actor=SYSTEM)

    assert User.objects.get(username="lena").identity_checked_at == JOINED
    assert Entry.objects.filter(record=user.record).count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET text = ''",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "DELETE FROM audit_record",
        "DELETE FROM audit_head",
        "DELETE FROM organisation_user",
        "TRUNCATE organisation_user CASCADE",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "UPDATE django_migrations SET app = ''",
    ],
)
def test_the_serving_role_may_not_touch_what_was_recorded(as_application: None, statement: str) -> None:
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_audited_table_may_lose_a_row() -> None:
    assert [model.__name__ for model in Audited.__subclasses__() if "DELETE" in rights(model)] == []
