"""Measuring: what is run, what is kept of it, and the page and plot made of the figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from plans.bench import bare, page
from plans.bench.generate import generate
from plans.bench.measure import TOOLS, command, measure_package, memory_together, once
from planspec.errors import CannotTell


@pytest.fixture(scope="module")
def small(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measure") / "package"
    generate(3000, 0, 1, folder, root)
    return folder


def test_wall_processor_and_peak_memory_are_those_of_the_process(tmp_path: Path) -> None:
    # A child's peak begins at that of the process which forks it, so a small one has to ask, as `plans bench` is.
    asks = """
import json, pathlib, sys
from plans.bench.measure import once
hungry = "import sys; held = b'x' * 200_000_000; sys.exit(3)"
runs = [once([sys.executable, "-c", code], pathlib.Path()) for code in (hungry, "import time; time.sleep(0.3)")]
print(json.dumps(runs))
"""
    told = subprocess.run([sys.executable, "-c", asks], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    (seconds, cpu, megabytes, code), idle = json.loads(told)
    assert code == 3
    assert megabytes > 200
    assert seconds > 0
    assert cpu > 0
    assert idle[0] > 0.3 > idle[1]
    assert idle[2] < megabytes


def test_cold_runs_compile_and_warm_ones_find_byte_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    work = tmp_path / "work"
    work.mkdir()
    (work / "module.py").write_text("", encoding="utf-8")
    asks = [sys.executable, "-c", "import sys; sys.path.insert(0, '.'); import module"]
    assert once(asks, work, tmp_path / "cold")[3] == 0
    assert not (work / "__pycache__").exists()
    assert list((tmp_path / "cold").rglob("module.*.pyc"))
    assert once(asks, work)[3] == 0
    assert list((work / "__pycache__").glob("module.*.pyc"))


def test_every_tool_runs_on_a_package_and_finds_nothing(small: Path) -> None:
    entry = measure_package(small, 3000, 1, None, lambda _: None, cold=True)
    assert set(entry["tools"]) == set(TOOLS)
    assert entry["findings"] == 0
    assert all(run["runs"] == 1 and run["seconds"] > 0 for run in entry["tools"].values())
    assert [tool for tool, run in entry["tools"].items() if "cold" in run] == ["plans", "frictionless"]


def test_a_tool_that_fails_is_no_figure(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plans.bench.measure.TOOLS", ("plans",))
    generate(3000, 5, 1, tmp_path / "faulty", small)
    with pytest.raises(CannotTell, match="ended with"):
        measure_package(tmp_path / "faulty", 3000, 1, None, lambda _: None)


def test_what_cannot_be_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="cannot be run"):
        once([str(tmp_path / "nothing")], tmp_path)
    assert command("plans", tmp_path, None, tmp_path / "r.json")[1] == "validate"


@pytest.mark.parametrize(
    ("resource", "column", "value"),
    [
        ("targets", "comparator", "more"),
        ("targets", "target_id", ""),
        ("targets", "indicator_id", "nothing"),
        ("targets", "source_id", "x"),
        ("figures", "part", "0"),
    ],
)
def test_the_bare_expressions_check_what_the_schemas_ask(
    small: Path, tmp_path: Path, resource: str, column: str, value: str
) -> None:
    """The yardstick does the work it is credited with: one wrong cell is one fault at least."""
    import shutil

    shutil.copytree(small, tmp_path / "copy")
    assert bare.faults(tmp_path / "copy") == 0
    path = tmp_path / "copy/data" / f"{resource}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    frame[5, column] = value or None
    frame.write_csv(path)
    assert bare.faults(tmp_path / "copy") >= 1


FIGURES = {
    "machine": {"cores": 2, "python": "3.11", "versions": {"polars": "2", "pandas": ""}},
    "load_before": 0.1,
    "load_after": 1.0,
    "repeat": 1,
    "real": {"rows": 2700, "findings": 0, "sources": True, "tools": {}},
    "made": [],
}


def test_the_page_shows_the_figures_and_their_ratios(tmp_path: Path) -> None:
    figures = json.loads(json.dumps(FIGURES))
    run = {"cpu": 1.0, "megabytes": 100, "runs": 3}
    tools = {"plans": run | {"seconds": 2.0}, "frictionless": run | {"seconds": 8.0}}
    figures["real"]["tools"] = tools
    figures["made"] = [
        {"rows": 10_000, "findings": 0, "tools": tools},
        {"rows": 100_000, "findings": 0, "tools": {"plans": run | {"seconds": 6.0}}},
    ]
    figures["dirty"] = figures["made"][1] | {"faults": 50, "must_find": 50, "findings": 53}
    (tmp_path / "docs").mkdir()
    (tmp_path / page.JSON).write_text(json.dumps(figures), encoding="utf-8")
    text = page.page(tmp_path)
    assert "| `frictionless validate` | 8.00 s | 1.00 s | 100 MB | 0.25 × | 3 |" in text
    assert "| 10,000 | 100,000 | × 10 | × 3.0 |" in text
    assert "not installed: pandas" in text
    assert "1.00 × the clean package; 53 findings" in text
    assert "| 10,000 | 2.0 s | 8.0 s | 0.25 | 1.00 |" in page.summary(tmp_path)
    assert "busy machine" not in page.summary(tmp_path)
    figures["load_before"] = 3.0
    (tmp_path / page.JSON).write_text(json.dumps(figures), encoding="utf-8")
    assert "busy machine (load 3.0)" in page.summary(tmp_path)


def test_without_figures_the_page_says_so(tmp_path: Path) -> None:
    assert "Not measured yet" in page.page(tmp_path)


def test_the_plot_is_drawn_of_the_figures(root: Path) -> None:
    pytest.importorskip("vl_convert", reason="vl-convert-python is not installed (the extra site)")
    assert page.plot(root) == page.plot(root)
    assert page.plot(root).startswith("<svg")


@pytest.mark.skipif(sys.platform != "linux", reason="memory of several processes is looked at on Linux")
def test_memory_of_two_processes_is_that_of_both_and_what_they_share_counts_once(tmp_path: Path) -> None:
    code = """
import os, time
held = bytearray(b"x") * 100_000_000
child = os.fork()
own = bytearray(b"y") * 60_000_000
time.sleep(1)
if child:
    os.wait()
"""
    peak = memory_together([sys.executable, "-c", code], tmp_path)
    assert 220 < peak < 300


def test_memory_cannot_be_told_without_what_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(CannotTell) as told:
        memory_together([sys.executable, "-c", ""], tmp_path)
    assert "[bench]" in told.value.mend
