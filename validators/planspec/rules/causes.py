"""From findings to their causes: one wrong cell is one finding, wherever else it shows.

Within a row the catalogue says which rule explains which (`follows`). Across rows and tables four links carry a fault
on: a figure of the ledger and the record it proves, a number and its place in the source, a record and the code list
entry it names, a project and its portfolio. What follows from another finding is withdrawn, unless the other one
weighs less: a warning explains no error.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import polars as pl

from planspec.findings import Place
from planspec.rules.catalogue import SEVERITIES, catalogue
from planspec.rules.context import KEYS, OBSERVATIONS, RECORDS, Context
from planspec.tables import LINE

Row = dict[str, Any]
UNPROVED = ("R233", "R234", "R235", "R237", "P310")
"""What a wrong row of the ledger does to the record it should prove."""
FIELD_RULES = {
    "value": ("R201", "R230", "R232"),
    "value_max": ("R202", "R233"),
    "stretch_value": ("R222", "R234"),
    "investment_value": ("R251",),
    "size_value": ("R253",),
}
"""Rules that say of a record what its figure would say of the same column again."""
OF_UNIT = ("R204", "R205", "R206", "R207", "R208", "R209", "R231", "R251", "R252", "R253")
OF_INDICATOR = ("R204", "R205", "R207", "R208", "R209", "R236", "R243", "R246", "P331", "P332")
LIST_COLUMNS = {
    "units": ("unit_id", "symbol_zh", "dimension", "base_unit_id", "factor"),
    "indicators": ("indicator_id", "labels_zh", "measure", "dimension", "min", "max", "core"),
}
"""Columns of the code lists that rules of other tables read."""
UNIT_COLUMNS = ("unit_id", "investment_unit_id", "size_unit_id")
ALIKE = 0.8
"""How much of two keys must agree for one to be a slip of the other."""


class Causes:
    """The findings of one validation by row, and the rows of the tables by line."""

    def __init__(self, context: Context, severities: dict[str, str]) -> None:
        self.context = context
        self.rank = {r.id: SEVERITIES.index(severities.get(r.id, r.severity)) for r in catalogue().values()}
        self.effects: set[Place] = set()
        self.at: dict[tuple[str, int], list[Place]] = defaultdict(list)
        for place in context.collector.places:
            self.at[place[1], place[2]].append(place)

    def of(self, *rules: str) -> list[Place]:
        """Places where one of these rules fired and was not withdrawn."""
        return [p for p in self.context.collector.places if p[0] in rules and p not in self.effects]

    def withdraw(self, place: Place, cause: str) -> None:
        """Withdraw a finding that a rule of at least its weight explains."""
        if self.rank[cause] <= self.rank[place[0]]:
            self.effects.add(place)

    def withdraw_at(self, name: str, line: int, rules: tuple[str, ...], cause: str) -> None:
        for place in self.at.get((name, line), ()):
            if place[0] in rules:
                self.withdraw(place, cause)

    def row(self, name: str, line: int) -> Row:
        """The typed row at a line of a resource; empty where there is none."""
        return self._lines(name).get(line, {})

    def _lines(self, name: str) -> dict[int, Row]:
        if name not in self._rows:
            lines = sorted({line for resource, line in self.at if resource == name})
            frame = self.context.frame(name).filter(pl.col(LINE).is_in(lines)) if self.context.has(name) else pl.DataFrame()
            self._rows[name] = {row[LINE]: row for row in frame.iter_rows(named=True)}
        return self._rows[name]

    @cached_property
    def _rows(self) -> dict[str, dict[int, Row]]:
        return {}

    def wrong(self, name: str) -> dict[int, str]:
        """Lines of a resource that carry an error, each with the rule."""
        errors = {}
        for (resource, line), places in self.at.items():
            for place in places:
                if resource == name and line and self.rank[place[0]] == 0 and place not in self.effects:
                    errors[line] = place[0]
        return errors

    @cached_property
    def lost(self) -> dict[str, tuple[str, str]]:
        """Values that refer to nothing, each with the resource it should be in and the rule that says so."""
        values = {}
        for place in [p for p in self.context.collector.places if p[0] in ("P301", "P302", "P304")]:
            table = self.context.tables[place[1]]
            targets = [r.resource for r in table.resource.references if r.field == place[3]] or ["indicators"]
            values[str(self.row(place[1], place[2]).get(place[3]))] = (targets[0], place[0])
        return values

    def lines_of(self, name: str, column: str, values: list[Any]) -> dict[Any, list[int]]:
        """Lines of a resource by the value of a column, for some values."""
        out: dict[Any, list[int]] = defaultdict(list)
        if self.context.has(name):
            frame = self.context.frame(name).filter(pl.col(column).is_in(values))
            for value, line in frame.select(column, LINE).iter_rows():
                out[value].append(line)
        return out


def reduce_to_causes(context: Context, severities: dict[str, str]) -> None:
    """Withdraw every finding that another one explains; counts stay exact.

    `severities`: severity by rule where the package lowers it.
    """
    if context.collector.places:
        causes = Causes(context, severities)
        for step in (_same_row, _keys, _lists, _numbers, _projects, _ledger, _unused, _order):
            step(causes)
        context.collector.settle(causes.effects)


def _same_row(causes: Causes) -> None:
    """What `follows` says; what a rule reads that is no cell of its column; a reference that is wrong anyway."""
    rules = catalogue()
    for places in causes.at.values():
        fired = {p[0] for p in places}
        formless = {p[3]: p[0] for p in places if _formless(p[0]) and p[3] and causes.rank[p[0]] == 0}
        for place in places:
            rule = rules[place[0]]
            for cause in fired.intersection(rule.follows):
                causes.withdraw(place, cause)
            if _formless(rule.id):
                for other in places:
                    if rule.layer == "package" and other[3] == place[3] and rules[other[0]].layer == "row":
                        causes.withdraw(place, other[0])
            else:
                for column in formless.keys() & {*rule.columns, place[3]}:
                    causes.withdraw(place, formless[column])


def _formless(rule: str) -> bool:
    """Whether the rule says that a cell means nothing: it breaks its column's form, or refers to nothing."""
    return catalogue()[rule].layer == "structure" or rule in ("P301", "P302")


