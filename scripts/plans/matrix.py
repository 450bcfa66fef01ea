"""The headline matrix: for each district and core indicator a target, "not stated", or unknown."""

from __future__ import annotations

from pathlib import Path

from planspec.package import open_package
from planspec.tables import read_tables

SIGNS = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< ", "approx": "≈ ", "eq": ""}
WORDS = {"in_step": "in step 同步", "qualitative": "in words", "not_stated": "not stated 未提"}


def answers(root: Path, year: int | None = None) -> tuple[list[dict], list[dict], dict[tuple[str, str], dict]]:
    """Districts with coverage, core indicators, and the answer (a target row) for each pair that has one in `year`.

    `year`: a plan year, or None for the latest. A pair without an answer is unknown: no document at hand is the full
    report of that year, so that silence says nothing. An answer of another year would be no answer.
    """
    package = open_package(root)
    tables, _ = read_tables(package)
    covered = set(tables["coverage"].frame["district_code"])
    districts = [d for d in tables["districts"].frame.iter_rows(named=True) if d["district_code"] in covered]
    core = [i for i in tables["indicators"].frame.iter_rows(named=True) if i["core"]]
    wanted = {i["indicator_id"] for i in core}
    rows = list(tables["targets"].frame.iter_rows(named=True))
    year = year or max((row["year"] for row in rows), default=0)
    units = dict(tables["units"].frame.select("unit_id", "symbol_zh").iter_rows())
    found: dict[tuple[str, str], dict] = {}
    for row in rows:
        place = (row["district_code"], row["indicator_id"])
        if row["year"] != year or row["indicator_id"] not in wanted or row["scope_zh"]:
            continue
        if place not in found or row["headline"]:
            found[place] = {**row, "unit": units.get(row["unit_id"], "")}
    return districts, core, found


def shown(target: dict | None) -> str:
    """A target as a cell: sign, number and unit, or its words; `?` where nothing is known."""
    if target is None:
        return "?"
    if target["comparator"] in SIGNS:
        aside = "" if target["headline"] else " (in the body)"
        return f"{SIGNS[target['comparator']]}{target['value']:g}{target['unit']}{aside}"
    if target["comparator"] == "in_step" and target["hedged"]:
        return "in step, roughly 基本同步"
    if target["strength"] == "binding":
        return "binding 约束性"
    return WORDS.get(target["comparator"], target["comparator"])


def table(root: Path) -> str:
    """The matrix as Markdown."""
    districts, core, found = answers(root)
    lines = [
        "| | "
        + " | ".join(
            f"{d['name_en'].removesuffix(' District').removesuffix(' City')} {d['name_zh']}" for d in districts
        )
        + " |"
    ]
    lines.append("| --- |" + " --- |" * len(districts))
    for indicator in core:
        cells = [shown(found.get((d["district_code"], indicator["indicator_id"]))) for d in districts]
        lines.append(f"| {indicator['name_en']} {indicator['name_zh']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


PLACES = {
    "headline": "a headline in",
    "body": "in the body in",
    "not_stated": "not stated in the full report of",
    "unknown": "unknown for",
}
"""How the answer of a district to a core indicator is counted."""


def place_of(target: dict | None) -> str:
    """One of `PLACES` for the answer of a district."""
    if target is None:
        return "unknown"
    if target["comparator"] == "not_stated":
        return "not_stated"
    return "headline" if target["headline"] else "body"


def counts(root: Path) -> str:
    """For each core indicator, as Markdown: how many districts give it, and where; those with most headlines first."""
    districts, core, found = answers(root)
    names = {d["district_code"]: d["name_en"].removesuffix(" District").removesuffix(" City") for d in districts}
    told = []
    for indicator in core:
        held: dict[str, list[str]] = {place: [] for place in PLACES}
        for code, name in names.items():
            held[place_of(found.get((code, indicator["indicator_id"])))].append(name)
        parts = [f"{PLACES[place]} {_some(held[place], len(names))}" for place in PLACES if held[place]]
        told.append(
            (len(held["headline"]), f"- **{indicator['name_en']}** {indicator['name_zh']}: {'; '.join(parts)}.")
        )
    return "\n".join(line for _, line in sorted(told, key=lambda each: -each[0])) + "\n"


def _some(names: list[str], of: int) -> str:
    return f"all {of}" if len(names) == of else f"{len(names)} of {of} ({', '.join(names)})"
