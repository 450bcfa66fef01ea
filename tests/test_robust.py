"""Bad input ends in findings or a clear error: arbitrary bytes, arbitrary JSON, paths that leave, huge lines, zip bombs."""

from __future__ import annotations

import copy
import csv
import io
import json
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rule_fixtures as fixtures
from planspec import package as package_module
from planspec import tables
from planspec.canonical import format_package
from planspec.errors import CannotTell
from planspec.package import open_package, safe_path
from planspec.rules.run import Report, validate

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = sorted(fixtures.base())
JSON_NAMES = [n for n in NAMES if n.endswith(".json")]
CSV_NAMES = [n for n in NAMES if n.endswith(".csv")]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["_line", "..", "/etc/passwd", "[", "(?<=a)b", "integer", "value", "targets", "\ud800", "\x00"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b'"',
            b",",
            b"\n",
            b"\r\n",
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"1e999",
            b"9" * 30,
            b"nan",
            "９".encode(),
            "\u2028".encode(),
        ]
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base package on disk; a test restores what it overwrites."""
    return fixtures.assemble(tmp_path_factory.mktemp("package"))


def judge(folder: Path, name: str, data: bytes) -> Report | CannotTell:
    """Validate with one file replaced; anything but a report or `CannotTell` fails the test."""
    file = folder / name
    file.write_bytes(data)
    try:
        return validate(folder, folder / "sources")
    except CannotTell as error:
        assert error.what
        return error
    finally:
        file.write_bytes(fixtures.base()[name])


@FEW
@given(name=st.sampled_from(NAMES), data=st.binary(max_size=300))
def test_any_bytes_in_any_file(folder: Path, name: str, data: bytes) -> None:
    outcome = judge(folder, name, data)
    assert isinstance(outcome, CannotTell) or outcome.findings or not name.endswith((".csv", ".json"))


@FEW
@given(name=st.sampled_from(CSV_NAMES), piece=pieces, where=st.floats(0, 1), cut=st.integers(0, 30))
def test_bytes_put_into_a_table(folder: Path, name: str, piece: bytes, where: float, cut: int) -> None:
    data = fixtures.base()[name]
    at = int(where * len(data))
    judge(folder, name, data[:at] + piece + data[at + cut :])


def places(value: Any, at: tuple = ()) -> list[tuple]:
    """Every path into a JSON value."""
    found = [at]
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(inner, (*at, key))
    return found


@FEW
@given(name=st.sampled_from(JSON_NAMES), junk=values, where=st.floats(0, 1, exclude_max=True))
def test_any_json_anywhere_in_descriptor_and_schemas(folder: Path, name: str, junk: Any, where: float) -> None:
    content = json.loads(fixtures.base()[name])
    ways = places(content)
    way = ways[int(where * len(ways))]
    if way:
        inner = content
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = copy.deepcopy(junk)
    else:
        content = junk
    judge(folder, name, json.dumps(content).encode("utf-8"))


@pytest.mark.parametrize("name", ["initiatives", "targets", "figures"])
def test_a_schema_without_a_key(folder: Path, name: str) -> None:
    file = f"schemas/{name}.json"
    outcome = judge(folder, file, json.dumps(json.loads(fixtures.base()[file]) | {"primaryKey": None}).encode("utf-8"))
    assert isinstance(outcome, Report) and not outcome.holds


@FEW
@given(data=st.binary(max_size=200) | st.text(max_size=80).map(lambda t: f"[[lower]]\nrule = {t}".encode()))
def test_any_configuration(folder: Path, data: bytes) -> None:
    (folder / "plans.toml").write_bytes(data)
    try:
        validate(folder, None)
    except CannotTell as error:
        assert "plans.toml" in error.what
    finally:
        (folder / "plans.toml").unlink()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[lowr]]\nrule = 'P340'", "`lowr`"),
        ("lowered = []", "`lowered`"),
        ("[[lower]]\nrule = 'P340'\nseverty = 'info'\nreason = 'x'", "`severty`"),
        ("[limits]\nvalue = 1", "`limits`"),
    ],
)
def test_a_key_that_configuration_does_not_have_is_named(folder: Path, text: str, said: str) -> None:
    (folder / "plans.toml").write_text(text, encoding="utf-8")
    try:
        with pytest.raises(CannotTell) as error:
            validate(folder, None)
    finally:
        (folder / "plans.toml").unlink()
    assert said in error.value.what
    near = {"`lowr`": "lower", "`lowered`": "lower", "`severty`": "severity", "`limits`": "[[lower]]"}[said]
    assert near in error.value.mend


@FEW
@given(name=st.sampled_from(CSV_NAMES), data=st.binary(max_size=200))
def test_format_refuses_or_rewrites(tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes) -> None:
    package = fixtures.assemble(tmp_path_factory.mktemp("format"))
    (package / name).write_bytes(data)
    changes = format_package(package, write=False)
    assert changes.lines
    assert (package / name).read_bytes() == data


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "/etc/passwd",
        "data/../../x.csv",
        "C:\\x.csv",
        "https://example.org/x.csv",
        "a\x00b",
        "",
        None,
        7,
    ],
)
def test_paths_that_leave_the_package_are_refused(tmp_path: Path, path: object) -> None:
    assert not safe_path(path)
    package = fixtures.assemble(tmp_path)
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"][0]["path"] = path
    (package / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    report = validate(package, None)
    assert "S103" in report.counts and not report.holds


def test_a_link_that_leaves_the_package_is_refused(tmp_path: Path) -> None:
    package = fixtures.assemble(tmp_path / "package")
    outside = tmp_path / "units.csv"
    outside.write_bytes((package / "data/units.csv").read_bytes())
    (package / "data/units.csv").unlink()
    (package / "data/units.csv").symlink_to(outside)
    with pytest.raises(CannotTell, match=r"data/units\.csv leads outside"):
        validate(package, None)


def test_a_link_to_itself_is_refused(package: Path) -> None:
    (package / "data/units.csv").unlink()
    (package / "data/units.csv").symlink_to("units.csv")
    with pytest.raises(CannotTell, match=r"data/units\.csv is a link that leads nowhere"):
        validate(package)


def test_a_text_outside_the_folder_of_texts_is_not_read(tmp_path: Path) -> None:
    package = fixtures.assemble(tmp_path / "package")
    # The same bytes as the document's, which nothing in the folder has any more.
    (package / "sources/902-xinglan-digest.txt").rename(tmp_path / "secret.txt")
    sources = (package / "data/sources.csv").read_text(encoding="utf-8")
    (package / "data/sources.csv").write_text(
        sources.replace("902-xinglan-digest.txt", "../../secret.txt"), encoding="utf-8"
    )
    report = validate(package, package / "sources")
    assert "902" not in report.documents and "S113" in report.counts


def test_a_huge_line_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LINE", 10_000)
    outcome = judge(folder, "data/units.csv", fixtures.base()["data/units.csv"] + b"x" * 20_000)
    assert isinstance(outcome, Report) and "S108" in outcome.counts


def test_a_huge_file_is_refused_before_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "MAX_FILE_BYTES", 1000)
    with pytest.raises(CannotTell, match="more than the 1000"):
        open_package(folder)


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of the files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(archive({**fixtures.base(), "data/units.csv": b"0" * 50_000_000}))
    with pytest.raises(CannotTell, match=r"unpacks to \d+ bytes"):
        validate(bomb, None)


@FEW
@given(where=st.floats(0, 1), piece=st.binary(min_size=1, max_size=20), cut=st.integers(0, 200))
def test_a_damaged_archive(tmp_path_factory: pytest.TempPathFactory, where: float, piece: bytes, cut: int) -> None:
    data = archive(fixtures.base())
    at = int(where * len(data))
    file = tmp_path_factory.mktemp("zip") / "package.zip"
    file.write_bytes(data[:at] + piece + data[at + cut :])
    try:
        validate(file, None)
    except CannotTell as error:
        assert error.what


@pytest.mark.parametrize("share", range(6))
def test_an_empty_cell_is_no_crash(folder: Path, share: int) -> None:
    """Each column of the first row in turn, of all tables at once, texts at hand: rules meet a null wherever one may be."""
    tables = {name: list(csv.reader(io.StringIO(fixtures.base()[name].decode()))) for name in CSV_NAMES}
    try:
        for at in range(share, max(len(header) for header, *_ in tables.values()), 6):
            for name, (header, first, *rest) in tables.items():
                held = io.StringIO(newline="")
                emptied = [*first[:at], "", *first[at + 1 :]] if at < len(header) else first
                csv.writer(held, lineterminator="\n").writerows([header, emptied, *rest])
                (folder / name).write_bytes(held.getvalue().encode())
            assert isinstance(validate(folder, folder / "sources"), Report)
    finally:
        for name in CSV_NAMES:
            (folder / name).write_bytes(fixtures.base()[name])


# Archives that are none, or say two things


SPOILT = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data[:-1],
    "noise": lambda data: b"PK\x03\x04" + bytes(range(256)) * 8,
    "text": lambda data: b"not found\n",
}


@pytest.mark.parametrize("how", SPOILT)
def test_an_archive_that_came_in_part_is_no_descriptor(tmp_path: Path, how: str) -> None:
    archive = packed(tmp_path / "release.zip", fixtures.base().items())
    archive.write_bytes(SPOILT[how](archive.read_bytes()))
    with pytest.raises(CannotTell, match=r"release\.zip cannot be opened as a zip archive") as caught:
        open_package(archive)
    assert "download it again" in caught.value.mend


def test_an_archive_of_another_name_that_came_in_part(tmp_path: Path) -> None:
    archive = packed(tmp_path / "release", fixtures.base().items())
    assert open_package(archive).resources
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(CannotTell, match="cannot be opened as a zip archive"):
        open_package(archive)


def packed(path: Path, members: Iterable[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("again", ["data/units.csv", "data//units.csv", "./data/units.csv", "data\\units.csv"])
def test_a_member_that_an_archive_holds_twice_is_refused(tmp_path: Path, again: str) -> None:
    """Which of both is meant differs by reader: Python takes the last, others the first, and unpacking writes both."""
    members = [*fixtures.base().items(), (again, b"unit_id\n")]
    with pytest.raises(CannotTell, match=r"holds data/units\.csv more than once"):
        open_package(packed(tmp_path / "release.zip", members))


def test_an_archive_of_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = fixtures.base().items()
    monkeypatch.setattr(package_module, "MAX_MEMBERS", len(members))
    assert open_package(packed(tmp_path / "release.zip", members)).resources
    monkeypatch.setattr(package_module, "MAX_MEMBERS", len(members) - 1)
    with pytest.raises(CannotTell, match=f"holds {len(members)} files, more than the {len(members) - 1}"):
        open_package(tmp_path / "release.zip")
