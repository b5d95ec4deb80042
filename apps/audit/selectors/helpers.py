"""Several processes that read the same moment of a large database, each at another part of it."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from django.db import connection

from apps.audit.selectors.snapshot import one_moment

Part = TypeVar("Part")
Seen = TypeVar("Seen")


class Helpers:
    """Looks at every part and gives what was seen in the order of the parts; without a pool, in this process."""

    def __init__(self, pool: ProcessPoolExecutor | None = None, moment: str = "") -> None:
        self._pool, self._moment = pool, moment

    def look_at(self, parts: Iterable[Part], look: Callable[[Part], Seen]) -> Iterator[Seen]:
        """What was seen at each part."""
        if self._pool is None:
            yield from map(look, parts)
        else:
            yield from self._pool.map(partial(_at, self._moment, look), parts)


@contextmanager
def helpers(processes: int) -> Iterator[Helpers]:
    """So many processes, and one moment for them and for this one.

    They are begun before this process connects: no child may touch its parent's connection. What stands uncommitted
    in an open transaction is seen by nobody else, so there everything is read here.
    """
    if processes < 2 or connection.in_atomic_block:
        with one_moment():
            yield Helpers()
        return
    connection.close()
    with ProcessPoolExecutor(processes, get_context("fork")) as pool:
        pool.submit(int).result()
        with one_moment() as moment:
            yield Helpers(pool, moment)


def _at(moment: str, look: Callable[[Part], Seen], part: Part) -> Seen:
    with one_moment(moment):
        return look(part)
