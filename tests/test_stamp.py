"""Version and date in one place: the files written from it, and the changelog's headings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import stamp
from plans.changelog import SKELETON, released, section

LOG = """# Changelog

Words before.

## Data

### [Unreleased]

#### Added
- **targets**: 3 rows.

### [0.1.0] - 2026-01-01

#### Added
- First.

## Tool

### [Unreleased]

- A command.
"""

DESCRIPTOR = {
    "name": "district-plans",
    "title": "District plans",
    "description": "What was promised.",
    "version": "0.2.0",
    "created": "2026-02-03T00:00:00Z",
    "licenses": [{"name": "CC-BY-4.0"}],
    "keywords": ["China"],
    "contributors": [{"title": "Contributors", "roles": ["creator"]}, {"title": "A press", "roles": ["publisher"]}],
    "resources": [],
}


def test_unreleased_becomes_the_version_and_the_tool_part_stays() -> None:
    text = released(LOG, "0.2.0", "2026-02-03")
    assert text == LOG.replace(
        "### [Unreleased]\n\n#### Added", "### [Unreleased]\n\n### [0.2.0] - 2026-02-03\n\n#### Added", 1
    )
    assert section(text, "0.2.0") == "#### Added\n- **targets**: 3 rows." and section(text, "Unreleased") == ""
    assert section(text, "0.1.0") == "#### Added\n- First."


def test_written_twice_it_stays_the_same_and_a_wrong_date_is_mended() -> None:
    once = released(LOG, "0.2.0", "2026-02-03")
    assert released(once, "0.2.0", "2026-02-03") == once
    assert released(once.replace("2026-02-03", "2020-01-01"), "0.2.0", "2026-02-03") == once


def test_an_empty_unreleased_part_takes_the_summary_and_a_missing_file_is_made() -> None:
    empty = LOG.replace("#### Added\n- **targets**: 3 rows.\n\n", "")
    assert section(released(empty, "0.2.0", "2026-02-03", "- By the diff."), "0.2.0") == "- By the diff."
    made = released("", "0.1.0", "2026-02-03", "- Everything.")
    assert made.startswith(SKELETON) and section(made, "0.1.0") == "- Everything."
    without = released("# Changelog\n\n## Tool\n\n- x\n", "0.1.0", "2026-02-03", "- y")
    assert without.index("## Data") < without.index("### [0.1.0]") < without.index("## Tool")


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "# C\n",
                "## Data\n",
                "## Tool\n",
                "### [Unreleased]\n",
                "### [0.1.0] - 2026-01-01\n",
                "- x\n",
                "\n",
                "text",
            ]
        ),
        max_size=9,
    )
)
def test_any_changelog_gets_the_heading_once_and_keeps_its_lines(lines: list[str]) -> None:
    text = "".join(lines)
    once = released(text, "0.2.0", "2026-02-03", "- s")
    assert once.count("### [0.2.0] - 2026-02-03") == 1
    assert released(once, "0.2.0", "2026-02-03", "- s") == once
    kept = iter(once.split("\n"))
    assert all(line in kept for line in text.split("\n") if line.strip())


def test_citation_and_zenodo_show_the_descriptor_and_no_address_without_homepage() -> None:
    cff, zenodo = yaml.safe_load(stamp.citation(DESCRIPTOR)), json.loads(stamp.zenodo(DESCRIPTOR))
    assert (cff["version"], cff["date-released"], cff["license"]) == ("0.2.0", "2026-02-03", "CC-BY-4.0")
    assert (zenodo["version"], zenodo["publication_date"], zenodo["license"]) == ("0.2.0", "2026-02-03", "cc-by-4.0")
    assert cff["authors"] == zenodo["creators"] == [{"name": "Contributors"}]
    assert "http" not in stamp.citation(DESCRIPTOR) + stamp.zenodo(DESCRIPTOR)
    at = {**DESCRIPTOR, "homepage": "https://example.org/plans"}
    assert yaml.safe_load(stamp.citation(at))["url"] == "https://example.org/plans"
    assert json.loads(stamp.zenodo(at))["related_identifiers"][0]["identifier"] == "https://example.org/plans"


def test_people_are_named_in_the_form_each_file_wants() -> None:
    person = {"title": "Li Hua", "givenName": "Hua", "familyName": "Li"}
    descriptor = {**DESCRIPTOR, "contributors": [person, {"organization": "An office", "roles": ["author"]}]}
    assert yaml.safe_load(stamp.citation(descriptor))["authors"] == [
        {"family-names": "Li", "given-names": "Hua"},
        {"name": "An office"},
    ]
    assert json.loads(stamp.zenodo(descriptor))["creators"] == [{"name": "Li, Hua"}, {"name": "An office"}]
    assert yaml.safe_load(stamp.citation({**DESCRIPTOR, "contributors": []}))["authors"] == [
        {"name": "district-plans contributors"}
    ]


def test_data_never_released_show_no_date() -> None:
    never = {**DESCRIPTOR, "version": "0.0.0"}
    assert "date-released" not in yaml.safe_load(stamp.citation(never)) and "publication_date" not in json.loads(
        stamp.zenodo(never)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "datapackage.json").write_text(stamp.descriptor_text(DESCRIPTOR), encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(LOG, encoding="utf-8")
    readme = "# x\n\nData <!-- data-version -->?<!-- /data-version -->.\n\n    $ plans validate\ndistrict-plans 0.0.9\n"
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    return tmp_path


def test_stale_files_are_named_and_mended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    wanted = ["CITATION.cff", ".zenodo.json", "CHANGELOG.md", "README.md"]
    assert stamp.stale(folder) == wanted
    assert stamp.main(["--check"]) == 1 and "CITATION.cff" in capsys.readouterr().err
    assert stamp.main([]) == 0 and capsys.readouterr().out.split() == wanted
    assert stamp.main(["--check"]) == 0
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert (
        "<!-- data-version -->0.2.0 (2026-02-03)<!-- /data-version -->" in readme
        and "\ndistrict-plans 0.2.0\n" in readme
    )
    (folder / "CITATION.cff").write_text("version: 9.9.9\n", encoding="utf-8")
    assert stamp.stale(folder) == ["CITATION.cff"]


def test_a_broken_descriptor_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("{", "[]"):
        (tmp_path / "datapackage.json").write_text(text, encoding="utf-8")
        assert stamp.main([]) == 2 and "could not tell" in capsys.readouterr().err


def test_a_stamped_descriptor_keeps_everything_else_in_place() -> None:
    stamped = stamp.with_version(DESCRIPTOR, "1.0.0", "2027-01-02")
    assert list(stamped) == list(DESCRIPTOR) and stamped["created"] == "2027-01-02T00:00:00Z"
    assert {k: v for k, v in stamped.items() if k not in ("version", "created")} == {
        k: v for k, v in DESCRIPTOR.items() if k not in ("version", "created")
    }
    assert stamp.with_version({"name": "x"}, "1.0.0", "2027-01-02") == {
        "name": "x",
        "version": "1.0.0",
        "created": "2027-01-02T00:00:00Z",
    }
