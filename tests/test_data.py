"""The shipped data against counts and readings made independently of the rules that validate them."""

from __future__ import annotations

import csv
import re
import subprocess
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from planspec.package import open_package

ROOT = Path(__file__).resolve().parents[1]
DIGITS = re.compile(r"\d+(?:\.\d+)?")


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a resource as text."""
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def squeezed(text: str) -> str:
    """NFKC without white space, written out here so that it does not lean on the grammar's own folding."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())


@pytest.fixture(scope="session")
def texts(sources: Path) -> dict[str, str]:
    """Source texts by id, newlines raw."""
    return {r["source_id"]: (sources / r["file"]).read_bytes().decode("utf-8") for r in rows("sources")}


def test_every_run_of_digits_lies_in_exactly_one_place_of_the_ledger(texts: dict[str, str]) -> None:
    places: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for r in rows("figures"):
        places[r["source_id"]].add((int(r["start"]), int(r["end"])))
    counted = 0
    for source, text in texts.items():
        for match in DIGITS.finditer(text):
            holders = [p for p in places[source] if p[0] <= match.start() and match.end() <= p[1]]
            assert len(holders) == 1, f"{source} {match.span()} {match.group()}: {holders}"
            counted += 1
    assert counted == 806


def test_printed_is_the_text_at_its_place(texts: dict[str, str]) -> None:
    for r in rows("figures"):
        found = squeezed(texts[r["source_id"]][int(r["start"]) : int(r["end"])])
        assert r["printed"] == ("*" * len(found) if r["reason"] == "private" else found)


@pytest.mark.parametrize("name", ["targets", "results", "projects", "initiatives"])
def test_phrases_and_cues_stand_at_their_offsets(texts: dict[str, str], name: str) -> None:
    for r in rows(name):
        if r["stated"]:
            assert squeezed(texts[r["source_id"]][int(r["start"]) : int(r["end"])]) == r["stated"]
        if r.get("cue"):
            assert squeezed(texts[r["source_id"]][int(r["cue_start"]) : int(r["cue_end"])]) == r["cue"]


def test_no_figure_of_two_roles() -> None:
    by_place = defaultdict(set)
    for r in rows("figures"):
        by_place[r["source_id"], r["start"]].add(r["role"])
    assert [p for p, roles in by_place.items() if len(roles) > 1] == []


def test_every_place_of_a_record_is_open_to_nobody() -> None:
    for r in rows("figures"):
        filled = [k for k in ("target_id", "result_id", "project_id", "initiative_id") if r[k]]
        assert filled == ([f"{r['role']}_id"] if r["role"] in ("target", "result", "project", "initiative") else [])


def test_headline_targets_are_the_ones_a_person_counts() -> None:
    counted = Counter(r["district_code"] for r in rows("targets") if r["headline"] == "true")
    assert counted == {"370202": 4, "370203": 4, "370212": 4, "370213": 5, "370214": 3, "370215": 6, "370285": 6}


def test_nothing_long_and_nothing_private_is_kept(texts: dict[str, str]) -> None:
    private = [
        DIGITS.findall(texts[r["source_id"]][int(r["start"]) : int(r["end"])])[0]
        for r in rows("figures")
        if r["reason"] == "private"
    ]
    assert private
    sentences = {
        squeezed(s) for t in texts.values() for s in re.split(r"[。！？\n]", squeezed(t)) if len(squeezed(s)) > 60
    }
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for path in (ROOT / name for name in listed.split("\0") if name):
        if path.suffix not in (".csv", ".md", ".json", ".py", ".toml", ".txt", ".html") or not path.is_file():
            continue
        content = path.read_text(encoding="utf-8", errors="ignore")
        for number in private:
            assert number not in content, path
        folded = squeezed(content)
        assert not [s[:20] for s in sentences if s in folded], path


def test_layout_broken_numbers_are_one_figure() -> None:
    broken = {r["printed"] for r in rows("figures") if int(r["end"]) - int(r["start"]) > len(r["printed"])}
    assert {"2025", "1800"} <= broken


def test_schemas_describe_every_column_in_both_languages() -> None:
    package = open_package(ROOT)
    for resource in package:
        assert resource.schema["title_zh"]
        for field in resource.fields:
            for part in ("title", "title_zh", "description", "example"):
                assert field.meta.get(part) not in (None, ""), f"{resource.name}.{field.name} lacks {part}"


def test_one_name_goes_by_one_english_name_and_one_theme() -> None:
    named: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for r in rows("projects") + rows("initiatives"):
        named[re.sub("[“”]", "", r["name_zh"])].add((r["name_en"], r.get("theme") or r["category"]))
    assert {name: forms for name, forms in named.items() if len(forms) > 1} == {}


@pytest.mark.parametrize("name", [resource.name for resource in open_package(ROOT)])
def test_examples_of_the_schemas_stand_in_the_data(name: str) -> None:
    """Each in its column, and what stands at a place beside that place, in one row. A column without a cell is let off."""
    shipped = rows(name)
    fields = {field.name: field.meta["example"] for field in open_package(ROOT).resources[name].fields}
    shown = {field: str(value).lower() if isinstance(value, bool) else str(value) for field, value in fields.items()}
    astray = [f for f in shown if any(r[f] for r in shipped) and shown[f] not in {r[f] for r in shipped}]
    assert astray == []
    for group in (
        ("source_id", "start", "end", "stated"),
        ("source_id", "start", "end", "printed", "reading", "why", "why_zh"),
        ("source_id", "cue_start", "cue_end", "cue"),
        ("source_id", "headline_start", "headline_end"),
        ("source_id", "file", "sha256", "characters"),
        ("value", "unit_id", "value_base"),
        ("scope_zh", "scope_en"),
        ("name_zh", "name_en"),
    ):
        together = [field for field in group if field in shown]
        if shipped and len(together) > 1:
            assert any(all(r[f] == shown[f] for f in together) for r in shipped), f"{together} are of several rows"


def test_core_counts_of_the_page_are_those_of_the_data() -> None:
    page = (ROOT / "docs" / "core-indicators.md").read_text(encoding="utf-8")
    headline: dict[str, set[str]] = defaultdict(set)
    for r in rows("targets"):
        if r["headline"] == "true":
            headline[r["indicator_id"]].add(r["district_code"])
    covered = {r["district_code"] for r in rows("coverage")}
    for r in rows("indicators"):
        if r["core"] == "true":
            n = len(headline[r["indicator_id"]])
            told = f"a headline in all {n}" if n == len(covered) else f"a headline in {n} of {len(covered)} ("
            assert f"- **{r['name_en']}** {r['name_zh']}: {told}" in page
    jobs = next(line for line in page.split("\n") if line.startswith("- **Urban new employment**"))
    assert "2 of 7 (Shibei, Licang); in the body in 2 of 7 (Shinan, Laoshan)" in jobs
