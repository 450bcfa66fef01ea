"""The data diff on edited copies: which step an edit demands, and what the diff says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from diff_fixtures import codes, difference, edit_json, edit_rows, first_key, set_cell, small_package, table, write_rows
from planspec.diff import LEVELS, least_next, parse_version, step
from planspec.diff.bump import LEVEL_OF
from planspec.diff.meaning import IDENTITY
from planspec.errors import CannotTell


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return small_package(tmp_path / "old")


@pytest.fixture
def new(old: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(old, tmp_path / "new"))


def test_a_package_does_not_differ_from_itself(package: Path) -> None:
    diff = difference(package, package)
    assert diff.empty and diff.demanded == "none" and not diff.reasons
    assert {t.name: t.new_count for t in diff.tables}["targets"] > 300


def test_a_changed_value_demands_patch(old: Path, new: Path) -> None:
    set_cell(new, "targets", first_key(new, "targets"), "value", "77")
    diff = difference(old, new)
    assert (diff.demanded, codes(diff)) == ("patch", [("corrected", "targets")])
    (change,) = next(t for t in diff.tables if t.name == "targets").changed
    assert change.key == (first_key(old, "targets"),) and [(c.column, c.new) for c in change.cells] == [("value", "77")]


def test_an_added_district_demands_minor(package: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(package, tmp_path / "new"))

    def add(rows: list[dict[str, str]]) -> None:
        laoshan = [r for r in rows if r["district_code"] == "370212"]
        rows += [
            {**r, "district_code": "370211", "target_id": r["target_id"].replace("370212", "370211")} for r in laoshan
        ]

    edit_rows(new, "targets", add)
    diff = difference(package, new)
    targets = next(t for t in diff.tables if t.name == "targets")
    assert (diff.demanded, codes(diff)) == ("minor", [("rows_added", "targets")])
    assert len(targets.added) > 20 and {r.cells["district_code"] for r in targets.added} == {"370211"}
    assert targets.new_count - targets.old_count == len(targets.added)


@pytest.mark.parametrize("where", ["file and schema", "file", "schema"])
def test_a_dropped_column_demands_major(old: Path, new: Path, where: str) -> None:
    if "file" in where:
        edit_rows(new, "targets", lambda rows: [{k: v for k, v in r.items() if k != "note"} for r in rows])
    if "schema" in where:
        edit_json(
            new / "schemas/targets.json",
            lambda s: s["fields"].remove(next(f for f in s["fields"] if f["name"] == "note")),
        )
    diff = difference(old, new)
    assert (diff.demanded, codes(diff)) == ("major", [("field_removed", "targets")])


def test_an_added_column_demands_major(old: Path, new: Path) -> None:
    edit_rows(new, "targets", lambda rows: [{**r, "extra": ""} for r in rows])
    edit_json(new / "schemas/targets.json", lambda s: s["fields"].append({"name": "extra", "type": "string"}))
    diff = difference(old, new)
    assert (diff.demanded, codes(diff)) == ("major", [("field_added", "targets")])


def test_a_value_comparator_or_unit_comes_before_a_note(old: Path, new: Path) -> None:
    def edit(rows: list[dict[str, str]]) -> None:
        rows[0]["note"] = "A changed note."
        rows[-1] |= {"note": "Another.", "comparator": "lt", "unit_id": "percentage-point", "value": "9"}

    edit_rows(new, "targets", edit)
    set_cell(new, "initiatives", first_key(new, "initiatives"), "name_en", "Another name")
    set_cell(new, "results", first_key(new, "results"), "value", "3.3")
    targets = next(t for t in difference(old, new).tables if t.name == "targets")
    assert [c.tier for c in targets.changed] == ["figure", "note"]
    assert [c.column for c in targets.changed[0].cells][-1] == "note"
    assert {c.column for c in targets.changed[0].cells[:-1]} == {"comparator", "unit_id", "value"}


@pytest.mark.parametrize(
    ("column", "value"),
    [("indicator_id", "employment"), ("year", "2026"), ("period", "2030"), ("district_code", "990103")],
)
def test_another_record_under_an_old_key_demands_major(old: Path, new: Path, column: str, value: str) -> None:
    set_cell(new, "targets", first_key(new, "targets"), column, value)
    diff = difference(old, new)
    assert codes(diff) == [("meaning_changed", "targets")] and diff.demanded == "major"


def test_a_unit_that_converts_otherwise_demands_major(old: Path, new: Path) -> None:
    set_cell(new, "units", first_key(new, "units"), "factor", "7")
    assert codes(difference(old, new)) == [("meaning_changed", "units")]


def test_the_same_value_written_differently_is_no_change_of_meaning(old: Path, new: Path) -> None:
    key = first_key(new, "units")
    set_cell(new, "units", key, "factor", "1.0")
    set_cell(old, "units", key, "factor", "1")
    diff = difference(old, new)
    assert (diff.demanded, codes(diff)) == ("patch", [("rewritten", "units")])


def test_every_identity_column_is_a_column_of_its_resource(package: Path) -> None:
    from planspec.package import open_package

    resources = open_package(package).resources
    for name, columns in IDENTITY.items():
        assert set(columns) <= set(resources[name].columns), name


def keyed(
    folder: Path, rows: list[list[str]], retired: list[list[str]] | None = None, users: list[list[str]] | None = None
) -> Path:
    """Records that other rows refer to, with withdrawn keys."""
    table(
        folder,
        {
            "records": (["id", "value:number"], ["id"], rows),
            "users": (["place:integer", "part:integer", "record_id"], ["place", "part"], users or []),
            "retired": (["id", "resource", "replaced_by", "version", "reason"], ["id"], retired or []),
        },
    )
    edit_json(
        folder / "datapackage.json",
        lambda d: d["resources"][1]["schema"].update(
            foreignKeys=[{"fields": ["record_id"], "reference": {"resource": "records", "fields": ["id"]}}]
        ),
    )
    return folder


def test_a_key_that_goes_demands_major_retired_or_not(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"], ["b", "2"]])
    gone = keyed(tmp_path / "gone", [["a", "1"]])
    retired = keyed(tmp_path / "retired", [["a", "1"]], [["b", "records", "", "1.3.0", "Counted twice."]])
    assert codes(difference(old, gone)) == [("key_gone", "records")]
    diff = difference(old, retired)
    assert codes(diff) == [("key_gone", "records"), ("rows_added", "retired")] and diff.demanded == "major"
    (row,) = diff.tables[0].removed
    assert (row.retired, row.reason) == (True, "Counted twice.")


def test_a_renamed_key_is_recognised_through_retired_and_rows_may_follow(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"], ["b", "2"]], users=[["1", "1", "b"], ["2", "1", "a"]])
    steps = [["b", "records", "x", "1.3.0", "Step."], ["x", "records", "c", "1.4.0", "Better name."]]
    new = keyed(tmp_path / "new", [["a", "1"], ["c", "3"]], steps, [["1", "1", "c"], ["2", "1", "a"]])
    diff = difference(old, new)
    records, users, _ = diff.tables
    (change,) = records.changed
    assert (change.old_key, change.key, change.reason) == (("b",), ("c",), "Step.")
    assert [(c.column, c.old, c.new) for c in change.cells] == [("value", "2", "3")]
    assert not records.added and not records.removed
    assert users.changed[0].cells[0].follows
    assert set(codes(diff)) == {
        ("key_renamed", "records"),
        ("corrected", "records"),
        ("reference_followed", "users"),
        ("rows_added", "retired"),
    }


def test_a_composite_key_follows_a_renamed_key_inside_it(tmp_path: Path) -> None:
    def package(name: str, source: str, retired: list[list[str]]) -> Path:
        folder = table(
            tmp_path / name,
            {
                "sources": (["source_id"], ["source_id"], [[source]]),
                "marks": (
                    ["source_id", "start:integer", "text"],
                    ["source_id", "start"],
                    [[source, "5", "x"], [source, "9", "y"]],
                ),
                "retired": (["id", "resource", "replaced_by", "version", "reason"], ["id"], retired),
            },
        )
        link = [{"fields": ["source_id"], "reference": {"resource": "sources", "fields": ["source_id"]}}]
        edit_json(folder / "datapackage.json", lambda d: d["resources"][1]["schema"].update(foreignKeys=link))
        return folder

    diff = difference(package("old", "000", []), package("new", "005", [["000", "sources", "005", "1.3.0", "Clash."]]))
    marks = diff.tables[1]
    assert not marks.added and not marks.removed
    assert [(c.old_key, c.key, c.cells) for c in marks.changed] == [
        (("000", "5"), ("005", "5"), ()),
        (("000", "9"), ("005", "9"), ()),
    ]
    assert ("reference_followed", "marks") in codes(diff)


def test_two_keys_merged_into_one_are_gone_not_renamed(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"], ["b", "2"]])
    merged = [["a", "records", "c", "1.3.0", "Merged."], ["b", "records", "c", "1.3.0", "Merged."]]
    records = difference(old, keyed(tmp_path / "new", [["c", "3"]], merged)).tables[0]
    assert [r.key for r in records.removed] == [("a",), ("b",)] and [r.key for r in records.added] == [("c",)]
    assert {(r.replaced_by, r.gone) for r in records.removed} == {("c", True)}


def test_a_key_merged_into_one_that_stood_beside_it_is_gone(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"], ["b", "2"]])
    new = keyed(tmp_path / "new", [["a", "3"]], [["b", "records", "a", "1.3.0", "Same thing."]])
    records = difference(old, new).tables[0]
    assert [(c.key, c.old_key) for c in records.changed] == [(("a",), ("a",))]
    assert [(r.key, r.replaced_by, r.gone) for r in records.removed] == [(("b",), "a", True)] and not records.added


def test_a_withdrawn_key_that_comes_back_demands_major(tmp_path: Path) -> None:
    retired = [["b", "records", "", "1.1.0", "Wrong."]]
    old = keyed(tmp_path / "old", [["a", "1"]], retired)
    new = keyed(tmp_path / "new", [["a", "1"], ["b", "9"]], retired)
    assert codes(difference(old, new)) == [("key_reused", "records")]
    assert difference(old, new).demanded == "major"


def test_a_ring_in_retired_ends(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"]])
    ring = [["a", "records", "b", "1.3.0", "x"], ["b", "records", "a", "1.3.0", "x"]]
    assert codes(difference(old, keyed(tmp_path / "new", [["c", "1"]], ring)))[0] == ("key_gone", "records")


def test_a_row_withdrawn_under_a_key_that_names_no_record_is_a_correction(old: Path, new: Path) -> None:
    edit_rows(new, "errata", lambda rows: rows[:-1] or None)
    edit_rows(new, "figures", lambda rows: rows[:-1])
    diff = difference(old, new)
    assert ("row_withdrawn", "figures") in codes(diff) and LEVEL_OF["row_withdrawn"] == "patch"


def test_doubled_keys_are_said_and_lose_no_row(tmp_path: Path) -> None:
    old = keyed(tmp_path / "old", [["a", "1"], ["b", "2"]])
    new = keyed(tmp_path / "new", [["a", "1"], ["a", "7"], ["b", "2"], ["b", "2"]])
    records = difference(old, new).tables[0]
    assert records.doubled_new == {("a",): 2, ("b",): 2} and not records.doubled_old
    assert [(r.key, r.cells["value"]) for r in records.added] == [(("a",), "7"), (("b",), "2")]
    assert not records.removed and not records.changed
    back = difference(new, old).tables[0]
    assert [r.gone for r in back.removed] == [False, False]
    assert "key_gone" not in [code for code, _ in codes(difference(new, old))]


def test_tables_without_rows_without_header_or_without_key(tmp_path: Path) -> None:
    empty = keyed(tmp_path / "empty", [])
    full = keyed(tmp_path / "full", [["a", "1"]])
    bare = keyed(tmp_path / "bare", [["a", "1"]])
    (bare / "records.csv").write_bytes(b"")
    assert [code for code, _ in difference(empty, empty).tables[0].remarks] == ["empty"]
    assert codes(difference(empty, full)) == [("rows_added", "records")]
    assert ("resource_emptied", "records") in codes(difference(full, empty))
    assert [code for code, _ in difference(full, bare).tables[0].remarks] == ["no_header", "emptied"]
    keyless = table(tmp_path / "keyless", {"lines": (["text"], [], [["x"], ["x"], ["y"]])})
    fewer = table(tmp_path / "fewer", {"lines": (["text"], [], [["x"], ["z"]])})
    lines = difference(keyless, fewer).tables[0]
    assert ([r.cells["text"] for r in lines.removed], [r.cells["text"] for r in lines.added]) == (["x", "y"], ["z"])
    assert [code for code, _ in lines.remarks] == ["no_key"]


def test_rows_in_another_order_are_no_change_of_content(tmp_path: Path) -> None:
    one = keyed(tmp_path / "one", [["a", "1"], ["b", "2"]])
    other = keyed(tmp_path / "other", [["b", "2"], ["a", "1"]])
    assert codes(difference(one, other)) == [("reordered", "records")]


def test_a_spreadsheets_bom_and_line_ends_are_no_difference(tmp_path: Path) -> None:
    one, other = keyed(tmp_path / "one", [["a", "1"]]), keyed(tmp_path / "other", [["a", "1"]])
    (other / "records.csv").write_bytes(b"\xef\xbb\xbf" + (one / "records.csv").read_bytes().replace(b"\n", b"\r\n"))
    assert difference(one, other).empty


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "records.csv").write_text("id,value\na,1,2\n"), "records.csv:2: 3 cells, not 2"),
        (lambda f: (f / "records.csv").write_bytes("id,value\n目标,1\n".encode("gb18030")), "records.csv:2: GBK"),
        (lambda f: (f / "records.csv").write_text("id,id\na,1\n"), "records.csv:1: two columns are called 'id'"),
        (lambda f: (f / "records.csv").write_text('id,value\n"a,1\n'), "records.csv"),
        (lambda f: (f / "records.csv").unlink(), "records.csv is missing"),
        (lambda f: (f / "datapackage.json").write_text("{"), "datapackage.json:1"),
        (lambda f: (f / "datapackage.json").write_text("{}"), "it lists no resources"),
    ],
)
def test_what_cannot_be_compared_without_loss_is_not_guessed(tmp_path: Path, spoil, said: str) -> None:
    one, other = keyed(tmp_path / "one", [["a", "1"]]), keyed(tmp_path / "other", [["a", "1"]])
    spoil(other)
    with pytest.raises(CannotTell) as caught:
        difference(one, other)
    assert said in caught.value.what and str(other) in caught.value.what


def test_versions_and_steps() -> None:
    assert [least_next("1.2.3", level) for level in LEVELS] == ["1.2.3", "1.2.4", "1.3.0", "2.0.0"]
    assert [step("1.2.3", v) for v in ("1.2.3", "1.2.2", "1.2.9", "1.4.0", "3.0.0")] == [
        "none",
        "none",
        "patch",
        "minor",
        "major",
    ]
    for bad in ("1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.3\n", "", "１.２.３", "1" * 80 + ".0.0"):
        with pytest.raises(ValueError):
            parse_version(bad)


def test_a_header_in_another_order_than_before_demands_major(tmp_path: Path) -> None:
    one = table(tmp_path / "one", {"t": (["a", "b"], ["a"], [["1", "2"]])})
    other = table(tmp_path / "other", {"t": (["a", "b"], ["a"], [["1", "2"]])})
    write_rows(other / "t.csv", ["b", "a"], [["2", "1"]])
    assert codes(difference(one, other)) == [("fields_reordered", "t")]
