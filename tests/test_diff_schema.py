"""Changes of schemas and descriptor: what is tighter, what is looser, what is only described otherwise."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from diff_fixtures import codes, difference, edit_json, table
from plans.diffs import FORMATS, render

BASE: dict[str, Any] = {
    "t": (["id", "value:number", "kind", "note"], ["id"], [["a", "1", "x", "n"], ["b", "2", "y", ""]]),
    "u": (["id"], ["id"], [["a"]]),
}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return table(tmp_path / "old", BASE), table(tmp_path / "new", BASE)


def field(descriptor: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in descriptor["resources"][0]["schema"]["fields"] if f["name"] == name)
    return found


CONSTRAINTS = [
    ("value", {}, {"minimum": 0}, "tightened"),
    ("value", {"minimum": 0}, {}, "loosened"),
    ("value", {"minimum": 0}, {"minimum": 1}, "tightened"),
    ("value", {"minimum": "0.10"}, {"minimum": 0.1}, None),
    ("value", {"minimum": 1}, {"minimum": 0}, "loosened"),
    ("value", {"minimum": 0}, {"exclusiveMinimum": 0}, "tightened"),
    ("value", {"exclusiveMinimum": 0}, {"minimum": 0}, "loosened"),
    ("value", {"minimum": 0, "exclusiveMinimum": -5}, {"minimum": 0}, None),
    ("value", {"maximum": 9}, {"maximum": 8}, "tightened"),
    ("value", {"maximum": 9}, {"maximum": 10}, "loosened"),
    ("value", {"exclusiveMaximum": 9}, {"maximum": 9}, "loosened"),
    ("note", {"maxLength": 60}, {"maxLength": 38}, "tightened"),
    ("note", {"maxLength": 9}, {"maxLength": 10}, "loosened"),
    ("note", {"minLength": 2}, {"minLength": 1}, "loosened"),
    ("note", {}, {"required": True}, "tightened"),
    ("note", {"required": True}, {"required": False}, "loosened"),
    ("note", {"required": False}, {}, None),
    ("note", {"unique": True}, {}, "loosened"),
    ("kind", {"enum": ["x", "y"]}, {"enum": ["x", "y", "z"]}, "loosened"),
    ("kind", {"enum": ["x", "y", "z"]}, {"enum": ["x", "y"]}, "tightened"),
    ("kind", {"enum": ["x", "y"]}, {"enum": ["x", "z"]}, "tightened"),
    ("kind", {}, {"enum": ["x", "y"]}, "tightened"),
    ("kind", {"enum": ["x", "y"]}, {}, "loosened"),
    ("kind", {"pattern": "a+"}, {"pattern": "a*"}, "tightened"),
    ("kind", {"pattern": "a+"}, {}, "loosened"),
    ("kind", {}, {"jsonSchema": {}}, "tightened"),
]


@pytest.mark.parametrize(("name", "before", "after", "verdict"), CONSTRAINTS)
def test_constraints(pair: tuple[Path, Path], name: str, before: dict, after: dict, verdict: str | None) -> None:
    for folder, constraints in zip(pair, (before, after), strict=True):
        edit_json(folder / "datapackage.json", lambda d, c=constraints: field(d, name).update(constraints=c))
    wanted = {
        "tightened": ("major", [("constraint_tightened", "t")]),
        "loosened": ("minor", [("constraint_loosened", "t")]),
    }
    diff = difference(*pair)
    assert (diff.demanded, codes(diff)) == wanted.get(str(verdict), ("none", []))


def test_the_values_of_an_enum_in_another_order_are_a_matter_of_description(pair: tuple[Path, Path]) -> None:
    for folder, values in zip(pair, (["x", "y"], ["y", "x"]), strict=True):
        edit_json(folder / "datapackage.json", lambda d, v=values: field(d, "kind").update(constraints={"enum": v}))
    assert codes(difference(*pair)) == [("described", "t")]


SCHEMA_EDITS = [
    (lambda d: field(d, "value").update(type="integer"), "major", [("field_retyped", "t")]),
    (lambda d: field(d, "note").update(format="uri"), "major", [("field_retyped", "t")]),
    (lambda d: field(d, "note").update(format="default"), "none", []),
    (lambda d: field(d, "value").update(unit="km"), "major", [("field_retyped", "t")]),
    (lambda d: d["resources"][0]["schema"].update(missingValues=["", "-"]), "major", [("field_retyped", "t")]),
    (lambda d: d["resources"][0]["schema"].update(missingValues=[""]), "none", []),
    (lambda d: field(d, "note").update(description="Other words."), "patch", [("described", "t")]),
    (lambda d: d["resources"][0]["schema"].update(primaryKey=["id", "kind"]), "major", [("key_changed", "t")]),
    (lambda d: d["resources"][0]["schema"].update(primaryKey="id"), "none", []),
    (lambda d: d["resources"][0]["schema"].update(uniqueKeys=[["kind"]]), "major", [("constraint_tightened", "t")]),
    (
        lambda d: d["resources"][0]["schema"].update(
            foreignKeys=[{"fields": ["id"], "reference": {"resource": "u", "fields": ["id"]}}]
        ),
        "major",
        [("reference_added", "t")],
    ),
    (lambda d: d.update(name="other"), "major", [("package_renamed", "")]),
    (lambda d: d.update(title="Another title"), "patch", [("described", "")]),
    (lambda d: d.update(version="9.9.9", created="2030-01-01T00:00:00Z"), "none", []),
    (lambda d: d.update(licenses=[{"name": "CC0-1.0"}]), "major", [("licence_changed", "")]),
    (lambda d: d["resources"][0].update(encoding="gbk"), "major", [("encoding_changed", "t")]),
    (lambda d: d["resources"][0].update(encoding="utf-8"), "none", []),
    (lambda d: d["resources"][0].update(bytes=12, hash="sha256:0"), "none", []),
    (lambda d: d["resources"][0].update(title="Records"), "patch", [("described", "t")]),
    (lambda d: d["resources"].reverse(), "patch", [("described", "")]),
]


@pytest.mark.parametrize(("edit", "level", "wanted"), SCHEMA_EDITS)
def test_schema_and_descriptor(pair: tuple[Path, Path], edit, level: str, wanted: list) -> None:
    edit_json(pair[1] / "datapackage.json", edit)
    diff = difference(*pair)
    assert (diff.demanded, codes(diff)) == (level, wanted)


def test_a_foreign_key_that_goes_is_looser_and_one_that_moves_is_an_update(pair: tuple[Path, Path]) -> None:
    link = {"fields": "id", "reference": {"resource": "u", "fields": "id"}}
    moved = {"fields": ["id"], "reference": {"resource": "", "fields": ["kind"]}}
    edit_json(pair[0] / "datapackage.json", lambda d: d["resources"][0]["schema"].update(foreignKeys=[link]))
    assert codes(difference(*pair)) == [("reference_removed", "t")]
    edit_json(pair[1] / "datapackage.json", lambda d: d["resources"][0]["schema"].update(foreignKeys=[moved]))
    assert codes(difference(*pair)) == [("reference_moved", "t")]


def linked(folder: Path, *targets: tuple[str, str]) -> None:
    """Let `t.kind` refer to each (resource, column)."""
    keys = [{"fields": ["kind"], "reference": {"resource": r, "fields": [c]}} for r, c in targets]
    edit_json(folder / "datapackage.json", lambda d: d["resources"][0]["schema"].update(foreignKeys=keys))


TWO_KEYS = [
    ([("u", "id")], [("u", "id"), ("", "id")], ["reference_added"]),
    ([("u", "id")], [("", "id"), ("u", "id")], ["reference_added"]),
    ([("u", "id"), ("", "id")], [("u", "id")], ["reference_removed"]),
    ([("u", "id"), ("", "id")], [("", "id"), ("u", "id")], []),
    ([("u", "id"), ("", "id")], [("u", "id"), ("", "note")], ["reference_moved"]),
    ([("u", "id")], [("", "note"), ("", "id")], ["reference_added", "reference_moved"]),
    ([("u", "id"), ("", "id")], [("", "note")], ["reference_moved", "reference_removed"]),
]


@pytest.mark.parametrize(("before", "after", "wanted"), TWO_KEYS)
def test_several_foreign_keys_of_one_column(
    pair: tuple[Path, Path], before: list, after: list, wanted: list[str]
) -> None:
    linked(pair[0], *before)
    linked(pair[1], *after)
    assert sorted(code for code, _ in codes(difference(*pair))) == wanted


def changed(name: str, **tables: Any) -> dict[str, Any]:
    content = copy.deepcopy(BASE)
    content.pop(name, None)
    return {**content, **tables}


def test_a_renamed_field_is_recognised_and_its_cells_are_compared(tmp_path: Path) -> None:
    old = table(tmp_path / "old", BASE)
    new = table(
        tmp_path / "new",
        changed("t", t=(["id", "value:number", "sort", "note"], ["id"], [["a", "1", "x", "n"], ["b", "3", "y", ""]])),
    )
    diff = difference(old, new)
    assert [(s.code, s.old, s.new) for s in diff.structure if s.resource == "t"] == [("field_renamed", "kind", "sort")]
    assert [c.column for c in next(t for t in diff.tables if t.name == "t").changed[0].cells] == ["value"]


def test_a_renamed_key_column_still_matches_the_rows(tmp_path: Path) -> None:
    old = table(tmp_path / "old", BASE)
    new = table(tmp_path / "new", changed("u", u=(["key"], ["key"], [["a"]])))
    diff = difference(old, new)
    assert codes(diff) == [("field_renamed", "u")]
    assert next(t for t in diff.tables if t.name == "u").key == ("key",)


def test_resources_added_removed_renamed(tmp_path: Path) -> None:
    old = table(tmp_path / "old", BASE)
    without = table(tmp_path / "without", changed("u"))
    renamed = table(tmp_path / "renamed", changed("t", things=BASE["t"]))
    assert codes(difference(old, without)) == [("resource_removed", "u")]
    assert codes(difference(without, old)) == [("resource_added", "u")]
    assert ("resource_renamed", "things") in codes(difference(old, renamed))
    assert difference(without, old).demanded == "minor" and difference(old, without).demanded == "major"
    assert [t.status for t in difference(old, renamed).tables if t.name == "things"] == ["renamed"]


def test_a_moved_file_is_breaking_and_told_in_every_form(pair: tuple[Path, Path]) -> None:
    (pair[1] / "data").mkdir()
    (pair[1] / "u.csv").rename(pair[1] / "data" / "u.csv")
    edit_json(pair[1] / "datapackage.json", lambda d: d["resources"][1].update(path="data/u.csv"))
    diff = difference(*pair)
    assert (diff.demanded, diff.least, codes(diff)) == ("major", "2.0.0", [("relocated", "u")])
    for form in FORMATS:
        text = re.sub(r"<[^>]+>|[*~\\]", "", render(diff, form, "en"))
        assert "file moved" in text and "major" in text
        assert "data/u.csv" in text and "u.csv" in text.replace("data/u.csv", "")


def test_a_schema_in_a_file_is_the_same_as_one_inside(pair: tuple[Path, Path]) -> None:
    descriptor = json.loads((pair[1] / "datapackage.json").read_text(encoding="utf-8"))
    (pair[1] / "u.schema.json").write_text(json.dumps(descriptor["resources"][1]["schema"]), encoding="utf-8")
    edit_json(pair[1] / "datapackage.json", lambda d: d["resources"][1].update(schema="u.schema.json"))
    assert difference(*pair).empty


def test_a_table_of_many_columns_is_compared_column_by_column(tmp_path: Path) -> None:
    """Work that grows with the square of their number would not end here."""
    names = [f"c{n}" for n in range(20_000)]
    old = table(tmp_path / "old", {"t": (["id", *names], ["id"], [["a", *names]])})
    kept = [n for n in names if n not in ("c7", "c19000")]
    new = table(tmp_path / "new", {"t": (["id", *kept, "last"], ["id"], [["a", *kept[:-1], "other", "x"]])})
    diff = difference(old, new)
    found = [(s.code, s.column) for s in diff.structure]
    assert found == [("field_removed", "c7"), ("field_removed", "c19000"), ("field_added", "last")]
    assert [(c.column, c.old, c.new) for c in diff.tables[0].changed[0].cells] == [("c19999", "c19999", "other")]


def test_a_field_renamed_and_moved_is_known_by_its_description(tmp_path: Path) -> None:
    old = table(tmp_path / "old", {"t": (["id", "a", "b"], ["id"], [["1", "x", "y"]])})
    new = table(tmp_path / "new", {"t": (["id", "b", "c", "d"], ["id"], [["1", "y", "z", "x"]])})
    for folder, name in ((old, "a"), (new, "d")):
        edit_json(folder / "datapackage.json", lambda d, n=name: field(d, n).update(description="What it is."))
    renamed = [(s.code, s.old, s.new) for s in difference(old, new).structure if s.code == "field_renamed"]
    assert renamed == [("field_renamed", "a", "d")]
