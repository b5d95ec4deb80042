"""What is shown and signed about a store."""

from collections.abc import Sequence

from apps.core.text import N_, trimmed
from apps.signatures.facts import Line, SignedContent
from apps.storage.models import StoreExcursion
from apps.storage.rules import warmth_text

FIT = N_("I judge on the evidence cited that these units are fit for their use, and lift their holds.")
BOTH_FIT = N_("I judge on the evidence cited that what is named is fit for its use, and lift the holds.")


NOT_FIT = N_("I judge that these units are not fit for their use. They are rejected or recalled and will be destroyed.")


def exposure_content(
    *, excursion: StoreExcursion, units: Sequence[str], evidence: str, batches: Sequence[str] = ()
) -> SignedContent:
    """What was in a store outside its range, judged fit together: units, and batches that were in culture there."""
    grown = (Line(N_("Batches in culture"), ", ".join(sorted(batches))),) if batches else ()
    meaning = BOTH_FIT if batches else FIT
    return _judged("exposure.accepted", meaning, excursion, units, *grown, Line(N_("Evidence"), evidence))


def not_fit_content(*, excursion: StoreExcursion, units: Sequence[str], reason: str) -> SignedContent:
    """Units that were in a store outside its range, judged not fit together."""
    return _judged("exposure.refused", NOT_FIT, excursion, units, Line(N_("Reason"), reason))


def _judged(verb: str, meaning: str, excursion: StoreExcursion, units: Sequence[str], *more: Line) -> SignedContent:
    ended = f"{excursion.ended_at:%Y-%m-%d %H:%M:%S} UTC" if excursion.ended_at else "–"
    beyond = (Line(N_("Rejection limit"), N_("went beyond it")),) if excursion.rejects else ()
    mark = excursion.probe.mark
    named = (Line(N_("Units"), ", ".join(sorted(units))),) if units else ()
    lines = (
        Line(N_("Store"), excursion.store.number, warmth_text(excursion.warmth, mark)),
        Line(N_("Probe"), excursion.probe.number),
        Line(N_("Began"), f"{excursion.began_at:%Y-%m-%d %H:%M:%S} UTC"),
        Line(N_("Ended"), ended),
        Line(N_("Worst value"), f"{trimmed(excursion.worst)} {mark}"),
        *beyond,
        *named,
        *more,
    )
    return SignedContent(verb, excursion.store.record.address, meaning, lines)
