"""What can only be asked of the database when a process of server mode starts to serve."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.urls import resolve


def begin_serving() -> None:
    """Called once by each process before it serves; those it forks open connections of their own."""
    require_safe_data()
    resolve("/healthz")  # reads every page's code now: a mistake in it stops the start, and nobody waits later
    connections.close_all()


def require_safe_data() -> None:
    """Refuse to serve from a database that holds demo accounts, or as a role that could rewrite the trail."""
    reasons = list(_reasons()) if settings.IS_SERVER else []
    if reasons:
        raise ImproperlyConfigured("Server mode refuses to start:\n" + "\n".join(f"- {reason}" for reason in reasons))


def _reasons() -> Iterator[str]:
    demo = list(get_user_model().objects.filter(is_demo=True).values_list("username", flat=True)[:20])
    if demo:
        yield f"The database holds demo accounts: {', '.join(demo)}. Demo data stay in embedded and training mode."
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'audit_entry', 'UPDATE, DELETE, TRUNCATE')")
        if cursor.fetchone() == (True,):
            yield "The database role in DATABASE_URL may change the audit trail. See docs/server_mode.md, two roles."
