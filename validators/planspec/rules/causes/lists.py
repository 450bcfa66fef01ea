"""What a wrong key, a wrong entry of a code list or a wrong row about a document does to the rows that rest on it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import polars as pl

from planspec.findings import Place
from planspec.rules.causes.index import UNPROVED, Causes, Keys, enough, formless, record_of
from planspec.rules.context import KEYS, OBSERVATIONS, RECORDS

OF_UNIT = (
    "R204",
    "R205",
    "R206",
    "R207",
    "R208",
    "R209",
    "R231",
    "R251",
    "R252",
    "R253",
    "R260",
    "R261",
    "R263",
    "T415",
)
OF_INDICATOR = ("R204", "R205", "R207", "R208", "R209", "R236", "R238", "R239", "R243", "R246", "P331", "P332")
LIST_COLUMNS = {
    "units": ("unit_id", "symbol_zh", "dimension", "base_unit_id", "factor", "iso4217"),
    "indicators": ("indicator_id", "labels_zh", "measure", "dimension", "min", "max", "core"),
}
"""Columns of the code lists that rules of other tables read."""
WORDED = ("scope_zh", "scope_en", "name_zh", "name_en")
"""Words that stand in two languages, which P318 holds together."""
UNIT_COLUMNS = ("unit_id", "investment_unit_id", "size_unit_id")
OF_KEY = ("R210", "R211", "R292", "R293", "P338")
"""Rules that find a key at odds with the rest of its row."""


def follow_keys(causes: Causes) -> None:
    """A key mistyped where it is defined: what referred to it dangles, and nothing uses it any more."""
    lost = causes.lost
    for name in {target for target, _ in lost.values()}:
        _mistyped(causes, name, [(value, place) for value, (target, place) in lost.items() if target == name])
    keys = Keys((value, place) for value, (_, place) in lost.items())
    for place in causes.of("P304", "P344", "P345"):
        linked = str(causes.row(place[1], place[2]).get(place[3]))
        # Two rows may name the same yardstick wrongly: neither says so of the other.
        if linked in lost and (place[0] != "P304" or lost[linked][1][0] != "P304" or lost[linked][1] in causes.reasons):
            causes.explain(place, lost[linked][1])
    for place in causes.of("P340", "P331", "R229", "R250", *UNPROVED):
        if cause := keys.nearest(place[4].split("/")[-1]):
            causes.explain(place, cause)
    for place in causes.of(*OF_UNIT):
        dangling = str(causes.row(place[1], place[2]).get(place[3]))
        if dangling in lost:
            causes.explain(place, lost[dangling][1])
    for place in causes.of("S116", "P308"):
        value = causes.row(place[1], place[2]).get(place[3])
        for line in causes.lines_of(place[1], place[3], value):
            for other in causes.at.get((place[1], line), ()):
                if other[3] == place[3] and other[0] not in ("S116", "P308"):
                    causes.explain(place, other)
    twice = {place[4]: place for place in causes.of("S116") if place[3] == KEYS.get(place[1])}
    for place in causes.of("P306", "P315") if twice else ():
        record = record_of(causes.row(place[1], place[2]))[1]
        if record in twice:
            causes.explain(place, twice[record])
    units = enough(cause for name, cause in lost.values() if name == "units")
    districts = {value: cause for value, (name, cause) in lost.items() if name == "districts"}
    for place in causes.of("P340", "R294"):
        for cause in units if place[0] == "P340" and place[1] == "units" else ():
            causes.explain(place, cause)
        for length in set(map(len, districts)):
            if place[4][:length] in districts:
                causes.explain(place, districts[place[4][:length]])
    records = [place for name, place in lost.values() if name in RECORDS.values()]
    for rule in ("P331", "P333", "P340", "P341", "R272"):
        places = causes.of(rule)
        for place in places if len(places) <= 2 * len(records) else ():
            causes.explain(place, records[0])


def _mistyped(causes: Causes, name: str, lost: list[tuple[str, Place]]) -> None:
    """Values that are lost because a key of the resource they should be in is wrong, or a slip of them."""
    keyed: list[tuple[str, Place]] = []
    keyless: list[Place] = []
    for line in causes.wrong(name):
        key = causes.row(name, line).get(KEYS[name])
        for other in causes.at[name, line]:
            if other[0] == "P338":
                keyless.append(other)
            elif (other[3] == KEYS[name] and formless(other[0])) or other[0] in OF_KEY:
                if key is None:
                    keyless.append(other)
                else:
                    keyed.append((str(key), other))
    keys = Keys(keyed)
    for value, place in lost:
        for other in enough(keyless) + enough(keys.alike(value)) or _only(causes, name, keyed, lost):
            causes.explain(place, other)


def _only(causes: Causes, name: str, keyed: list[tuple[str, Place]], lost: list[tuple[str, Place]]) -> list[Place]:
    """Where one key alone is wrong and one alone is missed, the wrong one, however little it is like: it stood there.

    A record's key begins with its district and year, which the row still tells.
    """
    wrong = {place[2]: place for _, place in keyed}
    if len(wrong) != 1 or len(lost) != 1:
        return []
    ((line, place),) = wrong.items()
    row = causes.row(name, line)
    owner = f"{row.get('district_code')}-{row.get('year')}-" if name in RECORDS.values() else ""
    return [place] if lost[0][0].startswith(owner) else []


def follow_lists(causes: Causes) -> None:
    """A wrong entry of a code list makes every row that names it look wrong."""
    for name, effects, columns in (("units", OF_UNIT, UNIT_COLUMNS), ("indicators", OF_INDICATOR, ("indicator_id",))):
        bad: dict[Any, Place] = {}
        for line in causes.wrong(name):
            for place in causes.at[name, line]:
                if causes.rank[place[0]] == 0 and (place[3] in LIST_COLUMNS[name] or place[0] == "R263"):
                    bad[causes.row(name, line).get(KEYS[name])] = place
        for place in causes.of(*effects) if bad else ():
            for key in _entries(causes, place, name, columns) & bad.keys():
                causes.explain(place, bad[key])
        for place in causes.of("R275") if name == "units" else ():
            for cause in enough(bad.values()):
                causes.explain(place, cause)
        for rule in effects:
            _once(causes, rule, columns[0])
    for place in causes.of("P331"):
        for line in causes.lines_of("indicators", "indicator_id", place[4].split("/")[-1]):
            for other in causes.at.get(("indicators", line), ()):
                causes.explain(place, other)
    for place in causes.of("R236"):
        key = causes.row(place[1], place[2]).get("indicator_id")
        for line in causes.lines_of("indicators", "indicator_id", key)[:1]:
            for other in causes.at.get(("indicators", line), ()):
                if other[3] == "labels_zh":
                    causes.explain(other, place)


def _entries(causes: Causes, place: Place, name: str, columns: tuple[str, ...]) -> set[Any]:
    """Keys of the entries of a code list that a finding's row rests on; a base unit rests on no other."""
    row = causes.row(place[1], place[2])
    if place[0] == "P331":
        return {place[4].split("/")[-1]}
    if place[1] == name:
        return {row.get("base_unit_id")} - {row.get("unit_id")}
    return {row.get(column) for column in columns}


