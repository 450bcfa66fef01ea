"""How well scan reads reports whose rows are known: by role, value, unit, comparator, strength, headline, indicator.

`python -m plans.scan_eval` scores it on the package's own documents, each without the indicators that only this
document uses; `--gold CSV --texts DIR` scores the main expected targets of texts labelled by hand.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from planspec.errors import CannotTell
from planspec.rules.source import Folders, find_text
from planspec.scan import Row, read_vocabulary, scan

COLUMNS = (
    "value",
    "unit_zh",
    "comparator",
    "strength",
    "headline",
    "period",
    "year",
    "estimated",
    "indicator_id",
    "stated",
)
PROMISED = {"role": 90.0, "target": 95.0}
"""What has to hold, of 100: role of every figure; value, unit and comparator of targets together."""


@dataclass
class Score:
    """Counts over documents: figures, misses, confusions of role and reason, columns right and wrong, by confidence."""

    figures: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    surplus: Counter[str] = field(default_factory=Counter)
    roles: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    bands: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    examples: list[str] = field(default_factory=list)
    invented: int = 0

    @property
    def role_share(self) -> float:
        """Roles right, of 100 known figures; a figure that was missed is not right."""
        return 100 * sum(n for (a, b), n in self.roles.items() if a == b) / max(1, self.figures)

    @property
    def target_share(self) -> float:
        """Targets with value, unit and comparator right, of 100 known ones that scan read as targets."""
        return 100 * self.whole["target"] / max(1, self.records["target"])


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise CannotTell(f"{path} cannot be read: {error.strerror}", "give a package folder with data/") from error


@dataclass
class Known:
    """The package's ledger and records, as far as the score needs them."""

    figures: dict[str, list[dict[str, str]]]
    records: dict[str, dict[str, str]]
    units: dict[str, str]
    files: dict[str, str]
    only: dict[str, set[str]]


def read_known(package: Path) -> Known:
    """Read ledger, records, units and sources of the package at `package`."""
    data = package / "data"
    records: dict[str, dict[str, str]] = {}
    used: dict[str, set[str]] = defaultdict(set)
    for name, key in (("targets", "target_id"), ("results", "result_id")):
        for row in _read(data / f"{name}.csv"):
            records[row[key]] = row
            if row["source_id"]:
                used[row["indicator_id"]].add(row["source_id"])
    figures: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _read(data / "figures.csv"):
        figures[row["source_id"]].append(row)
    only: dict[str, set[str]] = defaultdict(set)
    for indicator, sources in used.items():
        if len(sources) == 1:
            only[next(iter(sources))].add(indicator)
    units = {r["unit_id"]: r["symbol_zh"] for r in _read(data / "units.csv")}
    files = {r["source_id"]: r["file"] for r in _read(data / "sources.csv")}
    return Known(dict(figures), records, units, files, only)


def score_documents(package: Path, texts: Folders) -> Score:
    """Score every document of the package whose text lies in `texts`."""
    known = read_known(package)
    score = Score()
    for source, rows in sorted(known.figures.items()):
        path = find_text(texts, known.files.get(source))
        if path is None:
            continue
        vocabulary = read_vocabulary(package, known.only[source])
        stored = path.read_bytes().decode("utf-8")
        years = [int(known.records[r["target_id"]]["year"]) for r in rows if r["target_id"] in known.records]
        found = scan(stored, "000000", Counter(years).most_common(1)[0][0] if years else 2025, vocabulary)
        _score_one(score, known, source, rows, found.rows)
    if not score.figures:
        raise CannotTell("no source text is at hand", "set PLANS_SOURCES or give --texts")
    return score


def _score_one(score: Score, known: Known, source: str, rows: list[dict[str, str]], found: list[Row]) -> None:
    by_start: dict[int, Row] = {}
    for proposed in found:
        by_start.setdefault(proposed.start, proposed)
    gold: dict[int, list[dict[str, str]]] = defaultdict(list)
    for figure in rows:
        gold[int(figure["start"])].append(figure)
    for start, parts in sorted(gold.items()):
        score.figures += 1
        row, first = by_start.get(start), parts[0]
        if row is None or row.end != int(first["end"]):
            score.missed[first["role"]] += 1
            score.examples.append(f"{source} {start} {first['printed']}: {first['role']} missed")
            continue
        score.roles[first["role"], row.role] += 1
        band = score.bands[f"{int(float(row.confidence) * 10) / 10:.1f}"]
        band[1] += 1
        right = row.role == first["role"]
        if row.role == "context" and right and row.reason != first["reason"]:
            score.reasons[first["reason"], row.reason] += 1
        if not right:
            score.examples.append(
                f"{source} {start} {row.printed}: {first['role']} {first['reason']} read as {row.role} {row.reason}"
            )
        if right and row.role in ("target", "result"):
            wanted = [known.records[p[f"{row.role}_id"]] for p in parts if p[f"{row.role}_id"] in known.records]
            right = bool(wanted) and _score_record(score, known, row, wanted, source)
        band[0] += right
    for start, proposed in by_start.items():
        if start not in gold:
            score.surplus[proposed.role] += 1


