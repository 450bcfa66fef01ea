"""Building a release: one module an artifact, each a function from the content of a package to files by name.

The bytes depend on the package alone (and on the versions of the libraries that write Parquet, SQLite and xlsx): times
come from the package's `created`, order from names and keys, permissions are fixed, and no clock, locale, folder or
environment is read.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from plans.build import sums
from plans.build.content import Content, read_content
from planspec.errors import CannotTell

ARTIFACTS = ("csvs", "archive", "parquet", "sqlite", "xlsx", "rules", "dictionary", "notes")
"""Modules of this folder, each with `make(content) -> {path: bytes}`."""
DESCRIPTIONS = ("croissant", "jsonld")
"""Modules with `make(content, files) -> {path: bytes}`: they describe the files made before them."""


def _silent(_: str) -> None:
    return


def artifacts(content: Content, progress: Callable[[str], None] = _silent) -> dict[str, bytes]:
    """Every file of the release by path, SHA256SUMS among them. `progress` is told the name of each step."""
    made: dict[str, bytes] = {}
    for name in ARTIFACTS:
        progress(name)
        made |= import_module(f"plans.build.{name}").make(content)
    for name in DESCRIPTIONS:
        progress(name)
        made |= import_module(f"plans.build.{name}").make(content, made)
    sums.check_names(list(made))
    return made | sums.make(made)


def _replaceable(out: Path) -> None:
    """Refuse to replace a folder that holds anything a build did not make."""
    if not out.exists():
        return
    if not out.is_dir() or out.is_symlink():
        raise CannotTell(f"{out} is not a folder", "choose another with --out")
    present = {p.relative_to(out).as_posix() for p in out.rglob("*") if not p.is_dir() or p.is_symlink()}
    if not present:
        return
    try:
        listed = set(sums.parse((out / sums.SUMS).read_bytes())) if sums.SUMS in present else set()
    except ValueError:
        listed = set()
    foreign = sorted(present - listed - {sums.SUMS}) if listed else sorted(present)
    if foreign:
        raise CannotTell(
            f"{out} holds files that no build made: {', '.join(foreign[:5])}",
            "move them away or choose another folder with --out",
        )


def build(path: Path, out: Path, diff: str = "", progress: Callable[[str], None] = _silent) -> dict[str, int]:
    """Build the release of the package at `path` into the folder `out`, whole or not at all; sizes in bytes by path.

    `diff`: Markdown with the differences from the version before, for the release notes. An earlier build in `out` is
    replaced. Raises `CannotTell` where something is missing, cannot be written, or where `out` holds other files.
    """
    _replaceable(out)
    files = artifacts(read_content(path, diff), progress)
    # One name beside `out`, so that what a killed build left is cleared by the next.
    staging = out.absolute().parent / f".{out.absolute().name}.new"
    try:
        if staging.exists():
            shutil.rmtree(staging)
        whole = staging / "release"
        whole.mkdir(parents=True)
        for name, data in files.items():
            (whole / name).parent.mkdir(parents=True, exist_ok=True)
            (whole / name).write_bytes(data)
        if out.exists():
            out.replace(staging / "before")
        whole.replace(out)
    except OSError as error:
        raise CannotTell(f"{out} cannot be written: {error.strerror}", "choose a folder you may write to") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return {name: len(data) for name, data in sorted(files.items())}
