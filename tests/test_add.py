"""Adding a report: review beside it, rows in canonical form, validation; stopped and resumed at any point."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from plans import adding, reviewing
from plans.commands import add as add_command
from plans.commands import scan as scan_command
from planspec.canonical import format_package
from planspec.errors import CannotTell
from planspec.rules.run import validate
from planspec.rules.source import find_sources, find_text
from planspec.rules.text import unknown_words
from planspec.scan import read_vocabulary, scan
from planspec.scan.entries import draft
from planspec.scan.known import Known
from planspec.scan.review import (
    REVIEW_COLUMNS,
    accept_from,
    begin,
    figures_of,
    open_items,
    read_review,
    tell,
    told,
    write_review,
)
from planspec.scan.vocabulary import common

REPORT = Path(__file__).parent / "fixtures" / "scan" / "invented-report.txt"
ARGUMENTS = ("--district", "350400", "--year", "2025")
NAMED = ("--district-name", "三明市", "--district-name-en", "Sanming City")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return Path(shutil.copy(REPORT, tmp_path / "report.txt"))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> typer.Typer:
    monkeypatch.setenv("PLANS_SOURCES", str(tmp_path))
    app = typer.Typer()
    scan_command.register(app)
    add_command.register(app)
    return app


def run(app: typer.Typer, *arguments: object, answers: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=answers)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def rows(package: Path, name: str) -> list[dict[str, str]]:
    with (package / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def review_of(report: Path) -> list[dict[str, str]]:
    with report.with_name("report.review.csv").open(encoding="utf-8", newline="") as stream:
        return figures_of(list(csv.DictReader(stream)))


def kept_by(report: Path) -> dict[str, str]:
    with report.with_name("report.review.csv").open(encoding="utf-8", newline="") as stream:
        return told(list(csv.DictReader(stream)))


def test_scan_writes_each_format(app: typer.Typer, report: Path, root: Path, tmp_path: Path) -> None:
    for form in ("csv", "json", "text"):
        out = tmp_path / f"rows.{form}"
        code, _ = run(app, "scan", report, *ARGUMENTS, "--package", root, "--format", form, "--out", out)
        assert code == 0
        assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--district", "35040", "--year", "2025"), "six digits"),
        ((*ARGUMENTS, "--format", "xml"), "csv, json, text"),
    ],
)
def test_scan_says_what_it_cannot_tell(app: typer.Typer, report: Path, root: Path, arguments: tuple, said: str) -> None:
    code, output = run(app, "scan", report, *arguments, "--package", root)
    assert code == 2
    assert said in output


def test_scan_refuses_what_is_no_text(app: typer.Typer, root: Path, tmp_path: Path) -> None:
    for name, data in (("nul.txt", b"a\x00b"), ("broken.txt", b"\xff\xff\xfe9"), ("absent.txt", None)):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        code, output = run(app, "scan", path, *ARGUMENTS, "--package", root)
        assert code == 2
        assert "to mend" in output


def test_scan_reads_gbk(app: typer.Typer, report: Path, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "gbk.txt"
    path.write_bytes("今年新增学位300个。".encode("gb18030"))
    code, output = run(app, "scan", path, *ARGUMENTS, "--package", root, "--format", "csv")
    assert code == 0
    assert "新增学位300个" in output


def test_first_run_begins_a_review_and_lists_what_is_open(app: typer.Typer, report: Path, root: Path) -> None:
    code, output = run(app, "add", report, *ARGUMENTS, "--package", root, "--limit", 3)
    items = review_of(report)
    assert code == 1
    assert f"{len(items)} figures proposed" in output
    assert f"… and {len(items) - 3} more" in output
    listed = [float(line.split()[0]) for line in output.splitlines() if line.startswith("  0.")]
    assert listed == sorted(listed)
    assert tuple(items[0]) == REVIEW_COLUMNS


def test_writing_registers_the_source_and_keeps_every_figure(app: typer.Typer, report: Path, package: Path) -> None:
    code, output = run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.5", "--write")
    source = rows(package, "sources")[-1]
    figures = [r for r in rows(package, "figures") if r["source_id"] == source["source_id"]]
    found = scan(REPORT.read_bytes().decode("utf-8"), "350400", 2025, read_vocabulary(package))
    assert source["characters"] == str(len(REPORT.read_bytes().decode("utf-8")))
    assert {(r["start"], r["end"]) for r in figures} == {
        (str(r.start), str(r.end)) for r in found.rows if float(r.confidence) >= 0.5
    }
    covered = [r for r in rows(package, "coverage") if r["source_id"] == source["source_id"]]
    assert [(r["district_code"], r["completeness"]) for r in covered] == [("350400", "full")]
    assert rows(package, "districts")[0]["name_zh"] == "三明市" or any(
        r["name_zh"] == "三明市" for r in rows(package, "districts")
    )
    assert "have no record yet" in output
    assert code == 1


def test_what_is_written_is_canonical_and_proved(app: typer.Typer, report: Path, package: Path) -> None:
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.5", "--write")
    assert format_package(package, write=False).lines == []
    outcome = validate(package, package / "sources", 1000)
    source = rows(package, "sources")[-1]["source_id"]
    own = [f for f in outcome.findings if f.key.startswith((f"{source}/", "350400-"))]
    proof = {
        "R230",
        "R231",
        "R232",
        "R235",
        "R236",
        "R237",
        "T403",
        "T404",
        "T406",
        "R216",
        "R215",
        "R219",
        "S116",
        "P301",
        "P333",
        "T409",
        "T411",
    }
    assert not [f for f in own if f.rule in proof], [(f.rule, f.key) for f in own if f.rule in proof]
    lost = [f for f in outcome.findings if f.rule in ("T407", "T408") and f.key.startswith(f"{source}/")]
    assert not lost


def test_two_numbers_in_one_numeral_stay_in_the_ledger(app: typer.Typer, report: Path, package: Path) -> None:
    """No column can hold both numbers, and yet the figure is accounted for."""
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("支持两家", "引进龙头企业十七八户。支持两家"), encoding="utf-8")
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.5", "--write")
    source = rows(package, "sources")[-1]["source_id"]
    [figure] = [r for r in rows(package, "figures") if r["source_id"] == source and r["printed"] == "十七八"]
    assert (figure["role"], figure["reason"]) == ("context", "standing figure")


def test_targets_carry_what_was_scanned(app: typer.Typer, report: Path, package: Path) -> None:
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.5", "--write")
    target = next(r for r in rows(package, "targets") if r["target_id"] == "350400-2025-gdp-growth")
    assert (target["comparator"], target["value"], target["unit_id"], target["value_base"]) == (
        "eq",
        "5.5",
        "percent",
        "0.055",
    )
    assert (target["headline"], target["stretch"], target["stretch_value"]) == ("true", "true", "6")
    fields = {r["field"] for r in rows(package, "figures") if r["target_id"] == target["target_id"]}
    assert fields == {"value", "stretch_value"}
    silent = [
        r["indicator_id"]
        for r in rows(package, "targets")
        if r["comparator"] == "not_stated" and r["district_code"] == "350400"
    ]
    assert "retail-sales-growth" in silent


def test_adding_again_changes_nothing(app: typer.Typer, report: Path, package: Path) -> None:
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.5", "--write")
    before = {p.name: p.read_bytes() for p in (package / "data").iterdir()}
    _, output = run(app, "add", report, *ARGUMENTS, "--package", package, "--write")
    assert {p.name: p.read_bytes() for p in (package / "data").iterdir()} == before
    assert "nothing new written" in output


def test_a_new_indicator_and_unit_come_with_the_record(app: typer.Typer, report: Path, package: Path) -> None:
    run(app, "add", report, *ARGUMENTS, "--package", package, "--accept", "0.5")
    path = report.with_name("report.review.csv")
    items = read_review(path, adding.Report(report, "", "350400", 2025).sha256)
    item = next(i for i in items if i["stated"].startswith("为70岁以上老人体检"))
    item.update(
        indicator_id="elderly-health-checks",
        indicator_en="Health checks of elderly people",
        measure="flow_count",
        theme="health",
    )
    write_review(path, items)
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--write")
    indicator = next(r for r in rows(package, "indicators") if r["indicator_id"] == "elderly-health-checks")
    record = next(r for r in rows(package, "targets") if r["indicator_id"] == "elderly-health-checks")
    assert (indicator["dimension"], indicator["theme"]) == ("person_times", "health")
    assert indicator["labels_zh"] in record["stated"]
    assert record["unit_id"] == "person-time-10k"
    grain = next(r for r in rows(package, "units") if r["symbol_zh"] == "亿斤")
    assert (grain["unit_id"], grain["factor"], grain["base_unit_id"]) == ("jin-100m", "50000", "tonne")


def test_a_shared_number_becomes_a_record_for_each_indicator(root: Path) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    tables = adding.read_rows(adding.open_folder(root))
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "0" * 64)
    item = next(i for i in items if i["printed"] == "98")
    item.update(
        decision="accept",
        indicator_id="citizen-request-resolution-rate|citizen-request-satisfaction-rate",
        stated="解决率、满意率均达到98%",
    )
    drafts = draft([item], stored, "900", tables)
    assert [r["part"] for r in drafts.rows["figures"]] == ["1", "2"]
    assert len({r["target_id"] for r in drafts.rows["figures"]}) == 2


def test_review_in_the_terminal_is_saved_at_each_step(app: typer.Typer, report: Path, root: Path) -> None:
    answers = "a\ns\nunclear\ne\nrole=nonsense\ne\nvalue=7\na\n"
    run(app, "add", report, *ARGUMENTS, "--package", root, "--review", "--limit", "0", answers=answers)
    decided = [i for i in review_of(report) if i["decision"]]
    assert sorted(i["decision"] for i in decided) == ["accept", "accept", "aside"]
    assert any(i["value"] == "7" and i["decision"] == "accept" for i in decided)
    code, output = run(app, "add", report, *ARGUMENTS, "--package", root, "--review", "--limit", "0", answers="q\n")
    assert f"{len(review_of(report)) - 3} open" in output
    assert code == 1


def test_an_edit_is_kept_where_the_person_then_stops(app: typer.Typer, report: Path, root: Path) -> None:
    answers = "e\nvalue=5,5\ne\nvalue=7.25\nq\n"
    _, output = run(app, "add", report, *ARGUMENTS, "--package", root, "--review", "--limit", "0", answers=answers)
    assert "no number" in output
    assert [i["decision"] for i in review_of(report) if i["value"] == "7.25"] == [""]


def test_a_unit_brings_the_unit_it_is_measured_in(root: Path) -> None:
    """万千瓦 follows from 千瓦, 兆瓦 needs it as its base: both come whole, once."""
    tables = adding.read_rows(adding.open_folder(root))
    known = Known(tables, drafted := defaultdict(list))
    assert [known.unit_lack(u) for u in ("兆瓦", "万千瓦", "吨标准煤", "头里")] == [
        "",
        "",
        "",
        "the unit 头里: add it to units.csv",
    ]
    brought = {r["unit_id"]: r for r in drafted["units"]}
    assert list(brought) == ["kilowatt", "megawatt", "kilowatt-10k", "kilowatt-hour", "tce"]
    assert brought["kilowatt-10k"]["factor"] == "10000"
    assert {r["base_unit_id"] for r in brought.values()} == {"kilowatt", "kilowatt-hour"}


def test_rejected_number_stays_as_context(app: typer.Typer, report: Path, root: Path) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "0" * 64)
    item = next(i for i in items if i["printed"] == "1000" and "5G" in i["stated"])
    for other in items:
        other["decision"] = "" if other is item else "accept"
    answers = iter(["r", "no reason", "r", "name"])
    reviewing.review(items, stored, report.with_name("x.csv"), lambda _: next(answers), lambda _: None)
    assert (item["role"], item["reason"], item["decision"]) == ("context", "name", "accept")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("decision", "yes", ":2:decision:"),
        ("role", "goal", ":2:role:"),
        ("text", "abc", ":2:text:"),
        ("start", "x", ":2:start:"),
        ("reason", "because", ":2:reason:"),
        ("confidence", "0,9", ":2:confidence:"),
        ("value", "5,5", ":2:value:"),
        ("stated_start", "12.0", ":2:stated_start:"),
    ],
)
def test_a_wrong_cell_of_the_review_is_named(tmp_path: Path, root: Path, column: str, value: str, said: str) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "f" * 64)
    items[0][column] = value
    write_review(tmp_path / "r.csv", items)
    with pytest.raises(CannotTell, match=said):
        read_review(tmp_path / "r.csv", "f" * 64)


def test_setting_aside_needs_a_reason(tmp_path: Path, root: Path) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "f" * 64)
    items[0]["decision"] = "aside"
    write_review(tmp_path / "r.csv", items)
    with pytest.raises(CannotTell, match="why"):
        read_review(tmp_path / "r.csv", "f" * 64)


def test_a_review_saved_by_a_spreadsheet_is_read(tmp_path: Path, root: Path) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "f" * 64)
    path = tmp_path / "r.csv"
    write_review(path, items)
    for encoding in ("utf-8-sig", "gb18030"):
        path.write_bytes(path.read_bytes().decode("utf-8").replace("\n", "\r\n").encode(encoding))
        assert read_review(path, "f" * 64) == items
        write_review(path, items)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_review_saved_with_other_delimiters_is_read(tmp_path: Path, root: Path, delimiter: str) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "f" * 64)
    items = tell(items, {"title": "一、二; 三, 四"}, "f" * 64)
    path = tmp_path / "r.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, REVIEW_COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(items)
    assert read_review(path, "f" * 64) == items


def test_a_changed_report_is_not_taken_for_the_reviewed_one(app: typer.Typer, report: Path, root: Path) -> None:
    run(app, "add", report, *ARGUMENTS, "--package", root)
    report.write_text(report.read_text(encoding="utf-8") + "新增学位1个。", encoding="utf-8")
    code, output = run(app, "add", report, *ARGUMENTS, "--package", root)
    assert code == 2
    assert "another text" in output


def test_unknown_district_needs_its_names(app: typer.Typer, report: Path, package: Path) -> None:
    before = {p.name: p.read_bytes() for p in (package / "data").iterdir()}
    code, output = run(app, "add", report, *ARGUMENTS, "--package", package, "--accept", "0.9", "--write")
    assert code == 2
    assert "--district-name" in output
    assert {p.name: p.read_bytes() for p in (package / "data").iterdir()} == before


def test_ledger_of_a_report_under_review(app: typer.Typer, report: Path, root: Path) -> None:
    with pytest.raises(CannotTell, match="no review"):
        add_command.show_review(report, "text")
    run(app, "add", report, *ARGUMENTS, "--package", root, "--accept", "0.9")
    text = add_command.show_review(report, "text")
    assert "target" in text
    assert "total" in text
    items = review_of(report)
    assert f"{len(items)}" in text.split("total")[1].splitlines()[0]
    assert '"accept"' in add_command.show_review(report, "json")


def test_accepting_takes_only_what_is_open_and_sure(root: Path) -> None:
    stored = REPORT.read_bytes().decode("utf-8")
    items = begin(scan(stored, "350400", 2025, read_vocabulary(root)).rows, "f" * 64)
    items[0]["decision"] = "reject"
    number = accept_from(items, 0.9)
    assert number == sum(i["decision"] == "accept" for i in items)
    assert items[0]["decision"] == "reject"
    assert all(float(i["confidence"]) < 0.9 for i in open_items(items))


LAOSHAN = ("--district", "370212", "--year", "2026")


def short_report(folder: Path, goals: str, name: str = "report.txt") -> Path:
    """A report of the next year that has only main expected targets."""
    path = folder / name
    path.write_text(
        f"二、2026年工作安排\n2026年主要预期目标是：全区生产总值增长5.5%，{goals}。\n今年将新增学位300个。\n",
        encoding="utf-8",
    )
    return path


def decide(report: Path, **changes: dict[str, str]) -> None:
    """Accept every row of the review; `changes`: cells by a figure as printed."""
    path = report.with_name(f"{report.stem}.review.csv")
    items = read_review(path, adding.Report(report, "", "370212", 2026).sha256)
    for item in figures_of(items):
        item["decision"] = "accept"
        item.update(changes.get(item["printed"], {}))
    write_review(path, items)


def not_stated(package: Path, year: str = "2026") -> set[str]:
    return {
        r["indicator_id"] for r in rows(package, "targets") if r["comparator"] == "not_stated" and r["year"] == year
    }


@pytest.mark.parametrize(
    ("goals", "indicator"),
    [
        ("一般公共预算收入增长3.3%", "budget-revenue-growth"),
        ("社零额增长3.3%", "retail-sales-growth"),
        ("固投增长3.3%", "fixed-asset-investment-growth"),
        ("社会消费品零售额增长3.3%", "retail-sales-growth"),
    ],
)
@pytest.mark.parametrize("decision", ["accept", "aside"])
def test_a_target_without_a_record_is_no_silence(
    app: typer.Typer, package: Path, tmp_path: Path, goals: str, indicator: str, decision: str
) -> None:
    report = short_report(tmp_path, goals)
    run(app, "add", report, *LAOSHAN, "--package", package)
    decide(report, **{"3.3": {"indicator_id": "", "decision": decision, "why": "not sure"}})
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert indicator not in not_stated(package)
    assert f"{indicator}" in output.split("No target and no `not_stated` row")[1].splitlines()[0]
    assert "urban-new-employment" in not_stated(package)


@pytest.mark.parametrize("key", ["", "investment-this-year"])
def test_silence_gives_way_to_the_target(app: typer.Typer, package: Path, tmp_path: Path, key: str) -> None:
    """投入 has no word in common with the indicator, so that only the person can tell."""
    report = short_report(tmp_path, "全年投入增速3.3%")
    run(app, "add", report, *LAOSHAN, "--package", package)
    decide(report, **{"3.3": {"indicator_id": ""}})
    run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert "fixed-asset-investment-growth" in not_stated(package)
    indicators = package / "data" / "indicators.csv"
    text = indicators.read_text(encoding="utf-8")
    indicators.write_text(text.replace(",固定资产投资,growth_rate", ",固定资产投资|投入,growth_rate"), encoding="utf-8")
    decide(report, **{"3.3": {"indicator_id": "fixed-asset-investment-growth", "key": key}})
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    of_it = [
        r
        for r in rows(package, "targets")
        if (r["district_code"], r["year"], r["indicator_id"]) == ("370212", "2026", "fixed-asset-investment-growth")
    ]
    assert [(r["target_id"], r["comparator"]) for r in of_it] == [
        (f"370212-2026-{key or 'fixed-asset-investment-growth'}", "eq")
    ]
    assert ("Withdrawn" in output) == bool(key)


ABOUT = {
    "title": "三明市2025年政府工作报告",
    "publisher": "三明日报",
    "published": "2025-01-16",
    "completeness": "digest",
}


def test_the_review_keeps_what_was_told_about_the_document(app: typer.Typer, report: Path, package: Path) -> None:
    options = [part for name, cell in ABOUT.items() for part in (f"--{name}", cell)]
    run(app, "add", report, *ARGUMENTS, *NAMED, *options, "--package", package, "--accept", "0.9")
    assert kept_by(report) == ABOUT | {
        "district": "350400",
        "year": "2025",
        "district-name": "三明市",
        "district-name-en": "Sanming City",
        "source": "",
    }
    run(app, "add", report, *ARGUMENTS, "--package", package, "--write")
    source = rows(package, "sources")[-1]
    assert {c: source[c] for c in ("title", "publisher", "published")} | {"completeness": "digest"} == ABOUT
    assert kept_by(report)["source"] == source["source_id"]
    assert [r["completeness"] for r in rows(package, "coverage") if r["source_id"] == source["source_id"]] == ["digest"]
    assert any(r["name_zh"] == "三明市" for r in rows(package, "districts"))


def test_what_is_told_later_is_written_where_nothing_stands(app: typer.Typer, report: Path, package: Path) -> None:
    first = ("--publisher", "三明日报")
    run(app, "add", report, *ARGUMENTS, *NAMED, *first, "--package", package, "--accept", "0.9", "--write")
    later = ("--title", ABOUT["title"], "--published", ABOUT["published"], "--publisher", "三明网")
    _, output = run(app, "add", report, *ARGUMENTS, *later, "--package", package, "--write")
    source = rows(package, "sources")[-1]
    assert (source["title"], source["published"], source["publisher"]) == (
        ABOUT["title"],
        ABOUT["published"],
        "三明日报",
    )
    assert "sources 1 written" in output
    assert kept_by(report)["publisher"] == "三明网"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--district", "350500", "--year", "2025"), "--district 350400"),
        (("--district", "350400", "--year", "2026"), "--year 2025"),
    ],
)
def test_a_review_is_of_one_district_and_year(
    app: typer.Typer, report: Path, root: Path, arguments: tuple, said: str
) -> None:
    run(app, "add", report, *ARGUMENTS, "--package", root)
    before = report.with_name("report.review.csv").read_bytes()
    code, output = run(app, "add", report, *arguments, "--package", root)
    assert (code, report.with_name("report.review.csv").read_bytes()) == (2, before)
    assert said in output


@pytest.mark.parametrize("day", ["2026-13-40", "20260113", "13 January 2026", "2026-1-3"])
def test_what_is_no_date_is_refused(app: typer.Typer, report: Path, root: Path, day: str) -> None:
    code, output = run(app, "add", report, *ARGUMENTS, "--published", day, "--package", root)
    assert code == 2
    assert day in output
    assert not report.with_name("report.review.csv").exists()


@pytest.mark.parametrize(("name", "value"), [("completeness", "half"), ("published", "soon")])
def test_a_wrong_word_about_the_document_is_refused(
    app: typer.Typer, report: Path, root: Path, name: str, value: str
) -> None:
    run(app, "add", report, *ARGUMENTS, "--package", root)
    path = report.with_name("report.review.csv")
    sha256 = adding.Report(report, "", "350400", 2025).sha256
    items = read_review(path, sha256)
    write_review(path, tell(items, told(items) | {name: value}, sha256))
    code, output = run(app, "add", report, *ARGUMENTS, "--package", root)
    assert code == 2
    assert value in output


@pytest.mark.parametrize("change", ["same", "line breaks"])
def test_a_document_is_not_added_twice(
    app: typer.Typer, report: Path, package: Path, tmp_path: Path, change: str
) -> None:
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.9", "--write")
    before = {p.name: p.read_bytes() for p in (package / "data").iterdir()}
    again = tmp_path / "again.txt"
    again.write_bytes(report.read_bytes().replace(b"\n", b"\r\n" if change == "line breaks" else b"\n"))
    shutil.copy(package / "sources" / rows(package, "sources")[-1]["file"], tmp_path)
    code, output = run(app, "add", again, *ARGUMENTS, "--package", package, "--accept", "0.9", "--write")
    assert code == 2
    assert f"document {rows(package, 'sources')[-1]['source_id']} of the package" in output
    assert {p.name: p.read_bytes() for p in (package / "data").iterdir()} == before
    assert not tmp_path.joinpath("again.review.csv").exists()


def test_what_the_review_says_otherwise_is_named(app: typer.Typer, package: Path, tmp_path: Path) -> None:
    report = short_report(
        tmp_path, "社会消费品零售总额增长3.3%，城镇调查失业率控制在4.4%以内，固定资产投资增长7.5%、力争8.5%"
    )
    run(app, "add", report, *LAOSHAN, "--title", "2026年工作安排", "--package", package)
    decide(report)
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert "differ from the review" not in output
    before = {p.name: p.read_bytes() for p in (package / "data").iterdir()}
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert "differ from the review" not in output
    decide(
        report,
        **{
            "3.3": {"value": "3.5", "indicator_id": "retail-sales"},
            "4.4": {"decision": "reject", "why": "no figure"},
            "8.5": {"stretch_value": "9"},
            "300": {"role": "context", "reason": "name"},
        },
    )
    _, output = run(app, "add", report, *LAOSHAN, "--completeness", "digest", "--package", package, "--write")
    assert {p.name: p.read_bytes() for p in (package / "data").iterdir()} == before
    source = rows(package, "sources")[-1]["source_id"]
    text = report.read_text(encoding="utf-8")
    three, four = text.index("4.4"), text.index("300")
    for line in (
        "data/targets.csv 370212-2026-retail-sales-growth value: 3.3; the review: 3.5",
        "data/targets.csv 370212-2026-retail-sales-growth indicator_id: retail-sales-growth; the review: retail-sales",
        "data/targets.csv 370212-2026-fixed-asset-investment-growth stretch_value: 8.5; the review: 9",
        f"data/figures.csv {source}/{three}/{three + 3}/1 role: target; the review: reject",
        f"data/figures.csv {source}/{four}/{four + 3}/1 role: target; the review: context",
        f"data/coverage.csv {source}/370212 completeness: full; the review: digest",
    ):
        assert line in output


def test_an_open_ledger_row_follows_the_review(app: typer.Typer, package: Path, tmp_path: Path) -> None:
    report = short_report(tmp_path, "固投增长3.3%")
    run(app, "add", report, *LAOSHAN, "--package", package)
    decide(report, **{"3.3": {"indicator_id": ""}})
    run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    decide(report, **{"3.3": {"indicator_id": "", "role": "result", "estimated": "false"}})
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert "differ from the review" not in output
    row = next(r for r in rows(package, "figures") if r["printed"] == "3.3" and not r["target_id"] and not r["reason"])
    assert row["role"] == "result"


def test_each_text_is_looked_for_in_every_folder(tmp_path: Path, package: Path) -> None:
    """A text of one's own beside those that are shared, and those that the environment names, hide none of them."""
    shared, own, named = package.parent / "shared" / "sources", package / "sources", tmp_path / "named"
    files = [r["file"] for r in rows(package, "sources")]
    for folder, name in zip((shared, own, named), files, strict=False):
        folder.mkdir(parents=True)
        (folder / name).write_text("地区生产总值增长5%。", encoding="utf-8")
    folders = find_sources(package, None, str(named))
    assert folders is not None
    assert [find_text(folders, name) is not None for name in files[:4]] == [True, True, True, False]
    assert set(validate(package, folders).missing_texts) == set(files[3:])
    assert find_sources(package, own, str(named)) == (own,)
    (named / files[1]).write_text("", encoding="utf-8")
    assert find_text(folders, files[1]) == named / files[1]
    assert find_text(folders, "../package/datapackage.json") is None
    assert find_sources(package, None, None) == (own, package / ".." / "shared" / "sources")


