"""pandera holds the row rules of a resource together and runs them on a typed polars DataFrame."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
import polars as pl

from planspec.rules.rows import RowRule
from planspec.tables import LINE


def native(frame: pl.DataFrame, expression: nw.Expr) -> pl.Series:
    """Evaluate a narwhals expression on a polars frame; null counts as "cannot be judged", so as false."""
    result = nw.from_native(frame, eager_only=True).select(expression.fill_null(value=False).alias("_defect"))
    return result["_defect"].to_native()


def _schema(name: str, frame: pl.DataFrame, flags: dict[str, pl.Series]):
    """A pandera schema with one named check a rule; each check returns the rule's own flags."""
    import pandera.polars as pa

    def check(rule: str) -> pa.Check:
        return pa.Check(lambda _: pl.LazyFrame({"ok": ~flags[rule]}), name=rule)

    return pa.DataFrameSchema(
        {LINE: pa.Column(pl.Int64)}, checks=[check(rule) for rule in flags], name=name, strict=False
    )


def failing_rules(name: str, frame: pl.DataFrame, rules: list[RowRule]) -> Iterator[tuple[RowRule, pl.DataFrame, int]]:
    """For each rule: the failing rows of `frame` and how many rows it could have failed.

    pandera decides which rules of the resource fail; the rows come from the rule's own expression, since pandera's
    failure cases do not all carry the row.
    """
    from pandera.errors import SchemaErrors

    flags = {rule.rule: native(frame, rule.defect()) for rule in rules}
    failed: set[str] = set()
    try:
        _schema(name, frame, flags).validate(frame, lazy=True)
    except SchemaErrors as errors:
        failed = {str(row["check"]) for row in errors.failure_cases.select("check").unique().iter_rows(named=True)}
    for rule in rules:
        applicable = int(native(frame, rule.applies()).sum()) if rule.applies else frame.height
        failing = frame.filter(flags[rule.rule]) if rule.rule in failed else frame.clear()
        yield rule, failing, applicable
