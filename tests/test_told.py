"""What a validation says it proved is true of broken data too, and every wrong row is named."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import rule_fixtures as fixtures
from plans.reports import FORMATS, render
from planspec.canonical import format_package
from planspec.rules.named import OWNERS, _candidates
from planspec.rules.run import Report, validate
from planspec.tables import LINE

EDITS = list[dict[str, object]]
GROWN = {"resource": "targets", "key": "990102-2025-park-firms", "set": {"value": "13", "value_base": "13"}}
ANOTHER_UNIT = {"resource": "targets", "key": "990102-2025-urban-new-jobs", "set": {"unit_id": "person"}}
LOST = {"resource": "figures", "key": "901/349/353/1", "delete": True}
UNDATED = {"resource": "sources", "key": "901", "set": {"published": ""}}


def judged(folder: Path, edits: EDITS, texts: tuple[str, ...] | None = ("901", "902")) -> Report:
    """The base package with some edits, validated with some of its texts; None: without any."""
    package = fixtures.assemble(folder, edits)
    for text in (package / "sources").iterdir() if texts else ():
        if not text.name.startswith(texts or ()):
            text.unlink()
    return validate(package, package / "sources" if texts else None)


def test_a_record_whose_value_is_wrong_is_not_counted_as_derived(tmp_path: Path) -> None:
    sound = judged(tmp_path / "sound", []).facts
    wrong = judged(tmp_path / "wrong", [GROWN, ANOTHER_UNIT]).facts
    assert sound["proved"] == sound["targets"] + sound["results"]
    assert wrong["proved"] == sound["proved"] - 2
    assert wrong["targets"] == sound["targets"]


@pytest.mark.parametrize("edits", [[LOST], [LOST, UNDATED]], ids=["lost", "lost, and the document undated"])
def test_a_number_without_a_row_is_counted_and_named(tmp_path: Path, edits: EDITS) -> None:
    sound = judged(tmp_path / "sound", []).facts
    report = judged(tmp_path / "lost", edits)
    assert sound["covered"] == sound["recounted"] > 0
    assert report.facts["covered"] == report.facts["recounted"] - 1
    assert report.counts["T407"] == 1


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_tell_what_was_recounted(tmp_path: Path, form: str, language: str) -> None:
    assert form in FORMATS
    recounted = judged(tmp_path / "with", [LOST])
    numbers = (recounted.facts["covered"], recounted.facts["recounted"])
    shown = render(recounted, form, language)
    assert all(re.search(rf"\b{number}\b", shown) for number in numbers)
    bare = render(judged(tmp_path / "without", [LOST], None), form, language)
    assert ("not recounted" if language == "en" else "未重新清点") in bare


def test_what_is_cited_from_a_document_not_at_hand_is_not_judged(tmp_path: Path) -> None:
    """A note may cite 902; with 901 alone nothing can be said of it, and words may stand there."""
    cites = {"resource": "targets", "key": "990102-2025-park-firms", "set": {"note": "Also in document 902."}}
    both = judged(tmp_path / "both", [cites])
    assert both.counts["T414"] == 1, "the document does not hold the words"
    one = judged(tmp_path / "one", [cites], ("901",))
    assert one.holds
    assert not one.counts.get("T414")
    assert set(one.skipped) >= {"T413"}
    stranger = {"resource": "targets", "key": "990102-2025-park-firms", "set": {"note": "Also in document 907."}}
    assert not judged(tmp_path / "stranger", [stranger], ("901",)).counts.keys().isdisjoint({"P339", "T414"})


def test_a_report_of_another_year_asks_for_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Next year's report speaks of this year's undertakings again, and the finished rows stay as they are."""
    words = {"stated": "生产总值增长", "name_zh": "生产总值增长", "name_en": "Growth", "note": ""}
    place = {"source_id": "901", "start": "258", "end": "264", "district_code": "990102"}
    edits: EDITS = [
        {"resource": "coverage", "like": "902/990103", "add": {"district_code": "990102"}},
        {
            "resource": "initiatives",
            "like": "990102-2025-lantern-fair",
            "add": {"initiative_id": "990102-2025-growth", **words, **place},
        },
    ]
    same = judged(tmp_path / "same", edits)
    monkeypatch.setattr("planspec.rules.surroundings._plan_years", lambda _: {"901": {"2025"}, "902": {"2026"}})
    other = judged(tmp_path / "other", edits)
    assert same.counts["T418"] == 1
    assert not other.counts.get("T418")


@pytest.mark.parametrize(("year", "asked"), [(2024, 1), (2025, 1), (2026, 0)])
def test_a_plan_need_not_be_linked_to_years_past(year: int, asked: int) -> None:
    row = {LINE: 2, "name": "星河大道", "district_code": "990102", "_key": "990102-2026-road", "_year": year}
    owner = {"owner": "projects", "key": "990102-2025-xinghe", "district_code": "990102", "year": 2025}
    own = pl.DataFrame([{**owner, "portfolio": False, "name": "星河大道"}], schema=OWNERS)
    linked = pl.DataFrame(schema={LINE: pl.Int64})
    assert _candidates(pl.DataFrame([row]), linked, own).height == asked


def test_rows_that_name_a_wrong_unit_are_each_named(tmp_path: Path) -> None:
    """Nothing else uses the unit, so that all who name it fail; but their words give the unit of another entry."""
    add = {"resource": "units", "like": "item", "add": {"unit_id": "piece", "symbol_zh": "件儿", "name_en": "Piece"}}
    keys = ("990102-2025-urban-new-jobs", "990102-2025-park-firms")
    edits: EDITS = [add, *({"resource": "targets", "key": key, "set": {"unit_id": "piece"}} for key in keys)]
    report = judged(tmp_path, edits)
    assert {f.key for f in report.findings if f.rule == "R231"} == set(keys)


def test_a_wrong_symbol_is_told_once(tmp_path: Path) -> None:
    """All rows fail that name the unit, and no unit has the symbol that their words give."""
    report = judged(tmp_path, [{"resource": "units", "key": "percent", "set": {"symbol_zh": "‱"}}])
    assert report.counts.get("R231", 0) <= 1
    assert not report.holds


def test_formatting_a_package_twice_changes_nothing(package: Path) -> None:
    """units.csv in the form a spreadsheet gives it still has the factors that derived cells need."""
    units = package / "data" / "units.csv"
    units.write_bytes(units.read_text(encoding="utf-8").replace(",", "\t").encode("utf-16"))
    targets = package / "data" / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    targets.write_text(text.replace(",percent,0.055,", ",percent,5.5E-2,", 1), encoding="utf-8")
    assert targets.read_text(encoding="utf-8") != text
    first = format_package(package, write=True)
    assert not first.refused
    assert targets.read_text(encoding="utf-8") == text
    assert format_package(package, write=True).lines == []
