"""Properties of the comparison by key: nothing differs from itself, and the diff leaves nothing out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from planspec.diff.rows import RowsDiff, compare_rows
from planspec.tables import LINE

COLUMNS = ("k1", "k2", "a", "b")
CELL = st.sampled_from(["", "a", "b", "1", "1.0", "目标"])
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=12)
KEYS = st.sampled_from([("k1",), ("k1", "k2"), ()])
RENAMES = st.dictionaries(CELL, CELL, max_size=2)

Row = tuple[str, ...]


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    columns = {name: pl.Series(name, [row[i] for row in rows], dtype=pl.String) for i, name in enumerate(COLUMNS)}
    return pl.DataFrame(columns).with_columns(pl.Series(LINE, range(2, len(rows) + 2), dtype=pl.Int64))


def applied(old: Sequence[Row], diff: RowsDiff, key: Sequence[str]) -> list[Row]:
    """The old rows with the diff's changes made to them, found by line: what a reader of the diff would do."""
    rows = {line: dict(zip(COLUMNS, row, strict=True)) for line, row in enumerate(old, 2)}
    for gone in diff.removed:
        assert rows.pop(gone.line) == gone.cells
    for change in diff.changed:
        row = rows[change.old_line]
        assert tuple(row[c] for c in key) == change.old_key
        assert {c: row[c] for c in change.old} == change.old
        row.update(change.new, **dict(zip(key, change.new_key, strict=True)))
    return [tuple(r[c] for c in COLUMNS) for r in [*rows.values(), *(a.cells for a in diff.added)]]


@settings(deadline=None, max_examples=150)
@given(ROWS, KEYS)
def test_nothing_differs_from_itself(rows: list[Row], key: tuple[str, ...]) -> None:
    diff = compare_rows(frame(rows), frame(rows), key, {})
    assert not diff.added and not diff.removed and not diff.changed and not diff.reordered


@settings(deadline=None, max_examples=400)
@given(ROWS, ROWS, KEYS, RENAMES)
def test_the_changes_made_to_the_old_rows_give_the_new_ones(
    old: list[Row], new: list[Row], key: tuple[str, ...], renames: dict[str, str]
) -> None:
    diff = compare_rows(frame(old), frame(new), key, {"k1": renames} if key else {})
    assert Counter(applied(old, diff, key)) == Counter(new)


@settings(deadline=None, max_examples=150)
@given(ROWS, ROWS, KEYS)
def test_a_lone_row_is_really_lone_and_a_changed_one_really_differs(
    old: list[Row], new: list[Row], key: tuple[str, ...]
) -> None:
    diff = compare_rows(frame(old), frame(new), key, {})
    width = len(key)
    doubled = {*diff.doubled_old, *diff.doubled_new}
    assert {k for k, n in Counter(r[:width] for r in new).items() if n > 1 and key} == set(diff.doubled_new)
    for row in diff.removed:
        assert not key or row.key in doubled or row.key not in {r[:width] for r in new}
    for row in diff.added:
        assert not key or row.key in doubled or row.key not in {r[:width] for r in old}
    for change in diff.changed:
        assert change.old != change.new and change.old_key == change.new_key not in doubled


@settings(deadline=None, max_examples=150)
@given(ROWS, ROWS, KEYS)
def test_the_diff_backwards_says_the_same(old: list[Row], new: list[Row], key: tuple[str, ...]) -> None:
    there, back = compare_rows(frame(old), frame(new), key, {}), compare_rows(frame(new), frame(old), key, {})

    def content(rows: list) -> Counter:
        return Counter(tuple(sorted(r.cells.items())) for r in rows)

    assert content(there.added) == content(back.removed) and content(there.removed) == content(back.added)
    assert Counter(c.new_key for c in there.changed) == Counter(c.old_key for c in back.changed)
