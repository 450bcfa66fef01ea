"""What a wrong figure of the ledger does to the record it proves, a wrong record to its figures, a project to its group."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

import narwhals as nw

from planspec.findings import Place
from planspec.rules.catalogue import catalogue
from planspec.rules.causes.index import ALIKE, UNPROVED, Causes, Row, record_of
from planspec.rules.context import KEYS, RECORDS, show
from planspec.tables import LINE

FIELD_RULES = {
    "value": ("R201", "R230", "R232"),
    "value_max": ("R202", "R233"),
    "stretch_value": ("R222", "R234"),
    "investment_value": ("R251",),
    "size_value": ("R253",),
}
"""Rules that say of a record what its figure would say of the same column again."""
OWNERS = {"project_id": "projects", "portfolio_id": "projects", "initiative_id": "initiatives"}
Suspects = list[tuple[Row, Place]]


def follow_numbers(causes: Causes) -> None:
    """P315 on a figure whose record is wrong itself; R252 and T415 on a project whose number its figure disputes."""
    for place in causes.of("P315"):
        figure = causes.row(place[1], place[2])
        name, key = record_of(figure)
        field = figure.get("field") or ""
        for line in causes.lines_of(name, KEYS[name], key) if name else ():
            for other in causes.at.get((name, line), ()):
                meaningless = catalogue()[other[0]].layer == "structure" and other[3] == field
                if meaningless or other[0] in FIELD_RULES.get(field, ()):
                    causes.explain(place, other)
            if place not in causes.reasons and field in ("investment_value", "size_value"):
                for other in causes.on(name, line, "R252", "T415"):
                    causes.explain(other, place)


def follow_projects(causes: Causes) -> None:
    """P320 and P321 where portfolio or member is wrong itself; P305 and P336 where the owner is."""
    wrong: dict[str, Place] = {}
    for line, place in causes.wrong("projects", "P305", "P320", "P321").items():
        wrong[causes.row("projects", line).get("project_id") or ""] = place
    for place in causes.of("P315"):
        name, key = record_of(causes.row(place[1], place[2]))
        if name == "projects":
            wrong[key] = place
    for place in causes.of("P321"):
        portfolio = causes.row("projects", place[2]).get("portfolio_id")
        if portfolio in wrong:
            causes.explain(place, wrong[portfolio])
    for place in causes.of("P320"):
        lines = set(causes.lines_of("projects", "portfolio_id", place[4]))
        for key, cause in wrong.items():
            if key == place[4] or lines.intersection(causes.lines_of("projects", "project_id", key)):
                causes.explain(place, cause)
    for place in causes.of("P305", "P336"):
        owner = OWNERS.get(place[3], "")
        owned = causes.row(place[1], place[2]).get(place[3])
        for line in causes.lines_of(owner, KEYS[owner], owned) if owner else ():
            for other in causes.at.get((owner, line), ()):
                if other[3] == "district_code" or place[0] == "P336":
                    causes.explain(place, other)


def follow_ledger(causes: Causes) -> None:
    """A wrong row of the ledger leaves its record without proof, and its number uncounted.

    A record without proof then says of the numbers in its phrase what the recount would say again.
    """
    if not causes.context.has("figures"):
        return
    suspects = _suspects(causes)
    spans = Spans()
    for place in causes.of("R233", "R234", "R235", "R237"):
        spans.add(causes.row(place[1], place[2]), place)
    _unproved(causes, suspects)
    _overlapping(causes, suspects)
    for place in causes.of("P311"):
        figure = causes.row(place[1], place[2])
        for cause in spans.around(figure.get("source_id"), figure.get("start")):
            causes.explain(place, cause)
        for cause in causes.of("P310"):
            if figure.get("printed") == show(causes.row(cause[1], cause[2]).get(cause[3])):
                causes.explain(place, cause)
    _uncounted(causes, suspects, spans)
    placed = [(causes.row(p[1], p[2]).get("source_id"), p) for p in causes.of("T403", "T404", "T406", "T410")]
    for place in causes.of("P317"):
        for source, cause in placed:
            if causes.row(place[1], place[2]).get("source_id") == source:
                causes.explain(place, cause)


class Spans:
    """Phrases of records by document, each with the finding that it was found wanting by."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[int, int, Place]]] = defaultdict(list)

    def add(self, row: Row, place: Place) -> None:
        if None not in (row.get("source_id"), row.get("start"), row.get("end")):
            self.spans[row["source_id"]].append((row["start"], row["end"], place))

    def around(self, source: str | None, offset: int | None) -> list[Place]:
        """Findings of the phrases around an offset of a document."""
        if source is None or offset is None:
            return []
        return [place for start, end, place in self.spans.get(source, ()) if start <= offset < end]


