"""The steps of a validation once its tables are read, in their order; and how two processes, or two threads, share them.

A second process (see `planspec.beside`) reads the same tables, and then both take the steps that are left in turn. Of a
package whose tables nobody should hold twice, two threads take them. What they ask is one thing only: do these steps find
nothing? Findings depend on what earlier steps found on the same rows, so where anything at all is found, by either, all
steps run in their order in one. What is found is then the same however the work was shared; and most packages that are
checked hold. Of a large package where something is found, two threads take the steps that have nothing to do with each
other.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from narwhals.exceptions import ColumnNotFoundError

from planspec.beside import MOST, Beside, Turns, cores
from planspec.findings import Collector, Finding
from planspec.package import Package, open_package
from planspec.rules.catalogue import catalogue
from planspec.rules.context import Context
from planspec.rules.contract import missing_column
from planspec.rules.enrich import NEEDS, enrich
from planspec.rules.labels import check_labels
from planspec.rules.names import check_names
from planspec.rules.profiles import check_descriptor
from planspec.rules.quotes import check_quoted
from planspec.rules.rows import ROW_RULES, RowRule
from planspec.rules.slips import check_slips
from planspec.rules.source import Folders, check_sources, load_texts
from planspec.rules.spans import check_spans
from planspec.rules.subjects import check_subjects
from planspec.rules.tables import CHECKS
from planspec.rules.text import check_text
from planspec.rules.told import check_told
from planspec.tables import LINE, read_sound

Step = Callable[[Context], None]
MANY = 300_000
"""Rows from which on two threads are worth their while: of fewer, most of the work is Python, which runs one at a time."""
SWITCH = 0.0005
"""Seconds after which a thread lets the other have Python's lock. Coming back from polars, some thousand times in a
validation, each asks for it: with the 5 ms that Python gives a thread, most of what two gain is lost in waiting."""


def _rules_by_resource() -> dict[str, list[RowRule]]:
    by_resource: dict[str, list[RowRule]] = {}
    for rule in ROW_RULES:
        for name in rule.resources:
            by_resource.setdefault(name, []).append(rule)
    return by_resource


def check_rows(context: Context, name: str, rules: list[RowRule]) -> None:
    """The row layer of a resource, on rows that no error of structure has spoiled."""
    absent = [n for n in (name, *NEEDS.get(name, ())) if not context.has(n)]
    if absent:
        for rule in rules:
            context.skipped.setdefault(rule.rule, f"{', '.join(absent)} could not be read")
        return
    try:
        _judge_rows(context, name, rules)
    except (pl.exceptions.ColumnNotFoundError, ColumnNotFoundError) as error:
        missing_column(context, name, error)


def _judge_rows(context: Context, name: str, rules: list[RowRule]) -> None:
    from planspec.rules.engine import judge

    frames, rows = context.frames, context.frames.table(name)
    spoiled = context.collector.spoiled_lines(name)
    if spoiled:
        lines = pl.DataFrame({LINE: sorted(spoiled)}, schema={LINE: pl.Int64})
        rows = rows.join(frames.local(lines), on=LINE, how="anti")
    judged = judge(frames, name, enrich(frames, name, rows), rules)
    context.proved[name] = judged.proved
    for rule in rules:
        context.count(rule.rule, judged.rows[rule.rule])
        if rule.rule in judged.failing:
            failing, read = judged.failing[rule.rule], catalogue()[rule.rule].columns
            context.report_rows(rule.rule, name, failing, rule.place or rule.column, read)


def _check_form(context: Context) -> None:
    check_descriptor(context.package, context.collector)


def _check_texts(context: Context) -> None:
    if context.texts:
        check_sources(context)


UNREAD: dict[str, Step] = {
    **{f"rows of {name}": partial(check_rows, name=name, rules=rules) for name, rules in _rules_by_resource().items()},
    "form": _check_form,
    **{
        step.__name__: step for step in (check_text, check_names, check_slips, check_labels, check_told, check_subjects)
    },
    **{step.__name__: step for step in CHECKS},
    "check_quoted": check_quoted,
}
"""The steps that read no text, in their order: each passes over rows that earlier ones found wanting."""
READ: dict[str, Step] = {"check_spans": check_spans, "check_sources": _check_texts}
"""Those that read what texts there are."""
STEPS = UNREAD | READ
APART = tuple(UNREAD)[: list(UNREAD).index("form") + 1]
"""The first steps, which neither ask about the rows of other tables nor spoil any."""
UNASKED = ("form", "check_text")
"""What the second process does in any case, the one before it reads the tables and the other while the first still judges
them."""
SECOND = (
    "check_names",
    "check_subjects",
    "check_slips",
    "check_labels",
    "check_told",
    "check_quoted",
    "check_named",
    "check_spans",
)
"""What the second process takes, unless the first has done with its own: words first, whose lexicons one has to read."""
LONG = ("rows of targets", "rows of results", "check_ledger", "check_sources")
"""What the first process begins with, so that nothing long is left for the end."""


def _shares() -> tuple[list[int], list[int]]:
    """The numbers of the steps as the two processes take them, but for those that the second does unasked."""
    numbers = {name: number for number, name in enumerate(STEPS) if name not in UNASKED}
    second = [numbers.pop(name) for name in SECOND]
    return [*(numbers.pop(name) for name in LONG), *numbers.values()], second


def in_order(context: Context, steps: dict[str, Step]) -> None:
    """Take steps one after the other, but those `APART` two at a time where that is worth its while."""
    names = APART if may_thread(context) else ()
    apart = {name: step for name, step in steps.items() if name in names}
    _take_apart(context, list(apart.values()))
    for name, step in steps.items():
        if name not in apart:
            step(context)


def _take_apart(context: Context, steps: list[Step]) -> None:
    """Take steps in two threads, and then what they found in their order."""
    if not steps:
        return
    from concurrent.futures import ThreadPoolExecutor

    branches = [replace(context, collector=context.collector.branch(), rows={}, skipped={}, proved={}) for _ in steps]
    with ThreadPoolExecutor(2) as pool, _switching():
        deque(pool.map(lambda step, branch: step(branch), steps, branches), 0)
    for branch in branches:
        context.collector.absorb(branch.collector)
        _keep(context, branch.rows, branch.skipped, branch.proved)


def may_share(package: Package) -> bool:
    """Whether two processes may hold a package: one in a folder, and not too large."""
    paths = [package.store.local(resource.path) for resource in package]
    return sum(path.stat().st_size if path and path.is_file() else MOST + 1 for path in paths) <= MOST


class _FoundError(Exception):
    """Something was found."""


class _Sound(Collector):
    """Takes no finding: the first ends the work, of all that share `over`."""

    def __init__(self, over: threading.Event | None = None) -> None:
        super().__init__()
        self._over = over or threading.Event()

    def add(self, finding: Finding) -> None:  # noqa: ARG002 - which one does not matter
        self._over.set()
        raise _FoundError

    def spoiled_lines(self, resource: str) -> set[int]:  # noqa: ARG002 - nothing is spoiled here
        if self._over.is_set():
            raise _FoundError
        return set()


def take_share(path: Path, sources: Folders, turns: Turns) -> dict[str, dict[str, Any]] | None:
    """The second process: how many `rows` each rule judged, what was `skipped`, what was `proved`; None where it found
    anything."""
    try:
        package = open_package(path)
        context = Context(package, {}, _Sound())
        if package.faults or not may_share(package):
            return None
        _check_form(context)
        context.tables = read_sound(package)
        check_text(context)
        load_texts(context, sources)
        _take(context, turns)
    except _FoundError:
        return None
    finally:
        turns.drop()
    return {"rows": context.rows, "skipped": context.skipped, "proved": context.proved}


def _take(context: Context, turns: Iterable[int]) -> None:
    steps = list(STEPS.values())
    for number in turns:
        steps[number](context)


def shared(context: Context, beside: Beside) -> bool:
    """Take all steps together with a second process; False where something was found, nothing having been kept."""
    sound = Context(context.package, context.tables, _Sound(), texts=dict(context.texts))
    try:
        _take(sound, beside.share(*_shares()))
    except _FoundError:
        beside.stop()
        return False
    if context.has("figures"):
        # Time in which the other ends its last step.
        _ = context.figures
    other = beside.answer()
    if other is None:
        return False
    _keep(context, sound.rows, sound.skipped, sound.proved)
    _keep(context, **other)
    return True


def _keep(context: Context, rows: dict[str, int], skipped: dict[str, str], proved: dict[str, int]) -> None:
    """Note what a share of the steps judged, skipped and proved."""
    for rule, number in rows.items():
        context.count(rule, number)
    for rule, why in skipped.items():
        context.skipped.setdefault(rule, why)
    context.proved |= proved


def may_thread(context: Context) -> bool:
    """Whether two threads are worth their while: for many rows, held here, where there is a core for each."""
    frames = context.frames
    rows = 0 if context.engine else sum(frames.height(name) for name in frames.resources)
    return rows >= MANY and cores() > 1


def threaded(context: Context) -> bool:
    """Take all steps in two threads; False where something was found, nothing having been kept."""
    first, second = map(deque, _shares())
    second.extendleft(number for number, name in enumerate(STEPS) if name in UNASKED)
    over = threading.Event()
    shares = [Context(context.package, context.tables, _Sound(over), texts=dict(context.texts)) for _ in range(2)]

    def take(share: Context, own: deque[int], other: deque[int]) -> None:
        try:
            _take(share, _in_turn(own, other, over))
        except Exception:
            # What goes wrong here goes wrong again where the steps run in order, and is told there.
            over.set()

    beside = threading.Thread(target=take, args=(shares[1], second, first), daemon=True)
    with _switching():
        beside.start()
        take(shares[0], first, second)
        beside.join()
    if over.is_set():
        return False
    for share in shares:
        _keep(context, share.rows, share.skipped, share.proved)
    return True


def _in_turn(own: deque[int], other: deque[int], over: threading.Event) -> Iterator[int]:
    """One's own numbers, then what the other has left, until it is over."""
    for numbers in (own, other):
        with suppress(IndexError):
            while not over.is_set():
                yield numbers.popleft()


@contextmanager
def _switching() -> Iterator[None]:
    """Threads that wait for one another as briefly as pays."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
