"""What a wrong figure of the ledger does to the record it proves, a wrong record to its figures, a project to its group."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

import polars as pl

from planspec.rules.catalogue import catalogue
from planspec.rules.causes.index import ALIKE, UNPROVED, Causes, Row, record_of
from planspec.rules.context import KEYS, RECORDS
from planspec.tables import LINE

FIELD_RULES = {
    "value": ("R201", "R230", "R232"),
    "value_max": ("R202", "R233"),
    "stretch_value": ("R222", "R234"),
    "investment_value": ("R251",),
    "size_value": ("R253",),
}
"""Rules that say of a record what its figure would say of the same column again."""


def follow_numbers(causes: Causes) -> None:
    """P315 on a figure whose record is wrong itself; R252 on a project whose investment its figure disputes."""
    for place in causes.of("P315"):
        figure = causes.row(place[1], place[2])
        name, key = record_of(figure) or ("", "")
        field = figure.get("field") or ""
        for line in causes.lines_of(name, KEYS[name], key) if name else ():
            for other in causes.at.get((name, line), ()):
                meaningless = catalogue()[other[0]].layer == "structure" and other[3] == field
                if meaningless or other[0] in FIELD_RULES.get(field, ()):
                    causes.withdraw(place, other[0])
            if place not in causes.effects and field == "investment_value":
                causes.withdraw_at(name, line, ("R252", "T415"), "P315")
            if place not in causes.effects and field == "size_value":
                causes.withdraw_at(name, line, ("T415",), "P315")


def follow_projects(causes: Causes) -> None:
    """P320 and P321 where portfolio or member is wrong itself; P305 where the owner's own district is."""
    wrong: dict[str, str] = {}
    for line, rule in causes.wrong("projects").items():
        if rule not in ("P305", "P320", "P321"):
            wrong[causes.row("projects", line).get("project_id") or ""] = rule
    for place in causes.of("P315"):
        name, key = record_of(causes.row(place[1], place[2])) or ("", "")
        if name == "projects":
            wrong[key] = "P315"
    for place in causes.of("P321"):
        portfolio = causes.row("projects", place[2]).get("portfolio_id")
        if portfolio in wrong:
            causes.withdraw(place, wrong[portfolio])
    for place in causes.of("P320"):
        lines = causes.lines_of("projects", "portfolio_id", place[4])
        members = {key for key in wrong if set(causes.lines_of("projects", "project_id", key)) & set(lines)}
        for key in (members | {place[4]}) & wrong.keys():
            causes.withdraw(place, wrong[key])
    for place in causes.of("P305"):
        owner = "initiatives" if place[3] == "initiative_id" else "projects"
        linked = causes.row(place[1], place[2]).get(place[3])
        for line in causes.lines_of(owner, KEYS[owner], linked):
            for other in causes.at.get((owner, line), ()):
                if other[3] == "district_code":
                    causes.withdraw(place, other[0])


def follow_ledger(causes: Causes) -> None:
    """A wrong row of the ledger leaves its record without proof, and its number uncounted.

    A record without proof then says of the numbers in its phrase what the recount would say again.
    """
    if not causes.context.has("figures"):
        return
    suspects = _suspects(causes)
    _unproved(causes, suspects)
    _overlapping(causes, suspects)
    spans = Spans()
    for place in causes.of("R233", "R234", "R235", "R237"):
        spans.add(causes.row(place[1], place[2]), place[0])
    for place in causes.of("P311"):
        figure = causes.row(place[1], place[2])
        for rule in spans.around(figure.get("source_id"), figure.get("start")):
            causes.withdraw(place, rule)
    _uncounted(causes, suspects, spans)
    placed = {(causes.row(p[1], p[2]).get("source_id"), p[0]) for p in causes.of("T403", "T404", "T406", "T410")}
    for place in causes.of("P317"):
        for source, rule in placed:
            if causes.row(place[1], place[2]).get("source_id") == source:
                causes.withdraw(place, rule)


class Spans:
    """Phrases of records by document, and the rule that found each wanting."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)

    def add(self, row: Row, rule: str) -> None:
        if None not in (row.get("source_id"), row.get("start"), row.get("end")):
            self.spans[row["source_id"]].append((row["start"], row["end"], rule))

    def around(self, source: str | None, offset: int | None) -> list[str]:
        """Rules of the phrases around an offset of a document."""
        if source is None or offset is None:
            return []
        return [rule for start, end, rule in self.spans.get(source, ()) if start <= offset < end]


def _suspects(causes: Causes) -> list[tuple[Row, str]]:
    """Ledger rows that carry an error or name a record that is not there, each with the rule that says so."""
    figures = causes.context.frame("figures")
    rules = causes.wrong("figures")
    lost = {value: rule for value, (name, rule) in causes.lost.items() if name in RECORDS.values()}
    dangling = pl.any_horizontal(pl.col(f"{role}_id").is_in(list(lost)) for role in RECORDS).fill_null(value=False)
    rows = figures.filter(pl.col(LINE).is_in(list(rules)) | dangling)
    return [(row, rules.get(row[LINE]) or lost[_lost_of(row, lost)]) for row in rows.iter_rows(named=True)]


def _lost_of(figure: Row, lost: dict[str, str]) -> str:
    return next(figure[f"{role}_id"] for role in RECORDS if figure[f"{role}_id"] in lost)


def _unproved(causes: Causes, suspects: list[tuple[Row, str]]) -> None:
    """Records without proof because a figure that names them, or stands in their phrase, is wrong itself."""
    ids = {figure[f"{role}_id"]: rule for figure, rule in suspects for role in RECORDS if figure[f"{role}_id"]}
    for place in causes.of(*UNPROVED):
        row = causes.row(place[1], place[2])
        key = str(row.get(KEYS[place[1]], ""))
        for near in get_close_matches(key, ids, n=1, cutoff=ALIKE):
            causes.withdraw(place, ids[near])
        spans = Spans()
        spans.add(row, place[0])
        for figure, rule in suspects:
            at_home = figure["source_id"] == row.get("source_id") or (figure["printed"] or "") in (
                row.get("stated") or ""
            )
            if at_home and spans.around(row.get("source_id"), figure["start"]):
                causes.withdraw(place, rule)


def _overlapping(causes: Causes, suspects: list[tuple[Row, str]]) -> None:
    """Figures that overlap another, or do not count on from it, because that one is misplaced."""
    places = causes.of("P312", "P313", "P314")
    for figure, rule in suspects if places else ():
        spans = Spans()
        spans.add(figure | {"end": max(figure["start"] or 0, figure["end"] or 0) + 1}, rule)
        for place in places:
            row = causes.row(place[1], place[2])
            if row[LINE] != figure[LINE] and spans.around(row["source_id"], row["start"]):
                causes.withdraw(place, rule)


def _uncounted(causes: Causes, suspects: list[tuple[Row, str]], spans: Spans) -> None:
    """Numbers that the ledger seems to lack because their row is misplaced, or their record said so already."""
    for place in causes.of("T407", "T408"):
        source, start = place[4].rsplit("/", 1)
        for rule in spans.around(source, int(start)):
            causes.withdraw(place, rule)
        number = _number_at(causes, source, int(start))
        for figure, rule in suspects:
            here = figure["source_id"] == source or figure["start"] == int(start)
            if here and number in (figure["printed"] or number):
                causes.withdraw(place, rule)


def _number_at(causes: Causes, source: str, start: int) -> str:
    text = causes.context.texts[source].stored
    end = start + 1
    while end < len(text) and text[start].isdigit() and (text[end].isdigit() or text[end] == "."):
        end += 1
    return text[start:end].rstrip(".")
