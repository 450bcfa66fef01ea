"""What stands before each row in its document, for rows that polars holds.

Windows with an order sort document by document. Here all rows are sorted once, by a number made of document and place;
what is looked for is then a shift, or a running maximum, of whole columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

GROUP = "source_id"
_ROOM = 1 << 62
"""Numbers made of a document and a place must be smaller."""


def _fit(rows: pl.DataFrame, columns: Sequence[str], groups: int) -> int:
    """A size such that the numbers of some columns lie within half of it around zero; 0 where it leaves no room."""
    ends = rows.select(pl.col(c).abs().max() for c in dict.fromkeys(columns)).row(0)
    size = 2 * (max((end or 0 for end in ends), default=0) + 1)
    return size if (groups + 1) * size < _ROOM else 0


def before(rows: pl.DataFrame, order: Sequence[str], last: Mapping[str, str], most: Mapping[str, str]) -> pl.DataFrame:
    """`rows` with what stands before each in its document (`source_id`), in the order of columns of whole numbers.

    `last`, `most`: names of new columns, and the columns they look at. The one has the cell of the row before, the other
    the largest cell of all rows before; null where there is none. No cell of `order` may be empty.
    """
    group = rows[GROUP].cast(pl.Categorical).to_physical().cast(pl.Int64)
    size = _fit(rows, [order[0], *most.values()], rows.height)
    if not size:
        return before_by_windows(rows, order, last, most)
    base = (group * size + size // 2).alias("_base")
    key = (base + rows[order[0]]).alias("_key")
    alone = len(order) == 1
    at = key.arg_sort() if alone else rows.with_columns(key).select(pl.arg_sort_by("_key", *order[1:])).to_series()
    asked = dict.fromkeys((*last.values(), *most.values()))
    sorted_ = pl.DataFrame([base, *(rows[column] for column in asked)])[at]
    own = pl.col("_base")
    nearest = {a: pl.when(own == own.shift(1)).then(pl.col(c).shift(1)) for a, c in last.items()}
    reached = {a: (own + pl.col(c)).cum_max().forward_fill().shift(1) - own for a, c in most.items()}
    # What an earlier document reached is smaller than any number of this one.
    furthest = {a: pl.when(past.abs() < size // 2).then(past) for a, past in reached.items()}
    found = sorted_.select(expression.alias(alias) for alias, expression in (nearest | furthest).items())
    return rows.hstack(found[at.arg_sort()])


def before_by_windows(
    rows: pl.DataFrame, order: Sequence[str], last: Mapping[str, str], most: Mapping[str, str]
) -> pl.DataFrame:
    """The same by windows, whatever the numbers."""
    order = list(order)
    furthest = {a: pl.col(c).cum_max().forward_fill().shift(1) for a, c in most.items()}
    nearest = {a: pl.col(c).shift(1) for a, c in last.items()}
    return rows.with_columns(e.over(GROUP, order_by=order).alias(a) for a, e in (nearest | furthest).items())


def inside(points: pl.DataFrame, spans: pl.DataFrame, alias: str) -> pl.DataFrame:
    """`spans` with how many different points lie inside each, `start` inclusive and `end` exclusive, as the column `alias`.

    Points have `source_id` and `start`; spans have these and `end`. No such cell of a point may be empty; a span with an
    empty one is left out.
    """
    spans = spans.drop_nulls([GROUP, "start", "end"])
    if spans.is_empty():
        return spans.with_columns(pl.lit(None, dtype=pl.Int64).alias(alias))
    both = pl.concat([points[GROUP], spans[GROUP]]).cast(pl.Categorical).to_physical().cast(pl.Int64)
    size = _fit(
        pl.concat([points.select("start"), spans.select("start"), spans.select(start="end")]), ["start"], len(both)
    )
    if not size:
        return inside_by_pairs(points, spans, alias)
    base = both * size + size // 2
    places = (base[: points.height] + points["start"]).sort()
    places = places.filter((places != places.shift(1)).fill_null(value=True))
    begin, end = (base[points.height :] + spans[edge] for edge in ("start", "end"))
    found = places.search_sorted(end).cast(pl.Int64) - places.search_sorted(begin).cast(pl.Int64)
    return spans.with_columns(found.alias(alias))


def inside_by_pairs(points: pl.DataFrame, spans: pl.DataFrame, alias: str) -> pl.DataFrame:
    """The same by pairs, whatever the numbers."""
    rows = spans.with_row_index("_span")
    pairs = rows.join(points.select(GROUP, pl.col("start").alias("_at")).unique(), on=GROUP)
    below = [(pl.col("_at") < pl.col(edge)).sum().cast(pl.Int64) for edge in ("end", "start")]
    counts = pairs.group_by("_span").agg((below[0] - below[1]).alias(alias))
    found = rows.join(counts, on="_span", how="left", maintain_order="left")
    return found.with_columns(pl.col(alias).fill_null(0)).drop("_span")
