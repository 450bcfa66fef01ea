"""Items made ahead are the same items, and no thread is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from planspec import tables
from planspec.ahead import ahead
from planspec.package import open_package
from planspec.tables import read_tables


def test_the_same_items_in_the_same_order() -> None:
    assert list(ahead(range(50))) == list(range(50))
    assert list(ahead([])) == []
    assert list(ahead([None, None])) == [None, None]


def test_a_failure_comes_after_the_items_before() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    seen = []
    with pytest.raises(ValueError, match="no more"):
        seen.extend(ahead(failing()))
        seen.append(0)
    taken = ahead(failing())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="no more"):
        next(taken)


def test_no_thread_is_left_where_nobody_takes_the_rest() -> None:
    before = threading.active_count()
    taken = ahead(iter(range(10**9)))
    assert next(taken) == 0
    taken.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before


def test_tables_read_ahead_are_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = open_package(root)
    inline, _ = read_tables(package)
    monkeypatch.setattr(tables, "BLOCK", 20_000)
    monkeypatch.setattr(tables, "WHOLE", 0)
    seen: list[tuple[str, int]] = []
    parts, faults = read_tables(package, lambda resource, raw, cast: seen.append((resource.name, raw.height)))
    assert faults == []
    assert list(parts) == list(inline)
    assert all(parts[name].frame.equals(inline[name].frame) for name in inline)
    assert len(seen) > len(inline)
    assert sum(height for _, height in seen) == sum(len(table) for table in inline.values())
