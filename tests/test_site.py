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
from plans.site.compare import axis, last_words, link_words, matrix
from plans.site.coverage import Closing, closing
from plans.site.downloads import artifacts, readable_size
from plans.site.explore import as_inline, records_script
from plans.site.history import History, read_history
from plans.site.model import Model, open_model
from plans.site.pages import Pages
from plans.site.quantity import bounds, grouped_fine, period, show, stage
from plans.site.records import record_page
from plans.site.render import Renderer
from plans.site.words import words
from planspec.errors import CannotTell
from planspec.package import open_package
from site_fixtures import add_year, make_site, packages, read, replace_cell, rows_of, shared, small_package

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


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("370202-2024-culture-tourism-value-added", "Value added of culture and tourism, Jan–Sep 2024: CNY 15.61 billion", "文旅产业增加值，2024年1—9月：156.1亿元"),
        ("370202-2024-gdp-growth", "Growth of gross regional product, 2024: ≥ 5% (est.)", "地区生产总值增长率，2024年：≥ 5%（预计）"),
        ("370202-2024-smart-recycling-machines", "Smart recycling machines installed, 2024: 303 (running total)", "布设智能回收设施数，2024年：303台（累计）"),
    ],
)  # fmt: skip
def test_a_result_is_never_named_without_its_time_and_caveats(
    model: Model, key: str, english: str, chinese: str
) -> None:
    record = model.records[("result", key)]
    assert link_words(model, record, "en") == english
    assert link_words(model, record, "zh") == chinese


def test_a_dagger_stands_only_where_the_scopes_differ(model: Model) -> None:
    result = next(r for r in model.of("result") if r["scope_zh"])
    same = next(r for r in model.of("result") if r["scope_zh"] == result["scope_zh"])
    assert last_words(model, result, "en").endswith("†")
    assert not last_words(model, result, "en", same).endswith("†")
    assert result["scope_en"] in link_words(model, result, "en")


def test_a_stage_is_a_promise_unless_it_is_reported_as_reached() -> None:
    row = {"stage": "complete", "year": 2025, "period": None}
    assert (stage(row, "en"), stage(row, "zh")) == (("to be completed", False), ("拟建成", False))
    assert stage({**row, "period": "2025-01/2025-06"}, "en") == ("to be completed", False)
    assert stage({**row, "stage": "operate"}, "zh") == ("拟投用", False)
    past = {**row, "period": "2024"}
    assert (stage(past, "en"), stage(past, "zh")) == (("completed", True), ("已建成", True))
    assert stage({**past, "stage": None}, "en") == ("", False)


def test_bounds_are_written_alike_and_with_their_unit(model: Model) -> None:
    yuan, share = model.units["cny"], model.units["one"]
    assert bounds(3e10, 4e12, yuan, "en") == "CNY 30 billion – CNY 4 trillion"
    assert bounds(3e10, 4e12, yuan, "zh") == "300亿元 – 4万亿元"
    assert (bounds(-0.3, 0.25, share, "en"), bounds(-0.3, 0.25, share, "zh")) == ("-30% – 25%", "-30% – 25%")
    assert (grouped_fine(4e12), grouped_fine(0.055), grouped_fine(1e-6)) == ("4,000,000,000,000", "0.055", "0.000001")


def test_a_core_indicator_in_the_body_says_so(model: Model, root: Path) -> None:
    for language, mark in (("en", "(in the body)"), ("zh", "（正文）")):
        marked = {
            (c.district, i["indicator_id"])
            for i, cells in matrix(model, root, language)
            for c in cells
            if mark in c.short
        }
        assert marked == {("370202", "urban-new-employment"), ("370212", "urban-new-employment")}


def test_the_indicators_of_several_districts_are_counted(root: Path) -> None:
    pages = pages_of(root)
    told: dict[str, set[str]] = {}
    for record in [*pages.model.of("target"), *pages.model.of("result")]:
        if record["comparator"] != "not_stated" and not pages.model.indicators[record["indicator_id"]]["core"]:
            told.setdefault(record["indicator_id"], set()).add(record.district)
    assert {i["indicator_id"] for i in pages.named} == {i for i, districts in told.items() if len(districts) > 1}
    html = dict(pages.compare())["index.html"].decode()
    assert f"{len(pages.named)} more indicators are named" in html
    assert f"{len(pages.comparable)} of them, with a number" in html


