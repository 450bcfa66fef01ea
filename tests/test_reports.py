"""Reports: the JSON holds to its published schema, SARIF names the line, every form says the same in two languages."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from conftest import copy_package
from plans.reports import FORMATS, folder_from_here, render
from plans.shown import as_json, visible
from planspec.findings import Finding
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report, validate


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report on a package with one wrong value and one dangling reference."""
    package = copy_package(tmp_path_factory.mktemp("broken"))
    path = package / "data" / "targets.csv"
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.split("\n") if line.startswith("370212-2025-gdp-growth,"))
    text = text.replace(
        row, row.replace(",ge,5.5,percent,", ",ge,5.6,percent,").replace(",ge,5.5,,percent,", ",ge,5.6,,percent,")
    )
    path.write_text(text.replace(",jia,", ",jiaa,", 1), encoding="utf-8", newline="")
    report = validate(package)
    assert not report.holds
    return report


@pytest.mark.parametrize("language", ["en", "zh"])
def test_json_follows_its_schema(broken: Report, root: Path, language: str) -> None:
    schema = json.loads((root / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render(broken, "json", language)), schema)


def test_sarif_points_at_the_line(broken: Report) -> None:
    run = json.loads(render(broken, "sarif", "en"))["runs"][0]
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == list(catalogue())
    for result, finding in zip(run["results"], broken.findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == finding.file
        assert place["region"]["startLine"] == finding.line
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding.rule


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_names_key_rule_and_mend(broken: Report, format: str, language: str) -> None:
    text = render(broken, format, language)
    for finding in broken.findings:
        assert finding.key in text
        assert finding.rule in text
    assert ("数据不成立" in text) == (language == "zh" and format in ("text", "markdown", "html"))


def test_ten_thousand_findings_make_a_page_of_reasonable_size(broken: Report) -> None:
    page = render(replace(broken, findings=broken.findings[:1] * 10_000), "html", "en")
    assert page.count("<tr>") >= 10_000
    assert len(page) < 10_000_000
    assert "<script" not in page


def test_html_is_self_contained(broken: Report) -> None:
    page = render(broken, "html", "zh")
    for outside in ("http://", "https://", "src=", "@import"):
        assert outside not in page


def test_of_many_missing_texts_some_are_named_and_all_are_counted(broken: Report) -> None:
    few, many = (replace(broken, missing_texts=[f"{n:05}.txt" for n in range(number)]) for number in (10, 30_000))
    assert "00009.txt (source texts)" in render(few, "text", "en")
    assert "00009.txt, … +29990 (source texts)" in render(many, "text", "en")
    assert "00010.txt" not in render(many, "text", "en")


ACTING = "\x1b\x07\r\n\x7f\x9b\u200b\u202e\u2066\u2028\u061c\ufeff\ud800"
"""Controls of a terminal, of direction, of lines; zero width; half of a pair."""


def texts_of(value: object) -> set[str]:
    """Every text in a JSON value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {value} if isinstance(value, str) else {text for part in inner for text in texts_of(part)}


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_cell_brings_does_not_steer_the_reader(broken: Report, format: str) -> None:
    cell = f"A{ACTING}B"
    place = ("targets", f"data/{ACTING}.csv", 2, "note", cell)
    lowered = [{"rule": "P340", "severity": "info", "reason": cell}]
    told = replace(
        broken,
        package=cell,
        findings=[Finding("S117", *place, params={"cell": cell})],
        missing_texts=[cell],
        skipped={"P341": cell},
        lowered=lowered,
        counts={"S117": 1},
    )
    text = render(told, format, "en")
    assert not {c for c in ACTING if c in text} - {"\n"}
    assert text.count("\n") == render(
        replace(told, findings=[Finding("S117", *place, params={"cell": "A"})]), format, "en"
    ).count("\n")
    escape = "\\u001b" if format in ("json", "sarif") else "\\x1b"
    assert escape in text and "\\u202e" in text
    if format in ("json", "sarif"):
        assert cell in texts_of(json.loads(text))


def test_every_character_that_acts_is_escaped_and_no_other() -> None:
    acting = {c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    seen = "".join(c for c in map(chr, range(0x110000)) if c not in acting and unicodedata.category(c) != "Cn")
    assert {c for c in acting if visible(c) == c} == set()
    assert visible(seen) == seen
    assert json.loads(as_json(sorted(acting))) == sorted(acting)
    assert set(as_json(sorted(acting))) & acting == {"\n"}


def test_chinese_and_signs_are_shown_as_they_are(broken: Report) -> None:
    cell = "“海之心” 5.5％　×→–🙂é"
    finding = Finding("S117", "targets", "data/targets.csv", 2, params={"cell": cell})
    told = replace(broken, findings=[finding], counts={"S117": 1})
    assert all(cell in render(told, form, "zh") for form in FORMATS)


def test_what_the_package_lowers_is_shown_with_its_reason(package: Path) -> None:
    (package / "plans.toml").write_text(
        '[[lower]]\nrule = "R230"\nseverity = "warning"\nreason = "Under review."\n', encoding="utf-8"
    )
    report = validate(package)
    for form in FORMATS:
        text = render(report, form, "en", "sub/")
        assert "R230" in text and "Under review." in text, form
    assert "::notice file=sub/plans.toml,title=R230::" in render(report, "github", "en", "sub/")
    run = json.loads(render(report, "sarif", "en"))["runs"][0]
    (override,) = run["invocations"][0]["ruleConfigurationOverrides"]
    assert override["descriptor"]["id"] == "R230" and override["configuration"] == {"level": "warning"}
    rule = run["tool"]["driver"]["rules"][override["descriptor"]["index"]]
    assert rule["id"] == "R230" and rule["defaultConfiguration"] == {"level": "error"}


def test_files_are_named_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "packages" / "qing dao"
    inner.mkdir(parents=True)
    (inner / "datapackage.json").write_text("{}", encoding="utf-8")
    (inner / "release.zip").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for path in (inner, inner / "datapackage.json", Path("packages/qing dao"), Path("packages/../packages/qing dao")):
        assert folder_from_here(path) == "packages/qing dao/"
    assert folder_from_here(inner / "release.zip") == ""
    monkeypatch.chdir(inner)
    assert folder_from_here(Path()) == folder_from_here(inner) == folder_from_here(tmp_path) == ""


def test_annotations_name_the_file_in_the_checkout(broken: Report) -> None:
    folder = "packages/qing dao, 青岛/"
    (first, *_) = broken.findings
    assert f"file={folder.replace(',', '%2C')}{first.file},line={first.line}," in render(broken, "github", "en", folder)
    uri = json.loads(render(broken, "sarif", "en", folder))["runs"][0]["results"][0]["locations"][0]
    assert uri["physicalLocation"]["artifactLocation"]["uri"].startswith("packages/qing%20dao%2C%20%E9%9D%92")
    assert f"\n{folder}" not in render(broken, "text", "en", folder)


def test_a_finding_on_a_whole_file_names_no_line(broken: Report) -> None:
    told = replace(broken, findings=[Finding("S107", "retired", "data/retired.csv")], counts={"S107": 1})
    assert render(told, "github", "en").startswith("::error file=data/retired.csv,title=S107::")
