"""Reports: the JSON holds to its published schema, SARIF names the line, every form says the same in two languages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from plans.reports import FORMATS, render
from planspec.rules.catalogue import catalogue
from planspec.rules.run import Report, validate


@pytest.fixture
def broken(package: Path) -> Report:
    """A report on a package with one wrong value and one dangling reference."""
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
    broken.findings = broken.findings[:1] * 10_000
    page = render(broken, "html", "en")
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
