"""The session behind every request, and its person with the roles they hold: each by one prepared read."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.core.prepared import Prepared
from apps.organisation.models import User
from apps.organisation.selectors import grants_in_force

_SESSION = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(DatabaseSessions):
    """Sessions in the database; one that is not found goes the framework's own way."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION(str(self.session_key), timezone.now())
        return found[0] if found else super()._get_session_from_db()


class Accounts(ModelBackend):
    """The account of a session, while it is active. Its roles in force come along: every request asks for them."""

    def get_user(self, user_id: int) -> User | None:
        grants = grants_in_force(user_id, timezone.now())
        if not grants:
            return super().get_user(user_id)
        person = grants[0].user
        person.grants = grants
        return person
