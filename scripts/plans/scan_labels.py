"""How well scan reads reports it was not written for: labels made by hand, before scan had read the texts.

The labels are offsets, roles, values, units and comparators: no word of a text. A text is known by its SHA-256 and
looked for in folders; labels of texts that are not there are left out and counted. Labels come in sets (`split`); what
each set is, and what the rules knew of it when they were first scored on it, docs/scan-evaluation.md tells.

`python -m plans.scan_labels --texts DIR …` scores every set at hand; `--record STATE` keeps the scores under that name
in docs/scan-evaluation.json, from which the page is made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.scan import Row, Vocabulary, read_vocabulary, scan

_Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution, for intervals of 95 of 100."""


@dataclass
class Share:
    """So many right of so many asked."""

    right: int = 0
    asked: int = 0

    def add(self, *, right: bool) -> None:
        """Count one more."""
        self.asked += 1
        self.right += right

    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 of 100, in parts of one; labels of one text are not independent, so it is a little too narrow."""
        if not self.asked:
            return 0.0, 1.0
        n, p = self.asked, self.right / self.asked
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
        return middle - reach, middle + reach

    def as_json(self) -> dict[str, float | int]:
        """Counts, share and interval; shares in parts of one hundred."""
        low, high = self.interval()
        share = 100 * self.right / self.asked if self.asked else 0.0
        return {
            "right": self.right,
            "asked": self.asked,
            "of_100": round(share, 1),
            "low": round(100 * low, 1),
            "high": round(100 * high, 1),
        }


@dataclass
class Tally:
    """What one half of the labels says."""

    texts: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    headline: Share = field(default_factory=Share)
    headline_numbers: Share = field(default_factory=Share)
    headline_words: Share = field(default_factory=Share)
    proposed: Share = field(default_factory=Share)
    role: Share = field(default_factory=Share)
    target: Share = field(default_factory=Share)
    target_found: Share = field(default_factory=Share)
    reason: Share = field(default_factory=Share)
    confused: Counter[str] = field(default_factory=Counter)
    differ: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Everything that is published; places are left out."""
        return {
            "texts": len(self.texts),
            "texts_absent": len(self.absent),
            "headline_found": self.headline.as_json(),
            "headline_found_numbers": self.headline_numbers.as_json(),
            "headline_found_words": self.headline_words.as_json(),
            "headline_proposed": self.proposed.as_json(),
            "role": self.role.as_json(),
            "target_read": self.target.as_json(),
            "target_read_and_found": self.target_found.as_json(),
            "reason": self.reason.as_json(),
            "roles_confused": dict(sorted(self.confused.items())),
        }


Label = dict[str, str]


def read_labels(folder: Path) -> tuple[list[Label], list[Label]]:
    """Labels of main expected targets and of figures, from `labels-headline.csv` and `labels-figures.csv`."""
    found = []
    for name in ("labels-headline.csv", "labels-figures.csv"):
        path = folder / name
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                found.append(list(csv.DictReader(stream)))
        except OSError as error:
            raise CannotTell(f"{path} cannot be read: {error.strerror}", "give the folder of the labels") from error
    return found[0], found[1]


def texts_by_hash(folders: Sequence[Path]) -> dict[str, Path]:
    """The texts of some folders by the SHA-256 of their bytes."""
    paths = [p for folder in folders for p in sorted(folder.glob("*.txt"))]
    return {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in paths}


def score_labels(labels: Path, texts: Sequence[Path], vocabulary: Vocabulary) -> dict[str, Tally]:
    """A tally for each set of labels; a text is scanned once, for the plan year its labels give.

    Raises `CannotTell` where no labelled text is in `texts`.
    """
    at_hand = texts_by_hash(texts)
    headline, figures = read_labels(labels)
    grouped: dict[tuple[str, str, str], tuple[list[Label], list[Label]]] = defaultdict(lambda: ([], []))
    for kind, found in enumerate((headline, figures)):
        for label in found:
            grouped[label["split"], label["text"], label["year"]][kind].append(label)
    tallies: dict[str, Tally] = defaultdict(Tally)
    for (split, text, year), (targets, others) in sorted(grouped.items()):
        tally = tallies[split]
        path = at_hand.get(text)
        if path is None:
            tally.absent.add(text)
            continue
        tally.texts.add(text)
        rows = scan(path.read_bytes().decode("utf-8"), "000000", int(year), vocabulary).rows
        if targets:
            _score_headline(tally, path.name, targets, rows)
        _score_figures(tally, path.name, others, rows)
    if not any(t.texts for t in tallies.values()):
        raise CannotTell("none of the labelled texts is at hand", "give the folders they lie in with --texts")
    return dict(tallies)