def test_what_is_not_stated_is_no_target(model: Model) -> None:
    silent = sum(1 for r in model.of("target") if r["comparator"] == "not_stated")
    assert silent and model.count("target") == len(model.of("target")) - silent


# Several years


@pytest.fixture
def two_years(small: Path) -> Path:
    """The small package, and the next year's report of one of its districts."""
    add_year(small, "370203", 2026)
    return small


def pages_of(path: Path, language: str = "en") -> Pages:
    return Pages(Renderer(open_model(path), language), path, History(), [], {}, {})


def test_answers_are_of_the_year_shown(two_years: Path) -> None:
    model = open_model(two_years)
    cells = {
        c.district: c for i, cells in matrix(model, two_years, "en") for c in cells if i["indicator_id"] == "gdp-growth"
    }
    assert cells["370203"].target is not None and cells["370203"].target["year"] == 2026
    assert (cells["370213"].target, cells["370213"].look) == (None, "unknown")
    assert "2026" in cells["370213"].long
    _, title = pages_of(two_years).title(2026)
    assert title == "What is promised for 2026 by one of two districts of Qingdao"


def test_a_list_that_mixes_years_says_which(two_years: Path) -> None:
    pages = pages_of(two_years)
    mixed, single = (pages.district(code)[1].decode() for code in ("370203", "370213"))
    assert '<span class="mark">2026</span>' in mixed and '<span class="mark">2025</span>' in mixed
    assert '<span class="mark">2025</span>' not in single
    files = dict(pages.indicators())
    assert '<span class="mark">2026</span>' in files["indicators/gdp-growth.html"].decode()


def test_the_title_counts_the_districts_of_the_place_it_names(small: Path) -> None:
    text = (small / "data/districts.csv").read_text(encoding="utf-8")
    assert text.startswith("district_code,name_zh,name_en,level,parent_code\n")
    (small / "data/districts.csv").write_text(text + "370602,芝罘区,Zhifu District,district,370600\n", encoding="utf-8")
    coverage = (small / "data/coverage.csv").read_text(encoding="utf-8")
    row = next(line for line in coverage.splitlines() if ",370213," in line)
    (small / "data/coverage.csv").write_text(coverage + row.replace("370213", "370602") + "\n", encoding="utf-8")
    pages = pages_of(small)
    assert len(pages.model.covered) == 3
    assert pages.title(2025)[1] == "What two districts of Qingdao promise for 2025"


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


def test_a_row_of_the_table_of_all_records_says_what_its_value_must_not_be_read_without(model: Model) -> None:
    data = json.loads(records_script(model).decode().removeprefix("window.PLANS_RECORDS=").rstrip(";\n"))
    at = {name: place for place, name in enumerate(data["columns"])}
    rows = {(data["kinds"][row[at["kind"]]], row[at["key"]]): row for row in data["rows"]}
    for record in model.records.values():
        row = rows[(record.kind, record.key)]
        for column in ("year", "estimated", "cumulative", "hedged", "headline", "relative_to"):
            assert row[at[column]] == record[column]
        english, chinese = row[at["mark_en"]], row[at["mark_zh"]]
        assert ("running total" in english) == ("累计" in chinese) == bool(record["cumulative"])
        assert ("est." in english) == ("预计" in chinese) == bool(record["estimated"])
        assert ("strive" in english) == ("力争" in chinese) == (record["strength"] == "strive")
        assert record.kind != "result" or "2024" in english


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


def test_words_are_given_the_room_that_they_need() -> None:
    long = "2024年1—11月：超过1234.5亿元（预计、累计）"
    marks = [charts.Mark("A", "四大专业化园区和各重点赛道分别统计", "ge", "≥ 5.5%", "", 5.5, last=6, last_words=long)]
    found = charts.rows(marks)
    assert found["right"] + charts.GAP + charts.width_of(long, charts.SIZES["past"]) <= found["width"] + 1
    assert found["right"] >= charts.PLOT[0] + charts.SHORTEST
    assert found["marks"][0]["lines"].replace("\n", "") == marks[0].sub and "\n" in found["marks"][0]["lines"]
    assert found["tall"] > charts.ROW
    assert "…" not in draw(marks)
    assert charts.wrapped("each of the four specialised parks", 10.5, 86) == [
        "each of the",
        "four",
        "specialised",
        "parks",
    ]


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


