"""Made-up packages: valid in the package's own schemas, the same bytes for the same seed, wrong exactly where they say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from plans.bench.faults import KINDS
from plans.bench.generate import MOST_FAULTS, generate
from planspec.errors import CannotTell
from planspec.findings import Collector
from planspec.package import open_package
from planspec.rules import suspects
from planspec.rules.causes.index import Keys
from planspec.rules.context import Context
from planspec.rules.links import Names
from planspec.rules.run import validate
from planspec.tables import read_tables
from scale_fixtures import FAULTS, ROWS, expected, found, generated


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory)


def test_the_planted_faults_and_nothing_else_are_found(faulty: Path) -> None:
    report = validate(faulty, None, 10 * FAULTS)
    must, may = expected(faulty)
    shown = {(f.rule, f.resource, f.line, f.key, f.column) for f in report.findings}
    assert must - shown == set()
    assert shown - must - may == set()
    assert sum(report.counts.values()) == len(report.findings)


def test_among_very_many_keys_the_nearest_begins_or_ends_alike(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_package(root)
    context = Context(opened, read_tables(opened)[0], Collector())
    slips = ("370202-2025-gdp-grwth", "370202-2052-gdp-growth", "nothing-like-it")
    few = [Names(context).nearest(slip, "targets", "target_id").split(", ")[0] for slip in slips]
    monkeypatch.setattr("planspec.rules.links.MANY", 0)
    many = [Names(context).nearest(slip, "targets", "target_id").split(", ")[0] for slip in slips]
    assert few == many == ["370202-2025-gdp-growth", "370202-2025-gdp-growth", "–"]


def test_keys_that_are_alike_are_found_among_many() -> None:
    """A slip spoils district and year or the name, not both; of many keys only those are compared that share one."""
    many = [
        f"37020{d}-{y}-{n}" for d in range(6) for y in range(2020, 2026) for n in ("gdp-growth", "grain", "new-jobs")
    ]
    keys = Keys((key, key) for key in many)
    assert keys.nearest("370203-2025-gdp-grwoth") == "370203-2025-gdp-growth"
    assert keys.nearest("370230-2025-new-jobs") in many
    assert keys.nearest("no-such-key") is None
    assert set(keys.alike("370201-2021-gdp-growht")) == {"370201-2021-gdp-growth"}
    assert list(Keys([]).alike("x")) == []


def test_counts_stay_exact_where_listings_are_cut(faulty: Path) -> None:
    whole, cut = validate(faulty, None, 10 * FAULTS), validate(faulty, None, 2)
    assert cut.counts == whole.counts
    assert max(Counter(f.rule for f in cut.findings).values()) == 2


def test_looking_at_suspects_finds_what_looking_at_every_row_finds(
    faulty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small tables are looked at row by row, large ones column by column first."""
    by_row = found(validate(faulty, None, 10 * FAULTS))
    monkeypatch.setattr("planspec.rules.context.FEW", 0)
    monkeypatch.setattr("planspec.rules.readings.MANY", 0)
    monkeypatch.setattr("planspec.rules.causes.index.FEW", 0)
    assert suspects.FEW
    assert found(validate(faulty, None, 10 * FAULTS)) == by_row


def test_every_kind_of_fault_is_planted(faulty: Path) -> None:
    with (faulty / "faults.csv").open(encoding="utf-8", newline="") as stream:
        planted = {row["kind"] for row in csv.DictReader(stream)}
    assert planted == {kind.name for kind in KINDS}


def test_without_faults_the_package_holds(root: Path, tmp_path: Path) -> None:
    written = generate(ROWS, 0, 3, tmp_path / "clean", root)
    report = validate(tmp_path / "clean")
    assert report.counts == {}
    assert report.facts["proved"] > 0.9 * written.phrases
    assert written.distinct >= written.phrases / 2
    assert abs(sum(written.rows.values()) - ROWS) <= 10


def test_one_seed_gives_the_same_bytes_and_another_gives_others(root: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        generate(3000, 20, seed, tmp_path / name, root)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    same = {str(f): (tmp_path / "one" / f).read_bytes() for f in files}
    assert same == {str(f): (tmp_path / "two" / f).read_bytes() for f in files}
    assert same["data/targets.csv"] != (tmp_path / "three" / "data/targets.csv").read_bytes()


@pytest.mark.parametrize(("rows", "faults", "words"), [(10, 0, "too few"), (3000, 9 * MOST_FAULTS + 1, "do not fit")])
def test_what_cannot_be_made_is_refused(root: Path, tmp_path: Path, rows: int, faults: int, words: str) -> None:
    with pytest.raises(CannotTell, match=words):
        generate(rows, faults, 1, tmp_path / "out", root)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(root: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(CannotTell, match="no empty folder"):
        generate(3000, 0, 1, tmp_path, root)
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]
