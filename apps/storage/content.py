"""What is shown and signed about a store."""

from collections.abc import Sequence

from apps.core.text import N_
from apps.signatures.facts import Line, SignedContent
from apps.storage.models import StoreExcursion
from apps.storage.rules import warmth_text

FIT = N_("I judge on the evidence cited that these units are fit for their use, and lift their holds.")


def exposure_content(*, excursion: StoreExcursion, units: Sequence[str], evidence: str) -> SignedContent:
    """Units that were in a store outside its range, judged together."""
    ended = f"{excursion.ended_at:%Y-%m-%d %H:%M:%S} UTC" if excursion.ended_at else "–"
    lines = (
        Line(N_("Store"), excursion.store.number, warmth_text(excursion.warmth)),
        Line(N_("Probe"), excursion.probe.number),
        Line(N_("Began"), f"{excursion.began_at:%Y-%m-%d %H:%M:%S} UTC"),
        Line(N_("Ended"), ended),
        Line(N_("Worst value"), f"{excursion.worst} °C"),
        Line(N_("Units"), ", ".join(sorted(units))),
        Line(N_("Evidence"), evidence),
    )
    return SignedContent("exposure.accepted", excursion.store.record.address, FIT, lines)
