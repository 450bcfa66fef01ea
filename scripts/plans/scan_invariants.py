"""What must always hold of scan, on every text of a folder.

`python -m plans.scan_invariants FOLDER`: no text makes scan fail; every run of digits stands in exactly one row and no
two rows overlap; `printed`, `stated` and `cue` are what stands in the text; the phrase alone yields the row; nothing
that dates, orders, names, ranks, grades or bounds is read as a target or result; the same text gives the same rows.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from planspec.canonical import plain
from planspec.errors import CannotTell
from planspec.grammar import classify, find_at, find_statements
from planspec.grammar.text import compact_text, sentence_span
from planspec.scan import Row, Vocabulary, read_vocabulary, scan

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"20[0-4]\d")
_WORDY = ("in_step", "keep", "relative", "qualitative")
_REACH = 60


def plan_year(name: str, stored: str) -> int:
    """The plan year: the one in the file's name, else the latest of those in the first lines, else 2025."""
    named = _YEAR.findall(name) or _YEAR.findall(stored[:400])
    return max(map(int, named), default=2025)


def faults(stored: str, rows: list[Row]) -> Iterator[tuple[str, str]]:
    """What does not hold of the rows of a text: the invariant's name and where."""
    covered: set[int] = set()
    for row in rows:
        where = f"{row.start} {row.printed}"
        span = set(range(row.start, row.end))
        if not 0 <= row.start < row.end <= len(stored) or span & covered:
            yield "each figure once", where
        covered |= span
        if row.reason != "private" and compact_text(stored[row.start : row.end]) != row.printed:
            yield "printed as in the text", where
        if row.stated:
            yield from ((name, where) for name in _phrase_faults(stored, row))
        if row.role in ("target", "result") and row.value and _false_friend(stored, row):
            yield "no false friend among targets and results", where
    for match in _DIGITS.finditer(stored):
        if not covered.issuperset(range(*match.span())):
            yield "no figure lost", f"{match.start()} {match.group()}"


def _phrase_faults(stored: str, row: Row) -> Iterator[str]:
    first, last = int(row.stated_start), int(row.stated_end)
    if compact_text(stored[first:last]) != row.stated or not first <= row.start < row.end <= last:
        yield "phrase at its offsets"
        return
    if len(row.stated) > 60 or len(row.cue) > 60:
        yield "phrase and cue within 60 characters"
    if row.cue and not _cue_stands(stored, first, row.cue):
        yield "cue in the phrase's sentence"
    if row.role not in ("target", "result"):
        return
    place = len(compact_text(stored[first : row.start]))
    end = place + len(row.printed)
    if row.comparator in _WORDY:
        if not any(
            s.comparator == row.comparator and s.start < end and place < s.end for s in find_statements(row.stated)
        ):
            yield "phrase yields the row"
        return
    reading = find_at(row.stated, place, end)
    values = {row.value, row.value_max, row.stretch_value} - {""}
    if (
        reading is None
        or plain(reading.value) not in values
        or (reading.unit, reading.comparator) != (row.unit_zh, row.comparator)
    ):
        yield "phrase yields the row"


def _cue_stands(stored: str, first: int, cue: str) -> bool:
    text = compact_text(stored[max(0, first - 4000) : first + 400])
    place = len(compact_text(stored[max(0, first - 4000) : first]))
    low, high = sentence_span(text, place)
    return cue in text[low:high]


def _false_friend(stored: str, row: Row) -> bool:
    """Whether the number beside a value is one that `classify` tells from a quantity."""
    if row.printed.startswith("翻"):
        return False
    before = compact_text(stored[max(0, row.start - _REACH) : row.start])
    after = compact_text(stored[row.end : row.end + _REACH])
    text = before + row.printed + after
    return bool(classify(text, len(before), len(before) + len(row.printed)))


def check_folder(folder: Path, vocabulary: Vocabulary) -> tuple[int, int, float, Counter[str], list[str]]:
    """Texts, figures, seconds of scanning, faults by invariant, and where they are."""
    texts = figures = 0
    seconds = 0.0
    count: Counter[str] = Counter()
    places: list[str] = []
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise CannotTell(f"{folder} holds no .txt files", "give a folder of reports")
    for path in paths:
        stored = path.read_bytes().decode("utf-8", errors="replace")
        year = plan_year(path.name, stored)
        begun = time.process_time()
        try:
            rows = scan(stored, "000000", year, vocabulary).rows
        except Exception as error:  # any failure at all is what this invariant is about
            count["no crash"] += 1
            places.append(f"{path.name}: {type(error).__name__}: {error}")
            continue
        seconds += time.process_time() - begun
        texts, figures = texts + 1, figures + len(rows)
        for name, where in faults(stored, rows):
            count[name] += 1
            places.append(f"{path.name}: {name}: {where}")
        if texts == 1 and scan(stored, "000000", year, vocabulary).rows != rows:
            count["the same rows again"] += 1
    return texts, figures, seconds, count, places


def main(arguments: list[str]) -> int:
    """Print what was checked; exit code 1 where an invariant does not hold, 2 where nothing could be checked."""
    parser = argparse.ArgumentParser(prog="plans.scan_invariants", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of reports, one .txt each")
    parser.add_argument("--package", type=Path, default=Path())
    given = parser.parse_args(arguments)
    try:
        texts, figures, seconds, count, places = check_folder(given.folder, read_vocabulary(given.package))
    except CannotTell as error:
        print(f"scan_invariants could not tell: {error.what}\n  to mend: {error.mend}", file=sys.stderr)
        return 2
    for line in places[:100]:
        print(line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    total = sum(count.values())
    print(f"{texts} texts, {figures} figures, {seconds:.1f} s on one core, {peak} MB at most; {total} faults")
    for name, number in sorted(count.items()):
        print(f"  {name}: {number}")
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
