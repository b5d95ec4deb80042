"""What is wrong with a master record, and exactly where."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault: the place inside the record, the reason, and the file and line where a file was read."""

    place: str
    reason: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.place}: {self.reason}{where}"


class DefinitionRefused(ValueError):
    """The master record can't be taken: every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def path(*parts: str | int) -> str:
    """preparation.stages[2].steps[0]"""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