def _once(causes: Causes, rule: str, column: str) -> None:
    """Where every row that names an entry fails, the entry is wrong: one finding, at the first of the rows.

    Not where the words of such a row give the unit of another entry: then the rows name the wrong one.
    """
    failing: dict[Any, list[Place]] = defaultdict(list)
    misnamed = _misnamed(causes) if rule == "R231" else set()
    for place in causes.of(rule):
        key = causes.row(place[1], place[2]).get(column)
        if place[1] in OBSERVATIONS and key not in misnamed:
            failing[key].append(place)
    for key, places in failing.items():
        users = sum(len(causes.lines_of(name, column, key)) for name in OBSERVATIONS)
        for place in places[1:] if len(places) == users else ():
            causes.explain(place, places[0])


def _misnamed(causes: Causes) -> set[Any]:
    """Units that some row names while its words give the symbol of another unit."""
    symbols = set(causes.context.frame("units")["symbol_zh"]) if causes.context.has("units") else set()
    said = [f for f in causes.context.collector.findings if f.rule == "R231" and f.params["_read_unit"] in symbols]
    return {causes.row(f.resource, f.line).get("unit_id") for f in said}


def follow_documents(causes: Causes) -> None:
    """A wrong row of sources or coverage makes what rests on the document look wrong."""
    if not causes.context.has("sources", "coverage"):
        return
    wrong = causes.wrong("sources")
    sources = {causes.row("sources", line).get("source_id"): place for line, place in wrong.items()}
    # A wrong title or date hides no number of the text.
    mistaken = {
        causes.row("sources", line).get("source_id"): place
        for line in wrong
        for place in causes.at["sources", line]
        if place[3] in ("source_id", "file", "sha256", "characters") and place not in causes.reasons
    }
    lost = [place for name, place in causes.lost.values() if name == "sources"]
    known: set[str] = set()
    if causes.context.has("figures"):
        frames = causes.context.frames
        known = set(frames.collect([frames.table("figures").select("source_id").unique()])[0]["source_id"])
    for place in causes.of("T407", "T408", "P337"):
        source = place[4].rsplit("/", 1)[0] if place[0] != "P337" else causes.row(place[1], place[2]).get("source_id")
        told = sources if place[0] == "P337" else mistaken
        if source in told:
            causes.explain(place, told[source])
        elif source not in known and lost:
            causes.explain(place, lost[0])
    # Words of a document that is not listed are looked for in vain.
    for place in causes.of("T413", "T414", "P339") if lost else ():
        causes.explain(place, lost[0])
    silent = {str(causes.row(p[1], p[2]).get("district_code")): p for p in causes.of("P332")}
    missed = causes.of("P331")
    for place in missed if len(missed) <= len(silent) else ():
        if place[4].split("/")[0] in silent:
            causes.explain(place, silent[place[4].split("/")[0]])
    _full(causes)
    _spans(causes)
    _covered(causes)


