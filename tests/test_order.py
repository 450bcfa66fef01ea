"""What stands before each row of a document: the quick way says what windows say."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from planspec.rules.order import before, before_by_windows, inside, inside_by_pairs

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(-3, 12),
        st.one_of(st.none(), st.integers(-5, 20)),
        st.integers(1, 3),
    ),
    max_size=30,
)


def _frame(rows: list[tuple]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, schema={"source_id": pl.String, "start": pl.Int64, "end": pl.Int64, "part": pl.Int64}, orient="row"
    )
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_line"))


@given(ROWS)
def test_before_is_what_windows_say(rows: list[tuple]) -> None:
    frame = _frame(rows)
    asked = ["start", "part", "_line"], {"left": "start", "above": "part"}, {"reach": "end", "most": "part"}
    assert before(frame, *asked).equals(before_by_windows(frame, *asked))


def test_a_gap_does_not_hide_what_was_reached_before_it() -> None:
    frame = _frame([("a", 0, 9, 1), ("a", 1, None, 1), ("a", 2, 4, 1), ("b", 0, 1, 1), ("b", 1, 1, 1)])
    found = before(frame, ["start"], {}, {"reach": "end"})
    assert found["reach"].to_list() == [None, 9, 9, None, 1]


def test_offsets_too_far_apart_for_one_number_are_told_by_windows() -> None:
    frame = _frame([("a", 0, 2**62, 1), ("a", 1, 3, 1), ("b", -(2**61), 5, 1), ("b", 7, 8, 1)])
    found = before(frame, ["start"], {"left": "start"}, {"reach": "end"})
    assert found["reach"].to_list() == [None, 2**62, None, 5]
    assert found["left"].to_list() == [None, 0, None, -(2**61)]


@given(ROWS, ROWS)
def test_points_inside_spans_are_those_that_pairs_count(points: list[tuple], spans: list[tuple]) -> None:
    places = _frame(points).select("source_id", "start")
    asked = _frame(spans).drop_nulls("end")
    assert inside(places, asked, "n").equals(inside_by_pairs(places, asked, "n"))


def test_points_inside_spans_too_far_apart_are_counted_by_pairs() -> None:
    places = _frame([("a", 2**61, 0, 1), ("a", 3, 0, 1), ("b", 3, 0, 1)])
    asked = _frame([("a", 0, 2**62, 1), ("a", 3, 4, 1), ("c", 0, 9, 1), ("a", 0, None, 1)])
    assert inside(places, asked, "n")["n"].to_list() == [2, 1, 0]


def test_a_point_given_twice_counts_once() -> None:
    places = _frame([("a", 3, 0, 1), ("a", 3, 0, 2), ("b", 3, 0, 1)]).select("source_id", "start")
    asked = _frame([("a", 0, 9, 1)])
    assert inside(places, asked, "n")["n"].to_list() == inside_by_pairs(places, asked, "n")["n"].to_list() == [1]
