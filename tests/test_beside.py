"""Two processes, or two threads, on one validation: the same report as one, and none left over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.bench.generate import generate
from planspec.beside import ask_beside, may_fork
from planspec.findings import Collector, Finding
from planspec.package import open_package
from planspec.rules.context import Context
from planspec.rules.run import validate
from planspec.rules.source import Folders, find_sources
from planspec.rules.steps import APART, STEPS, UNASKED, Step, _rules_by_resource, _shares, take_share
from planspec.tables import read_sound, read_tables


class Numbers(list[int]):
    """Turns that nobody else takes."""

    def drop(self) -> None:
        self.clear()


class Asked:
    """The second process in this one, its answer taken through JSON as a pipe would; it takes some of the steps."""

    def __init__(self, package: Path, texts: Folders, part: str = "its own") -> None:
        self.package, self.texts, self.part = package, texts, part
        self.stopped = False

    def share(self, own: list[int], other: list[int]) -> Numbers:
        both = [*own, *other]
        mine = {"its own": own, "all": [], "none": both, "every second": both[::2]}[self.part]
        self.theirs = Numbers(number for number in both if number not in mine)
        return Numbers(mine)

    def answer(self) -> object:
        return json.loads(json.dumps(take_share(self.package, self.texts, self.theirs)))  # type: ignore[arg-type]  # the same, without pipes

    def stop(self) -> None:
        self.stopped = True


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


@pytest.mark.parametrize("part", ["its own", "all", "none", "every second"])
@pytest.mark.parametrize("harm", HARMS)
def test_two_processes_report_what_one_reports(package: Path, root: Path, harm: str, part: str) -> None:
    HARMS[harm](package)
    texts = find_sources(root, None, os.environ.get("PLANS_SOURCES"))
    alone = validate(package, texts)
    shared = validate(package, texts, beside=Asked(package, texts, part))  # type: ignore[arg-type]  # answers as the process does
    assert replace(shared, seconds=0) == replace(alone, seconds=0)
    assert [f.params for f in shared.findings] == [f.params for f in alone.findings]


@pytest.mark.parametrize("harm", HARMS)
def test_two_threads_report_what_one_reports(
    package: Path, root: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    HARMS[harm](package)
    texts, usual = find_sources(root, None, os.environ.get("PLANS_SOURCES")), sys.getswitchinterval()
    alone = validate(package, texts)
    monkeypatch.setattr("planspec.rules.steps.MANY", 0)
    threaded = validate(package, texts)
    assert replace(threaded, seconds=0) == replace(alone, seconds=0)
    assert [f.params for f in threaded.findings] == [f.params for f in alone.findings]
    assert sys.getswitchinterval() == usual


def _watch(monkeypatch: pytest.MonkeyPatch, see: Callable[[str, Context], None]) -> None:
    """Have `see` called before each step, and two threads for any number of rows."""

    def watched(name: str, step: Step) -> Step:
        def take(context: Context) -> None:
            see(name, context)
            step(context)

        return take

    for name, step in list(STEPS.items()):
        monkeypatch.setitem(STEPS, name, watched(name, step))
    monkeypatch.setattr("planspec.rules.steps.MANY", 0)


def test_two_threads_take_every_step_once(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, int]] = []
    first = threading.Barrier(2, timeout=60)

    def see(name: str, context: Context) -> None:
        taken.append((name, threading.get_ident()))
        if name in ("form", "rows of targets"):
            first.wait()

    _watch(monkeypatch, see)
    assert validate(package, None).holds
    assert sorted(name for name, _ in taken) == sorted(STEPS)
    assert len({thread for _, thread in taken}) == 2


@pytest.mark.parametrize("name", ["form", "rows of targets", "check_spans"])
def test_what_fails_in_a_thread_is_done_again_in_order(
    package: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    alone, step, failed = validate(package, None), STEPS[name], []

    def fail_first(context: Context) -> None:
        if not failed:
            failed.append(name)
            raise ValueError(name)
        step(context)

    monkeypatch.setitem(STEPS, name, fail_first)
    monkeypatch.setattr("planspec.rules.steps.MANY", 0)
    assert replace(validate(package, None), seconds=0) == replace(alone, seconds=0)
    assert failed == [name]


def test_steps_taken_apart_are_the_first() -> None:
    assert list(STEPS)[: len(APART)] == list(APART) == [*(f"rows of {table}" for table in _rules_by_resource()), "form"]


def test_steps_of_a_faulty_package_are_taken_apart(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HARMS["a row, seen by the first alone"](package)
    threads: dict[str, int] = {}
    together = threading.Barrier(2, timeout=60)

    def see(name: str, context: Context) -> None:
        # The first time it is looked whether all hold.
        if context.collector.limit == 7:
            threads[name] = threading.get_ident()
            if name in ("rows of targets", "rows of results"):
                together.wait()

    _watch(monkeypatch, see)
    assert not validate(package, None, limit=7).holds
    assert set(threads) == set(STEPS)
    assert {threads[name] for name in STEPS if name not in APART} == {threading.get_ident()}
    assert len({threads[name] for name in APART}) == 2


def test_what_fails_in_a_step_taken_apart_is_raised(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    HARMS["a row, seen by the first alone"](package)

    def fail(context: Context) -> None:
        raise ValueError("in a thread")

    monkeypatch.setitem(STEPS, "rows of results", fail)
    monkeypatch.setattr("planspec.rules.steps.MANY", 0)
    with pytest.raises(ValueError, match="in a thread"):
        validate(package, None)


FOUND = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["R1", "R2", "S1"]),
        resource=st.sampled_from(["a", "b"]),
        line=st.integers(1, 3),
        column=st.sampled_from(["x", "y"]),
        key=st.sampled_from(["k", "l"]),
    ),
    max_size=12,
)


@given(before=FOUND, parts=st.lists(FOUND, max_size=4))
def test_what_branches_gather_is_what_one_would(before: list[Finding], parts: list[list[Finding]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planspec.findings.SPARE", 1)
        one, many = (Collector(2, frozenset({"S1"})) for _ in range(2))
        for finding in before:
            one.add(finding)
            many.add(finding)
        branches = [many.branch() for _ in parts]
        for branch, part in zip(branches, parts, strict=True):
            assert branch.spoiled_lines("a") == many.spoiled_lines("a")
            for finding in part:
                one.add(finding)
                branch.add(finding)
        for branch in branches:
            many.absorb(branch)
    assert vars(many) == vars(one)


@pytest.mark.parametrize("harm", HARMS)
def test_quotes_by_groups_of_documents_report_what_all_at_once_report(
    package: Path, root: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    HARMS[harm](package)
    texts = find_sources(root, None, os.environ.get("PLANS_SOURCES"))
    alone = validate(package, texts)
    monkeypatch.setattr("planspec.rules.quotes.PART", 700)
    parted = validate(package, texts)
    assert replace(parted, seconds=0) == replace(alone, seconds=0)
    assert [f.params for f in parted.findings] == [f.params for f in alone.findings]


def test_tables_that_hold_are_read_the_same_by_both(root: Path, tmp_path: Path) -> None:
    generate(3000, 0, 7, tmp_path / "made", root)
    for folder in (root, tmp_path / "made"):
        package = open_package(folder)
        tables, faults = read_tables(package)
        assert faults == []
        again = read_sound(package)
        assert list(again) == list(tables)
        for name, table in tables.items():
            assert again[name].frame.equals(table.frame)
            assert again[name].frame.schema == table.frame.schema


def test_every_step_is_shared_but_those_that_need_no_asking() -> None:
    first, second = _shares()
    shared = sorted([*first, *second])
    assert [name for number, name in enumerate(STEPS) if number not in shared] == sorted(UNASKED, key=list(STEPS).index)
    assert len(shared) == len(set(shared)) == len(STEPS) - len(UNASKED)


def test_a_package_too_large_for_two_processes_is_checked_by_one(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planspec.rules.steps.MOST", 1000)
    asked = Asked(package, None)
    assert validate(package, None, beside=asked).holds  # type: ignore[arg-type]  # answers as the process does
    assert asked.stopped
    assert not hasattr(asked, "theirs")


def test_a_share_in_which_something_is_found_has_no_answer_and_leaves_no_turns(package: Path) -> None:
    HARMS["a word, seen by the second process alone"](package)
    turns = Numbers(range(len(STEPS)))
    assert take_share(package, None, turns) is None  # type: ignore[arg-type]  # the same, without pipes
    assert turns == []


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
        "with ask_beside(lambda turns: {'who': os.getpid()}) as asked: print(asked.answer()['who'] != os.getpid())\n"
        "try: os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError: print('none left')\n"
    )
    assert _python(code).split("\n") == ["True", "none left"]


@needs_cores
def test_an_answer_larger_than_a_pipe_comes_whole() -> None:
    assert _python(ASK + "with ask_beside(lambda turns: 'x' * 10**6) as asked: print(len(asked.answer()))") == "1000000"


@needs_cores
@pytest.mark.parametrize("end", ["1 / 0", "sys.exit(3)", "os._exit(0)", "os.abort()", "print(object())", "object()"])
def test_a_process_that_fails_gives_no_answer_and_says_nothing(end: str) -> None:
    assert _python(ASK + f"with ask_beside(lambda turns: {end}) as asked: print(asked.answer())") == "None"


@needs_cores
def test_a_process_nobody_asks_is_ended() -> None:
    code = ASK + (
        "with ask_beside(lambda turns: time.sleep(600)) as asked: asked.stop()\n"
        "try: os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError: print('none left')\n"
    )
    assert _python(code) == "none left"


@needs_cores
def test_two_processes_take_each_number_once() -> None:
    code = ASK + (
        "slow = lambda turns: [(time.sleep(0.01), n)[1] for n in turns]\n"
        "with ask_beside(slow) as asked:\n"
        "    mine = [(time.sleep(0.002), n)[1] for n in asked.share(range(40), range(40, 60))]\n"
        "    theirs = asked.answer()\n"
        "    print(sorted([*mine, *theirs]) == list(range(60)), mine[0], theirs[0], any(n >= 40 for n in mine))\n"
    )
    assert _python(code) == "True 0 40 True"


@needs_cores
def test_a_process_that_drops_its_turns_ends_those_of_the_other() -> None:
    code = ASK + (
        "with ask_beside(lambda turns: turns.drop()) as asked:\n"
        "    left = asked.share(range(200), range(200, 250))\n"
        "    time.sleep(0.5)\n"
        "    print(list(left), asked.answer())\n"
    )
    assert _python(code) == "[] None"


@needs_cores
def test_turns_nobody_hands_out_do_not_hold_the_end_up() -> None:
    assert _python(ASK + "with ask_beside(lambda turns: list(turns)) as asked: print(bool(asked))") == "True"


@needs_cores
def test_no_fork_with_threads_or_with_one_core() -> None:
    assert _python(ASK + "import polars\nwith ask_beside(lambda turns: 1) as asked: print(asked)") == "None"
    assert (
        _python(ASK + "os.sched_setaffinity(0, [0])\nwith ask_beside(lambda turns: 1) as asked: print(asked)") == "None"
    )


def test_this_process_has_threads_and_does_not_fork() -> None:
    assert not may_fork()
    with ask_beside(lambda turns: 1) as asked:
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
