"""A small sample of the mutation suite: the plan is fair and repeatable, and validation catches what it must."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from plans.mutation.judge import CRASH, judge, lay_out, said_twice
from plans.mutation.mutants import PER_COLUMN, Mutant, plan, sample
from plans.mutation.report import page, result, share
from planspec.package import open_package
from planspec.rules.catalogue import catalogue
from planspec.rules.run import validate
from planspec.rules.source import find_sources

ROOT = Path(__file__).resolve().parents[1]
SEED = 20250101


@pytest.fixture(scope="module")
def planned() -> tuple[list[Mutant], dict[str, bytes]]:
    return plan(ROOT, SEED)


def test_every_column_has_an_equal_share(planned: tuple[list[Mutant], dict[str, bytes]]) -> None:
    mutants, _ = planned
    counts = Counter((m.resource, m.column) for m in mutants if m.group == "cell")
    columns = {(r.name, f.name) for r in open_package(ROOT) for f in r.fields}
    assert set(counts) == columns
    assert set(counts.values()) == {PER_COLUMN}


def test_every_mutant_changes_its_file_and_the_plan_is_repeatable(
    planned: tuple[list[Mutant], dict[str, bytes]],
) -> None:
    mutants, sound = planned
    assert all(m.data != sound[m.path] for m in mutants)
    assert len({(m.path, m.data) for m in mutants}) > 0.99 * len(mutants)
    small = ("units", "districts", "sources", "coverage", "errata")
    again, _ = plan(ROOT, SEED, small)
    assert [m.data for m in again] == [m.data for m in mutants if m.resource in small]
    other, _ = plan(ROOT, SEED + 1, small)
    assert [m.data for m in other] != [m.data for m in again]


def test_a_sample_is_caught_and_the_page_tells_it(planned: tuple[list[Mutant], dict[str, bytes]]) -> None:
    mutants, sound = planned
    sources = find_sources(ROOT, None, None)
    chosen = sample(mutants, 16, SEED)
    verdicts = list(judge(ROOT, sound, chosen, sources, 1))
    data = result(chosen, verdicts, SEED, whole=False)
    total = data["all"]
    told = "\n".join(f"{s['place']} [{s['kind']}] {s['before']} → {s['after']}" for s in data["survivors"])
    assert total["mutants"] == 16
    assert total["without_texts"] >= 0.8 * total["mutants"], f"only {total} caught:\n{told}"
    assert total["frictionless"] < total["without_texts"]
    assert total["errors"] <= total["with_texts"]
    assert not data["crashes"], f"validation crashed on {data['crashes']}"
    assert not any(r.startswith(CRASH) for v in verdicts for r in v.rules)
    shown = page(data)
    assert f"| **all** | 16 | {share(total['with_texts'], 16)} |" in shown
    assert all(s["place"] in shown for s in data["survivors"])


def test_a_harmless_change_is_not_called_caught(planned: tuple[list[Mutant], dict[str, bytes]]) -> None:
    """The judge can say no: the unharmed file, handed in as a mutant, is not caught."""
    _, sound = planned
    unharmed = Mutant(0, "cell", "units", "name_en", "none", 2, "", "", "", "data/units.csv", sound["data/units.csv"])
    (verdict,) = judge(ROOT, sound, [unharmed], None, 1, yardstick=False)
    assert not verdict.with_texts and not verdict.without_texts and not verdict.rules


def test_judging_both_ways_at_once_says_what_the_command_says(
    planned: tuple[list[Mutant], dict[str, bytes]], tmp_path: Path
) -> None:
    """One run that takes both ways through the layers finds what `plans validate` finds with texts and without."""
    mutants, sound = planned
    sources = find_sources(ROOT, None, None)
    folder = lay_out(ROOT, sound, tmp_path)
    seen = set()
    for mutant in sample(mutants, 4, SEED + 2):
        (folder / mutant.path).write_bytes(mutant.data)
        with_texts, without = said_twice(folder, sources)
        assert with_texts == tuple(sorted(validate(folder, sources).counts)), mutant.label
        assert without == tuple(sorted(validate(folder, None).counts)), mutant.label
        seen.update(with_texts)
        (folder / mutant.path).write_bytes(sound[mutant.path])
    assert seen & set(catalogue()), "the sample holds no mutant that anything noticed"


def test_a_mutant_is_judged_as_the_command_judges_it(
    planned: tuple[list[Mutant], dict[str, bytes]], tmp_path: Path
) -> None:
    """The same findings in this process as from `plans validate` in one of its own."""
    mutants, sound = planned
    sources = find_sources(ROOT, None, None)
    folder = lay_out(ROOT, sound, tmp_path)
    for mutant in sample([m for m in mutants if m.group == "cell"], 2, SEED + 3):
        (folder / mutant.path).write_bytes(mutant.data)
        command = [sys.executable, "-m", "plans", "validate", str(folder), "--format", "json"]
        done = subprocess.run(
            [*command, *(["--sources", str(sources[0])] if sources else [])], capture_output=True, check=False
        )
        told = json.loads(done.stdout)
        assert tuple(sorted({f["rule"] for f in told["findings"]})) == said_twice(folder, sources)[0], mutant.label
        (folder / mutant.path).write_bytes(sound[mutant.path])
