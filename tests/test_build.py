"""Building a release: the same bytes each time, whole or not at all, and nothing invented."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.build import artifacts, build, sums
from plans.build.content import read_content, unit
from plans.build.notes import changes
from planspec.errors import CannotTell
from planspec.package import open_package
from planspec.rules.catalogue import catalogue
from release_fixtures import NAME, needs_build, stamped_package, tree

needs_build()

BUILD = (
    "import sys; from pathlib import Path; from plans.build import build; build(Path(sys.argv[1]), Path(sys.argv[2]))"
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stamped_package(tmp_path_factory.mktemp("build") / "package")


@pytest.fixture(scope="module")
def made(source: Path) -> dict[str, bytes]:
    return artifacts(read_content(source))


def _elsewhere(source: Path, out: Path, prefix: list[str], **environment: str) -> bytes:
    """SHA256SUMS of a build by a process of its own."""
    script = f"import os; os.umask(0o{environment.pop('UMASK', '022')}); {BUILD}"
    subprocess.run(
        [*prefix, sys.executable, "-c", script, str(source), str(out)],
        check=True,
        cwd=out.parent,
        env={**os.environ, **environment},
    )
    return (out / sums.SUMS).read_bytes()


def test_same_bytes_whatever_the_surroundings(source: Path, tmp_path: Path) -> None:
    """Folder, time zone, umask, locale, hash seed and working folder change nothing."""
    other = tmp_path / "a folder 夹" / "copy"
    shutil.copytree(source, other)
    (tmp_path / "one").mkdir()
    first = _elsewhere(source, tmp_path / "one" / "dist", [], TZ="Asia/Shanghai", LC_ALL="C.UTF-8", PYTHONHASHSEED="1")
    second = _elsewhere(
        other, other.parent / "out", [], TZ="America/Los_Angeles", LC_ALL="C", PYTHONHASHSEED="2", UMASK="077"
    )
    assert first == second


def test_same_bytes_whatever_the_clock(source: Path, made: dict[str, bytes], tmp_path: Path) -> None:
    clock = shutil.which("faketime")
    if clock is None:
        pytest.skip("faketime is not installed")
    assert _elsewhere(source, tmp_path / "dist", [clock, "2031-07-01 03:04:05"], TZ="UTC") == made[sums.SUMS]


def test_built_from_the_zip_it_is_the_same_release(made: dict[str, bytes], tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(made[f"{NAME}.zip"])
    again = artifacts(read_content(archive))
    assert again.keys() == made.keys()
    assert [name for name in made if again[name] != made[name]] == []


def test_the_folder_holds_what_its_sums_list(source: Path, tmp_path: Path) -> None:
    sizes = build(source, tmp_path / "dist")
    files = tree(tmp_path / "dist")
    assert sizes == {name: len(data) for name, data in files.items()}
    assert sorted(sums.parse(files[sums.SUMS])) == sorted(files.keys() - {sums.SUMS})
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", sums.SUMS], cwd=tmp_path / "dist", check=True)
    assert open_package(tmp_path / "dist").version == "0.1.0"
    assert list(tmp_path.iterdir()) == [tmp_path / "dist"]


def test_an_earlier_build_is_replaced_and_anything_else_refused(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    build(source, out)
    before = tree(out)
    (tmp_path / ".dist.new").mkdir()
    (tmp_path / ".dist.new" / "left").write_text("by a build that was killed")
    build(source, out)
    assert tree(out) == before
    assert not (tmp_path / ".dist.new").exists()
    (out / "thesis.docx").write_text("mine")
    with pytest.raises(CannotTell, match=r"thesis\.docx"):
        build(source, out)
    assert (out / "thesis.docx").read_text() == "mine"


def test_a_folder_that_no_build_made_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CannotTell, match=r"notes\.txt"):
        build(source, tmp_path)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: (p / "data" / "units.csv").unlink(), "cannot be read whole"),
        (lambda p: _edit(p / "data" / "targets.csv", "370202,", "370299,"), "refers to a key|FOREIGN KEY"),
        (
            lambda p: _edit(p / "datapackage.json", '"created": "2026-01-31T12:34:56Z"', '"created": "yesterday"'),
            "created",
        ),
        (
            lambda p: _edit(
                p / "datapackage.json", '"created": "2026-01-31T12:34:56Z"', '"created": "2026-01-31T12:34:56"'
            ),
            "time zone",
        ),
        (lambda p: _edit(p / "datapackage.json", '"version": "0.1.0",', ""), "no `version`"),
        (
            lambda p: _edit(p / "datapackage.json", '"title": "', '"title": "\\ud800'),
            r"^datapackage\.json: `title` holds \\ud800, ",
        ),
        (
            lambda p: _edit(p / "schemas" / "units.json", '"description": "', '"description": "\\u0000'),
            r"^schemas/units\.json: `(fields\.0\.)?description` holds \\x00, ",
        ),
        (lambda p: _edit(p / "datapackage.json", '"title": "', '"\\udc00": 1, "title": "'), r"`\\udc00` holds \\udc00"),
        (
            lambda p: _edit(p / "datapackage.json", '"title": "', '"extra": [{"share": NaN}], "title": "'),
            r"`extra\.0\.share` is nan",
        ),
        (lambda p: (p / "CHANGELOG.md").write_bytes("# 更新".encode("gbk")), r"CHANGELOG\.md is not UTF-8"),
    ],
    ids=[
        "missing table",
        "dangling reference",
        "no date",
        "no time zone",
        "no version",
        "half a character",
        "a control in a schema",
        "half a character in a name",
        "no number",
        "GBK beside",
    ],
)
def test_nothing_is_written_where_something_is_wrong(tmp_path: Path, spoil: object, says: str) -> None:
    package = stamped_package(tmp_path / "package")
    spoil(package)  # type: ignore[operator] # a parameter is a plain object to mypy
    with pytest.raises(CannotTell, match=says):
        build(package, tmp_path / "dist")
    assert [p.name for p in tmp_path.iterdir()] == ["package"]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_zip_opens_in_frictionless_and_dates_every_entry_alike(made: dict[str, bytes], tmp_path: Path) -> None:
    from frictionless import Package

    archive = tmp_path / "release.zip"
    archive.write_bytes(made[f"{NAME}.zip"])
    with zipfile.ZipFile(archive) as opened:
        assert {i.date_time for i in opened.infolist()} == {(2026, 1, 31, 12, 34, 56)}
        assert opened.namelist() == sorted(opened.namelist())
        listed = sums.parse(opened.read(sums.SUMS))
        assert sorted(listed) == sorted(set(opened.namelist()) - {sums.SUMS})
    assert Package(str(archive)).validate().valid


def test_addresses_are_those_of_standards_and_licences_alone(made: dict[str, bytes]) -> None:
    """No address of the project's own is made up while the descriptor has no homepage."""
    known = (
        "creativecommons.org",
        "datapackage.org",
        "schema.org",
        "w3.org",
        "purl.org",
        "spdx.org",
        "mlcommons.org",
        "keepachangelog.com",
    )
    text = b"\n".join(d for n, d in made.items() if not n.endswith((".zip", ".xlsx", ".sqlite", ".parquet"))).decode()
    hosts = {host.removeprefix("www.") for host in re.findall(r"https?://([^/\s\"')}]+)", text)}
    assert hosts <= set(known)


