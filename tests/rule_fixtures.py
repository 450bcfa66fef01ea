"""The base package of the rule fixtures, and the small edits that make a fixture of it.

The base lies in tests/fixtures/package (`data/`, `sources/`); descriptor and schemas are the project's own, taken when
a test runs, so that they cannot go stale. A fixture is a TOML file with one `[[edit]]` a change, applied in order:

    resource = "targets", key = "990102-2025-gdp-growth", set = { value = "6" }   change cells of one row
    resource = "targets", key = "…", delete = true                                drop a row
    resource = "targets", like = "…", add = { target_id = "…", value = "7" }      add a copy of a row, some cells changed
    resource = "targets", add = { … }                                             add a row; cells not named are empty
    file = "data/targets.csv", replace = ["old", "new"]                           replace text that stands there once
    file = "data/targets.csv", content = "…" / delete = true                      replace or drop a file
    file = "data/targets.csv", encoding = "gb18030"                               save a file as a spreadsheet would
    file = "schemas/units.json", at = "fields.1.name", value = "symbol"           change a value of a JSON file
    file = "datapackage.json", at = "resources.3", remove = true                  drop a value of a JSON file

The descriptor counts the rows after each edit, unless the edit says `uncounted = true`. Cells are text, as they stand in the CSV file. A key of several columns is written with `/` between them. Rows stay in
the order of their key. At the top of a file, `findings = 2` says that a bad edit makes two findings, not one, and
`texts = false` that the source texts are not at hand: some rules matter only then.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).resolve().parent / "fixtures"
BASE = FIXTURES / "package"
RULES = FIXTURES / "rules"


@lru_cache(maxsize=1)
def base() -> dict[str, bytes]:
    """Every file of the base package by its path inside the package."""
    files = {
        path.relative_to(BASE).as_posix(): path.read_bytes() for path in sorted(BASE.glob("*/*")) if path.is_file()
    }
    for path in (ROOT / "datapackage.json", *sorted((ROOT / "schemas").glob("*.json"))):
        files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    files["datapackage.json"] = _with_counts(files)
    return files


def _with_counts(files: dict[str, bytes]) -> bytes:
    """The descriptor with the rows that its tables have; of a table that is no CSV now, the count stays."""
    descriptor = json.loads(files["datapackage.json"])
    for resource in descriptor["resources"]:
        try:
            rows = list(csv.reader(io.StringIO(files[resource["path"]].decode("utf-8"), newline=""), strict=True))
        except (KeyError, UnicodeDecodeError, csv.Error):
            continue
        resource["rows"] = len([row for row in rows if row]) - 1
    return json.dumps(descriptor, ensure_ascii=False, indent=2).encode("utf-8")


def assemble(folder: Path, edits: list[dict[str, Any]] | None = None) -> Path:
    """Write the base package with `edits` applied into `folder`, and return the folder."""
    files = dict(base())
    for edit in edits or []:
        _apply(files, edit)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@dataclass(frozen=True)
class Fixture:
    """A fixture file: its edits, how many findings it announces, and whether the source texts are at hand."""

    edits: list[dict[str, Any]]
    findings: int = 1
    texts: bool = True


def load(path: Path) -> Fixture:
    """Read a fixture file."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(content) - {"edit", "findings", "texts"}
    assert not unknown, f"{path.name}: unknown {unknown}"
    return Fixture(content["edit"], content.get("findings", 1), content.get("texts", True))


def _apply(files: dict[str, bytes], edit: dict[str, Any]) -> None:
    edit = dict(edit)
    counted = not edit.pop("uncounted", False)
    before = files["datapackage.json"]
    if "resource" in edit:
        _edit_rows(files, edit)
    elif "at" in edit:
        _edit_json(files, edit)
    else:
        _edit_bytes(files, edit)
    if counted and before == files.get("datapackage.json"):
        files["datapackage.json"] = _with_counts(files)


