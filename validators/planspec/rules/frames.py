"""The tables of a package as frames, on whichever engine holds them.

Rules are written once, in narwhals, over lazy frames. What an engine does by itself is here and nowhere else: hold the
tables, run a function over batches of rows, fetch what a rule found. Every table has a column `_line`: the file's line
on polars; on engines that spread a file, a number that only tells rows apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import narwhals as nw
import polars as pl

from planspec.package import Resource
from planspec.rules.order import before, inside
from planspec.rules.suspects import FEW
from planspec.tables import LINE, Table

Batches = Callable[[pl.DataFrame], pl.DataFrame]
"""Takes any batch of rows and returns one row each, in order; must be importable where the engine's workers run."""


LARGE = 3_000_000
"""Rows of a package from which on memory matters more than time."""


class Frames(Protocol):
    """What a rule may ask of an engine."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The tables there are, with their schemas."""

    def has(self, *names: str) -> bool:
        """Whether all these tables could be read."""

    def table(self, name: str) -> nw.LazyFrame[Any]:
        """Typed rows of a table with `_line`."""

    def height(self, name: str) -> int:
        """Rows of a table."""

    def given(self, name: str, column: str) -> int:
        """Rows of a table where a column is not empty."""

    def whole(self, name: str) -> pl.DataFrame:
        """All rows of a table in the order of the file, in this process: for tables that are small anywhere."""

    def local(self, frame: pl.DataFrame) -> nw.LazyFrame[Any]:
        """A small frame of ours, on the engine."""

    def through(
        self, frame: nw.LazyFrame[Any], function: Batches, schema: Mapping[str, type[pl.DataType]]
    ) -> nw.LazyFrame[Any]:
        """The frame that `function` makes of `frame`, batch by batch; `schema` names its columns."""

    def keep(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The same frame, computed once although several rules read it."""

    def alike(self, frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
        """Every row that agrees with another in some columns, null with null; others may be among them."""

    def before(
        self, frame: nw.LazyFrame[Any], order: Sequence[str], last: Mapping[str, str], most: Mapping[str, str]
    ) -> nw.LazyFrame[Any]:
        """`frame` with what stands before each row in its document, in an order (see `planspec.rules.order.before`)."""

    def inside(
        self, points: nw.LazyFrame[Any], spans: nw.LazyFrame[Any], by: tuple[str, ...], alias: str
    ) -> nw.LazyFrame[Any]:
        """How many different `points` (`source_id`, `start`) lie inside each of `spans` (`source_id`, `start`, `end`): as
        `alias`, beside the whole numbers `by` that tell spans apart."""

    def collect(self, frames: Sequence[nw.LazyFrame[Any]]) -> list[pl.DataFrame]:
        """Fetch frames, in order."""

    def release(self) -> None:
        """Let go of what was kept."""


class PolarsFrames:
    """Tables held by polars in this process."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        # The streaming engine needs less memory, and for joins up to four times the processor time.
        large = sum(table.frame.height for table in tables.values()) > LARGE
        self._engine: Literal["streaming", "in-memory"] = "streaming" if large else "in-memory"

    @property
    def resources(self) -> Mapping[str, Resource]:
        return {name: table.resource for name, table in self._tables.items()}

    def has(self, *names: str) -> bool:
        return all(name in self._tables for name in names)

    def table(self, name: str) -> nw.LazyFrame[Any]:
        return nw.from_native(self._tables[name].frame.lazy())

    def height(self, name: str) -> int:
        return self._tables[name].frame.height

    def given(self, name: str, column: str) -> int:
        frame = self._tables[name].frame
        return frame.height - frame[column].null_count()

    def whole(self, name: str) -> pl.DataFrame:
        return self._tables[name].frame

    def lines(self, name: str) -> int:
        """The last line of a table."""
        frame = self._tables[name].frame
        return int(frame.select(pl.col(LINE).max()).item() or 0)

    def local(self, frame: pl.DataFrame) -> nw.LazyFrame[Any]:
        return nw.from_native(frame.lazy())

    def through(
        self, frame: nw.LazyFrame[Any], function: Batches, schema: Mapping[str, type[pl.DataType]]
    ) -> nw.LazyFrame[Any]:
        made = function(self._collect(frame))
        return nw.from_native(made.select(list(schema)).lazy())

    def keep(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return nw.from_native(self._collect(frame).lazy())

    def alike(self, frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
        # Hashes are compared first: a number a row instead of its cells. Where two agree, the rows are looked at.
        if all(table.frame.height <= FEW for table in self._tables.values()):
            return frame
        rows = frame.to_native()
        hashes = rows.select(columns).collect(engine=self._engine).hash_rows()
        alone = hashes.n_unique() == len(hashes)
        return nw.from_native(rows.head(0) if alone else rows.filter(hashes.is_duplicated()))

    def before(
        self, frame: nw.LazyFrame[Any], order: Sequence[str], last: Mapping[str, str], most: Mapping[str, str]
    ) -> nw.LazyFrame[Any]:
        return nw.from_native(before(self._collect(frame), order, last, most).lazy())

    def inside(
        self, points: nw.LazyFrame[Any], spans: nw.LazyFrame[Any], by: tuple[str, ...], alias: str
    ) -> nw.LazyFrame[Any]:
        return nw.from_native(inside(self._collect(points), self._collect(spans), alias).select(*by, alias).lazy())

    def collect(self, frames: Sequence[nw.LazyFrame[Any]]) -> list[pl.DataFrame]:
        return pl.collect_all([frame.to_native() for frame in frames], engine=self._engine)

    def _collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        found: pl.DataFrame = frame.to_native().collect(engine=self._engine)
        return found

    def release(self) -> None:
        """Nothing outlives the validation here."""