def test_the_ledger_is_said_to_close_only_where_validation_read_the_documents(root: Path, sources: Path) -> None:
    from planspec.rules.run import validate

    whole, bare = validate(root, sources), validate(root)
    assert (closing(whole).state, closing(bare).state) == ("closed", "unread")
    whole.counts["T407"] = 2
    assert (closing(whole).state, closing(whole).open) == ("open", 2)


@pytest.mark.parametrize(("state", "told"), [("closed", "All "), ("open", "Not all "), ("unread", "not at hand")])
def test_the_first_page_claims_of_the_ledger_what_validation_found(small: Path, state: str, told: str) -> None:
    pages = pages_of(small)
    pages.closing = Closing(state, 3)
    html = dict(pages.compare())["index.html"].decode()
    assert told in html and ("are accounted for." in html) == (state == "closed")


def test_without_tags_the_history_is_not_at_hand(small: Path) -> None:
    pages = pages_of(small)
    assert "not at hand" in pages.releases()[1].decode()
    record = pages.model.records[("target", "370203-2025-gdp-growth")]
    for history, told in ((History(), "not at hand"), (History(known=True), "Not part of a release yet")):
        assert told in record_page(pages.renderer, record, history)[1].decode()


def test_booleans_of_the_dictionary_are_written_as_in_the_files(small: Path, root: Path) -> None:
    for html in (
        pages_of(small).dictionary()[1].decode(),
        (root / "docs/data-dictionary.md").read_text(encoding="utf-8"),
    ):
        assert not re.search(r"<code>(True|False)</code>|`(True|False)`", html)


def test_what_a_line_needs_is_told_in_the_language_of_the_page(small: Path) -> None:
    html = pages_of(small, "zh").download()[1].decode()
    assert "只需 Python" in html and "Python alone" not in html


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
    for version, value in (("0.1.0", None), ("0.2.0", "6"), ("0.3.0", None)):
        if value:
            replace_cell(small, "targets", "370203-2025-gdp-growth", "value", value)
        elif version == "0.3.0":
            replace_cell(small, "indicators", "gdp-growth", "max", "0.35")
            replace_cell(small, "units", "percent", "name_en", "per cent")
        git(small, "add", "--all")
        git(small, "commit", "--quiet", "--message", version)
        git(small, "tag", f"data-v{version}")
    history = read_history(small)
    assert history.known
    assert [r.version for r in history.releases] == ["0.3.0", "0.2.0", "0.1.0"]
    one = {"added": 0, "changed": 1, "removed": 0}
    assert history.releases[0].changes == {"indicators": one, "units": one}
    assert history.releases[1].changes == {"target": one}
    assert history.releases[2].changes["units"]["added"] > 50
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


@pytest.mark.parametrize(("name", "unit"), [("targets", "unit_id"), ("projects", "investment_unit_id")])
def test_a_draft_can_be_made_of_rows_without_a_unit(small: Path, name: str, unit: str) -> None:
    head = rows_of(small, name)
    keys = [r[0] for r in read(small / f"data/{name}.csv") if r[head.index(unit)] not in ("", unit)]
    for key in keys:
        replace_cell(small, name, key, unit, "")
    pages, model = pages_of(small), open_model(small)
    assert any("?" in html.decode() for path, html in pages.all() if path.startswith("districts/"))
    assert b"?" in records_script(model)
    for key in keys[:3]:
        assert record_page(pages.renderer, model.records[(name[:-1], key)], History())


def test_data_too_broken_for_a_draft_end_in_a_message(small: Path, tmp_path: Path) -> None:
    replace_cell(small, "targets", "370203-2025-gdp-growth", "indicator_id", "no-such")
    code, text = run(str(small), "--out", str(tmp_path / "out"), "--draft", "--packages", str(packages()))
    assert code == 2 and "too broken" in text and not (tmp_path / "out").exists()


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
