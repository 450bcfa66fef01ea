"""What the tests of the diff and of releases share: small packages, edits of a copy, real git repositories."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planspec.diff import Diff, compare, opened

ROOT = Path(__file__).resolve().parents[1]
SMALL = Path(__file__).resolve().parent / "fixtures" / "package"

Rows = list[dict[str, str]]


def small_package(folder: Path) -> Path:
    """The small invented package of the rule fixtures, with the project's descriptor and schemas."""
    folder.mkdir(parents=True)
    for name in ("data", "sources"):
        shutil.copytree(SMALL / name, folder / name)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copy(ROOT / "datapackage.json", folder)
    edit_json(folder / "datapackage.json", without_counts)
    return folder


def without_counts(descriptor: dict[str, Any]) -> None:
    """Leave out how many rows each table has: tests add rows and delete them, and the count has tests of its own."""
    for resource in descriptor["resources"]:
        resource.pop("rows", None)


def lean_package(folder: Path) -> Path:
    """The project's package with units and districts only: data that hold, whatever becomes of the rules for records."""
    (folder / "data").mkdir(parents=True)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copy(ROOT / "datapackage.json", folder)
    for path in sorted((ROOT / "data").glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        kept = text if path.stem in ("units", "districts") else text.partition("\n")[0] + "\n"
        (folder / "data" / path.name).write_text(kept, encoding="utf-8", newline="")
    edit_json(folder / "datapackage.json", lambda d: d.update(version="0.0.0"))
    edit_json(folder / "datapackage.json", without_counts)
    return folder


def first_key(folder: Path, resource: str) -> str:
    """Key of the first row of a resource whose key is its first column."""
    return (folder / "data" / f"{resource}.csv").read_text(encoding="utf-8").split("\n")[1].partition(",")[0]


def table(folder: Path, tables: dict[str, tuple[list[str], list[str], list[list[str]]]], **descriptor: Any) -> Path:
    """A package with inline schemas: resource → (columns as `name` or `name:type`, key, rows)."""
    resources = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, key, rows) in tables.items():
        fields = [dict(zip(("name", "type"), (c + ":string").split(":"), strict=False)) for c in columns]
        schema: dict[str, Any] = {"fields": fields}
        if key:
            schema["primaryKey"] = key
        resources.append({"name": name, "type": "table", "path": f"{name}.csv", "schema": schema})
        write_rows(folder / f"{name}.csv", [f["name"] for f in fields], rows)
    content = {"name": "small", "version": "1.2.3", "resources": resources, **descriptor}
    (folder / "datapackage.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def write_rows(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def edit_rows(folder: Path, resource: str, edit: Callable[[Rows], Rows | None]) -> None:
    """Change the rows of a resource; `edit` changes the list it is given, or returns another."""
    path = folder / "data" / f"{resource}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows, header = list(reader), list(reader.fieldnames or [])
    rows = edit(rows) or rows
    if rows:
        header = list(rows[0])
    write_rows(path, header, [[row[c] for c in header] for row in rows])


def set_cell(folder: Path, resource: str, key: str, column: str, value: str) -> None:
    """Change one cell of the row whose first column is `key`."""

    def edit(rows: Rows) -> None:
        row = next(r for r in rows if next(iter(r.values())) == key)
        row[column] = value

    edit_rows(folder, resource, edit)


def edit_json(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def difference(old: Path, new: Path) -> Diff:
    with opened(str(old)) as before, opened(str(new)) as after:
        return compare(before, after)


def codes(diff: Diff) -> list[tuple[str, str]]:
    """(code, resource) of each reason."""
    return [(r.code, r.resource) for r in diff.reasons]


def git(folder: Path, *arguments: str) -> str:
    """Run git as a person who has no configuration of their own; its output."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def repository(folder: Path) -> Path:
    """Make a folder a git repository with one commit of what it holds."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Tester")
    git(folder, "config", "user.email", "tester@example.org")
    commit(folder, "First")
    return folder


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
