"""What validation costs beside other ways to look at the same package: whole processes, in one run, in turn.

Each round runs every tool once, so that what else the machine does falls on all of them alike. Wall time is that of the
whole process, start-up included; peak memory is the largest resident size of the process. Our validation may be two
processes: on Linux its memory is that of both at once, what they share counted once, looked at in a run of its own. All
runs are warm, the byte code being there, but those called cold, for which Python compiles every module anew.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from plans.bench.generate import generate
from planspec.errors import CannotTell
from planspec.rules.source import Folders

TOOLS = ("plans", "frictionless", "bare", "reading")
"""Our validation; frictionless validate; the Table Schema checks as bare polars expressions; only reading the files."""
SLOW, LARGE = 1_000_000, 10_000_000
"""From so many rows on frictionless runs once; from so many on it does not run."""
MEGABYTE = 1_000_000


@dataclass
class Run:
    """Processes of one tool on one package: wall and processor seconds, megabytes, how it ended (0: nothing found)."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)


def command(tool: str, package: Path, sources: Folders, report: Path) -> list[str]:
    """The command line that runs a tool on a package."""
    beside = Path(sys.executable).parent
    if tool == "plans":
        # Several folders are those that the command itself finds; --sources names one alone.
        texts = ["--sources", str(sources)] if isinstance(sources, Path) else []
        return [str(beside / "plans"), "validate", str(package), "--format", "json", "--out", str(report), *texts]
    if tool == "frictionless":
        return [str(beside / "frictionless"), "validate", "datapackage.json"]
    return [sys.executable, "-m", f"plans.bench.{tool}", str(package)]


