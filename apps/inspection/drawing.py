"""The family of a record as a picture: one column per generation, the oldest left. Pure; the template draws it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.inspection.selectors.genealogy import Genealogy, Relative

WIDE, HIGH, ACROSS, DOWN = 168, 40, 64, 10  # a box, and the room between boxes
TOGETHER = 6  # more relatives of one kind in one generation than these become one box


@dataclass(frozen=True)
class Box:
    """One record, or `count` of a kind in one generation."""

    x: int
    y: int
    kind: str
    number: str
    address: str
    count: int = 1
    is_self: bool = False
    is_met: bool = False

    @property
    def right(self) -> tuple[int, int]:
        """Where lines to what was made from it leave."""
        return self.x + WIDE, self.y + HIGH // 2

    @property
    def left(self) -> tuple[int, int]:
        """Where lines from what it was made from arrive."""
        return self.x, self.y + HIGH // 2


@dataclass(frozen=True)
class Picture:
    """Boxes and the paths between them, in the units of a view box of `width` by `height`."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]


def draw(family: Genealogy) -> Picture:
    """The picture of those relatives that are shown."""
    groups = _grouped(family.relatives)
    columns: dict[int, list[tuple[str, list[Relative]]]] = defaultdict(list)
    for (generation, kind), members in sorted(groups.items()):
        together = len(members) > TOGETHER
        columns[generation] += [(kind, members)] if together else [(kind, [member]) for member in members]
    order = sorted({0, *columns})
    rows = max([1, *map(len, columns.values())])
    boxes: dict[int, Box] = {}
    for place, generation in enumerate(order):
        x = place * (WIDE + ACROSS)
        if generation == 0:
            boxes[family.record.pk] = _itself(family, x, _top(1, rows))
        for row, (kind, members) in enumerate(columns[generation]):
            y = _top(len(columns[generation]), rows) + row * (HIGH + DOWN)
            boxes |= dict.fromkeys((member.pk for member in members), _box(kind, members, x, y))
    width, height = len(order) * (WIDE + ACROSS) - ACROSS, rows * (HIGH + DOWN) - DOWN
    return Picture(width, height, tuple(dict.fromkeys(boxes.values())), tuple(_paths(family.edges, boxes)))


def _grouped(relatives: Iterable[Relative]) -> Mapping[tuple[int, str], list[Relative]]:
    groups: dict[tuple[int, str], list[Relative]] = defaultdict(list)
    for relative in relatives:
        groups[relative.generation, relative.kind].append(relative)
    return groups


def _top(boxes: int, rows: int) -> int:
    """Columns stand around the middle."""
    return (rows - boxes) * (HIGH + DOWN) // 2


def _itself(family: Genealogy, x: int, y: int) -> Box:
    record = family.record
    return Box(x, y, record.kind, record.number, record.address, is_self=True)


def _box(kind: str, members: list[Relative], x: int, y: int) -> Box:
    first = members[0]
    if len(members) == 1:
        return Box(x, y, kind, first.number, first.address, is_met=first.met)
    return Box(x, y, kind, f"{first.number} …", "", len(members), is_met=first.met)


def _paths(edges: Iterable[tuple[int, int]], boxes: Mapping[int, Box]) -> list[str]:
    """Curves from what something was made from to what was made; several between two boxes are one."""
    drawn: dict[str, None] = {}
    for child, parent in edges:
        if child in boxes and parent in boxes and boxes[child] != boxes[parent]:
            (x1, y1), (x2, y2) = boxes[parent].right, boxes[child].left
            middle = (x1 + x2) // 2
            drawn[f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"] = None
    return list(drawn)