def _score_record(score: Score, known: Known, row: Row, wanted: list[dict[str, str]], source: str) -> bool:
    """Count what a record got right against the record it agrees with best; whether value, unit and comparator did."""

    def agrees(record: dict[str, str], column: str) -> bool | None:
        if column == "unit_zh":
            return known.units.get(record["unit_id"], "") == row.unit_zh
        return None if column not in record else record[column] == getattr(row, column)

    best = max(wanted, key=lambda r: sum(bool(agrees(r, c)) for c in COLUMNS))
    for column in COLUMNS:
        verdict = agrees(best, column)
        if column == "indicator_id" and best[column] in known.only[source]:
            score.invented += bool(row.indicator_id)
            continue
        if verdict is not None:
            score.asked[row.role, column] += 1
            score.right[row.role, column] += verdict
    whole = all(agrees(best, c) for c in ("value", "unit_zh", "comparator"))
    score.records[row.role] += 1
    score.whole[row.role] += whole
    if not whole:
        score.examples.append(
            f"{source} {row.start} {row.stated}: {row.comparator} {row.value} {row.unit_zh}, not {best['comparator']} {best['value']} {best['unit_id']}"
        )
    return whole


def render(score: Score) -> str:
    """The score as text."""
    lines = [
        f"{score.figures} known figures, {sum(score.missed.values())} missed, {sum(score.surplus.values())} proposed that the ledger has not",
        f"role right: {score.role_share:.1f} of 100",
        f"targets with value, unit and comparator right: {score.target_share:.1f} of 100",
        "",
        "column             target   result   (right of 100)",
    ]
    for column in COLUMNS:
        cells = []
        for role in ("target", "result"):
            asked = score.asked[role, column]
            cells.append(f"{100 * score.right[role, column] / asked:8.1f}" if asked else "       –")
        lines.append(f"{column:<16} {cells[0]} {cells[1]}")
    lines.append(
        f"indicator: of those that another document has too; {score.invented} records of other indicators were given one"
    )
    lines += ["", "roles confused (known → read)"]
    lines += [
        f"  {a} → {b}: {n}" for (a, b), n in sorted(score.roles.items(), key=lambda i: (-i[1], i[0])) if a != b
    ] or ["  none"]
    lines += ["reasons confused (known → read)"]
    lines += [f"  {a} → {b}: {n}" for (a, b), n in sorted(score.reasons.items(), key=lambda i: (-i[1], i[0]))] or [
        "  none"
    ]
    lines += ["confidence: rows, right of 100"]
    lines += [f"  {band}–: {total}, {100 * good / total:.0f}" for band, (good, total) in sorted(score.bands.items())]
    return "\n".join(lines) + "\n"


def score_gold(gold: Path, texts: Path, package: Path) -> tuple[int, int, int, list[str]]:
    """Main expected targets labelled by hand: how many, how many exact, how many proposed beside them, and what differs."""
    vocabulary = read_vocabulary(package)
    labels: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in _read(gold):
        labels[row["file"], row["year"]].append(row)
    asked = exact = surplus = 0
    differ: list[str] = []
    for (name, year), rows in sorted(labels.items()):
        path = texts / name
        if not path.is_file():
            continue
        found = scan(path.read_bytes().decode("utf-8"), "000000", int(year), vocabulary).rows
        taken: set[int] = set()
        for label in rows:
            asked += 1
            wrong = _compare(label, found, taken)
            exact += not wrong
            if wrong:
                differ.append(f"{name} {label['phrase']}: {', '.join(wrong)}")
        spans = [(int(r["phrase_start"]), int(r["phrase_end"])) for r in rows]
        surplus += sum(r.headline == "true" and not any(a <= r.start < b for a, b in spans) for r in found)
    return asked, exact, surplus, differ


def _compare(label: dict[str, str], found: Iterable[Row], taken: set[int]) -> list[str]:
    first, last = int(label["phrase_start"]), int(label["phrase_end"])
    inside = [r for r in found if r.headline == "true" and first <= r.start < last]
    if label["start"]:
        inside = [r for r in inside if r.start == int(label["start"])]
    else:
        inside = [r for r in inside if not r.value and r.start not in taken] or [r for r in inside if not r.value]
    if not inside:
        return ["missed"]
    row = inside[0]
    taken.add(row.start)
    columns = ("comparator", "value", "value_max", "unit_zh", "strength", "stretch")
    return [
        f"{c} {getattr(row, c) or '–'} instead of {label[c] or '–'}" for c in columns if getattr(row, c) != label[c]
    ]


def main(arguments: list[str]) -> int:
    """Print the score; exit code 1 where it is below what is promised, 2 where it could not be computed."""
    parser = argparse.ArgumentParser(prog="plans.scan_eval", description=__doc__)
    parser.add_argument("--package", type=Path, default=Path())
    parser.add_argument("--texts", type=Path, help="folder of the texts")
    parser.add_argument("--gold", type=Path, help="CSV of main expected targets labelled by hand")
    parser.add_argument("--verbose", action="store_true", help="list what differs")
    given = parser.parse_args(arguments)
    try:
        if given.gold:
            if given.texts is None:
                raise CannotTell("--gold needs --texts", "give the folder of the labelled texts")
            asked, exact, surplus, differ = score_gold(given.gold, given.texts, given.package)
            if not asked:
                raise CannotTell(f"{given.texts} holds none of the labelled texts", "give the folder they lie in")
            print(
                f"main expected targets: {asked} labelled, {exact} exact ({100 * exact / asked:.1f} of 100), {surplus} proposed beside them"
            )
            print("".join(f"  {line}\n" for line in differ), end="")
            return int(exact < 0.97 * asked)
        from planspec.rules.source import find_sources

        texts = given.texts or find_sources(given.package, None, os.environ.get("PLANS_SOURCES"))
        if texts is None:
            raise CannotTell("no source text is at hand", "set PLANS_SOURCES or give --texts")
        score = score_documents(given.package, texts)
    except CannotTell as error:
        print(f"scan_eval could not tell: {error.what}\n  to mend: {error.mend}", file=sys.stderr)
        return 2
    print(render(score), end="")
    if given.verbose:
        print("\n".join(score.examples))
    return int(score.role_share < PROMISED["role"] or score.target_share < PROMISED["target"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
