"""The site's parts without a browser: words, values, derivations, charts, files, links."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from typer.testing import CliRunner

from plans.commands import site as command
from plans.site import charts, proof
from plans.site.build import write_site
from plans.site.compare import axis
from plans.site.downloads import artifacts, readable_size
from plans.site.explore import as_inline
from plans.site.history import History, read_history
from plans.site.model import Model, open_model
from plans.site.pages import Pages
from plans.site.quantity import period, show
from plans.site.records import record_page
from plans.site.render import Renderer
from plans.site.words import words
from planspec.errors import CannotTell
from planspec.package import open_package
from site_fixtures import make_site, packages, replace_cell, shared, small_package

for module in ("altair", "jinja2", "markdown_it", "vl_convert"):
    pytest.importorskip(module, reason=f"{module} is not installed (pip install -e .[site])")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory.getbasetemp().parent, "whole-site", make_site) / "site"


@pytest.fixture(scope="module")
def model(root: Path) -> Model:
    return open_model(root)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_package(tmp_path / "small")


# Words


def test_every_text_has_both_languages_and_the_same_placeholders() -> None:
    for group, entries in words().items():
        for key, text in entries.items():
            assert set(text) == {"en", "zh"}, (group, key)
            names = [set(re.findall(r"{(\w+)}", text[lang])) for lang in ("en", "zh")]
            assert names[0] == names[1], (group, key)


GROUPS = {
    "comparator": "comparator", "strength": "strength", "theme": "theme", "category": "category", "stage": "stage",
    "status": "status", "measure": "measure", "dimension": "dimension", "completeness": "completeness", "role": "role",
    "reason": "reason", "confidence": "confidence", "level": "level", "field": "field",
}  # fmt: skip


def test_every_word_of_a_code_list_has_a_name(root: Path) -> None:
    for resource in open_package(root):
        for field in resource.fields:
            group = "project_kind" if (resource.name, field.name) == ("projects", "kind") else GROUPS.get(field.name)
            for value in field.constraints.get("enum", []) if group else []:
                assert value in words()[group], f"{resource.name}.{field.name} = {value}"


def test_templates_use_only_texts_that_exist(root: Path) -> None:
    for template in (root / "scripts/plans/site/templates").glob("*.html"):
        for group, key in re.findall(r"\bt\('(\w+)', '(\w+)'", template.read_text(encoding="utf-8")):
            assert key in words()[group], f"{template.name}: {group}.{key}"


# Values


@pytest.mark.parametrize(
    ("key", "short_en", "long_en", "short_zh", "long_zh"),
    [
        ("target/370202-2025-gdp-growth", "≥ 5.5%", "5.5% or more", "≥ 5.5%", "5.5%以上"),
        ("target/370203-2025-budget-revenue-growth", "≈ 5%", "about 5%", "≈ 5%", "约5%"),
        ("target/370203-2025-new-jobs", "40,000 people", "40,000 people", "4万人", "4万人"),
        ("target/370212-2025-ai-vr-industry-scale", "> CNY 60 billion", "more than CNY 60 billion", "> 600亿元", "超过600亿元"),
        ("target/370202-2025-disposable-income-growth", "in step with GDP growth", "in step with growth of gross regional product", "与经济增长同步", "与地区生产总值增长率同步"),
        ("target/370212-2025-resident-income-growth", "roughly in step with GDP growth", "roughly in step with growth of gross regional product", "与经济增长基本同步", "与地区生产总值增长率基本同步"),
        ("result/370202-2024-old-estates-renovated-area", "2.48 million m²", "2.48 million m²", "248万平方米", "248万平方米"),
        ("target/370212-2025-forest-quality-area", "10,000 mu", "10,000 mu", "1万亩", "1万亩"),
        ("result/370212-2024-rd-intensity-rank-2024", "first in the province", "first in the province", "全省首位", "全省首位"),
    ],
)  # fmt: skip
def test_a_value_keeps_its_comparator_and_unit(
    model: Model, key: str, short_en: str, long_en: str, short_zh: str, long_zh: str
) -> None:
    record = model.records[tuple(key.split("/"))]  # type: ignore[index] # kind and key
    english = show(record.row, model.units, model.indicators, "en")
    chinese = show(record.row, model.units, model.indicators, "zh")
    assert (english.short, english.long, chinese.short, chinese.long) == (short_en, long_en, short_zh, long_zh)


def test_not_stated_and_words_only_have_looks_of_their_own(model: Model) -> None:
    looks = {show(r.row, model.units, model.indicators, "en").kind for r in model.of("target")}
    assert {"ge", "gt", "eq", "approx", "in_step", "keep", "qualitative", "binding", "not_stated"} <= looks


@pytest.mark.parametrize(
    ("row", "english", "chinese"),
    [
        ({"period": "2024-01/2024-11"}, "Jan–Nov 2024", "2024年1—11月"),
        ({"period": "2030"}, "2030", "2030"),
        ({"period": None}, "", ""),
        ({"period": "2024-11/2025-02"}, "Nov 2024 – Feb 2025", "2024年11月—2025年2月"),
    ],
)
def test_periods_in_words(row: dict[str, str], english: str, chinese: str) -> None:
    assert (period(row, "en"), period(row, "zh")) == (english, chinese)


def test_every_value_can_be_shown_in_both_languages(model: Model) -> None:
    for record in [*model.of("target"), *model.of("result")]:
        for language in ("en", "zh"):
            shown = show(record.row, model.units, model.indicators, language)
            assert shown.short and "{" not in shown.short + shown.long and "None" not in shown.short


# Derivation


def test_every_step_of_every_record_holds(model: Model) -> None:
    failing = [(r.key, s.title) for r in model.records.values() for s in proof.steps(model, r, "en") if not s.holds]
    assert failing == []


def test_a_changed_value_breaks_its_step_and_no_other(package: Path) -> None:
    replace_cell(package, "targets", "370203-2025-gdp-growth", "value", "6.5")
    changed = open_model(package)
    record = changed.records[("target", "370203-2025-gdp-growth")]
    failing = [s.rules[0] for s in proof.steps(changed, record, "en") if not s.holds]
    assert failing == ["R230", "R206"]


def test_the_phrase_is_marked_at_its_own_figure(model: Model) -> None:
    pieces = proof.parts(model.records[("target", "370202-2025-gdp-growth")])
    assert pieces == [("地区生产总值", "label"), ("增长", ""), ("5.5%以上", "figure")]
    for record in [*model.of("target"), *model.of("result")]:
        pieces = proof.parts(record)
        assert "".join(text for text, _ in pieces) == (record["stated"] or "")
        assert record["stated"] is None or any(look == "figure" for _, look in pieces), record.key


# Charts

MARKS = [
    charts.Mark("A", "", "ge", "≥ 5.5%", "a.html", 5.5, last=6, last_shape="ge", last_words="2024: ≥ 6%", last_url="l.html"),
    charts.Mark("B", "", "eq", "3%", "b.html", 3.0),
    charts.Mark("C", "", "not_stated", "not stated", "c.html"),
    charts.Mark("D", "", "unknown", "unknown", ""),
]  # fmt: skip


def draw(marks: list[charts.Mark]) -> str:
    pytest.importorskip("vl_convert")
    return charts.svg(charts.filled(charts.specification("en"), marks, "%"))


def test_a_lower_bound_is_drawn_open_and_a_plain_number_is_not() -> None:
    accent = charts.COLOURS["accent"]
    bound, plain = draw(MARKS[:1]), draw(MARKS[1:2])
    assert bound.count(f'stroke="{accent}"') > 0
    assert plain.count(f'stroke="{accent}"') == 0
    assert plain.count(f'fill="{accent}"') == 1


def test_not_stated_and_unknown_look_different() -> None:
    silent, unknown = draw(MARKS[2:3]), draw(MARKS[3:4])
    assert "stroke-dasharray" in unknown
    assert "stroke-dasharray" not in silent


def test_charts_on_pages_follow_the_style_sheet_and_files_stand_alone() -> None:
    drawing = draw(MARKS)
    themed, printed = charts.themed(drawing), charts.printed(drawing)
    assert "var(--accent)" in themed and "#0102" not in themed and "vega-datasets" not in themed
    assert 'href="a.html" tabindex="-1"' in themed and 'href="l.html"' in themed and "aria-hidden" in themed
    assert "#0102" not in printed and "<a" not in printed and "href" not in printed


def test_an_axis_without_numbers_has_no_labels() -> None:
    assert "0%" in draw(MARKS)
    assert "0%" not in draw(MARKS[2:])


@pytest.mark.parametrize(
    ("values", "ends"), [([5.5], (0, 8)), ([-3, 2], (-4, 4)), ([140, 17], (0, 200)), ([], (0, 1)), ([0.04], (0, 0.06))]
)
def test_the_number_line_is_round_and_leaves_room(values: list[float], ends: tuple[float, float]) -> None:
    low, high = charts.top_of([charts.Mark("", "", "eq", "", "", v) for v in values])
    assert (low, high) == pytest.approx(ends)
    assert all(low <= v < high for v in values)


def test_the_axis_takes_a_unit_its_reader_knows() -> None:
    assert axis("currency", 6e10, "en") == (1e-9, " bn")
    assert axis("currency", 6e10, "zh") == (1e-8, "亿")
    assert axis("persons", 4e4, "zh") == (1e-4, "万")
    assert axis("fraction", 0.055, "en") == (100, "%")


# Files


def test_every_record_has_a_page_in_both_languages(site: Path) -> None:
    whole = open_model(site.parent / "package")
    assert len(whole.records) > 1000
    for record in whole.records.values():
        assert (site / record.path).is_file() and (site / "zh" / record.path).is_file()


def test_every_link_leads_somewhere_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    files = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    pages = {name: (site / name).read_text(encoding="utf-8") for name in files if name.endswith(".html")}
    ids = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    problems = set()
    for name, text in pages.items():
        for tag, attribute, url in set(re.findall(r'<(\w+)\b[^>]*?\s(href|src)="([^"]*)"', text)):
            if url.startswith("data:"):
                continue
            if "//" in url:
                # Outside addresses may be followed by a person, never loaded by a page.
                problems |= {(name, url)} if tag != "a" or attribute == "src" else set()
                continue
            path, _, anchor = url.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path))) if path else name
            if target not in files or ("=" not in anchor and anchor and unquote(anchor) not in ids[target]):
                problems.add((name, url))
    assert problems == set()


def test_styles_and_own_scripts_ask_for_nothing(site: Path) -> None:
    for name in ("site.css", "site.js", "explore.js", "chooser.js", "records.js", "charts.js"):
        text = (site / "assets" / name).read_text(encoding="utf-8")
        assert not re.search(r"\b(fetch\(|XMLHttpRequest|import\(|@import|url\(\s*['\"]?https?:)", text), name


def test_first_page_is_small(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    loaded = [site / u for u in re.findall(r'(?:src|href)="(assets/[^"]+)"', html)]
    assert sum(p.stat().st_size for p in [site / "index.html", *loaded]) < 500_000


def test_dataset_is_described_in_the_head(site: Path) -> None:
    for page in ("index.html", "zh/index.html", "download.html"):
        html = (site / page).read_text(encoding="utf-8")
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index] # found or the test fails
        assert "Dataset" in data["@type"] and data["license"].startswith("https://creativecommons.org/")


def test_the_same_package_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    script = (
        "import hashlib, sys; from pathlib import Path; from types import SimpleNamespace as Report;"
        "from plans.site.build import site_files; p = Path(sys.argv[1]); h = hashlib.sha256();"
        "r = Report(rows={}, count=lambda severity: 0); m = Path(sys.argv[2]);"
        "[h.update(n.encode() + d) for n, d in site_files(p, r, packages=m)]; print(h.hexdigest())"
    )
    modules, found = packages(), []
    for seed, zone, locale in (("1", "Asia/Shanghai", "C"), ("2", "America/New_York", "zh_CN.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-c", script, str(small), str(modules)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.strip().splitlines()[-1])
    assert found[0] == found[1]


def test_text_from_the_data_is_never_markup(small: Path) -> None:
    replace_cell(small, "targets", "370203-2025-gdp-growth", "note", "</script><img src=x onerror=alert(1)> `a`")
    replace_cell(small, "targets", "370203-2025-gdp-growth", "scope_en", "<b>bold</b>")
    changed = open_model(small)
    record = changed.records[("target", "370203-2025-gdp-growth")]
    html = record_page(Renderer(changed, "en"), record, History())[1].decode()
    assert "<img" not in html and "<b>" not in html and "&lt;/script&gt;" in html and "<code>a</code>" in html
    assert "<" not in as_inline({"a": "</script><!--"})


def test_an_earlier_site_is_replaced_and_any_other_folder_refused(tmp_path: Path) -> None:
    out = tmp_path / "site"
    files = [("index.html", b"1"), ("assets/site.css", b"")]
    write_site(out, iter([*files, ("old.html", b"")]))
    write_site(out, iter(files))
    assert sorted(p.name for p in out.rglob("*") if p.is_file()) == ["index.html", "site.css"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.doc").write_text("x")
    with pytest.raises(CannotTell, match="something else"):
        write_site(other, iter(files))
    assert [p.name for p in other.iterdir()] == ["thesis.doc"]


def test_a_failure_leaves_the_earlier_site_alone(tmp_path: Path) -> None:
    out = tmp_path / "site"
    write_site(out, iter([("index.html", b"1"), ("assets/site.css", b"")]))

    def failing():
        yield "index.html", b"2"
        raise CannotTell("no")

    with pytest.raises(CannotTell):
        write_site(out, failing())
    assert (out / "index.html").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


# Download page and history


DIGEST = hashlib.sha256(b"x,y\n").hexdigest()


def built(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"x,y\n")
    (folder / "SHA256SUMS").write_text(f"{DIGEST}  a.csv\n")
    return folder


def test_download_page_lists_and_carries_the_built_files(small: Path, tmp_path: Path) -> None:
    files = artifacts(built(tmp_path / "dist"))
    assert next((a.path, a.data) for a in files) == ("files/a.csv", b"x,y\n")
    renderer = Renderer(open_model(small), "zh")
    html = Pages(renderer, small, History(), files, {}, {}).download()[1].decode()
    assert DIGEST in html and 'href="../files/a.csv"' in html and "4 B" in html
    assert "read_parquet" in html


def test_a_file_that_is_not_the_one_listed_is_refused(tmp_path: Path) -> None:
    folder = built(tmp_path / "dist")
    (folder / "a.csv").write_bytes(b"x,z\n")
    with pytest.raises(CannotTell, match=r"a\.csv"):
        artifacts(folder)
    assert artifacts(None) == []


def test_sizes_are_readable() -> None:
    assert [readable_size(n) for n in (12, 52_300, 1_340_000)] == ["12 B", "52 kB", "1.3 MB"]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_history_tells_what_each_release_did_to_a_record(small: Path) -> None:
    assert read_history(small).releases == []
    git(small, "init", "--quiet")
    for version, value in (("0.1.0", None), ("0.2.0", "6")):
        if value:
            replace_cell(small, "targets", "370203-2025-gdp-growth", "value", value)
        git(small, "add", "--all")
        git(small, "commit", "--quiet", "--message", version)
        git(small, "tag", f"data-v{version}")
    history = read_history(small)
    assert [r.version for r in history.releases] == ["0.2.0", "0.1.0"]
    assert history.releases[0].changes == {"target": {"added": 0, "changed": 1, "removed": 0}}
    events = history.events[("target", "370203-2025-gdp-growth")]
    assert [(e.version, e.event, e.columns) for e in events] == [
        ("0.1.0", "added", ()),
        ("0.2.0", "changed", ("value",)),
    ]


# The command


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    result = CliRunner().invoke(app, ["site", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_no_site_is_made_of_data_that_do_not_hold_unless_it_says_so(small: Path, tmp_path: Path) -> None:
    replace_cell(small, "targets", "370203-2025-gdp-growth", "value", "6.5")
    out = tmp_path / "out"
    code, text = run(str(small), "--out", str(out))
    assert code == 1 and "R230" in text and not out.exists()
    code, _ = run(str(small), "--out", str(out), "--draft", "--packages", str(packages()))
    assert code == 0
    assert "Draft" in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"), [("dist", "SHA256SUMS"), ("packages", "datatables.net"), ("path", "does not exist")]
)
def test_what_is_missing_is_told_with_exit_code_2(root: Path, tmp_path: Path, change: str, told: str) -> None:
    options = {
        "dist": [str(root), "--dist", str(tmp_path)],
        "packages": [str(root), "--packages", str(tmp_path)],
        "path": [str(tmp_path / "no")],
    }
    code, text = run(*options[change], "--out", str(tmp_path / "out"))
    assert code == 2 and told in text and not (tmp_path / "out").exists()


def test_without_npm_the_command_says_what_to_do(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    code, text = run(str(root), "--out", str(tmp_path / "out"))
    assert code == 2 and "npm" in text and "--packages" in text
