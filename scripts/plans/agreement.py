"""docs/agreement.md from the two readings and the data: how often the readings differed, over what, what was decided."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READINGS = ROOT / "docs" / "readings"
PAGE = ROOT / "docs" / "agreement.md"
FACTS = (
    "district_code",
    "year",
    "period",
    "comparator",
    "value",
    "value_max",
    "unit_zh",
    "strength",
    "hedged",
    "estimated",
    "cumulative",
    "headline",
    "relative_to",
    "measure",
)
WORDS = ("stated", "cue", "scope_zh")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _place(row: dict[str, str]) -> tuple[str, int, str]:
    return row["source_id"], int(row["start"]), row["part"] or "1"


def _same(a: str, b: str) -> bool:
    return (a or "").strip().lower().replace("false", "") == (b or "").strip().lower().replace("false", "")


def compare(part: str) -> dict[str, object]:
    """Counts for one document or part: places read by both, by one, and what differed among the shared ones."""
    first = {_place(r): r for r in _rows(READINGS / "a" / f"{part}.figures.csv")}
    second = {_place(r): r for r in _rows(READINGS / "b" / f"{part}.figures.csv")}
    both = sorted(set(first) & set(second))
    differ: Counter[str] = Counter()
    records = 0
    for place in both:
        a, b = first[place], second[place]
        if a["role"] != b["role"]:
            differ["role"] += 1
        elif a["reason"] != b["reason"]:
            differ["reason"] += 1
        elif a["role"] in ("target", "result") and not (a["same_as"] or b["same_as"]):
            records += 1
            for column in (*FACTS, *WORDS):
                differ[column] += not _same(a[column], b[column])
    return {
        "part": part,
        "both": len(both),
        "only_a": len(set(first) - set(second)),
        "only_b": len(set(second) - set(first)),
        "records": records,
        "differ": differ,
    }


def kept(part: str) -> tuple[int, int, int]:
    """Places of the part that the ledger has, and how many of those carry reading A's and reading B's role and reason."""
    ledger = {
        (r["source_id"], int(r["start"]), r["part"]): (r["role"], r["reason"])
        for r in _rows(ROOT / "data" / "figures.csv")
    }
    hits = []
    for reading in ("a", "b"):
        rows = _rows(READINGS / reading / f"{part}.figures.csv")
        hits.append(sum(ledger.get(_place(r)) == (r["role"], r["reason"]) for r in rows))
    places = {_place(r) for reading in ("a", "b") for r in _rows(READINGS / reading / f"{part}.figures.csv")}
    return sum(p in ledger for p in places), hits[0], hits[1]


def named(part: str, kind: str) -> tuple[int, int, int]:
    """How many projects or initiatives each reading lists, and how many printed names both list."""
    a = {(r["source_id"], r["stated"]) for r in _rows(READINGS / "a" / f"{part}.{kind}.csv")}
    b = {(r["source_id"], r["stated"]) for r in _rows(READINGS / "b" / f"{part}.{kind}.csv")}
    return len(a), len(b), len(a & b)


def context_sample() -> list[str]:
    """Agreement of the second labelling of 100 context rows with the ledger, and every difference."""
    sample = _rows(READINGS / "context-sample.csv")
    ledger = {(r["source_id"], r["start"], r["end"]): r for r in _rows(ROOT / "data" / "figures.csv")}
    lines, same = [], 0
    for row in sample:
        now = ledger.get((row["source_id"], row["start"], row["end"]))
        label = (row["role"], row["reason"])
        ours = (now["role"], now["reason"]) if now else ("", "")
        same += label == ours
        if label != ours:
            lines.append(
                f"| {row['source_id']} | {row['start']} | {row['printed']} | {' / '.join(filter(None, label))} | {' / '.join(filter(None, ours))} |"
            )
    table = ["", "| source | offset | printed | second label | ledger |", "| --- | ---: | --- | --- | --- |", *lines]
    whole = sum(row["role"] in ("context", "furniture") for row in ledger.values())
    return [
        f"{len(sample)} rows, of {whole} places of context and furniture in the ledger today, were labelled again from the text alone,",
        f"without the labels in sight: **{same} of {len(sample)}** carry the role and reason the ledger has today. How they were chosen",
        f"is not recorded, so the share holds for [these rows](readings/context-sample.csv) alone.{' Those that differ:' * bool(lines)}",
        *(table if lines else ()),
    ]


def third_reading() -> list[str]:
    """The third reading against the data: of what it lists, how much the data hold in that role, and as the same fact."""
    ledger = _rows(ROOT / "data" / "figures.csv")
    units = {r["unit_id"]: r["symbol_zh"] for r in _rows(ROOT / "data" / "units.csv")}
    lines = [
        "| list | in the third reading | in the data under that role | same comparator, value and unit |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, role in (("targets", "target"), ("results", "result")):
        records = {r[f"{role}_id"]: r for r in _rows(ROOT / "data" / f"{name}.csv")}
        rows = _rows(READINGS / "c" / f"{name}.csv")
        found = same = 0
        for row in rows:
            near = [
                f
                for f in ledger
                if f["source_id"] == row["source_id"]
                and f["role"] == role
                and int(f["start"]) - 12 <= int(row["start"]) <= int(f["end"]) + 12
            ]
            found += bool(near)
            same += any(_same_fact(row, records[f[f"{role}_id"]], units) for f in near)
        lines.append(f"| {name} | {len(rows)} | {found} | {same} |")
    return lines


def _same_fact(reading: dict[str, str], record: dict[str, str], units: dict[str, str]) -> bool:
    def fact(comparator: str, value: str, unit: str) -> tuple[str, float | None, str]:
        return comparator, float(value) if value else None, unit

    ours = fact(record["comparator"], record["value"], units.get(record["unit_id"], ""))
    return fact(reading["comparator"], reading["value"], reading["unit_zh"]) == ours


def page() -> str:
    """The whole page."""
    parts = sorted(p.name.removesuffix(".figures.csv") for p in (READINGS / "a").glob("*.figures.csv"))
    rows = [compare(part) for part in parts]
    total: Counter[str] = Counter()
    for row in rows:
        counted = row["differ"]
        assert isinstance(counted, Counter)
        total.update(counted)
    records = sum(int(str(r["records"])) for r in rows)
    both = sum(int(str(r["both"])) for r in rows)
    lines = [
        "# Agreement of the readings",
        "",
        "Every document was read twice, the second time without sight of the first ([readings](readings/README.md)). This page is",
        "generated from the two readings and the data (`make agreement`). Agreement says how plain the rules of reading are; it",
        "does not say that both readers are right: where a rule is wrong, they are wrong together.",
        "",
        "## Figures",
        "",
        "| part | read by both | only A | only B | role differs | reason differs | ledger keeps A | ledger keeps B |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        places, a, b = kept(str(row["part"]))
        differ = row["differ"]
        assert isinstance(differ, Counter)
        lines.append(
            f"| {row['part']} | {row['both']} | {row['only_a']} | {row['only_b']} | {differ['role']} | {differ['reason']} | {a} of {places} | {b} of {places} |"
        )
    lines += [
        "",
        "## What a record says",
        "",
        f"{records} targets and results were read by both ({both} figures in all). How often a column differed:",
        "",
        "| column | differs | of 100 |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {c} | {total[c]} | {100 * total[c] / records:.1f} |" for c in (*FACTS, *WORDS)]
    lines += [
        "",
        "## Names",
        "",
        "| part | kind | A | B | both, same printed name |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for part in parts:
        for kind in ("projects", "initiatives"):
            a, b, shared = named(part, kind)
            lines.append(f"| {part} | {kind} | {a} | {b} | {shared} |")
    lines += [
        "",
        "The data hold the union of both, after a third pass over the text.",
        "",
        "## A third reading, from the definitions alone",
        "",
        "Targets of documents 001, 003 and 004, results of 001 and of part of 003, listed without the guide and without",
        "sight of the data. It left plain ranks out; the data keep them as `qualitative`.",
        "",
        *third_reading(),
        "",
        (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").strip(),
        "",
        "## Context, labelled again",
        "",
        *context_sample(),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is stale (exit code 1)."""
    text = page()
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
