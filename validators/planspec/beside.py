"""A second process that works on a question while this one goes on, where that is safe and there is a core for it.

Python runs one thread at a time, and most of a small validation is Python. A fork costs a few milliseconds, but is
safe only while a process has a single thread: polars starts some on being imported. So the fork comes first, and where
it cannot be had there is no second process and the caller does all by itself. This module imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MOST = 1_000_000_000
"""Bytes of tables up to which two processes hold them; larger ones are held once, for the memory's sake."""


class Turns:
    """Numbers that two processes take in turn, each number once: first one's own, then what the other has left."""

    def __init__(self, own: int, other: int) -> None:
        self._pipes = (own, other)

    def __iter__(self) -> Iterator[int]:
        for pipe in self._pipes:
            while number := os.read(pipe, 1):
                yield number[0]

    def drop(self) -> None:
        """Take all that are left, so that neither process begins another."""
        deque(self, 0)


class Beside:
    """A forked process that works out one answer, and shares what is to be done for it."""

    def __init__(self, pid: int, pipe: int, turns: tuple[int, ...], handing: tuple[int, ...]) -> None:
        self._pid = pid
        self._pipe = pipe
        self._turns = turns
        self._handing = handing

    def share(self, own: Sequence[int], other: Sequence[int]) -> Turns:
        """Hand out numbers (below 256, at most 4096): those this process begins with, and those the other does."""
        for pipe, numbers in zip(self._handing, (own, other), strict=True):
            os.write(pipe, bytes(numbers))
            os.close(pipe)
        self._handing = ()
        return Turns(self._turns[0], self._turns[1])

    def answer(self) -> Any:
        """Wait for the answer, once; None where the process ended without one.

        What the process held it may still be giving back, which nobody needs to wait for.
        """
        with os.fdopen(self._pipe, "rb") as pipe:
            said = pipe.read()
        self._pipe = -1
        return json.loads(said) if said.endswith(b"\n") else None

    def stop(self) -> None:
        """End the process, whether or not it was asked."""
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
        for pipe in (self._pipe, *self._turns, *self._handing):
            if pipe >= 0:
                os.close(pipe)
        self._pid, self._pipe = 0, -1
        self._turns = self._handing = ()


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # told on Linux alone
        return os.cpu_count() or 1


def may_fork() -> bool:
    """Whether this process has one thread and the machine another core; told on Linux alone."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1 and cores() > 1
    except OSError:
        return False


@contextmanager
def ask_beside(question: Callable[[Turns], Any]) -> Iterator[Beside | None]:
    """Work out `question()`, whose answer JSON can hold, while the context lasts; None where no second process can be had.

    The question is given the turns it may take, which wait until the first process hands them out. What it prints or
    warns of is dropped, and whatever it raises makes the answer None: the caller, who then does the same work, meets the
    same trouble and tells of it.
    """
    if not may_fork():
        yield None
        return
    (reading, writing), (own, to_own), (other, to_other) = os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        asked = Beside(pid, reading, (own, other), (to_own, to_other))
        try:
            yield asked
        finally:
            asked.stop()
        return
    status = 1
    try:
        # Turns end where nobody can hand out more.
        os.close(to_own)
        os.close(to_other)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        said = json.dumps(question(Turns(other, own))) + "\n"
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said.encode())
        status = 0
    finally:
        # No handler and no buffer of the first process may run or be written twice.
        sys.exc_info()
        os._exit(status)
