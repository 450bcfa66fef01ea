"""Judging a mutant: what `plans validate` says about it, and what frictionless alone says."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from plans.mutation.mutants import Mutant
from planspec.counts import write_counts
from planspec.errors import CannotTell
from planspec.rules.catalogue import catalogue
from planspec.rules.run import validate_twice
from planspec.rules.source import Folders

CANNOT_TELL = "CannotTell"
CRASH = "crash"


@dataclass(frozen=True)
class Verdict:
    """What was said about one mutant: rules that fired with the texts and without, and frictionless' error types."""

    number: int
    rules: tuple[str, ...]
    bare: tuple[str, ...]
    frictionless: tuple[str, ...]

    @property
    def with_texts(self) -> bool:
        return noticed(self.rules)

    @property
    def without_texts(self) -> bool:
        return noticed(self.bare)

    @property
    def blocked(self) -> bool:
        """Whether an error, not only a warning, was found with source texts, so that `plans validate` exits with 1."""
        return blocking(self.rules)

    @property
    def blocked_bare(self) -> bool:
        """The same without source texts."""
        return blocking(self.bare)


def blocking(rules: tuple[str, ...]) -> bool:
    """Whether one of the rules is an error, or the package was refused."""
    return any(r == CANNOT_TELL or (r in catalogue() and catalogue()[r].severity == "error") for r in rules)


def noticed(rules: tuple[str, ...]) -> bool:
    """Whether a rule fired or the package was refused; a traceback notices nothing."""
    return any(r == CANNOT_TELL or r in catalogue() for r in rules)


def lay_out(package: Path, sound: dict[str, bytes], folder: Path) -> Path:
    """A copy of the package in `folder`, with the sound files of the plan."""
    shutil.copytree(package / "schemas", folder / "schemas")
    shutil.copy(package / "datapackage.json", folder)
    if (package / "plans.toml").is_file():
        shutil.copy(package / "plans.toml", folder)
    for path, data in sound.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    write_counts(folder)
    return folder


def said(folder: Path, sources: Folders) -> tuple[str, ...]:
    """Rules that fire on the package, or `CannotTell`."""
    return said_twice(folder, sources)[0]


def said_twice(folder: Path, sources: Folders) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules that fire on the package with the texts in `sources`, and those that fire without; or `CannotTell`."""
    try:
        with_texts, without = validate_twice(folder, sources, limit=1)
    except CannotTell:
        return (CANNOT_TELL,), (CANNOT_TELL,)
    except Exception as error:
        crash = (f"{CRASH}: {type(error).__name__}",)
        return crash, crash
    return tuple(sorted(with_texts.counts)), tuple(sorted(without.counts))


def frictionless_says(folder: Path, name: str) -> tuple[str, ...]:
    """Error types of frictionless on the mutated resource and on those that refer to it.

    The others have not changed, and frictionless checks cell by cell: leaving them out changes no verdict and saves
    most of the time.
    """
    from frictionless import Package

    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package = Package.from_descriptor(descriptor, basepath=str(folder))
    found: set[str] = set()
    for resource in package.resources:
        refers = any(
            (key["reference"].get("resource") or resource.name) == name for key in resource.schema.foreign_keys
        )
        if resource.name == name or refers:
            report = resource.validate(limit_errors=3)
            found.update(error[0] for error in report.flatten(["type"]))
    return tuple(sorted(found))


_FOLDER: Path | None = None
_SOURCES: Folders = None
_SOUND: dict[str, bytes] = {}
_YARDSTICK = True


def _prepare(package: Path, sound: dict[str, bytes], sources: Folders, folder: Path, yardstick: bool) -> None:
    global _FOLDER, _SOURCES, _SOUND, _YARDSTICK  # noqa: PLW0603 - a worker process keeps its own copy of the package
    _FOLDER = lay_out(package, sound, Path(mkdtemp(dir=folder)))
    _SOURCES, _SOUND, _YARDSTICK = sources, sound, yardstick


def _judge(mutant: Mutant) -> Verdict:
    assert _FOLDER is not None
    file = _FOLDER / mutant.path
    file.write_bytes(mutant.data)
    try:
        rules, bare = said_twice(_FOLDER, _SOURCES)
        return Verdict(mutant.number, rules, bare, frictionless_says(_FOLDER, mutant.resource) if _YARDSTICK else ())
    finally:
        file.write_bytes(_SOUND[mutant.path])


def judge(
    package: Path,
    sound: dict[str, bytes],
    mutants: Iterable[Mutant],
    sources: Folders,
    jobs: int,
    *,
    yardstick: bool = True,
) -> Iterator[Verdict]:
    """Verdicts on the mutants, in order. Each of `jobs` processes works on a copy of its own. Without `yardstick`
    frictionless is left out.

    Raises `AssertionError` where the unharmed package has findings, since then nothing could be told from any.
    """
    folder = Path(mkdtemp(prefix="mutation-"))
    try:
        clean = said(lay_out(package, sound, Path(mkdtemp(dir=folder))), sources)
        if clean:
            raise AssertionError(f"the unharmed package breaks {', '.join(clean)}: mend it first")
        if jobs == 1:
            _prepare(package, sound, sources, folder, yardstick)
            yield from map(_judge, mutants)
            return
        spawn = multiprocessing.get_context("spawn")  # polars does not survive a fork
        with ProcessPoolExecutor(jobs, spawn, _prepare, (package, sound, sources, folder, yardstick)) as pool:
            yield from pool.map(_judge, mutants, chunksize=4)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
