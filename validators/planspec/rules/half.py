"""The half of the layers that runs beside the other: the descriptor's form, names and words.

Of a small package a second process takes it (see `planspec.beside`), since most of the work is Python; of a large one a
second thread, since most of it is polars, and the tables are held once.

It is asked one thing only: do these steps find nothing? Findings depend on what earlier steps found on the same rows,
so where anything at all is found, in either half, all steps run in their order, one at a time. What is found is then
the same however the work was shared; and most packages that are checked hold.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from planspec.findings import Collector, Finding
from planspec.package import Package, open_package
from planspec.rules.context import Context
from planspec.rules.names import check_names
from planspec.rules.profiles import check_descriptor
from planspec.rules.quotes import check_quoted
from planspec.rules.slips import check_slips
from planspec.rules.subjects import check_subjects
from planspec.rules.tables import CHECKS
from planspec.rules.text import check_text
from planspec.rules.told import check_told
from planspec.tables import read_tables

SMALL = 32_000_000
"""Bytes of tables up to which two processes read them all; larger ones are read once, for the memory's sake."""


MANY = 100_000
"""Rows from which on a thread is worth its while: of fewer, most of the work is Python, which runs one thread at a time."""


def may_halve(package: Package) -> bool:
    """Whether a package is worth two processes: a small one in a folder."""
    paths = [package.store.local(resource.path) for resource in package]
    return sum(path.stat().st_size if path and path.is_file() else SMALL + 1 for path in paths) <= SMALL


def take_half(path: Path) -> dict[str, dict[str, Any]] | None:
    """How many `rows` each rule judged and what was `skipped`, by rule, where this half finds nothing; else None."""
    package = open_package(path)
    context = Context(package, {}, Collector())
    if package.faults or not may_halve(package):
        return None
    check_descriptor(package, context.collector)
    context.tables, faults = read_tables(package)
    check_words(context)
    check_quoted(context)
    return None if faults or context.collector.total else {"rows": context.rows, "skipped": context.skipped}


class _OverError(Exception):
    """Something was found, or nobody waits any more."""


class _Sound(Collector):
    """Takes no finding, and says when to stop."""

    over = False

    def add(self, finding: Finding) -> None:  # noqa: ARG002 - any finding ends it
        raise _OverError

    def spoiled_lines(self, resource: str) -> set[int]:  # noqa: ARG002 - nothing is spoiled here
        if self.over:
            raise _OverError
        return set()


class Thread:
    """A thread that takes steps of the tables that a context holds, and leaves the last ones to who asks for the answer."""

    def __init__(self, context: Context) -> None:
        self._collector = _Sound()
        self._shares = [Context(context.package, context.tables, self._collector) for _ in range(2)]
        self._steps = deque((check_words, check_quoted, _describe, *CHECKS))
        self._sound = [False, False]
        self._thread = threading.Thread(target=self._take, args=(0,), daemon=True)
        self._thread.start()

    def _next(self, share: int) -> Callable[[Context], None] | None:
        try:
            return self._steps.pop() if share else self._steps.popleft()
        except IndexError:
            return None

    def _take(self, share: int) -> None:
        # What goes wrong here goes wrong again where the steps run in order, and is told there.
        with suppress(Exception):
            while step := self._next(share):
                step(self._shares[share])
            self._sound[share] = True

    def stop(self) -> None:
        """Let it go: it ends with what it is at."""
        self._collector.over = True

    def answer(self) -> dict[str, dict[str, Any]] | None:
        """Take what steps are left and wait for the others; what `take_half` tells of its half."""
        self._take(1)
        self._thread.join()
        if not all(self._sound):
            return None
        rows: Counter[str] = Counter()
        skipped: dict[str, str] = {}
        for share in self._shares:
            rows.update(share.rows)
            skipped |= share.skipped
        return {"rows": dict(rows), "skipped": skipped}


def _describe(context: Context) -> None:
    check_descriptor(context.package, context.collector)


def check_words(context: Context) -> None:
    """Names and words of the row layer, in their order."""
    check_text(context)
    check_names(context)
    check_slips(context)
    check_told(context)
    check_subjects(context)
