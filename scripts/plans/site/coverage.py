"""The ledger as the page of coverage shows it: by document, and by document and reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plans.ledger import REFERENCES, summary
from plans.site.model import Model
from plans.site.words import word
from planspec.rules.run import Report

ROLES = (*REFERENCES, "context", "furniture")
CLOSING = ("P311", "T406", "T407", "T408")
"""Rules that the ledger closes by: a figure without a record, one that is not printed, a printed one without a row."""
NEEDED = ("T401", "T412")
"""Rules without which the others judged other texts than those that the ledger is of."""


@dataclass(frozen=True)
class Closing:
    """Whether the ledger closes: `closed`, `open` with the number of faults, or `unread` where no text was at hand."""

    state: str
    open: int = 0


UNREAD = Closing("unread")


def closing(report: Report) -> Closing:
    """What a validation says of the ledger. Nothing is claimed of documents that it could not read."""
    if not report.rows.get("T407") or report.skipped.get("T407") or report.missing_texts:
        return UNREAD
    if any(report.counts.get(rule) for rule in NEEDED):
        return UNREAD
    faults = sum(report.counts.get(rule, 0) for rule in CLOSING)
    return Closing("open", faults) if faults else Closing("closed")


def coverage(model: Model, path: Path, language: str) -> dict[str, Any]:
    """Context of the page: `ledger` (lines of the summary), `table`, `documents`, `roles` and `total`."""
    lines: list[dict[str, Any]] = [dict(line) for line in summary(path)]
    by_source = {line["source"]: line for line in lines}
    documents = []
    for source, row in model.sources.items():
        line = by_source.get(source)
        if line is None:
            continue
        shares = [(role, sum(line["context"].values()) if role == "context" else line[role]) for role in ROLES]
        speaks = [(c["district_code"], c["completeness"]) for c in model.coverage if c["source_id"] == source]
        documents.append({**row, "ledger": line, "shares": [(r, n) for r, n in shares if n], "speaks": speaks})
    return {
        "ledger": lines,
        "table": _table(lines, language),
        "documents": documents,
        "roles": ROLES,
        "total": by_source["total"],
    }


def _table(lines: list[dict[str, Any]], language: str) -> list[tuple[str, str, list[int]]]:
    """Rows of the table: look, heading, and a number for each document and the total."""

    def counted(column: str) -> list[int]:
        return [line[column] for line in lines]

    reasons = sorted({reason for line in lines for reason in line["context"]})
    context = word("role", "context", language) + word("ui", "colon", language)
    return [
        ("head", word("coverage", "figures_row", language), counted("figures")),
        ("head", word("coverage", "rows_row", language), counted("rows")),
        *(("role", word("role", role, language), counted(role)) for role in REFERENCES),
        *(
            ("reason", context + word("reason", reason, language), [line["context"].get(reason, 0) for line in lines])
            for reason in reasons
        ),
        ("role", word("role", "furniture", language), counted("furniture")),
        ("role", word("coverage", "open_row", language), counted("open")),
    ]