def _keys(causes: Causes) -> None:
    """A key mistyped where it is defined: what referred to it dangles, and nothing uses it any more."""
    for place in causes.of("P301", "P302"):
        value = str(causes.row(place[1], place[2]).get(place[3]))
        name = causes.lost[value][0]
        for line in causes.wrong(name):
            key = causes.row(name, line).get(KEYS[name])
            if key is None or get_close_matches(value, [str(key)], n=1, cutoff=ALIKE):
                for other in causes.at[name, line]:
                    if (other[3] == KEYS[name] and _formless(other[0])) or other[0] in ("R210", "R211"):
                        causes.withdraw(place, other[0])
    lost = causes.lost
    for place in causes.of("P340", "P331", *UNPROVED):
        for value in get_close_matches(place[4].split("/")[-1], lost, n=1, cutoff=ALIKE):
            causes.withdraw(place, lost[value][1])
    records = sum(name in RECORDS.values() for name, _ in lost.values())
    for rule in ("P331", "P340", "P341", "R272"):
        places = causes.of(rule)
        if records and len(places) <= 2 * records:
            causes.effects.update(places)


def _lists(causes: Causes) -> None:
    """A wrong entry of a code list makes every row that names it look wrong."""
    for name, effects, columns in (("units", OF_UNIT, UNIT_COLUMNS), ("indicators", OF_INDICATOR, ("indicator_id",))):
        bad = {}
        for line, rule in causes.wrong(name).items():
            if any(p[3] in LIST_COLUMNS[name] for p in causes.at[name, line] if causes.rank[p[0]] == 0):
                bad[causes.row(name, line).get(KEYS[name])] = rule
        for place in causes.of(*effects) if bad else ():
            row = causes.row(place[1], place[2])
            named = {row.get(c) for c in columns} | {place[4].split("/")[-1] if place[0] == "P331" else None}
            for key in named & bad.keys():
                causes.withdraw(place, bad[key])
    for place in causes.of("R236"):
        key = causes.row(place[1], place[2]).get("indicator_id")
        for lines in causes.lines_of("indicators", "indicator_id", [key]).values():
            causes.withdraw_at("indicators", lines[0], ("P341",), "R236")


def _record(row: Row) -> tuple[str, str] | None:
    """Resource and key of the record that a ledger row names."""
    for role, name in RECORDS.items():
        if row.get(f"{role}_id"):
            return name, row[f"{role}_id"]
    return None


def _numbers(causes: Causes) -> None:
    """P315 on a figure whose record is wrong itself; R252 on a project whose investment its figure disputes."""
    for place in causes.of("P315"):
        figure = causes.row(place[1], place[2])
        name, key = _record(figure) or ("", "")
        for line in causes.lines_of(name, KEYS[name], [key]).get(key, ()) if name else ():
            for other in causes.at.get((name, line), ()):
                formless = catalogue()[other[0]].layer == "structure" and other[3] == figure["field"]
                if formless or other[0] in FIELD_RULES.get(figure["field"], ()):
                    causes.withdraw(place, other[0])
            if place not in causes.effects and figure["field"] == "investment_value":
                causes.withdraw_at(name, line, ("R252",), "P315")


def _projects(causes: Causes) -> None:
    """P320 and P321 where portfolio or member is wrong itself; P305 where the owner's own district is."""
    wrong: dict[str, str] = {}
    for line, rule in causes.wrong("projects").items():
        if rule not in ("P305", "P320", "P321"):
            wrong[causes.row("projects", line).get("project_id") or ""] = rule
    for place in causes.of("P315"):
        name, key = _record(causes.row(place[1], place[2])) or ("", "")
        if name == "projects":
            wrong[key] = "P315"
    for place in causes.of("P321"):
        portfolio = causes.row("projects", place[2]).get("portfolio_id")
        if portfolio in wrong:
            causes.withdraw(place, wrong[portfolio])
    for place in causes.of("P320"):
        frame = causes.context.frame("projects")
        members = frame.filter(pl.col("portfolio_id") == place[4])["project_id"].to_list()
        for key in {place[4], *members} & wrong.keys():
            causes.withdraw(place, wrong[key])
    for place in causes.of("P305"):
        owner = "initiatives" if place[3] == "initiative_id" else "projects"
        key = causes.row(place[1], place[2]).get(place[3])
        for line in causes.lines_of(owner, KEYS[owner], [key]).get(key, ()):
            for other in causes.at.get((owner, line), ()):
                if other[3] == "district_code":
                    causes.withdraw(place, other[0])


