"""Run as a program by the publishing tests: publishes in child processes that are killed, or that race, for real.

Everything is imported before the first fork, so that a run costs milliseconds; each child does the real work on the
real file system and dies by a real signal.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import fsspec

from plans.integrity import is_version, read_folder
from plans.publish import publish

WRITES = ("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def child(work: Callable[[], int]) -> int:
    """Start a forked child; its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        status = work()
    except BaseException as error:
        # The parent looks at the status; the line is for whoever reads a failure.
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        status = 99
    os._exit(status)


def ended(pid: int) -> int:
    """Exit status of a child, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def published(dist: str, url: str, step: Callable[[str], None] = lambda _: None) -> int:
    outcome = publish(Path(dist), url, step)
    if outcome.refused:
        sys.stderr.write("\n".join(outcome.refused) + "\n")
    return 1 if outcome.refused else 0


def killed_at_step(dist: str, url: str, at: int) -> int:
    """Dies just before the publisher's write number `at`."""
    seen = 0

    def step(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            kill()

    return published(dist, url, step)


def killed_at_call(dist: str, url: str, at: int) -> int:
    """Dies just before the operating system is asked for change number `at` below the target folder."""
    seen = 0

    def hook(event: str, arguments: tuple) -> None:
        nonlocal seen
        if event not in WRITES or not str(arguments[0]).startswith(url):
            return
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_CREAT):
            return
        seen += 1
        if seen == at:
            kill()

    sys.addaudithook(hook)
    return published(dist, url)


def killed_at_size(dist: str, url: str, size: int) -> int:
    """Dies inside the write that would make a file larger than `size` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return published(dist, url)


def killed_after(dist: str, url: str, milliseconds: int) -> int:
    threading.Timer(milliseconds / 1000, kill).start()
    return published(dist, url)


KILLERS = {"step": killed_at_step, "call": killed_at_call, "size": killed_at_size, "after": killed_after}


def half_seen(place: Path, lag: bool = False) -> list[str]:
    """What a reader of a local place could trip over at this moment; [] where all is well.

    `lag`: several versions are being published at once, and the catalogue may for a moment not list one that is there.
    """
    faults = []
    index, latest = place / "index.json", place / "latest"
    # `latest` first: it is written last, so what it named then is in the catalogue now.
    newest = latest.read_text().strip() if latest.exists() else ""
    listed = [r["version"] for r in json.loads(index.read_bytes())["resources"][0]["data"]] if index.exists() else []
    if newest and newest not in listed and not lag:
        faults.append("latest names a version that the catalogue does not list")
    complete = (
        [p.name for p in place.iterdir() if is_version(p.name) and (p / "SHA256SUMS").exists()]
        if place.exists()
        else []
    )
    for version in {*listed, *complete}:
        faults += [f"{version}: {f}" for f in read_folder(place / version, version).faults]
    return faults


def watch(place: str, ready: int, lag: bool) -> int:
    """Read as a reader would, again and again, until told to stop; 1 where anything half was seen.

    A byte goes to the file descriptor `ready` once the reader can be told to stop.
    """
    stop = False

    def end(*_: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, end)
    os.write(ready, b".")
    rounds = 0
    while not stop or not rounds:
        rounds += 1
        if faults := half_seen(Path(place), lag):
            sys.stderr.write("\n".join(faults) + "\n")
            return 1
    return 0


def kills(how: str, dist: str, urls: list[str], places: list[str], points: list[int]) -> list[dict]:
    """At each point: publish to a place of its own, be killed, look, publish again."""
    report = []
    for url, place, point in zip(urls, places, points, strict=True):
        first = ended(child(lambda u=url, p=point: KILLERS[how](dist, u, p)))  # type: ignore[misc] # each lambda keeps its own
        seen = half_seen(Path(place)) if place else []
        again = ended(child(lambda u=url: published(dist, u)))  # type: ignore[misc] # each lambda keeps its own
        report.append({"point": point, "first": first, "half": seen, "again": again})
    return report


def race(dists: list[str], url: str, lag: bool) -> dict:
    """All publish at once, while a reader looks on."""
    Path(url).mkdir(parents=True, exist_ok=True)
    listen, ready = os.pipe()
    reader = child(lambda: watch(url, ready, lag))
    os.read(listen, 1)
    start = time.monotonic() + 0.02

    def go(dist: str) -> int:
        while time.monotonic() < start:
            pass
        return published(dist, url)

    pids = [child(lambda d=d: go(d)) for d in dists]  # type: ignore[misc] # each lambda keeps its own
    ends = [ended(p) for p in pids]
    os.kill(reader, signal.SIGTERM)
    os.close(listen)
    os.close(ready)
    return {"ends": ends, "reader": ended(reader)}


if __name__ == "__main__":
    task = json.loads(sys.argv[1])
    for url in task.get("kills", {}).get("urls", [])[:1]:
        fsspec.get_filesystem_class(url.partition("://")[0] if "://" in url else "file")
    result = kills(**task["kills"]) if "kills" in task else [race(**r) for r in task["races"]]
    json.dump(result, sys.stdout)
