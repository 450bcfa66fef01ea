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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


class Beside:
    """A forked process that works out one answer."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid = pid
        self._pipe = pipe

    def answer(self) -> Any:
        """Wait for the answer, once; None where the process ended without one."""
        with os.fdopen(self._pipe, "rb") as pipe:
            said = pipe.read()
        self._reap()
        return json.loads(said) if said.endswith(b"\n") else None

    def stop(self) -> None:
        """End the process, whether or not it was asked."""
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.close(self._pipe)
            self._reap()

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        self._pid = 0


def may_fork() -> bool:
    """Whether this process has one thread and the machine another core; told on Linux alone."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1 and len(os.sched_getaffinity(0)) > 1
    except (OSError, AttributeError):
        return False


@contextmanager
def ask_beside(question: Callable[[], Any]) -> Iterator[Beside | None]:
    """Work out `question()`, whose answer JSON can hold, while the context lasts; None where no second process can be had.

    What it prints or warns of is dropped, and whatever it raises makes the answer None: the caller, who then does the
    same work, meets the same trouble and tells of it.
    """
    if not may_fork():
        yield None
        return
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        asked = Beside(pid, reading)
        try:
            yield asked
        finally:
            asked.stop()
        return
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        said = json.dumps(question()) + "\n"
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said.encode())
        status = 0
    finally:
        # No handler and no buffer of the first process may run or be written twice.
        sys.exc_info()
        os._exit(status)
