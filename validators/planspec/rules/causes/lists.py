"""What a wrong key, a wrong entry of a code list or a wrong row about a document does to the rows that rest on it."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import Any

import polars as pl

from planspec.findings import Place
from planspec.rules.causes.index import ALIKE, UNPROVED, Causes, formless
from planspec.rules.context import KEYS, OBSERVATIONS, RECORDS

OF_UNIT = ("R260", "R261", "R204", "R205", "R206", "R207", "R208", "R209", "R231", "R251", "R252", "R253")
OF_INDICATOR = ("R204", "R205", "R207", "R208", "R209", "R236", "R243", "R246", "P331", "P332")
LIST_COLUMNS = {
    "units": ("unit_id", "symbol_zh", "dimension", "base_unit_id", "factor"),
    "indicators": ("indicator_id", "labels_zh", "measure", "dimension", "min", "max", "core"),
}
"""Columns of the code lists that rules of other tables read."""
UNIT_COLUMNS = ("unit_id", "investment_unit_id", "size_unit_id")


def follow_keys(causes: Causes) -> None:
    """A key mistyped where it is defined: what referred to it dangles, and nothing uses it any more."""
    wrong = {name: causes.wrong(name) for name in {target for target, _ in causes.lost.values()}}
    for place in causes.of("P301", "P302"):
        value = str(causes.row(place[1], place[2]).get(place[3]))
        name = causes.lost[value][0]
        for line in wrong[name]:
            key = causes.row(name, line).get(KEYS[name])
            if key is None or get_close_matches(value, [str(key)], n=1, cutoff=ALIKE):
                for other in causes.at[name, line]:
                    if (other[3] == KEYS[name] and formless(other[0])) or other[0] in ("R210", "R211"):
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


def follow_lists(causes: Causes) -> None:
    """A wrong entry of a code list makes every row that names it look wrong."""
    for name, effects, columns in (("units", OF_UNIT, UNIT_COLUMNS), ("indicators", OF_INDICATOR, ("indicator_id",))):
        bad = {}
        for line, rule in causes.wrong(name).items():
            if any(p[3] in LIST_COLUMNS[name] for p in causes.at[name, line] if causes.rank[p[0]] == 0):
                bad[causes.row(name, line).get(KEYS[name])] = rule
        for place in causes.of(*effects) if bad else ():
            row = causes.row(place[1], place[2])
            named = {row.get(c) for c in columns if place[1] != name}
            named |= {place[4].split("/")[-1] if place[0] == "P331" else row.get("base_unit_id")}
            if place[1] == name and row.get("unit_id") == row.get("base_unit_id"):
                continue
            for key in named & bad.keys():
                causes.withdraw(place, bad[key])
        for rule in effects:
            _once(causes, rule, columns[0])
    for place in causes.of("R236"):
        key = causes.row(place[1], place[2]).get("indicator_id")
        for line in causes.lines_of("indicators", "indicator_id", key)[:1]:
            causes.withdraw_at("indicators", line, ("P341",), "R236")


def _once(causes: Causes, rule: str, column: str) -> None:
    """Where every row that names an entry fails, the entry is wrong: one finding, at the first of the rows."""
    failing: dict[Any, list[Place]] = defaultdict(list)
    for place in causes.of(rule):
        if place[1] in OBSERVATIONS:
            failing[causes.row(place[1], place[2]).get(column)].append(place)
    for key, places in failing.items():
        users = sum(len(causes.lines_of(name, column, key)) for name in OBSERVATIONS)
        if 1 < len(places) == users:
            causes.effects.update(places[1:])


def follow_documents(causes: Causes) -> None:
    """A wrong row of sources or coverage makes what rests on the document look wrong."""
    if not causes.context.has("sources", "coverage"):
        return
    sources = {causes.row("sources", line).get("source_id"): rule for line, rule in causes.wrong("sources").items()}
    lost = {value: rule for value, (name, rule) in causes.lost.items() if name == "sources"}
    known = set(causes.context.frame("figures")["source_id"]) if causes.context.has("figures") else set()
    for place in causes.of("T407", "T408"):
        source = place[4].rsplit("/", 1)[0]
        rule = sources.get(source) or (next(iter(lost.values()), "") if source not in known else "")
        if rule:
            causes.withdraw(place, rule)
    full = dict(
        causes.context.frame("coverage")
        .filter(pl.col("completeness") == "full")
        .select("district_code", "source_id")
        .iter_rows()
    )
    strange = {causes.row(p[1], p[2]).get("source_id") for p in causes.of("P306")}
    for place in causes.of("P331"):
        if full.get(place[4].split("/")[0]) in strange:
            causes.withdraw(place, "P306")
    _spans(causes)
    for line, rule in causes.wrong("coverage").items():
        row = causes.row("coverage", line)
        for place in causes.of("P306", "P330", "P331", "P332", "P340") if rule != "P333" else ():
            other = causes.row(place[1], place[2])
            document, district = other.get("source_id"), other.get("district_code")
            pair = (document, district) == (row.get("source_id"), row.get("district_code"))
            half = row.get("source_id") == document or row.get("district_code") == district
            if pair or (place[0] in ("P306", "P340") and half) or (place[0] == "P340" and place[1] == "sources"):
                causes.withdraw(place, rule)


def _spans(causes: Causes) -> None:
    """P333 and P330 tell of the same edge: one mark is wrong, or, with several marks, the span."""
    marks: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in causes.of("P330"):
        row = causes.row(place[1], place[2])
        marks[row["source_id"], row["district_code"]].append(place)
    for place in causes.of("P333"):
        row = causes.row(place[1], place[2])
        places = marks[row["source_id"], row["district_code"]]
        if len(places) == 1:
            causes.withdraw(place, "P330")
        for mark in places if len(places) > 1 else ():
            causes.withdraw(mark, "P333")


def follow_unused(causes: Causes) -> None:
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
    for place in causes.of("P340", "P341", "P331", "R272", "R274", "R275"):
        key = place[4].split("/")[-1]
        for indicator, phrase, rule in wrong:
            printed = any(word and word in phrase for word in (words.get(key) or "").split("|"))
            if printed or (key == indicator and place[0] != "P340"):
                causes.withdraw(place, rule)
    units = [p for p in causes.of("P340") if p[1] == "units"]
    unitless = [
        r
        for line, r in causes.wrong("projects").items()
        if any("unit_id" in p[3] or p[0] in ("R251", "R253") for p in causes.at["projects", line])
    ]
    if len(units) <= len(unitless):
        causes.effects.update(units)