def once(arguments: Sequence[str], folder: Path, byte_code: Path | None = None) -> tuple[float, float, float, int]:
    """Run a process in a folder: wall and processor seconds, peak megabytes, exit code.

    `byte_code`: a folder to keep byte code in, where an empty one makes a cold run; by default Python keeps it where it
    likes, whatever the environment says. Raises `CannotTell` where there is no such program.
    """
    begun = time.perf_counter()
    try:
        process = subprocess.Popen(
            arguments, cwd=folder, env=_environment(byte_code), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise CannotTell(
            f"{arguments[0]} cannot be run: {error.strerror}", "install the project into this Python"
        ) from error
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return seconds, usage.ru_utime + usage.ru_stime, peak / MEGABYTE, process.returncode


def _environment(byte_code: Path | None = None) -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    return environment | ({"PYTHONPYCACHEPREFIX": str(byte_code)} if byte_code else {})


LOOK = 0.05
"""Seconds between two looks at the memory of processes."""


def _looks() -> Any:
    """psutil, or `CannotTell` where it is not installed."""
    try:
        import psutil
    except ModuleNotFoundError as error:
        raise CannotTell(
            "psutil, which looks at the memory of processes, is not installed",
            "pip install 'qingdao-district-plans[bench]'",
        ) from error
    return psutil


def memory_together(arguments: Sequence[str], folder: Path) -> float:
    """Run a process in a folder: peak megabytes of it and its children at once, what they share counted once.

    Looked at again and again, which takes a little time: such a run is not timed. Linux only. Raises `CannotTell` without
    psutil, which looks.
    """
    psutil = _looks()

    def held(process: Any) -> int:
        try:
            return int(process.memory_full_info().pss)
        except psutil.Error:
            return 0

    with psutil.Popen(
        arguments, cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        peak = 0
        while process.poll() is None:
            with suppress(psutil.Error):
                peak = max(peak, sum(map(held, (process, *process.children(recursive=True)))))
            time.sleep(LOOK)
    return peak / MEGABYTE


def _tools(rows: int, *, dirty: bool) -> tuple[str, ...]:
    if dirty:
        return ("plans",)
    return TOOLS if rows < LARGE else tuple(t for t in TOOLS if t != "frictionless")


def measure_package(
    package: Path,
    rows: int,
    repeat: int,
    sources: Folders,
    tell: Callable[[str], None],
    *,
    dirty: bool = False,
    cold: bool = False,
) -> dict[str, Any]:
    """Run every tool on a package, in rounds: medians of wall and processor seconds, and peak megabytes.

    `cold`: measure cold runs too, of our validation and of frictionless.
    """
    runs = {tool: Run() for tool in _tools(rows, dirty=dirty)}
    with tempfile.TemporaryDirectory() as place:
        for n in range(repeat):
            for tool, run in runs.items():
                if tool == "frictionless" and rows >= SLOW and n:
                    continue
                tell(f"{rows} rows{', faults' if dirty else ''}: {tool}, {n + 1} of {repeat}")
                seconds, cpu, peak, code = once(command(tool, package, sources, Path(place) / "report.json"), package)
                run.seconds.append(seconds)
                run.cpu.append(cpu)
                run.megabytes.append(peak)
                run.codes.add(code)
                if cold and tool in TOOLS[:2]:
                    with tempfile.TemporaryDirectory() as empty:
                        arguments = command(tool, package, sources, Path(place) / "report.json")
                        run.cold.append(once(arguments, package, Path(empty))[0])
        if sys.platform == "linux":
            tell(f"{rows} rows{', faults' if dirty else ''}: memory of plans")
            arguments = command("plans", package, sources, Path(place) / "report.json")
            runs["plans"].megabytes.append(memory_together(arguments, package))
        report = json.loads((Path(place) / "report.json").read_text(encoding="utf-8"))
    for tool, run in runs.items():
        if run.codes != ({1} if dirty else {0}):
            raise CannotTell(f"{tool} ended with {sorted(run.codes)} on {rows} rows", "run it alone to see why")
    return {
        "rows": rows,
        "findings": sum(report["counts"].values()) if "counts" in report else None,
        "tools": {
            tool: {
                "seconds": round(median(run.seconds), 3),
                "cpu": round(median(run.cpu), 3),
                "megabytes": round(max(run.megabytes)),
                "runs": len(run.seconds),
            }
            | ({"cold": round(median(run.cold), 3)} if run.cold else {})
            for tool, run in runs.items()
        },
    }


def machine() -> dict[str, Any]:
    """What the figures depend on: cores, versions, and what is installed that slows the start."""
    versions = {}
    for name in ("polars", "pandera", "frictionless", "narwhals", "pandas", "pyspark"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
    }


def load() -> float | None:
    """Processes that wanted a core during the last minute, on average; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def measure(
    package: Path,
    sources: Folders,
    sizes: Sequence[int],
    faults: int,
    repeat: int,
    work: Path,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure the package itself, then made-up ones of each size, then the largest up to a million with faults.

    `faults`: how many are planted (0: no such package). `work`: folder for the made-up packages, which are removed
    when the run ends. `tell` is called before each process.
    """
    if sys.platform == "win32":
        raise CannotTell("peak memory of a process cannot be had here", "measure on Linux or macOS")
    if sys.platform == "linux":
        # Better now than after minutes of measuring.
        _looks()
    resources = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    rows = sum((package / r["path"]).read_bytes().count(b"\n") - 1 for r in resources)
    result: dict[str, Any] = {"machine": machine(), "load_before": load(), "repeat": repeat}
    # A first run of each tool compiles what it imports, so that the runs that count are warm.
    measure_package(package.resolve(), rows, 1, sources, tell)
    result["real"] = measure_package(package.resolve(), rows, repeat, sources, tell, cold=True)
    result["real"]["sources"] = sources is not None
    result["made"] = []
    dirty = max((s for s in sizes if s <= SLOW), default=0) if faults else 0
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work) as made:
        for size in sorted(sizes):
            tell(f"{size} rows: making them")
            folder = Path(made).resolve() / str(size)
            generate(size, 0, 1, folder, package)
            result["made"].append(measure_package(folder, size, repeat, None, tell))
        if dirty:
            tell(f"{dirty} rows, {faults} faults: making them")
            folder = Path(made).resolve() / "faults"
            planted = generate(dirty, faults, 1, folder, package)
            result["dirty"] = measure_package(folder, dirty, repeat, None, tell, dirty=True)
            result["dirty"] |= {"faults": planted.faults, "must_find": planted.findings}
    result["load_after"] = load()
    return result
