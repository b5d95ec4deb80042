"""The schedule of beat and the tasks that exist agree; a sweep that nobody calls would be a duty that nobody sees."""

from collections.abc import Iterator

from django.conf import settings

from qcsystem import celery_app


def own_tasks() -> Iterator[str]:
    celery_app.loader.import_default_modules()
    return (name for name in celery_app.tasks if name.startswith("apps."))


def test_every_scheduled_task_exists() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - set(own_tasks()) == set()


def test_every_sweep_is_scheduled() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    sweeps = {name for name in own_tasks() if name.rpartition(".")[2].startswith("sweep_")}

    assert sweeps
    assert sweeps - scheduled == set()


def test_what_people_wait_for_is_done_within_half_a_minute() -> None:
    every = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert every["apps.documents.tasks.issue_due_documents"] <= 30
    assert every["apps.alerts.tasks.sweep_alerts"] <= 30
