"""Comparing the rows of two versions of one table by key.

The comparison runs on columns; rows are taken out one by one only where they differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from planspec.tables import LINE

Key = tuple[str, ...]


@dataclass
class Matched:
    """A row on both sides whose common cells, or whose key, differ. Cells are text, by the new column names."""

    old_key: Key
    new_key: Key
    old_line: int
    new_line: int
    old: dict[str, str]
    new: dict[str, str]


@dataclass
class Lone:
    """A row on one side only. `elsewhere`: the other side has its key all the same, on rows that are not its equals."""

    key: Key
    line: int
    cells: dict[str, str]
    elsewhere: bool = False


@dataclass
class RowsDiff:
    """Which rows differ. `added` and `removed` in the order of their lines, `changed` in that of the new lines."""

    added: list[Lone] = field(default_factory=list)
    removed: list[Lone] = field(default_factory=list)
    changed: list[Matched] = field(default_factory=list)
    doubled_old: dict[Key, int] = field(default_factory=dict)
    doubled_new: dict[Key, int] = field(default_factory=dict)
    reordered: bool = False


def compare_rows(
    old: pl.DataFrame, new: pl.DataFrame, key: Sequence[str], renames: Mapping[str, Mapping[str, str]]
) -> RowsDiff:
    """Compare two frames of Strings with `_line`, matching rows by the columns `key`.

    `renames`: key column → {old value: new value}, applied to the old keys before they are matched. Rows of a key that
    stands twice on either side are not paired: equal ones cancel out, the rest counts as removed and added. Without a
    key every row is treated so. Columns on one side only are left out of account.
    """
    filed = set(old.columns)
    common = [c for c in new.columns if c != LINE and c in filed]
    marks = [f"k:{i}" for i in range(len(key))]
    before = old.with_columns(
        pl.col(c).replace(dict(renames.get(c, {}))).alias(m) if renames.get(c) else pl.col(c).alias(m)
        for c, m in zip(key, marks, strict=True)
    )
    after = new.with_columns(pl.col(c).alias(m) for c, m in zip(key, marks, strict=True))
    if not key:
        diff = RowsDiff()
        _cancel(diff, before, after, common, [], [])
        _sort(diff)
        diff.reordered = (
            not diff.added and not diff.removed and before.select(common).rows() != after.select(common).rows()
        )
        return diff
    doubles_old, doubles_new = _doubles(before, marks), _doubles(after, marks)
    diff = RowsDiff(doubled_old=dict(_counted(doubles_old, marks)), doubled_new=dict(_counted(doubles_new, marks)))
    odd = pl.concat([doubles_old.select(marks), doubles_new.select(marks)]).unique()
    if odd.height:
        _cancel(diff, before.join(odd, on=marks, how="semi"), after.join(odd, on=marks, how="semi"), common, key, marks)
        before, after = before.join(odd, on=marks, how="anti"), after.join(odd, on=marks, how="anti")
    diff.removed += _lone(before.join(after, on=marks, how="anti"), key, marks)
    diff.added += _lone(after.join(before, on=marks, how="anti"), key, marks)
    _pair(diff, before, after, common, key, marks)
    _sort(diff)
    return diff


def _sort(diff: RowsDiff) -> None:
    diff.removed.sort(key=lambda row: row.line)
    diff.added.sort(key=lambda row: row.line)


def _doubles(frame: pl.DataFrame, marks: list[str]) -> pl.DataFrame:
    return frame.group_by(marks).len().filter(pl.col("len") > 1).sort(marks)


def _counted(doubles: pl.DataFrame, marks: list[str]) -> Iterable[tuple[Key, int]]:
    for row in doubles.select(*marks, "len").iter_rows():
        yield row[:-1], row[-1]


def _lone(frame: pl.DataFrame, key: Sequence[str], marks: list[str]) -> list[Lone]:
    rows = []
    for row in frame.iter_rows(named=True):
        cells = {c: v for c, v in row.items() if c != LINE and c not in marks}
        rows.append(Lone(tuple(row[c] for c in key), row[LINE], cells))
    return rows


def _cancel(
    diff: RowsDiff, before: pl.DataFrame, after: pl.DataFrame, common: list[str], key: Sequence[str], marks: list[str]
) -> None:
    """Take equal rows off against each other; what is left over was removed or added."""
    left: Counter[Key] = Counter(after.select(common).iter_rows())
    removed: dict[Key, int] = defaultdict(int)
    for row in before.select(common).iter_rows():
        if left[row] > 0:
            left[row] -= 1
        else:
            removed[row] += 1
    for frame, surplus, other, into in ((before, removed, after, diff.removed), (after, left, before, diff.added)):
        known = set(other.select(marks).iter_rows()) if marks else set()
        keys = list(frame.select(marks).iter_rows()) if marks else [()] * frame.height
        # The last of several equal rows is the surplus one: the first ones stand where they stood.
        for row_, matched in reversed(list(zip(_lone(frame, key, marks), keys, strict=True))):
            content = tuple(row_.cells[c] for c in common)
            if surplus.get(content, 0) > 0:
                surplus[content] -= 1
                row_.elsewhere = matched in known
                into.append(row_)


def _pair(
    diff: RowsDiff, before: pl.DataFrame, after: pl.DataFrame, common: list[str], key: Sequence[str], marks: list[str]
) -> None:
    rest = [c for c in common if c not in key]
    wanted = [*dict.fromkeys([*common, *key]), LINE]
    left = before.select(*marks, *(pl.col(c).alias(f"o:{c}") for c in wanted))
    right = after.select(*marks, *(pl.col(c).alias(f"n:{c}") for c in wanted))
    both = left.join(right, on=marks, how="inner").sort(f"n:{LINE}")
    # A row under a new key may have to stand elsewhere; only rows that kept theirs show that the file was rearranged.
    kept = both.filter(pl.all_horizontal(pl.col(f"o:{c}") == pl.col(f"n:{c}") for c in key))
    diff.reordered = not kept[f"o:{LINE}"].is_sorted()
    differs = [pl.col(f"o:{c}") != pl.col(f"n:{c}") for c in [*rest, *key]]
    for row in both.filter(pl.any_horizontal(differs)).iter_rows(named=True):
        diff.changed.append(
            Matched(
                tuple(row[f"o:{c}"] for c in key),
                tuple(row[f"n:{c}"] for c in key),
                row[f"o:{LINE}"],
                row[f"n:{LINE}"],
                {c: row[f"o:{c}"] for c in rest},
                {c: row[f"n:{c}"] for c in rest},
            )
        )
