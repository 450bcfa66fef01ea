"""What a wrong figure of the ledger does to the record it proves, a wrong record to its figures, a project to its group."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from operator import itemgetter
from typing import Any

import narwhals as nw
import polars as pl

from planspec.findings import Place
from planspec.rules.catalogue import catalogue
from planspec.rules.causes.index import UNPROVED, Causes, Keys, Row, enough, record_of
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
    """P315 and P319 on a figure whose record is wrong itself; R252 and T415 on a project whose number its figure disputes."""
    for place in causes.of("P319"):
        name, key = record_of(causes.row(place[1], place[2]))
        for line in causes.lines_of(name, KEYS[name], key) if name else ():
            for other in causes.on(name, line, "R201", "R243", "R246", "S112", "S114"):
                causes.explain(place, other)
    for place in causes.of("P315"):
        figure = causes.row(place[1], place[2])
        name, key = record_of(figure)
        field = figure.get("field") or ""
        for line in causes.lines_of(name, KEYS[name], key) if name else ():
            for other in causes.at.get((name, line), ()):
                meaningless = catalogue()[other[0]].layer == "structure" and other[3] in (field, "")
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
    # Where no row speaks for the portfolio, its kind is in doubt, once for all of its members.
    first: dict[str, Place] = {}
    for place in sorted(causes.of("P321"), key=itemgetter(2)):
        portfolio = causes.row("projects", place[2]).get("portfolio_id") or ""
        causes.explain(place, wrong.get(portfolio) or first.setdefault(portfolio, place))
    groups = causes.of("P320")
    members = _members(causes, set(wrong)) if groups else {}
    for place in groups:
        for key in (place[4], *members.get(place[4], ())):
            if key in wrong:
                causes.explain(place, wrong[key])
    for place in causes.of("P305", "P336", "P345"):
        owner = OWNERS.get(place[3], "")
        owned = causes.row(place[1], place[2]).get(place[3])
        for line in causes.lines_of(owner, KEYS[owner], owned) if owner else ():
            for other in causes.at.get((owner, line), ()):
                if other[3] == "district_code" or place[0] == "P336" or (place[0] == "P345" and other[3] == "name_zh"):
                    causes.explain(place, other)


def _members(causes: Causes, keys: set[str]) -> dict[str, list[str]]:
    """Of some projects, those of each portfolio."""
    frames = causes.context.frames
    asked = frames.local(pl.DataFrame({"project_id": sorted(keys)}, schema={"project_id": pl.String}))
    rows = frames.table("projects").join(asked, on="project_id", how="semi").filter(~nw.col("portfolio_id").is_null())
    members: dict[str, list[str]] = defaultdict(list)
    for key, portfolio in frames.collect([rows.select("project_id", "portfolio_id")])[0].sort("project_id").iter_rows():
        members[portfolio].append(key)
    return members


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
    numbers: dict[str | None, list[Place]] = defaultdict(list)
    for cause in causes.of("P310"):
        numbers[show(causes.row(cause[1], cause[2]).get(cause[3]))].append(cause)
    for place in causes.of("P311"):
        figure = causes.row(place[1], place[2])
        around = spans.around(figure.get("source_id"), figure.get("start"))
        for cause in (*around, *enough(numbers.get(figure.get("printed"), ()))):
            causes.explain(place, cause)
    _uncounted(causes, suspects, spans)
    placed: dict[str | None, list[Place]] = defaultdict(list)
    for cause in causes.of("T403", "T404", "T406", "T410"):
        placed[causes.row(cause[1], cause[2]).get("source_id")].append(cause)
    for place in causes.of("P317"):
        for cause in enough(placed.get(causes.row(place[1], place[2]).get("source_id"), ())):
            causes.explain(place, cause)


class Spans:
    """Phrases or figures by document, each with what is known of it: the finding that it was found wanting by."""

    def __init__(self) -> None:
        self._spans: dict[str, list[tuple[int, int, Any]]] = defaultdict(list)
        self._longest = 0
        self._sorted = True

    def add(self, row: Row, known: Any) -> None:
        """Add the place of a row."""
        if None not in (row.get("source_id"), row.get("start"), row.get("end")):
            self._spans[row["source_id"]].append((row["start"], row["end"], known))
            self._longest = max(self._longest, row["end"] - row["start"])
            self._sorted = False

    def around(self, source: str | None, offset: int | None) -> list[Any]:
        """What is known of the places around an offset of a document."""
        if source is None or offset is None:
            return []
        if not self._sorted:
            for spans in self._spans.values():
                spans.sort(key=itemgetter(0))
            self._sorted = True
        spans = self._spans.get(source, [])
        first = bisect_left(spans, offset - self._longest, key=itemgetter(0))
        last = bisect_right(spans, offset, key=itemgetter(0))
        return [known for start, end, known in spans[first:last] if start <= offset < end]


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


class _Suspected:
    """Suspect rows of the ledger by what they print, where they stand and what they name."""

    def __init__(self, suspects: Suspects) -> None:
        self.ids = Keys((figure[f"{r}_id"], cause) for figure, cause in suspects for r in RECORDS if figure[f"{r}_id"])
        self.printed: dict[str, list[Place]] = defaultdict(list)
        self.sources: dict[str | None, Suspects] = defaultdict(list)
        self.starts: dict[int | None, Suspects] = defaultdict(list)
        for figure, cause in suspects:
            self.printed[figure["printed"] or ""].append(cause)
            self.sources[figure["source_id"]].append((figure, cause))
            self.starts[figure["start"]].append((figure, cause))

    def inside(self, row: Row) -> Suspects:
        """Those that stand where the phrase of a record stands, in its document or by their number."""
        start, end, stated = row.get("start"), row.get("end"), row.get("stated") or ""
        if row.get("source_id") is None or start is None or end is None:
            return []
        places = range(start, end) if end - start <= len(self.starts) else (s for s in self.starts if s is not None)
        return [
            (figure, cause)
            for offset in places
            for figure, cause in (self.starts.get(offset, ()) if start <= offset < end else ())
            if figure["source_id"] == row["source_id"] or (figure["printed"] or "") in stated
        ]


def _unproved(causes: Causes, suspects: Suspects) -> None:
    """Records without proof because a figure that names them, or stands in their phrase, is wrong itself."""
    suspected = _Suspected(suspects)
    for place in causes.of(*UNPROVED):
        row = causes.row(place[1], place[2])
        if near := suspected.ids.nearest(str(row.get(KEYS[place[1]], ""))):
            causes.explain(place, near)
        if place[0] == "P310":
            for cause in enough(suspected.printed.get(show(row.get(place[3])), ())):
                causes.explain(place, cause)
        for _, cause in suspected.inside(row):
            causes.explain(place, cause)


def _overlapping(causes: Causes, suspects: Suspects) -> None:
    """Figures that overlap another, or do not count on from it, because that one is misplaced."""
    spans = Spans()
    for figure, cause in suspects:
        spans.add(figure | {"end": max(figure["start"] or 0, figure["end"] or 0) + 1}, (figure[LINE], cause))
    for place in causes.of("P312", "P313", "P314"):
        row = causes.row(place[1], place[2])
        for line, cause in spans.around(row["source_id"], row["start"]):
            if line != row[LINE]:
                causes.explain(place, cause)


def _uncounted(causes: Causes, suspects: Suspects, spans: Spans) -> None:
    """Numbers that the ledger seems to lack because their row is misplaced, or their record said so already."""
    places = causes.of("T407", "T408")
    suspected = _Suspected(suspects if places else [])
    for place in places:
        source, start = place[4].rsplit("/", 1)
        for cause in spans.around(source, int(start)):
            causes.explain(place, cause)
        number = _number_at(causes, source, int(start))
        for figure, cause in (*suspected.sources.get(source, ()), *suspected.starts.get(int(start), ())):
            if number in (figure["printed"] or number):
                causes.explain(place, cause)


def _number_at(causes: Causes, source: str, start: int) -> str:
    text = causes.context.texts[source].stored
    end = start + 1
    while end < len(text) and text[start].isdigit() and (text[end].isdigit() or text[end] == "."):
        end += 1
    return text[start:end].rstrip(".")