def _covered(causes: Causes) -> None:
    """What rests on a wrong row of coverage, which may have lost its document or its district."""
    rows = [(causes.row("coverage", line), cause) for line, cause in causes.wrong("coverage", "P333").items()]
    whole: dict[tuple[Any, Any], list[Place]] = defaultdict(list)
    half: dict[tuple[str, Any], list[Place]] = defaultdict(list)
    for row, cause in rows:
        whole[row.get("source_id"), row.get("district_code")].append(cause)
        for column in ("source_id", "district_code"):
            half[column, row.get(column)].append(cause)
    every = enough(cause for _, cause in rows)
    for place in causes.of("P306", "P330", "P331", "P332", "P340", "P346") if rows else ():
        row = causes.row(place[1], place[2])
        if place[0] == "P340":
            found = every if place[1] == "sources" else []
        elif place[0] == "P346":
            found = enough(half["source_id", row.get("source_id")])
        elif place[0] == "P306":
            found = [c for column in ("source_id", "district_code") for c in enough(half[column, row.get(column)])]
            found += every if place[1] == "figures" else []
        else:
            found = enough(whole[row.get("source_id"), row.get("district_code")])
        for cause in found:
            causes.explain(place, cause)


def _full(causes: Causes) -> None:
    """P331 of a district that a full report does not speak for, because coverage names the wrong one (P306)."""
    coverage = causes.context.frame("coverage").filter(pl.col("completeness") == "full")
    full = dict(coverage.select("district_code", "source_id").iter_rows())
    strange = {causes.row(p[1], p[2]).get("source_id"): p for p in causes.of("P306")}
    for place in causes.of("P331"):
        source = full.get(place[4].split("/")[0])
        if source in strange:
            causes.explain(place, strange[source])