def test_a_homepage_is_used_where_there_is_one(tmp_path: Path) -> None:
    home = "https://plans.example.org/"
    files = artifacts(read_content(stamped_package(tmp_path / "package", homepage=home)))
    assert json.loads(files["dataset.jsonld"])["url"] == home
    croissant = json.loads(files["croissant.json"])
    assert croissant["url"] == home
    assert home in croissant["citeAs"]


def test_rules_json_is_the_catalogue(made: dict[str, bytes]) -> None:
    listed = json.loads(made["rules.json"])
    assert [r["id"] for r in listed["rules"]] == list(catalogue())
    assert (listed["package"], listed["version"]) == (NAME, "0.1.0")


def test_the_dictionary_has_every_column(source: Path, made: dict[str, bytes]) -> None:
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(made["data-dictionary.csv"].decode())))
    fields = [(r.name, f.name) for r in open_package(source) for f in r.fields]
    assert [(row["resource"], row["column"]) for row in rows] == fields
    assert all(row["title"] and row["title_zh"] and row["description"] for row in rows)
    page = made["data-dictionary.md"].decode()
    assert page.startswith("# Data dictionary")
    assert all(f"| `{field}` |" in page for _, field in fields)


def test_every_numeric_column_has_a_unit(source: Path) -> None:
    without = {
        f.name for r in open_package(source) for f in r.fields if f.type in ("number", "integer") and not unit(f)
    }
    assert without == {"part"}