def _suspects(causes: Causes) -> Suspects:
    """Ledger rows that carry an error or name a record that is not there, each with the finding that says so."""
    wrong = causes.wrong("figures")
    lost = {value: place for value, (name, place) in causes.lost.items() if name in RECORDS.values()}
    rows = causes.context.rows_at("figures", set(wrong))
    if lost:
        known = {row[LINE] for row in rows}
        dangling = nw.any_horizontal(*(nw.col(f"{role}_id").is_in(list(lost)) for role in RECORDS), ignore_nulls=True)
        frames = causes.context.frames
        found = frames.collect([frames.table("figures").filter(dangling)])[0]
        rows += [row for row in found.iter_rows(named=True) if row[LINE] not in known]
    rows.sort(key=lambda row: row[LINE])
    return [(row, wrong.get(row[LINE]) or _lost_of(row, lost)) for row in rows]


def _lost_of(figure: Row, lost: dict[str, Place]) -> Place:
    return next(lost[figure[f"{role}_id"]] for role in RECORDS if figure[f"{role}_id"] in lost)


def _unproved(causes: Causes, suspects: Suspects) -> None:
    """Records without proof because a figure that names them, or stands in their phrase, is wrong itself."""
    ids = {figure[f"{role}_id"]: cause for figure, cause in suspects for role in RECORDS if figure[f"{role}_id"]}
    for place in causes.of(*UNPROVED):
        row = causes.row(place[1], place[2])
        for near in get_close_matches(str(row.get(KEYS[place[1]], "")), ids, n=1, cutoff=ALIKE):
            causes.explain(place, ids[near])
        spans = Spans()
        spans.add(row, place)
        for figure, cause in suspects:
            printed = figure["printed"] or ""
            at_home = figure["source_id"] == row.get("source_id") or printed in (row.get("stated") or "")
            number = place[0] == "P310" and printed == show(row.get(place[3]))
            if number or (at_home and spans.around(row.get("source_id"), figure["start"])):
                causes.explain(place, cause)


def _overlapping(causes: Causes, suspects: Suspects) -> None:
    """Figures that overlap another, or do not count on from it, because that one is misplaced."""
    places = causes.of("P312", "P313", "P314")
    for figure, cause in suspects if places else ():
        spans = Spans()
        spans.add(figure | {"end": max(figure["start"] or 0, figure["end"] or 0) + 1}, cause)
        for place in places:
            row = causes.row(place[1], place[2])
            if row[LINE] != figure[LINE] and spans.around(row["source_id"], row["start"]):
                causes.explain(place, cause)


def _uncounted(causes: Causes, suspects: Suspects, spans: Spans) -> None:
    """Numbers that the ledger seems to lack because their row is misplaced, or their record said so already."""
    for place in causes.of("T407", "T408"):
        source, start = place[4].rsplit("/", 1)
        for cause in spans.around(source, int(start)):
            causes.explain(place, cause)
        number = _number_at(causes, source, int(start))
        for figure, cause in suspects:
            here = figure["source_id"] == source or figure["start"] == int(start)
            if here and number in (figure["printed"] or number):
                causes.explain(place, cause)


def _number_at(causes: Causes, source: str, start: int) -> str:
    text = causes.context.texts[source].stored
    end = start + 1
    while end < len(text) and text[start].isdigit() and (text[end].isdigit() or text[end] == "."):
        end += 1
    return text[start:end].rstrip(".")
