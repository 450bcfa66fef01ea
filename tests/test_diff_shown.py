"""The forms of the diff, and `plans diff` as people run it."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from diff_fixtures import difference, edit_json, edit_rows, first_key, git, repository, set_cell, small_package
from plans.commands import diff as diff_command
from plans.commands import release as release_command
from plans.diffs import FORMATS, render
from plans.diffs.markdown import escape
from plans.diffs.sections import LONGEST
from plans.diffs.words import TITLES, WORDS, bump_table, identity_table
from planspec.diff import Diff
from planspec.diff.bump import LEVEL_OF
from planspec.diff.model import TIERS

ROOT = Path(__file__).resolve().parents[1]
NASTY = "a|b <script>alert(1)</script> @all *x* \x1b[31mred\nnext 目标" + "长" * 200


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return small_package(tmp_path / "old")


@pytest.fixture
def new(old: Path, tmp_path: Path) -> Path:
    """A copy with a change in every section."""
    new = Path(shutil.copytree(old, tmp_path / "new"))

    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[0]["note"] = NASTY
        rows[1]["strength"] = "ensure" if rows[1]["strength"] == "binding" else "binding"
        rows[2]["start"] = "1"
        rows[3]["year"] = "2031"
        rows[4]["hedged"] = rows[4]["hedged"].upper()
        return [*rows[:-1], {**rows[0], "target_id": "990199-2025-more"}]

    edit_rows(new, "targets", edit)
    edit_rows(new, "figures", lambda rows: rows[:-1])
    set_cell(
        new,
        "results",
        first_key(new, "results"),
        "value",
        "3.3",
    )
    edit_json(new / "schemas/units.json", lambda s: s["fields"][3]["constraints"]["enum"].append("force"))
    edit_json(new / "datapackage.json", lambda d: d.update(title=NASTY))
    return new


@pytest.fixture
def diff(old: Path, new: Path) -> Diff:
    return difference(old, new)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_form_in_every_language(diff: Diff, form: str, language: str) -> None:
    text = render(diff, form, language)
    assert text.endswith("\n") and text == render(diff, form, language)
    if form != "json":
        assert WORDS[language]["figure"] in text and "\x1b" not in text
    assert "990199-2025-more" in text


def test_sections_come_in_the_order_of_weight(diff: Diff) -> None:
    text = render(diff, "text", "en")
    headings = [
        text.index(f"\n{WORDS['en'][s]} (")
        for s in ("structure", "keys", "figure", "rows_added", "rows_removed", "reading", "place", "note", "form")
    ]
    assert headings == sorted(headings)
    assert text.index("value: ") < text.index("note: ")


def test_the_json_form_follows_its_schema_and_is_whole(diff: Diff, old: Path) -> None:
    schema = json.loads((ROOT / "docs" / "diff.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    content = json.loads(render(diff, "json", "en", limit=1))
    Draft202012Validator(schema).validate(content)
    Draft202012Validator(schema).validate(json.loads(render(difference(old, old), "json", "zh")))
    targets = next(t for t in content["tables"] if t["name"] == "targets")
    assert len(targets["changed"]) == 5 and NASTY in [c["new"] for r in targets["changed"] for c in r["cells"]]
    assert content["demanded"] == "major" and content["differs"] is True


def test_a_listing_that_is_cut_says_so_and_counts_stay_exact(old: Path, package: Path) -> None:
    lean = difference(old, package)
    text = render(lean, "text", "en", limit=3)
    added = next(t for t in lean.tables if t.name == "figures").added
    total = sum(len(t.added) for t in lean.tables)
    assert f"Rows added ({total})" in text and f"… and {total - 3} more, not listed" in text and len(added) > 500
    for form in ("markdown", "html"):
        assert f"… and {total - 3} more, not listed" in render(lean, form, "en", limit=3)


def test_a_long_cell_is_cut_and_counted(diff: Diff) -> None:
    assert f"… (+{len(NASTY) - LONGEST} characters)" in render(diff, "text", "en")


def test_markdown_takes_cells_literally(old: Path, new: Path) -> None:
    for one, other in ((old, new), (new, old)):
        text = render(difference(one, other), "markdown", "en")
        assert "<script>" not in text and "@all" not in text and "a|b" not in text
    assert escape("a|b @x *y* <z>") == r"a&#124;b &#64;x \*y\* &#60;z&#62;"
    assert text.count("<details>") == text.count("</details>") > 2


class Balanced(HTMLParser):
    """Every element that is opened is closed, and nothing runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_html_is_one_sound_page_without_scripts(diff: Diff, language: str) -> None:
    page = Balanced()
    text = render(diff, "html", language)
    page.feed(text)
    assert not page.open and "script" not in page.seen and {"table", "details", "del", "ins"} <= page.seen
    assert "http" not in text and f'lang="{"en" if language == "en" else "zh-Hans"}"' in text


def test_no_difference_is_said(old: Path) -> None:
    assert "No difference." in render(difference(old, old), "text", "en")
    assert "没有差异。" in render(difference(old, old), "markdown", "zh")


def test_every_kind_of_change_and_every_word_has_both_languages() -> None:
    assert set(TITLES) == set(LEVEL_OF) and all(en and zh for en, zh in TITLES.values())
    assert set(WORDS["en"]) == set(WORDS["zh"])
    for name in (*TIERS[1:], "keys"):
        assert name in WORDS["en"]


def test_the_versioning_page_shows_the_tables_the_diff_computes_with() -> None:
    page = (ROOT / "docs" / "versioning.md").read_text(encoding="utf-8")
    for name, made in (("steps", bump_table()), ("identity", identity_table())):
        marked = page.partition(f"<!-- begin {name} (generated) -->")[2].partition(f"<!-- end {name} -->")[0]
        assert marked.strip() == made.strip(), (
            f"docs/versioning.md: put plans.diffs.words' table between the marks of {name}"
        )


def command() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    diff_command.register(app)
    release_command.register(app)
    return app


def test_the_command_exits_0_with_differences_and_2_where_it_cannot_tell(old: Path, new: Path, tmp_path: Path) -> None:
    run = CliRunner()
    same = run.invoke(command(), ["diff", str(old), str(old), "--lang", "en"])
    differs = run.invoke(command(), ["diff", str(old), str(new), "--lang", "en"])
    assert (same.exit_code, differs.exit_code) == (0, 0)
    assert "demands a major version; the next version is at least" in differs.output
    for arguments in (
        ["nowhere", str(new)],
        [str(old), str(new), "--format", "pdf"],
        [str(old), str(new), "--lang", "fr"],
    ):
        assert run.invoke(command(), ["diff", *arguments]).exit_code == 2
    out = tmp_path / "diff.html"
    assert run.invoke(command(), ["diff", str(old), str(new), "--format", "html", "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_new_is_the_working_folder_by_default(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(old)
    git(old, "tag", "data-v0.1.0")
    set_cell(old, "targets", first_key(old, "targets"), "value", "7")
    monkeypatch.chdir(old)
    shown = CliRunner().invoke(command(), ["diff", "data-v0.1.0", "--lang", "zh"])
    assert shown.exit_code == 0 and "工作目录" in shown.output and "修订号" in shown.output
