"""docs/lifecycle.md: the tables of moves of batches, units and lots, as readers see them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from apps.batches import lifecycle as batches
from apps.core.roles import Role
from apps.disposal import lifecycle as disposal
from apps.dosing import lifecycle as dosing
from apps.materials import lifecycle as materials
from apps.products import lifecycle as products
from apps.quality import lifecycle as quality
from apps.stability import lifecycle as stability
from apps.stability.facts import ExtensionState, StudyState
from apps.testing import lifecycle as testing
from apps.transport import lifecycle as transport
from apps.units import lifecycle as units
from apps.vigilance import lifecycle as vigilance
from apps.vigilance.facts import AdverseState, ComplaintState

UNITS = """
# The life of a unit

From `apps/units/lifecycle.py`. Three states at once: disposition, condition, custody. A dash: any, or no change.

| verb | disposition | condition | custody | kinds | sets |
|---|---|---|---|---|---|
"""
LOTS = """
# The life of a material lot

From `apps/materials/lifecycle.py`.

| verb | from | to | the signature means |
|---|---|---|---|
"""
DISPOSALS = """
# The life of a disposal

From `apps/disposal/lifecycle.py`. A dash: the roles that the frozen master record names. What already happened may be
recorded from REQUESTED as well.

| verb | from | to | roles | the signature means |
|---|---|---|---|---|
"""
SHIPMENTS = """
# The life of a shipment

From `apps/transport/lifecycle.py`. A shipment begins as REQUESTED. Anything found at the receipt puts it into
quarantine, from where only QA accepts it. What already happened may be handed over from REQUESTED, and received from
every state before ARRIVED.

| verb | from | to | roles | the signature means |
|---|---|---|---|---|
"""
MASTERS = """
# The life of a master record

From `apps/products/lifecycle.py`. A second person approves; from the author's signature on the text stands.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""
ORDERS = """
# The life of a treatment order

From `apps/dosing/lifecycle.py`. An order begins as ORDERED, signed by a physician. Without a meaning: no signature.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""
QUALITY = """
# The lives of an event, a deviation and an action

From `apps/quality/lifecycle.py`. Without a meaning: no signature.

| verb | from | to | roles | the signature means |
|---|---|---|---|---|
"""
INVESTIGATIONS = """
# The life of an investigation

From `apps/testing/lifecycle.py`. It begins as LABORATORY, opened by the signature on a failing result. A dash: the
state stays; without a meaning: no signature.

| verb | from | to | roles | the signature means |
|---|---|---|---|---|
"""


COMPLAINTS = """
# The life of a complaint

From `apps/vigilance/lifecycle.py`. A complaint begins as RECEIVED. Without a meaning: no signature.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""
STUDIES = """
# The life of a stability study

From `apps/stability/lifecycle.py`. Without a meaning: no signature.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""
EXTENSIONS = """
# The life of a later expiry

From `apps/stability/lifecycle.py`. A unit’s new date counts when its relabelling is confirmed.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""
ADVERSE = """
# The life of an adverse event

From `apps/vigilance/lifecycle.py`. It begins as UNASSESSED; a follow-up leads back there from every state.

| verb | from | to | role | the signature means |
|---|---|---|---|---|
"""


def lifecycle_page() -> str:
    moved = [units.MOVES[verb] for verb in units.UnitVerb]
    decided = materials.MOVES.values()
    return "".join(
        [
            batches.as_markdown(),
            UNITS,
            *(
                _row(
                    move.verb,
                    _some_of(move.dispositions, units.Disposition),
                    _some_of(move.conditions, units.Condition),
                    _some_of(move.custodies, units.Custody),
                    _some_of(move.kinds, units.UnitKind),
                    ", ".join(move.sets.values()) or "–",
                )
                for move in moved
            ),
            LOTS,
            *(
                _row(move.verb, _some_of(move.sources, materials.LotState), move.target, move.meaning)
                for move in decided
            ),
            DISPOSALS,
            *(
                _row(
                    verb,
                    _some_of(move.sources, disposal.DisposalState),
                    move.target,
                    ", ".join(sorted(move.roles)) or "–",
                    move.meaning,
                )
                for verb, move in disposal.MOVES.items()
            ),
            SHIPMENTS,
            *(
                _row(
                    verb,
                    _some_of(move.sources, transport.ShipmentState),
                    move.target,
                    ", ".join(sorted(move.roles)),
                    move.meaning or "–",
                )
                for verb, move in transport.MOVES.items()
            ),
            MASTERS,
            *(
                _row(move.verb, _some_of(move.sources, products.VersionState), move.target, *move.roles, move.meaning)
                for move in products.MOVES.values()
            ),
            ORDERS,
            *(
                _row(
                    move.verb,
                    _some_of(move.sources, dosing.OrderState),
                    move.target,
                    ", ".join(move.roles),
                    move.meaning or "–",
                )
                for move in dosing.MOVES.values()
            ),
            QUALITY,
            *(
                _row(verb, move.source, move.target, _some_of(move.roles, Role), move.meaning or "–")
                for verb, move in quality.MOVES.items()
            ),
            INVESTIGATIONS,
            *(
                _row(
                    move.verb,
                    _some_of(move.sources, testing.InvestigationState),
                    move.target or "–",
                    ", ".join(move.roles),
                    move.meaning or "–",
                )
                for move in testing.MOVES.values()
            ),
            COMPLAINTS,
            *_moves(vigilance.COMPLAINT_MOVES, ComplaintState),
            ADVERSE,
            *_moves(vigilance.ADVERSE_MOVES, AdverseState),
            STUDIES,
            *_moves(stability.STUDY_MOVES, StudyState),
            EXTENSIONS,
            *_moves(stability.EXTENSION_MOVES, ExtensionState),
        ]
    )


def _moves(moves: Mapping[Any, vigilance.Move] | Mapping[Any, stability.Move], states: type[StrEnum]) -> list[str]:
    return [
        _row(verb, _some_of(move.sources, states), move.target, ", ".join(move.roles), move.meaning or "–")
        for verb, move in moves.items()
    ]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _some_of(chosen: Iterable[str], all_of_them: type[StrEnum]) -> str:
    """The chosen states in the order of their enumeration; a dash when that is every one."""
    members = [member for member in all_of_them if member in set(chosen)]
    return "–" if len(members) == len(all_of_them) else ", ".join(members)