def _spans(causes: Causes) -> None:
    """P333 and P330 tell of the same edge: one mark or one target is wrong, or, with several marks, the span."""
    marks: dict[tuple[Any, Any], list[Place]] = defaultdict(list)
    for place in causes.of("P330"):
        row = causes.row(place[1], place[2])
        marks[row.get("source_id"), row.get("district_code")].append(place)
    wrong_lines = causes.wrong("targets", "P330", "P335")
    wrong = {causes.row("targets", line).get("source_id"): p for line, p in wrong_lines.items()}
    for place in causes.of("P333"):
        row = causes.row(place[1], place[2])
        places = marks[row.get("source_id"), row.get("district_code")]
        for mark in places:
            causes.explain(*((place, mark) if len(places) == 1 else (mark, place)))
        if row.get("source_id") in wrong:
            causes.explain(place, wrong[row["source_id"]])
    begins = {
        causes.row("targets", line).get("source_id"): place
        for line in wrong_lines
        for place in causes.at["targets", line]
        if place[3] in ("start", "end", "year", "source_id")
    }
    for place in causes.of("P335"):
        source = causes.row(place[1], place[2]).get("source_id")
        if source in begins:
            causes.explain(place, begins[source])


def follow_unused(causes: Causes) -> None:
    """An entry of a code list that misses, or gains, the one row whose reference is wrong."""
    if not causes.context.has("indicators", "units"):
        return
    wrong: dict[Any, list[Place]] = defaultdict(list)
    phrases: dict[str, list[Place]] = defaultdict(list)
    for name in OBSERVATIONS:
        for line, cause in causes.wrong(name).items():
            row = causes.row(name, line)
            wrong[row.get("indicator_id")].append(cause)
            phrases[f"{row.get('cue') or ''}\n{row.get('stated') or ''}"].append(cause)
    words = dict(causes.context.frame("indicators").select("indicator_id", "labels_zh").iter_rows())
    words |= dict(causes.context.frame("units").select("unit_id", "symbol_zh").iter_rows())

    @cache
    def told(key: str) -> list[Place]:
        """Wrong observations whose words name an entry of a code list."""
        labels = [word for word in (words.get(key) or "").split("|") if word]
        found = (places for phrase, places in phrases.items() if any(word in phrase for word in labels))
        return enough(place for places in found for place in places)

    for place in causes.of("P340", "P341", "P331", "R272", "R274", "R275"):
        key = place[4].split("/")[-1]
        for cause in (*told(key), *(enough(wrong[key]) if place[0] != "P340" else ())):
            causes.explain(place, cause)
    units = [p for p in causes.of("P340") if p[1] == "units"]
    unitless = list(causes.wrong("units").values())
    for line in causes.wrong("projects"):
        unitless += [p for p in causes.at["projects", line] if "unit_id" in p[3] or p[0] in ("R251", "R253", "T415")]
    for place in units if len(units) <= len(unitless) else ():
        causes.explain(place, unitless[0])
    _renderings(causes)


def _renderings(causes: Causes) -> None:
    """P318 of a scope or a name that another row, where it is wrong, has too."""
    places = causes.of("P318")
    worded: dict[tuple[str, Any], list[Place]] = defaultdict(list)
    for (name, line), others in causes.at.items() if places else ():
        for other in others:
            if other[3] in WORDED and other[0] != "P318":
                row = causes.row(name, line)
                for column in _pair(other[3]):
                    worded[column, row.get(column)].append(other)
    for place in places:
        row = causes.row(place[1], place[2])
        for column in _pair(place[3]):
            for other in enough(worded[column, row.get(column)]):
                causes.explain(place, other)


def _pair(column: str) -> tuple[str, str]:
    """A column in Chinese and the one in English that belongs to it."""
    stem = column.rpartition("_")[0]
    return f"{stem}_zh", f"{stem}_en"
