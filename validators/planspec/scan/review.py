"""The review of a scanned report: one CSV beside it, edited in a spreadsheet or in the terminal.

Each row is a proposal of `scan` with what a person adds: the decision, and what no text says (English names, the key of
a project). Before them stand rows of the role `report`: what the command was told about the document, a row each. The file
is the only state: a review can be stopped at any row and taken up again.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.scan.rows import COLUMNS, Row
from planspec.spreadsheet import decode

DECISIONS = ("", "accept", "aside", "reject")
"""Open; as proposed or edited; kept in the ledger without a record, with a reason; not a figure of the report."""
REASONS = (
    "date",
    "ordinal",
    "name",
    "rank",
    "grade",
    "threshold",
    "enumeration",
    "standing figure",
    "heading",
    "page",
    "loop",
    "private",
)
REPORT = "report"
TOLD = (
    "district",
    "year",
    "completeness",
    "title",
    "publisher",
    "published",
    "district-name",
    "district-name-en",
    "source",
)
"""What a review keeps about its document: options of `plans add`, and the source_id it was written under."""
ROLES = ("target", "result", "project", "initiative", "context", "furniture")
ADDED = (
    "decision",
    "why",
    "key",
    "indicator_en",
    "measure",
    "theme",
    "relative_to",
    "scope_en",
    "record_id",
    "field",
    "note",
)
REVIEW_COLUMNS = ("decision", "why", *COLUMNS, *(c for c in ADDED if c not in ("decision", "why")), "text")

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Item = dict[str, str]


def begin(rows: list[Row], sha256: str) -> list[Item]:
    """A fresh review of scanned rows; `sha256` of the text ties it to this very file."""
    items = []
    for row in rows:
        item = dict.fromkeys(REVIEW_COLUMNS, "")
        item.update({name: str(getattr(row, name)) for name in COLUMNS})
        item["text"] = sha256[:12]
        items.append(item)
    return items


def figures_of(items: list[Item]) -> list[Item]:
    """The rows that propose a figure."""
    return [i for i in items if i["role"] != REPORT]


def told(items: list[Item]) -> dict[str, str]:
    """What the review keeps about its document, by name; "" for what it does not."""
    kept = {i["printed"]: i["stated"] for i in items if i["role"] == REPORT}
    return {name: kept.get(name, "") for name in TOLD}


def tell(items: list[Item], given: dict[str, str], sha256: str) -> list[Item]:
    """The review with what is kept about its document replaced by `given`: a row for each name, those left out empty."""
    rows = []
    for name in TOLD:
        row = dict.fromkeys(REVIEW_COLUMNS, "")
        row |= {"role": REPORT, "printed": name, "stated": given.get(name, ""), "text": sha256[:12]}
        rows.append(row)
    return rows + figures_of(items)


def read_review(path: Path, sha256: str) -> list[Item]:
    """The review in `path`, as a spreadsheet saved it too (BOM, GBK, CRLF, semicolons, tabs).

    Raises `CannotTell`, naming the line and the column, where it is no review, is one of another text, or a decision
    is none.
    """
    try:
        text, _ = decode(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise CannotTell(f"{path} cannot be read: {error}", "restore the file, or delete it to begin again") from error
    # Where the decimal mark is a comma, Excel saves what it calls CSV with semicolons; with "Text" it saves tabs.
    delimiter = max(",\t;", key=text.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows or sorted(rows[0]) != sorted(REVIEW_COLUMNS):
        missing = sorted(set(REVIEW_COLUMNS) - set(rows[0] if rows else []))
        raise CannotTell(
            f"{path}:1: it is no review: columns missing: {', '.join(missing) or '–'}",
            "save it as CSV with all columns, or move it away to begin again",
        )
    items = []
    for line, cells in enumerate(rows[1:], 2):
        if len(cells) != len(rows[0]):
            raise CannotTell(f"{path}:{line}: {len(cells)} cells, not {len(rows[0])}", "mend the line")
        item = {name: cell.strip() for name, cell in zip(rows[0], cells, strict=True)}
        _judge(item, path, line, sha256)
        items.append(item)
    return items


def _judge(item: Item, path: Path, line: int, sha256: str) -> None:
    if item["text"] != sha256[:12]:
        raise CannotTell(
            f"{path}:{line}:text: the review is of another text ({item['text']})",
            "give the text it was made from, or delete it",
        )
    if item["role"] == REPORT:
        if item["printed"] not in TOLD:
            raise CannotTell(
                f"{path}:{line}:printed: {item['printed']!r} is nothing that is kept about a document",
                f"write one of: {', '.join(TOLD)}",
            )
        return
    if item["decision"] not in DECISIONS:
        raise CannotTell(
            f"{path}:{line}:decision: {item['decision']!r} is no decision",
            "write accept, aside or reject, or leave it empty",
        )
    if item["role"] not in ROLES:
        raise CannotTell(f"{path}:{line}:role: {item['role']!r} is no role", f"write one of: {', '.join(ROLES)}")
    if item["role"] in ("context", "furniture") and item["reason"] not in REASONS:
        raise CannotTell(
            f"{path}:{line}:reason: {item['reason']!r} is no reason", f"write one of: {', '.join(REASONS)}"
        )
    if item["decision"] in ("aside", "reject") and not item["why"]:
        raise CannotTell(f"{path}:{line}:why: {item['decision']} needs a reason", "say why in a few words")
    for column in ("start", "end"):
        if not item[column].isdigit():
            raise CannotTell(f"{path}:{line}:{column}: {item[column]!r} is no offset", "restore the number")
    for column in ("stated_start", "stated_end", "year"):
        if item[column] and not item[column].isdigit():
            raise CannotTell(f"{path}:{line}:{column}: {item[column]!r} is no whole number", "restore the number")
    for column in ("value", "value_max", "stretch_value", "confidence"):
        if item[column] and not is_number(item[column]):
            raise CannotTell(
                f"{path}:{line}:{column}: {item[column]!r} is no number", "write digits with a point, as in -5.5"
            )


def is_number(cell: str) -> bool:
    """Whether a cell holds a number as the package writes it: digits, a point, a minus."""
    return bool(_NUMBER.fullmatch(cell))


def write_review(path: Path, items: list[Item]) -> None:
    """Write the review whole or not at all."""
    out = io.StringIO()
    writer = csv.DictWriter(out, REVIEW_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(items)
    write_whole(path, out.getvalue().encode("utf-8"))


def open_items(items: list[Item]) -> list[Item]:
    """Items without a decision, lowest confidence first, then in the order of the text."""
    waiting = (i for i in figures_of(items) if not i["decision"])
    return sorted(waiting, key=lambda i: (float(i["confidence"] or 0), int(i["start"])))


def accept_from(items: list[Item], confidence: float) -> int:
    """Accept every open item of at least this confidence; how many there were."""
    chosen = [i for i in open_items(items) if float(i["confidence"] or 0) >= confidence]
    for item in chosen:
        item["decision"] = "accept"
    return len(chosen)


def tally(items: list[Item]) -> dict[str, Counter[str]]:
    """How many items of each role have each decision (`open` for none)."""
    counts: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
    for item in figures_of(items):
        counts[item["role"]][item["decision"] or "open"] += 1
    return counts