CHANGELOG = """# Changelog

## Data

### [Unreleased]

#### Added
- open

### [0.2.0] - 2026-02-01

#### Fixed
- **targets**: one value

### [0.1.0] - 2026-01-01

- first

## Tool

### [0.2.0]

- not data
"""


@pytest.mark.parametrize(
    ("version", "said"),
    [("0.2.0", "### Fixed\n- **targets**: one value"), ("0.1.0", "- first"), ("0.3.0", "### Added\n- open")],
)
def test_the_notes_take_their_version_from_the_changelog(version: str, said: str) -> None:
    assert changes(CHANGELOG, version) == said


def test_the_diff_stands_in_the_notes(source: Path) -> None:
    from plans.build import notes

    with_diff = notes.make(read_content(source, "- 1 target changed"))["RELEASE-NOTES.md"].decode()
    assert "## Row by row\n\n- 1 target changed\n\n## Files" in with_diff
    assert "Row by row" not in notes.make(read_content(source))["RELEASE-NOTES.md"].decode()


PATHS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}(/[a-z0-9][a-z0-9._-]{0,8})?", fullmatch=True)
DIGESTS = st.dictionaries(PATHS, st.from_regex(r"[0-9a-f]{64}", fullmatch=True), min_size=1, max_size=5)


@given(DIGESTS)
def test_sums_are_read_as_they_were_written(digests: dict[str, str]) -> None:
    assert sums.parse(sums.render(digests)) == digests


@given(DIGESTS, st.data())
def test_no_flipped_bit_of_the_sums_goes_unseen(digests: dict[str, str], data: st.DataObject) -> None:
    """A changed SHA256SUMS is refused, or lists something else, which no file then matches."""
    text = bytearray(sums.render(digests))
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert sums.parse(bytes(text)) != digests
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize("line", ["../x", "/etc/passwd", "a\\b", "SHA256SUMS", "https://example.org/x"])
def test_sums_cannot_name_a_file_outside_the_release(line: str) -> None:
    with pytest.raises(ValueError, match="no file of a release"):
        sums.parse(f"{'0' * 64}  {line}\n".encode())


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(CannotTell, match="differ in case"):
        sums.check_names(["data/A.csv", "data/a.csv"])


@pytest.mark.parametrize("version", ["1.1.1\n", "1.x", "../../evil", "1.0", "\uff11.2.3", "1" * 70 + ".0.0"])
def test_a_version_of_another_form_is_not_built(source: Path, tmp_path: Path, version: str) -> None:
    package = Path(shutil.copytree(source, tmp_path / "package"))
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8")) | {"version": version}
    (package / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(CannotTell, match=r"not of the form 1\.2\.3"):
        build(package, tmp_path / "out")
    assert not (tmp_path / "out").exists()