def test_a_kept_text_hides_no_other(
    app: typer.Typer, report: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = package.parent / "shared" / "sources"
    shared.mkdir(parents=True)
    first = rows(package, "sources")[0]["file"]
    (shared / first).write_text("地区生产总值增长5%。", encoding="utf-8")
    monkeypatch.delenv("PLANS_SOURCES")
    run(app, "add", report, *ARGUMENTS, *NAMED, "--package", package, "--accept", "0.9", "--write")
    added = rows(package, "sources")[-1]["file"]
    assert [p.name for p in (package / "sources").iterdir()] == [added]
    assert not {first, added} & set(validate(package, find_sources(package, None, None)).missing_texts)


def test_a_figure_without_a_unit_gets_an_open_ledger_row(app: typer.Typer, package: Path, tmp_path: Path) -> None:
    report = short_report(tmp_path, "社会消费品零售总额增长3.3%")
    run(app, "add", report, *LAOSHAN, "--package", package)
    decide(report, **{"3.3": {"unit_zh": "", "unit_id": ""}})
    _, output = run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert not [r for r in rows(package, "targets") if r["target_id"] == "370212-2026-retail-sales-growth"]
    source = rows(package, "sources")[-1]["source_id"]
    (row,) = [r for r in rows(package, "figures") if (r["source_id"], r["printed"]) == (source, "3.3")]
    assert (row["role"], row["target_id"]) == ("target", "")
    assert "a unit" in output
    decide(report, **{"3.3": {"unit_zh": "%", "unit_id": "percent"}})
    run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    assert next(r["unit_id"] for r in rows(package, "targets") if r["target_id"] == "370212-2026-retail-sales-growth")


def test_a_common_indicator_comes_with_the_labels_that_are_printed(
    app: typer.Typer, package: Path, tmp_path: Path
) -> None:
    report = short_report(tmp_path, "单位生产总值能耗下降3.3%，万元GDP能耗下降4.4%")
    run(app, "add", report, *LAOSHAN, "--package", package, "--accept", "0.5")
    assert {i["indicator_id"] for i in review_of(report) if i["printed"] in ("3.3", "4.4")} == {
        "energy-intensity-change"
    }
    run(app, "add", report, *LAOSHAN, "--package", package, "--write")
    indicator = next(r for r in rows(package, "indicators") if r["indicator_id"] == "energy-intensity-change")
    assert indicator["labels_zh"] == "单位生产总值能耗|万元GDP能耗"
    found = validate(package, find_sources(package, None, None), 1000).findings
    assert not [f for f in found if f.rule == "P341"]


def test_names_that_come_with_common_units_and_indicators_are_spelt_with_known_words() -> None:
    for name in ("common_units", "common_indicators"):
        for row in common(name):
            assert not unknown_words(row["name_en"], row.get("name_zh", row.get("symbol_zh", "")), frozenset()), row
