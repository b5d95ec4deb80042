"""YAML as we read it: version 1.2, no duplicate keys, no unquoted decimal numbers, every value with its line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from apps.products.rules.problems import Problem, path

PREFIX = "tag:yaml.org,2002:"
MOST_NODES = 100_000
DEEPEST = 40


@dataclass
class Reading:
    """What the files say, where each line stands, and what could not be read."""

    data: dict = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def join(self, other: "Reading") -> None:
        """Take in another file; a top-level key that stands in two files is refused."""
        for key in other.data:
            if key in self.data:
                file, line = other.lines[key]
                self.problems.append(Problem(key, f"stands already in {self.lines[key][0]}", file, line))
        self.problems += other.problems
        self.data = other.data | self.data
        self.lines = other.lines | self.lines

    def join_stages(self, other: "Reading") -> None:
        """Take in a file that holds one stage of preparation, placed behind those already read."""
        stages = self.data.setdefault("preparation", {}).setdefault("stages", [])
        at = path("preparation", "stages", len(stages))
        stages.append(other.data)
        self.lines |= {f"{at}.{place}": line for place, line in other.lines.items()}
        self.problems += [replace(problem, place=f"{at}.{problem.place}".rstrip(".")) for problem in other.problems]

    def located(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems with file and line: of the place itself, or of the nearest part around it."""
        return [self._located(problem) for problem in problems]

    def _located(self, problem: Problem) -> Problem:
        for place in _outwards(problem.place):
            if place in self.lines:
                file, line = self.lines[place]
                return replace(problem, file=file, line=line)
        return problem


def _outwards(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place[: max(place.rfind("."), place.rfind("["), 0)]


def read_yaml(text: str, file: str) -> Reading:
    """Read one YAML text. What can't be read is a problem with its place and line, never an exception."""
    reading = Reading()
    try:
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reading.problems.append(Problem("", f"is no YAML: {error.problem}", file, line))
        return reading
    if not isinstance(node, MappingNode):
        reading.problems.append(Problem("", "a master record is a mapping of keys", file, 1))
        return reading
    reading.data = _Reader(reading, file).mapping(node, ())
    return reading


class _Reader:
    """Turns composed nodes into plain values, noting lines and faults on the way."""

    def __init__(self, reading: Reading, file: str) -> None:
        self.reading, self.file, self.nodes = reading, file, 0

    def value(self, node: Node, at: tuple[str | int, ...]) -> object:
        self.nodes += 1
        self.reading.lines[path(*at)] = (self.file, node.start_mark.line + 1)
        if self.nodes > MOST_NODES or len(at) > DEEPEST:
            self.fault(node, at, "the record is too large; an alias may contain itself")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(inner, (*at, i)) for i, inner in enumerate(node.value)]
        return self.scalar(node, at) if isinstance(node, ScalarNode) else None

    def mapping(self, node: MappingNode, at: tuple[str | int, ...]) -> dict:
        read: dict = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, at, "a key is a word")
                continue
            key = str(key_node.value)
            if key in read:
                self.fault(key_node, (*at, key), "the key stands twice")
            read[key] = self.value(value_node, (*at, key))
        return read

    def scalar(self, node: ScalarNode, at: tuple[str | int, ...]) -> object:
        kind = str(node.tag).removeprefix(PREFIX)
        if kind == "float":
            self.fault(
                node,
                at,
                f"the number {node.value} is not in quotes; a measured number is quoted, so that 1.10 stays 1.10",
            )
            return node.value
        if kind == "int":
            return int(node.value) if node.value.lstrip("+-").isdigit() else str(node.value)
        if kind == "bool":
            return node.value.lower() == "true"
        return None if kind == "null" else str(node.value)

    def fault(self, node: Node, at: tuple[str | int, ...], reason: str) -> None:
        self.reading.problems.append(Problem(path(*at), reason, self.file, node.start_mark.line + 1))