def _ledger(causes: Causes) -> None:
    """A wrong row of the ledger leaves its record without proof, and its number uncounted.

    A record without proof then says of the numbers in its phrase what the recount would say again.
    """
    if not causes.context.has("figures"):
        return
    suspects = _suspects(causes)
    _unproved(causes, suspects)
    for place in causes.of("P312", "P313", "P314"):
        row = causes.row(place[1], place[2])
        for figure, rule in suspects:
            near = figure["source_id"] == row["source_id"] and None not in (figure["start"], figure["end"], row["start"])
            if near and figure[LINE] != row[LINE] and figure["start"] <= row["start"] <= max(figure["start"], figure["end"]):
                causes.withdraw(place, rule)
    spans = [(causes.row(p[1], p[2]), p[0]) for p in causes.of("R233", "R234", "R235", "R237")]
    for row, rule in spans:
        for place in causes.of("P311"):
            figure = causes.row(place[1], place[2])
            if figure["source_id"] == row["source_id"] and row["start"] <= (figure["start"] or 0) < row["end"]:
                causes.withdraw(place, rule)
    for place in causes.of("T407", "T408"):
        source, start = place[4].split("/")
        for row, rule in spans:
            if row["source_id"] == source and row["start"] <= int(start) < row["end"]:
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


def _suspects(causes: Causes) -> list[tuple[Row, str]]:
    """Ledger rows that carry an error or name a record that is not there, each with the rule that says so."""
    figures = causes.context.frame("figures")
    rules = causes.wrong("figures")
    lost = {value: rule for value, (name, rule) in causes.lost.items() if name in RECORDS.values()}
    dangling = pl.any_horizontal(pl.col(f"{role}_id").is_in(list(lost)) for role in RECORDS).fill_null(value=False)
    rows = figures.filter(pl.col(LINE).is_in(list(rules)) | dangling)
    return [(row, rules.get(row[LINE]) or lost[(_record(row) or ("", ""))[1]]) for row in rows.iter_rows(named=True)]


def _unproved(causes: Causes, suspects: list[tuple[Row, str]]) -> None:
    unproved = [(p, causes.row(p[1], p[2])) for p in causes.of(*UNPROVED)]
    for figure, rule in suspects:
        ids = [figure[f"{role}_id"] for role in RECORDS if figure[f"{role}_id"]]
        for place, row in unproved:
            inside = None not in (row.get("start"), row.get("end"), figure["start"]) and row["start"] <= figure["start"] < row["end"]
            here = figure["source_id"] == row.get("source_id") or (figure["printed"] or "") in (row.get("stated") or "")
            key = str(row.get(KEYS[place[1]], ""))
            if (inside and here) or get_close_matches(key, ids, n=1, cutoff=ALIKE):
                causes.withdraw(place, rule)


def _unused(causes: Causes) -> None:
    """An entry of a code list that misses, or gains, the one row whose reference is wrong."""
    if not causes.context.has("indicators", "units"):
        return
    wrong = []
    for name in OBSERVATIONS:
        for line, rule in causes.wrong(name).items():
            row = causes.row(name, line)
            wrong.append((row.get("indicator_id"), f"{row.get('cue') or ''}\n{row.get('stated') or ''}", rule))
    words = dict(causes.context.frame("indicators").select("indicator_id", "labels_zh").iter_rows())
    words |= dict(causes.context.frame("units").select("unit_id", "symbol_zh").iter_rows())
    for place in causes.of("P340", "P341", "P331", "R272"):
        key = place[4].split("/")[-1]
        for indicator, phrase, rule in wrong:
            printed = any(word and word in phrase for word in (words.get(key) or "").split("|"))
            if printed or (key == indicator and place[0] != "P340"):
                causes.withdraw(place, rule)
    units = [p for p in causes.of("P340") if p[1] == "units"]
    unitless = [r for line, r in causes.wrong("projects").items() if any("unit_id" in p[3] or p[0] in ("R251", "R253") for p in causes.at["projects", line])]
    if len(units) <= len(unitless):
        causes.effects.update(units)


def _order(causes: Causes) -> None:
    """P350 where the rows stand in order but for those that are wrong themselves."""
    for place in causes.of("P350"):
        table = causes.context.tables[place[1]]
        wrong = causes.wrong(place[1])
        keys = list(table.resource.primary_key)
        frame = table.frame.filter(~pl.col(LINE).is_in(list(wrong))).select(*keys, LINE)
        if wrong and frame.sort(keys, maintain_order=True)[LINE].equals(frame[LINE]):
            causes.effects.add(place)