def _score_headline(tally: Tally, name: str, labels: list[Label], rows: list[Row]) -> None:
    """Every label found or not; every row marked `headline` asked for or not."""
    marked = [r for r in rows if r.headline == "true"]
    used: set[int] = set()
    for label in labels:
        if not label["start"]:
            continue
        row = _row_of(label, marked, used)
        wrong = "missed" if row is None else _difference(label, row)
        tally.headline.add(right=not wrong)
        (tally.headline_numbers if label["value"] else tally.headline_words).add(right=not wrong)
        if row is not None:
            used.add(row.start)
            tally.proposed.add(right=not wrong)
        if wrong:
            tally.differ.append(
                f"{name} {label['start']} {label['comparator']} {label['value']} {label['unit']}: {wrong}"
            )
    for row in marked:
        if row.start not in used and not _second_part(row, labels):
            tally.proposed.add(right=False)
            tally.differ.append(f"{name} {row.start} {row.stated}: marked headline, and is none")


def _row_of(label: Label, marked: list[Row], used: set[int]) -> Row | None:
    start, end = int(label["start"]), int(label["end"])
    if label["value"]:
        return next((r for r in marked if r.start == start), None)
    inside = [r for r in marked if start <= r.start < end and not r.value and r.start not in used]
    return next((r for r in inside if r.comparator in label["comparator"].split("/")), inside[0] if inside else None)


def _second_part(row: Row, labels: list[Label]) -> bool:
    """A further goal without digits inside one labelled clause: coordinated indicators are a row each."""
    return not row.value and any(
        not b["value"] and b["start"] and int(b["start"]) <= row.start < int(b["end"]) for b in labels
    )


def _difference(label: Label, row: Row) -> str:
    """What differs between label and row; "" where value, unit and comparator are exact."""
    wrong = []
    if label["comparator"] == "stretch":
        right = row.stretch_value and Decimal(row.stretch_value) == Decimal(label["value"])
        return "" if right and row.unit_zh == label["unit"] else f"better result {row.stretch_value} {row.unit_zh}"
    if label["value"]:
        wanted = Decimal(label["value"])
        cells = [row.value, row.value_max] if label["comparator"] == "range" else [row.value]
        if wanted not in [Decimal(c) for c in cells if c]:
            wrong.append(f"value {row.value}")
        if row.unit_zh != label["unit"]:
            wrong.append(f"unit {row.unit_zh}")
    if row.comparator not in label["comparator"].split("/"):
        wrong.append(f"comparator {row.comparator}")
    return ", ".join(wrong)


def _score_figures(tally: Tally, name: str, labels: list[Label], rows: list[Row]) -> None:
    at = {row.start: row for row in rows}
    for label in labels:
        row = at.get(int(label["start"]))
        roles = label["role"].split("|")
        right = row is not None and row.role in roles
        tally.role.add(right=right)
        if not right:
            read = row.role if row else "missed"
            tally.confused[f"{label['role']} → {read}"] += 1
            tally.differ.append(f"{name} {label['start']}: {label['role']} {label['reason']} read as {read}")
        if row is not None and right and row.role == "context" and label["reason"]:
            tally.reason.add(right=row.reason == label["reason"])
            if row.reason != label["reason"]:
                tally.differ.append(f"{name} {label['start']}: reason {label['reason']} read as {row.reason}")
        if roles[0] != "target" or not label["value"]:
            continue
        is_target = row is not None and row.role == "target"
        wrong = _difference(label, row) if row is not None and is_target else "no target"
        if is_target:
            tally.target.add(right=not wrong)
        if len(roles) == 1 or is_target:
            tally.target_found.add(right=not wrong)
        if wrong and is_target:
            tally.differ.append(
                f"{name} {label['start']} {label['comparator']} {label['value']} {label['unit']}: {wrong}"
            )


def record(path: Path, state: str, tallies: dict[str, Tally]) -> None:
    """Keep the scores of the sets at hand under the name of a state of the rules; other states stay as they are."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    scores = {split: t.as_json() for split, t in sorted(tallies.items()) if t.texts}
    kept[state] = {**kept.get(state, {}), **scores}
    write_whole(path, (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def main(arguments: list[str]) -> int:
    """Print the scores; exit code 2 where nothing could be scored."""
    parser = argparse.ArgumentParser(prog="plans.scan_labels", description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="folders of the labelled texts")
    parser.add_argument("--labels", type=Path, default=Path("tests/fixtures/scan"), help="folder of the labels")
    parser.add_argument("--package", type=Path, default=Path())
    parser.add_argument("--record", metavar="STATE", help="keep the scores under this name")
    parser.add_argument("--into", type=Path, default=Path("docs/scan-evaluation.json"))
    parser.add_argument("--verbose", action="store_true", help="list what differs")
    given = parser.parse_args(arguments)
    try:
        tallies = score_labels(given.labels, given.texts, read_vocabulary(given.package))
    except CannotTell as error:
        print(f"scan_labels could not tell: {error.what}\n  to mend: {error.mend}", file=sys.stderr)
        return 2
    for split, tally in sorted(tallies.items()):
        print(f"{split}: {len(tally.texts)} texts, {len(tally.absent)} not at hand")
        for name, share in tally.as_json().items():
            if isinstance(share, dict) and share.get("asked"):
                print(
                    f"  {name:<24} {share['right']:>4} of {share['asked']:<4} {share['of_100']:>5} ({share['low']}–{share['high']})"
                )
        if given.verbose:
            print("".join(f"    {line}\n" for line in tally.differ), end="")
    if given.record:
        record(given.into, given.record, tallies)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
