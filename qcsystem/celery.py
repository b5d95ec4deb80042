"""The Celery application: worker and beat are started with `-A qcsystem`."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from qcsystem.start import begin_serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")

app = Celery("qcsystem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_data(**kwargs: object) -> None:
    """Worker and beat serve under the same conditions as the web."""
    begin_serving()
