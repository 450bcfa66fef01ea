"""Built releases for tests of build, publish, verify and loading: the real one, and a tiny one that is quick to publish."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from plans.build import build, sums

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
    (to / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return to


def built_release(folder: Path, version: str = "0.1.0") -> Path:
    """The release of the repository's package, in a folder named by its version."""
    build(stamped_package(folder / "package", version), folder / version)
    return folder / version


def tiny_release(folder: Path, version: str = "0.1.0", word: str = "a") -> Path:
    """Descriptor, a small and a larger file, SHA256SUMS: everything that publishing looks at."""
    files = {
        "datapackage.json": json.dumps({"name": "tiny", "title": "Tiny", "version": version, "created": "2026-01-31T00:00:00Z"}).encode(),
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
