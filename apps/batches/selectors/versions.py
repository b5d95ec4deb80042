"""The version of a part of a record: what a reader of one step has seen, whatever happens elsewhere."""

from apps.batches.models import Batch
from apps.batches.selectors.steps import sheet_of
from apps.core.canonical import canonical, sha256_hex
from apps.products.facts import Place


def version_of_part(batch: Batch, place: Place) -> str:
    """A hash of everything that stands in a step or section, with its signatures."""
    sheet = sheet_of(batch, place)
    parts = [
        [str(view.place), view.state, view.fingerprint, view.performed_hash, view.second_hash]
        for view in sheet.views.values()
    ]
    return sha256_hex(canonical(parts))[:16]
