"""The Celery application: worker and beat are started with `-A qcsystem`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")

app = Celery("qcsystem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
