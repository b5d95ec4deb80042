"""How the system is configured and run; nothing here knows cells."""

from qcsystem.celery import app as celery_app

__all__ = ["celery_app"]