def batches(paths: list[Path], size: int) -> list[list[Path]]:
    """Groups of fixtures whose edits touch neither the same rows nor the same files, nor schema and descriptor.

    Groups of at most `size` are judged in one validation, which takes far less time; with PLANS_ALONE set in the
    environment, every fixture is a group of its own.
    """
    size = 1 if os.environ.get("PLANS_ALONE") else size
    groups: list[tuple[list[Path], set[str], bool]] = []
    for path in paths:
        fixture = load(path)
        touched = {place for edit in fixture.edits for place in _touched(edit)}
        for members, taken, texts in groups:
            apart = not any(a.startswith(b) or b.startswith(a) for a in taken for b in touched)
            if len(members) < size and texts == fixture.texts and apart:
                members.append(path)
                taken.update(touched)
                break
        else:
            groups.append(([path], touched, fixture.texts))
    return [members for members, _, _ in groups]


def _touched(edit: dict[str, Any]) -> list[str]:
    """What an edit reads or changes, as texts of which one begins with the other where two edits are in conflict."""
    if "resource" not in edit:
        return [edit["file"] if edit["file"].startswith("data/") else ""]
    path, key, _ = _descriptions()[edit["resource"]]
    new = "/".join(edit.get("add", {}).get(k, "") for k in key)
    rows = [edit.get("key"), edit.get("like"), new if "add" in edit else None]
    return [f"{path}#{row}#" for row in rows if row is not None]


@lru_cache(maxsize=1)
def _descriptions() -> dict[str, tuple[str, list[str], set[str]]]:
    """For each resource its path, its key and the key columns that are whole numbers."""
    out = {}
    for resource in json.loads(base()["datapackage.json"])["resources"]:
        schema = json.loads(base()[resource["schema"]])
        numbers = {f["name"] for f in schema["fields"] if f["type"] == "integer"}
        out[resource["name"]] = (resource["path"], schema["primaryKey"], numbers)
    return out


def _edit_rows(files: dict[str, bytes], edit: dict[str, Any]) -> None:
    path, key, numbers = _descriptions()[edit["resource"]]
    reader = csv.DictReader(io.StringIO(files[path].decode("utf-8"), newline=""))
    rows, header = list(reader), reader.fieldnames or []
    unknown = set(edit) - {"resource", "key", "set", "delete", "like", "add"}
    unknown |= (set(edit.get("set", {})) | set(edit.get("add", {}))) - set(header)
    assert not unknown, f"{edit['resource']} has no {unknown}"
    chosen = [row for row in rows if "/".join(row[k] for k in key) == edit.get("key", edit.get("like"))]
    assert len(chosen) == 1 or ("add" in edit and "like" not in edit), f"{edit}: {len(chosen)} rows"
    if "add" in edit:
        rows.append(dict.fromkeys(header, "") | (chosen[0] if chosen else {}) | edit["add"])
    elif edit.get("delete"):
        rows.remove(chosen[0])
    else:
        chosen[0].update(edit["set"])
    rows.sort(
        key=lambda row: [(0, int(row[k]), "") if k in numbers and row[k].isdigit() else (1, 0, row[k]) for k in key]
    )
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    files[path] = out.getvalue().encode("utf-8")


def _edit_json(files: dict[str, bytes], edit: dict[str, Any]) -> None:
    content = json.loads(files[edit["file"]])
    *parents, last = edit["at"].split(".")
    place = content
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    name = int(last) if isinstance(place, list) else last
    if edit.get("remove"):
        del place[name]
    else:
        place[name] = edit["value"]
    files[edit["file"]] = json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8")


def _edit_bytes(files: dict[str, bytes], edit: dict[str, Any]) -> None:
    name = edit["file"]
    if edit.get("delete"):
        del files[name]
    elif "content" in edit:
        files[name] = edit["content"].encode("utf-8")
    elif "encoding" in edit:
        files[name] = files[name].decode("utf-8").encode(edit["encoding"])
    else:
        old, new = (text.encode("utf-8") for text in edit["replace"])
        assert files[name].count(old) == 1, f"{name} holds {edit['replace'][0]!r} {files[name].count(old)} times"
        files[name] = files[name].replace(old, new)
