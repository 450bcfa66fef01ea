"""Built releases for tests of build, publish, verify and loading: the real one, and a tiny one that is quick to publish."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from plans.build import artifacts, sums
from plans.build.content import read_content

ROOT = Path(__file__).resolve().parents[1]
NAME = "qingdao-district-plans"


def stamped_package(to: Path, version: str = "0.1.0", **changes: object) -> Path:
    """A copy of the repository's package in a new folder, with a version and other changes of the descriptor."""
    to.mkdir(parents=True)
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, to / name)
    for name in ("CHANGELOG.md", "LICENSE-DATA.md", "RIGHTS.md"):
        shutil.copy(ROOT / name, to)
    descriptor = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    descriptor |= {"version": version, "created": "2026-01-31T12:34:56Z", **changes}
    for resource in descriptor["resources"]:  # tests add rows and delete them; the count has tests of its own
        resource.pop("rows", None)
    (to / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return to


def needs_build() -> None:
    """Skip where the libraries of the extra `build` are not installed."""
    for library in ("pyarrow", "xlsxwriter"):
        pytest.importorskip(library, reason=f"{library} is not installed (extra build)")


def needs_publish() -> None:
    """Skip where fsspec is not installed."""
    pytest.importorskip("fsspec", reason="fsspec is not installed (extra publish)")


@cache
def _files(version: str) -> dict[str, bytes]:
    """The release of the repository's package, made once a process."""
    needs_build()
    with tempfile.TemporaryDirectory() as folder:
        return artifacts(read_content(stamped_package(Path(folder) / "package", version)))


def built_release(folder: Path, version: str = "0.1.0") -> Path:
    """The release of the repository's package, in a folder named by its version."""
    for name, data in _files(version).items():
        (folder / version / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / version / name).write_bytes(data)
    return folder / version


def tiny_release(folder: Path, version: str = "0.1.0", word: str = "a") -> Path:
    """Descriptor, a small and a larger file, SHA256SUMS: everything that publishing looks at."""
    files = {
        "datapackage.json": json.dumps(
            {"name": "tiny", "title": "Tiny", "version": version, "created": "2026-01-31T00:00:00Z"}
        ).encode(),
        "data/small.csv": f"word\n{word}\n".encode(),
        "data/large.csv": b"n\n" + b"".join(b"%d\n" % n for n in range(20_000)),
    }
    for name, data in (files | sums.make(files)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
