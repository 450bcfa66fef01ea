"""Two processes on one validation: the same report as one, and none left over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from planspec.beside import ask_beside, may_fork
from planspec.findings import Collector
from planspec.package import open_package
from planspec.rules.context import Context
from planspec.rules.half import Thread, take_half
from planspec.rules.run import find_sources, validate
from planspec.tables import read_tables


class Asked:
    """The second half worked out in this process, its answer taken through JSON as a pipe would."""

    def __init__(self, package: Path) -> None:
        self.answers = [json.loads(json.dumps(take_half(package)))]

    def answer(self) -> object:
        return self.answers.pop()

    def stop(self) -> None:
        """There is no process."""


def _swap(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(package: Path) -> None:
        file = package / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


HARMS: dict[str, Callable[[Path], None]] = {
    "nothing": lambda package: None,
    "a word, seen by the second process alone": _swap("data/indicators.csv", "Growth", "Grwoth"),
    "a row, seen by the first alone": _swap("data/targets.csv", ",percent,", ",pp,"),
    "both halves": lambda package: (
        _swap("data/indicators.csv", "Growth", "Grwoth")(package),
        _swap("data/figures.csv", ",target,", ",result,")(package),
    )[0],
    "a link between rows": _swap("data/figures.csv", ",target,", ",result,"),
    "the descriptor": _swap("datapackage.json", '"licenses"', '"licences"'),
    "the form of a file": _swap("data/units.csv", "\n", "\r\n"),
    "a column that is gone": _swap("schemas/targets.json", '"name": "cue"', '"name": "clue"'),
}


@pytest.mark.parametrize("harm", HARMS)
def test_two_processes_report_what_one_reports(package: Path, root: Path, harm: str) -> None:
    HARMS[harm](package)
    texts = find_sources(root, None, os.environ.get("PLANS_SOURCES"))
    alone = validate(package, texts)
    shared = validate(package, texts, beside=Asked(package))  # type: ignore[arg-type]  # answers as the process does
    assert replace(shared, seconds=0) == replace(alone, seconds=0)
    assert [f.params for f in shared.findings] == [f.params for f in alone.findings]


@pytest.mark.parametrize("harm", HARMS)
def test_a_thread_and_parts_report_what_one_after_the_other_reports(
    package: Path, root: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done for large packages only: a thread for one half, quotes by groups of documents."""
    HARMS[harm](package)
    texts = find_sources(root, None, os.environ.get("PLANS_SOURCES"))
    alone = validate(package, texts)
    for place, number in (("half.SMALL", -1), ("half.MANY", 0), ("quotes.PART", 700)):
        monkeypatch.setattr(f"planspec.rules.{place}", number)
    shared = validate(package, texts)
    assert replace(shared, seconds=0) == replace(alone, seconds=0)
    assert [f.params for f in shared.findings] == [f.params for f in alone.findings]


def test_a_thread_gives_no_answer_where_it_finds_something(package: Path) -> None:
    said = []
    for harm in ("nothing", "a word, seen by the second process alone"):
        HARMS[harm](package)
        opened = open_package(package)
        context = Context(opened, read_tables(opened)[0], Collector())
        said.append(Thread(context).answer())
        assert context.collector.total == 0
    assert said[0]
    assert said[0]["rows"]["R224"] > 0
    assert said[1] is None


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr
    return done.stdout.strip()


needs_cores = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="a second process needs Linux and two cores"
)
ASK = "from planspec.beside import ask_beside; import os, sys, time\n"


@needs_cores
def test_the_answer_comes_back_and_no_process_is_left() -> None:
    code = ASK + (
        "with ask_beside(lambda: {'who': os.getpid()}) as asked: print(asked.answer()['who'] != os.getpid())\n"
        "try: os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError: print('none left')\n"
    )
    assert _python(code).split("\n") == ["True", "none left"]


@needs_cores
def test_an_answer_larger_than_a_pipe_comes_whole() -> None:
    assert _python(ASK + "with ask_beside(lambda: 'x' * 10**6) as asked: print(len(asked.answer()))") == "1000000"


@needs_cores
@pytest.mark.parametrize("end", ["1 / 0", "sys.exit(3)", "os._exit(0)", "os.abort()", "print(object())", "object()"])
def test_a_process_that_fails_gives_no_answer_and_says_nothing(end: str) -> None:
    assert _python(ASK + f"with ask_beside(lambda: {end}) as asked: print(asked.answer())") == "None"


@needs_cores
def test_a_process_nobody_asks_is_ended() -> None:
    code = ASK + (
        "with ask_beside(lambda: time.sleep(600)) as asked: asked.stop()\n"
        "try: os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError: print('none left')\n"
    )
    assert _python(code) == "none left"


@needs_cores
def test_no_fork_with_threads_or_with_one_core() -> None:
    assert _python(ASK + "import polars\nwith ask_beside(lambda: 1) as asked: print(asked)") == "None"
    assert _python(ASK + "os.sched_setaffinity(0, [0])\nwith ask_beside(lambda: 1) as asked: print(asked)") == "None"


def test_this_process_has_threads_and_does_not_fork() -> None:
    assert not may_fork()
    with ask_beside(lambda: 1) as asked:
        assert asked is None


@needs_cores
@pytest.mark.parametrize("harm", ["nothing", "a word, seen by the second process alone"])
def test_the_command_says_the_same_on_one_core_and_on_two(package: Path, harm: str) -> None:
    HARMS[harm](package)
    command = [sys.executable, "-m", "plans", "validate", str(package), "--format", "json"]
    every = os.sched_getaffinity(0)
    said = []
    for cores in ({min(every)}, every):
        pin = f"import os, sys; os.sched_setaffinity(0, {cores}); os.execv(sys.argv[1], sys.argv[1:])"
        done = subprocess.run([sys.executable, "-c", pin, *command], capture_output=True, timeout=300, check=False)
        said.append((done.returncode, done.stdout))
    assert said[0] == said[1]
    assert said[0][0] == (0 if harm == "nothing" else 1)
