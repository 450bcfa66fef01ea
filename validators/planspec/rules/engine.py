"""Running the row rules of a resource. pandera holds the rules together and runs them on polars; elsewhere they run bare."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import OBSERVATIONS
from planspec.rules.frames import Frames, PolarsFrames
from planspec.rules.rows import RowRule
from planspec.tables import LINE

PART = 250_000
"""Rows that are judged at once: more would only need more memory."""


PROOF = ("R230", "R231", "R232", "R233", "R234")
"""Rules that say that a row's own figure gives another value, unit or comparator than the row has."""


@dataclass
class Judged:
    """What the row rules of a resource found.

    `failing`: for each rule that failed, the failing rows with `_line` and all that rules read; `rows`: how many rows
    each rule could have failed; `proved`: how many rows were derived from their phrase again.
    """

    failing: dict[str, pl.DataFrame] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    proved: int = 0


def _told(expression: nw.Expr) -> nw.Expr:
    """Null means "cannot be judged", and so false."""
    return expression.fill_null(value=False)


def judge(frames: Frames, name: str, rows: nw.LazyFrame[Any], rules: list[RowRule]) -> Judged:
    """Judge all rows of a resource, which carry everything its rules read."""
    if isinstance(frames, PolarsFrames):
        return _judge_by_pandera(frames, name, rows, rules)
    return _judge_bare(frames, name, rows, rules)


def _judge_by_pandera(frames: PolarsFrames, name: str, rows: nw.LazyFrame[Any], rules: list[RowRule]) -> Judged:
    judged = Judged()
    found: dict[str, list[pl.DataFrame]] = {}
    for first in range(0, frames.lines(name) + 1, PART):
        whole = frames.lines(name) < PART
        some = rows if whole else rows.filter((nw.col(LINE) >= first) & (nw.col(LINE) < first + PART))
        part = frames.collect([some])[0]
        frame = nw.from_native(part, eager_only=True)
        applies = {rule.rule: _told(rule.applies()) for rule in rules if rule.applies}
        counted = frame.select(nw.len().alias("rows"), *(e.sum().alias(rule) for rule, e in applies.items())).row(0)
        sums = dict(zip(applies, counted[1:], strict=True))
        judged.rows.update({rule.rule: int(sums.get(rule.rule, counted[0])) for rule in rules})
        failed = _failed(name, part, rules)
        for rule, failing in failed.items():
            found.setdefault(rule, []).append(failing)
        if name in OBSERVATIONS:
            derived = part.height - part["_own"].null_count()
            otherwise = [failed[rule].filter(pl.col("_own").is_not_null())[LINE] for rule in PROOF if rule in failed]
            judged.proved += derived - (pl.concat(otherwise).n_unique() if otherwise else 0)
    judged.failing = {rule: pl.concat(parts).sort(LINE) for rule, parts in found.items()}
    return judged


def _pandera() -> Any:
    with warnings.catch_warnings():
        # pandera imports pyspark's pandas where both are installed, which warns of versions that are not used here.
        warnings.simplefilter("ignore", FutureWarning)
        import pandera.polars
    return pandera.polars


def _schema(name: str, checks: dict[str, list[RowRule]]) -> Any:
    """A pandera schema with named checks, each of which evaluates its rules' expressions on the data pandera hands it."""
    pa = _pandera()

    def check(label: str, rules: list[RowRule]) -> Any:
        sound = nw.all_horizontal(*(~_told(rule.defect()) for rule in rules), ignore_nulls=False)
        return pa.Check(lambda data: nw.from_native(data.lazyframe).select(sound.alias("ok")).to_native(), name=label)

    named = [check(label, rules) for label, rules in checks.items()]
    return pa.DataFrameSchema({LINE: pa.Column(pl.Int64)}, checks=named, name=name, strict=False)


def _failed(name: str, part: pl.DataFrame, rules: list[RowRule]) -> dict[str, pl.DataFrame]:
    """The rules that some rows break, with these rows: first all rules in one check, then, where it fails, a check a rule."""
    pa = _pandera()

    def broken(checks: dict[str, list[RowRule]], rows: pl.DataFrame) -> set[str]:
        try:
            _schema(name, checks).validate(rows, lazy=True)
        except pa.errors.SchemaErrors as errors:
            return set(errors.failure_cases["check"].unique())
        return set()

    if not broken({"every rule": rules}, part):
        return {}
    # pandera's failure cases do not all carry the row; the rule's own expression finds it.
    defects = {rule.rule: _told(rule.defect()) for rule in rules}
    rows = nw.from_native(part, eager_only=True)
    wrong = rows.filter(nw.any_horizontal(*defects.values(), ignore_nulls=False))
    failed = broken({rule.rule: [rule] for rule in rules}, wrong.to_native())
    return {rule: wrong.filter(defect).to_native() for rule, defect in defects.items() if rule in failed}


def _judge_bare(frames: Frames, name: str, rows: nw.LazyFrame[Any], rules: list[RowRule]) -> Judged:
    """Find the failing rows first; only they are fetched with what the messages show."""
    defects = {rule.rule: _told(rule.defect()) for rule in rules}
    applies = {f"applies {rule.rule}": _told(rule.applies()) for rule in rules if rule.applies}
    if name in OBSERVATIONS:
        otherwise = nw.any_horizontal(*(defects[rule] for rule in PROOF if rule in defects), ignore_nulls=True)
        applies["proved"] = ~nw.col("_own").is_null() & ~otherwise
    everything = defects | applies
    flags = frames.keep(rows.select(LINE, *(expression.alias(label) for label, expression in everything.items())))
    wrong, counted = frames.collect(
        [
            flags.filter(nw.any_horizontal(*(nw.col(rule) for rule in defects), ignore_nulls=True)).select(
                LINE, *defects
            ),
            flags.select(
                nw.len().alias("rows"), *(nw.col(label).cast(nw.Int64).sum().alias(label) for label in applies)
            ),
        ]
    )
    sums = counted.row(0, named=True)
    judged = Judged(
        rows=Counter({rule: sums.get(f"applies {rule}", sums["rows"]) or 0 for rule in defects}),
        proved=sums.get("proved") or 0,
    )
    if wrong.height:
        wide = frames.collect([rows.join(frames.local(wrong.select(LINE)), on=LINE, how="semi")])[0].sort(LINE)
        for rule in defects:
            lines = wrong.filter(rule)[LINE]
            if len(lines):
                judged.failing[rule] = wide.filter(pl.col(LINE).is_in(lines.implode()))
    return judged
