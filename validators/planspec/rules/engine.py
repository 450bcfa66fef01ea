"""pandera holds the row rules of a resource together and runs them on a typed polars DataFrame."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
import polars as pl

from planspec.rules.rows import RowRule
from planspec.tables import LINE


def native(frame: pl.DataFrame, expressions: dict[str, nw.Expr]) -> dict[str, pl.Series]:
    """Evaluate narwhals expressions on a polars frame, in one pass; null counts as "cannot be judged", so as false."""
    if not expressions:
        return {}
    flags = [expression.fill_null(value=False).alias(name) for name, expression in expressions.items()]
    result = nw.from_native(frame, eager_only=True).select(*flags)
    return {name: result[name].to_native() for name in expressions}


def _schema(name: str, rules: list[RowRule]):
    """A pandera schema with one named check a rule, which evaluates the rule's expression on the data pandera hands it."""
    import pandera.polars as pa

    def check(rule: RowRule) -> pa.Check:
        sound = ~rule.defect().fill_null(value=False)
        return pa.Check(
            lambda data: nw.from_native(data.lazyframe).select(sound.alias("ok")).to_native(), name=rule.rule
        )

    return pa.DataFrameSchema({LINE: pa.Column(pl.Int64)}, checks=[check(r) for r in rules], name=name, strict=False)


def failing_rules(name: str, frame: pl.DataFrame, rules: list[RowRule]) -> Iterator[tuple[RowRule, pl.DataFrame, int]]:
    """For each rule: the failing rows of `frame` and how many rows it could have failed.

    pandera decides which rules of the resource fail; the rows come from the rule's own expression, since pandera's
    failure cases do not all carry the row.
    """
    from pandera.errors import SchemaErrors

    failed: set[str] = set()
    try:
        _schema(name, rules).validate(frame, lazy=True)
    except SchemaErrors as errors:
        failed = {str(row["check"]) for row in errors.failure_cases.select("check").unique().iter_rows(named=True)}
    flags = native(frame, {rule.rule: rule.defect() for rule in rules if rule.rule in failed})
    applicable = native(frame, {rule.rule: rule.applies() for rule in rules if rule.applies})
    for rule in rules:
        rows = int(applicable[rule.rule].sum()) if rule.rule in applicable else frame.height
        failing = frame.filter(flags[rule.rule]) if rule.rule in failed else frame.clear()
        yield rule, failing, rows
