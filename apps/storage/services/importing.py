"""A file of readings is read by what was declared about it, kept as it came, and taken whole or not at all."""

from dataclasses import asdict
from datetime import datetime

from apps.batches.rules.files import is_too_large
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection
from apps.documents.store import digest_of
from apps.facility.facts import FileForm, Point
from apps.facility.models import Probe
from apps.facility.rules.files import read_file
from apps.facility.services.probing import Came, is_misdeclared
from apps.organisation.services import require
from apps.storage.models import Store
from apps.storage.services.watching import READERS, Taken, take_readings


def import_readings(
    *, store: Store, probe: Probe, name: str, content: bytes, form: FileForm, actor: Actor, at: datetime
) -> Taken:
    """Take the readings of a file. What is not declared is asked for; a line that can't be read refuses the file."""
    require(actor, READERS, store.site.code, at=at, about=store.record.address)
    came = Came("file", form.unit, name[:200], digest_of(content), asdict(form), form.quantity)
    faults = [one for one in (is_too_large(len(content)), *is_misdeclared(probe, came)) if one]
    read = [] if faults else read_file(content, form)
    faults += [one for one in read if isinstance(one, Objection)]
    if faults:
        raise BadInput(*faults)
    points = [one for one in read if isinstance(one, Point)]
    return take_readings(store=store, probe=probe, points=points, came=came, actor=actor, at=at, file=content)
