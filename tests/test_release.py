"""`plans release` in real git repositories: what it refuses, what it writes, and that a dry run writes nothing."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from diff_fixtures import commit, edit_json, edit_rows, first_key, git, lean_package, repository, set_cell
from plans import stamp
from plans.commands import diff as diff_command
from plans.commands import release as release_command
from planspec.diff import opened


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    diff_command.register(app)
    release_command.register(app)
    return app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a package whose data hold, as the current folder."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PLANS_SOURCES", raising=False)
    package = repository(lean_package(tmp_path / "package"))
    monkeypatch.chdir(package)
    return package


def release(app: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["release", *arguments, "--date", "2026-12-01"], catch_exceptions=False)


def state(folder: Path) -> dict[str, bytes]:
    """Every file of the working tree, and every reference and the index of the repository."""
    files = {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".git/" not in p.as_posix()
    }
    return files | {
        "refs": git(folder, "show-ref", "--head").encode(),
        "index": git(folder, "ls-files", "--stage").encode(),
    }


def released(app: typer.Typer, folder: Path, version: str = "0.1.0") -> None:
    git(folder, "diff", "--quiet")
    done = release(app, version)
    assert done.exit_code == 0, done.output


def describe_anew(folder: Path) -> None:
    set_cell(folder, "units", first_key(folder, "units"), "name_en", "another name")


def add_a_unit(folder: Path) -> None:
    def add(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        more = {
            **rows[0],
            "unit_id": "zzz",
            "symbol_zh": "筐",
            "name_en": "basket",
            "base_unit_id": rows[0]["base_unit_id"],
        }
        return sorted([*rows, more], key=lambda r: r["unit_id"])

    edit_rows(folder, "units", add)


def add_a_column(folder: Path) -> None:
    path = folder / "data" / "errata.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", ",extra\n"), encoding="utf-8", newline="")
    more = {"name": "extra", "type": "string", "title": "Extra", "description": "More.", "example": "x"}
    edit_json(folder / "schemas/errata.json", lambda s: s["fields"].append(more))


def test_a_first_release_stamps_commits_and_tags(app: typer.Typer, folder: Path) -> None:
    done = release(app, "0.1.0")
    assert done.exit_code == 0, done.output
    assert "none, this is the first" in done.output and "Tagged data-v0.1.0" in done.output
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert (descriptor["version"], descriptor["created"]) == ("0.1.0", "2026-12-01T00:00:00Z")
    assert yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))["version"] == "0.1.0"
    assert "### [0.1.0] - 2026-12-01" in (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert git(folder, "status", "--porcelain") == "" and stamp.stale(folder) == []
    assert git(folder, "cat-file", "-t", "data-v0.1.0").strip() == "tag"
    assert git(folder, "rev-parse", "data-v0.1.0^{commit}") == git(folder, "rev-parse", "HEAD")
    message = git(folder, "tag", "--list", "--format=%(contents)", "data-v0.1.0")
    assert "#### Added" in message and "**targets**" in message
    assert git(folder, "log", "-1", "--format=%s").strip() == "Release data 0.1.0"
    with opened("data-v0.1.0", folder) as tagged:
        assert tagged.side.version == "0.1.0"


def test_a_dry_run_shows_everything_and_writes_nothing(app: typer.Typer, folder: Path) -> None:
    (folder / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Data\n\n### [Unreleased]\n\n- Words of a person.\n", encoding="utf-8"
    )
    (folder / "README.md").write_text("Version <!-- data-version -->–<!-- /data-version -->\n", encoding="utf-8")
    commit(folder, "Pages")
    before = state(folder)
    shown = release(app, "0.1.0", "--dry-run")
    assert shown.exit_code == 0 and state(folder) == before
    for part in (
        '+  "version": "0.1.0"',
        "+++ CITATION.cff",
        "+++ .zenodo.json",
        "### [0.1.0] - 2026-12-01",
        "0.1.0 (2026-12-01)",
        "Words of a person.",
        "data-v0.1.0",
        "Nothing was written",
    ):
        assert part in shown.output, part


@pytest.mark.parametrize(
    ("edit", "level", "enough", "less"),
    [
        (describe_anew, "patch", "0.1.1", []),
        (add_a_unit, "minor", "0.2.0", ["0.1.1"]),
        (add_a_column, "major", "1.0.0", ["0.1.1", "0.2.0"]),
    ],
)
def test_less_than_the_changes_demand_is_refused_with_the_reason(
    app: typer.Typer, folder: Path, edit, level: str, enough: str, less: list[str]
) -> None:
    released(app, folder)
    edit(folder)
    commit(folder, "Edit")
    before = state(folder)
    for version in less:
        refused = release(app, version)
        assert refused.exit_code == 1 and state(folder) == before
        assert (
            f"but the changes since data-v0.1.0 demand {level}" in refused.output
            and f"release {enough}" in refused.output
        )
        assert re.search(rf"{level}: (units: rows added|errata\.extra: field added)", refused.output)
    done = release(app, enough)
    assert done.exit_code == 0, done.output
    assert f"the changes since demand: {level} (at least {enough})" in done.output


def test_a_release_counts_the_rows_that_were_added(app: typer.Typer, folder: Path) -> None:
    def count(descriptor: dict) -> None:
        for resource in descriptor["resources"]:
            resource["rows"] = len((folder / resource["path"]).read_text(encoding="utf-8").splitlines()) - 1

    edit_json(folder / "datapackage.json", count)
    add_a_unit(folder)
    commit(folder, "One unit more, not counted")
    done = release(app, "0.1.0")
    assert done.exit_code == 0, done.output
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    rows = {r["name"]: r["rows"] for r in descriptor["resources"]}
    assert rows["units"] == len((folder / "data/units.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert rows["targets"] == 0


def test_a_dirty_tree_is_refused(app: typer.Typer, folder: Path) -> None:
    describe_anew(folder)
    (folder / "new file.txt").write_text("x", encoding="utf-8")
    before = state(folder)
    refused = release(app, "0.1.0")
    assert refused.exit_code == 1 and state(folder) == before
    assert (
        "the tree is dirty: 2 files" in refused.output
        and "data/units.csv" in refused.output
        and "new file.txt" in refused.output
    )


def test_a_version_that_exists_or_is_not_later_is_refused(app: typer.Typer, folder: Path) -> None:
    released(app, folder, "0.2.0")
    describe_anew(folder)
    commit(folder, "Edit")
    for version, said in (
        ("0.2.0", "version 0.2.0 exists: tag data-v0.2.0"),
        ("0.1.9", "0.1.9 is not later than 0.2.0"),
    ):
        refused = release(app, version)
        assert refused.exit_code == 1 and said in refused.output and "Nothing was written" in refused.output
    git(folder, "tag", "data-v0.2.1", "HEAD~1")
    assert "version 0.2.1 exists" in release(app, "0.2.1").output


def test_data_with_errors_are_refused(app: typer.Typer, folder: Path) -> None:
    set_cell(folder, "units", first_key(folder, "units"), "factor", "many")
    commit(folder, "A wrong value")
    before = state(folder)
    refused = release(app, "0.1.0")
    assert refused.exit_code == 1 and state(folder) == before
    assert "the data do not hold" in refused.output and re.search(r"data/units\.csv:\d+:factor", refused.output)


def test_every_refusal_is_said_at_once(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    add_a_column(folder)
    set_cell(folder, "units", first_key(folder, "units"), "factor", "many")
    refused = release(app, "0.1.1")
    assert refused.exit_code == 1
    assert len(re.findall(r"^Refused: ", refused.output, re.MULTILINE)) == 3


def test_a_release_that_is_not_at_hand_is_noticed(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    git(folder, "tag", "--delete", "data-v0.1.0")
    refused = release(app, "0.1.1")
    assert (
        refused.exit_code == 1
        and "says 0.1.0, but no release is at hand" in refused.output
        and "git fetch --tags" in refused.output
    )


def test_a_release_cut_off_before_its_tag_is_finished_by_running_it_again(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    head = git(folder, "rev-parse", "HEAD")
    git(folder, "tag", "--delete", "data-v0.1.0")
    released(app, folder)
    assert git(folder, "rev-parse", "HEAD", "data-v0.1.0^{commit}") == head + head


def test_an_older_line_is_measured_against_its_own_last_release(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    git(folder, "branch", "old-line")
    add_a_unit(folder)
    commit(folder, "A unit")
    released(app, folder, "0.2.0")
    git(folder, "checkout", "--quiet", "old-line")
    describe_anew(folder)
    commit(folder, "A note")
    done = release(app, "0.1.1")
    assert done.exit_code == 0 and "last release: data-v0.1.0" in done.output


def test_a_failing_commit_leaves_everything_as_it_was(app: typer.Typer, folder: Path) -> None:
    before = state(folder)
    hook = folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'error: not today' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    failed = release(app, "0.1.0")
    assert failed.exit_code == 2 and "not today" in failed.output
    assert state(folder) == before and git(folder, "status", "--porcelain") == ""
    hook.unlink()
    released(app, folder)


def test_a_failing_tag_takes_the_commit_back(app: typer.Typer, folder: Path) -> None:
    before = state(folder)
    git(folder, "config", "tag.gpgSign", "true")
    git(folder, "config", "gpg.program", "/bin/false")
    assert release(app, "0.1.0").exit_code == 2
    assert state(folder) == before and git(folder, "status", "--porcelain") == ""


def test_the_package_may_lie_in_a_folder_of_the_repository(app: typer.Typer, tmp_path: Path) -> None:
    inside = lean_package(tmp_path / "repo" / "package 数据")
    repository(tmp_path / "repo")
    done = CliRunner().invoke(app, ["release", "0.1.0", "--package", str(inside), "--date", "2026-12-01"])
    assert done.exit_code == 0, done.output
    assert git(tmp_path / "repo", "status", "--porcelain") == ""
    set_cell(inside, "units", first_key(inside, "units"), "name_en", "another name")
    commit(inside, "Edit")
    again = CliRunner().invoke(app, ["release", "0.1.1", "--package", str(inside), "--date", "2026-12-02"])
    assert again.exit_code == 0 and "demand: patch" in again.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1.0"], "is no version"),
        (["v1.0.0"], "is no version"),
        (["1.0.0", "--date", "2026-13-01"], "is no date"),
        (["1.0.0", "--package", "nowhere"], "does not exist"),
    ],
)
def test_what_it_cannot_tell_ends_with_2(app: typer.Typer, folder: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["release", *arguments])
    assert done.exit_code == 2 and said in done.output


def test_outside_a_repository_and_before_the_first_commit(app: typer.Typer, tmp_path: Path) -> None:
    lone = lean_package(tmp_path / "lone")
    done = CliRunner().invoke(app, ["release", "0.1.0", "--package", str(lone)])
    assert done.exit_code == 2 and "no git repository" in done.output
    git(lone, "init", "--quiet")
    done = CliRunner().invoke(app, ["release", "0.1.0", "--package", str(lone)])
    assert done.exit_code == 2 and "no commit yet" in done.output


def test_the_diff_of_two_releases_names_the_step_that_was_taken(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    describe_anew(folder)
    commit(folder, "Edit")
    released(app, folder, "0.1.1")
    shown = CliRunner().invoke(app, ["diff", "data-v0.1.0", "data-v0.1.1", "--format", "json"])
    content = json.loads(shown.output)
    assert (content["old"]["version"], content["new"]["version"], content["demanded"]) == ("0.1.0", "0.1.1", "patch")
    assert content["structure"] == []


def test_a_date_before_the_last_release_is_refused(app: typer.Typer, folder: Path) -> None:
    released(app, folder)
    describe_anew(folder)
    commit(folder, "Edit")
    before = state(folder)
    refused = CliRunner().invoke(app, ["release", "0.1.1", "--date", "2026-11-30"], catch_exceptions=False)
    assert refused.exit_code == 1 and state(folder) == before
    assert "2026-11-30 is before 2026-12-01, the date of the last release, 0.1.0" in refused.output
    assert "--date 2026-12-01 or later" in refused.output
    assert release(app, "0.1.1").exit_code == 0


def test_outside_a_repository_the_mend_is_one_that_helps(app: typer.Typer, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["release", "0.1.0", "--package", str(lean_package(tmp_path / "p"))])
    assert done.exit_code == 2
    assert "is in no git repository" in done.output
    assert "git clone" in done.output and "--package" in done.output and "a URL" not in done.output
