"""The steps of a validation once its tables are read, in their order; and how two processes share them.

A second process (see `planspec.beside`) reads the same tables, and then both take the steps that are left in turn. What
they ask is one thing only: do these steps find nothing? Findings depend on what earlier steps found on the same rows, so
where anything at all is found, in either process, all steps run in their order in one. What is found is then the same
however the work was shared; and most packages that are checked hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from narwhals.exceptions import ColumnNotFoundError

from planspec.beside import Beside, Turns
from planspec.findings import Collector, Finding
from planspec.package import Package, open_package
from planspec.rules.catalogue import catalogue
from planspec.rules.context import Context
from planspec.rules.contract import missing_column
from planspec.rules.enrich import NEEDS, enrich
from planspec.rules.names import check_names
from planspec.rules.profiles import check_descriptor
from planspec.rules.quotes import check_quoted
from planspec.rules.rows import ROW_RULES, RowRule
from planspec.rules.slips import check_slips
from planspec.rules.source import check_sources, load_texts
from planspec.rules.spans import check_spans
from planspec.rules.subjects import check_subjects
from planspec.rules.tables import CHECKS
from planspec.rules.text import check_text
from planspec.rules.told import check_told
from planspec.tables import LINE, read_sound

Step = Callable[[Context], None]
MOST = 1_000_000_000
"""Bytes of tables up to which two processes hold them; larger ones are held once, for the memory's sake."""


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
            context.report_rows(rule.rule, name, judged.failing[rule.rule], rule.column, catalogue()[rule.rule].columns)


def _check_form(context: Context) -> None:
    check_descriptor(context.package, context.collector)


def _check_texts(context: Context) -> None:
    if context.texts:
        check_sources(context)


UNREAD: dict[str, Step] = {
    **{f"rows of {name}": partial(check_rows, name=name, rules=rules) for name, rules in _rules_by_resource().items()},
    "form": _check_form,
    **{step.__name__: step for step in (check_text, check_names, check_slips, check_told, check_subjects)},
    **{step.__name__: step for step in CHECKS},
    "check_quoted": check_quoted,
}
"""The steps that read no text, in their order: each passes over rows that earlier ones found wanting."""
READ: dict[str, Step] = {"check_spans": check_spans, "check_sources": _check_texts}
"""Those that read what texts there are."""
STEPS = UNREAD | READ
UNASKED = ("form", "check_text")
"""What the second process does in any case, the one before it reads the tables and the other while the first still judges
them."""
SECOND = (
    "check_names",
    "check_subjects",
    "check_slips",
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
    """Take steps one after the other."""
    for step in steps.values():
        step(context)


def may_share(package: Package) -> bool:
    """Whether two processes may hold a package: one in a folder, and not too large."""
    paths = [package.store.local(resource.path) for resource in package]
    return sum(path.stat().st_size if path and path.is_file() else MOST + 1 for path in paths) <= MOST


class _FoundError(Exception):
    """Something was found."""


class _Sound(Collector):
    """Takes no finding: the first ends the work."""

    def add(self, finding: Finding) -> None:  # noqa: ARG002 - which one does not matter
        raise _FoundError


def take_share(path: Path, sources: Path | None, turns: Turns) -> dict[str, dict[str, Any]] | None:
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


def _take(context: Context, turns: Turns) -> None:
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
    for rows, skipped, proved in (
        (sound.rows, sound.skipped, sound.proved),
        (other["rows"], other["skipped"], other["proved"]),
    ):
        for rule, number in rows.items():
            context.count(rule, number)
        for rule, why in skipped.items():
            context.skipped.setdefault(rule, why)
        context.proved |= proved
    return True
