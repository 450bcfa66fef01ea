"""From reviewed proposals to rows of the package: ledger, targets, results, and the indicators and units they need."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, takewhile

from planspec.grammar import compact, read_governing, sentence_span
from planspec.scan.known import Cells, Known, Tables
from planspec.scan.review import Item, figures_of, is_number

_PLACES = (
    ("nation", re.compile(r"全国|国内|国家")),
    ("province", re.compile(r"全省|省内|全区平均|自治区|省平均|高于省")),
    ("city", re.compile(r"全市|市内|高于市")),
)
_ECONOMY = re.compile(r"经济|GDP|生产总值")
_WINDOW = 2000
_FACT = ("year", "period", "indicator_id", "comparator", "value", "value_max", "unit_id", "relative_to")
_WORDING = (
    *("stretch_value", "strength", "headline", "estimated", "scope_en", "start", "end", "stated", "cue", "note"),
)
_MENDED = ("relative_to", "scope_en", "cue", "note")
"""Columns that the package may tell more of than the review, once validation has said what they lack."""


@dataclass(frozen=True)
class Difference:
    """A cell of a row that was written from the review before, and what the review says now."""

    resource: str
    key: str
    column: str
    written: str
    review: str


@dataclass
class Drafts:
    """Rows to be written, by resource; what still stands in the way: item and what it lacks; cells of the package that
    the review now tells otherwise."""

    rows: dict[str, list[Cells]] = field(default_factory=lambda: defaultdict(list))
    lacking: list[tuple[Item, str]] = field(default_factory=list)
    differs: list[Difference] = field(default_factory=list)


def draft(items: list[Item], stored: str, source_id: str, tables: Tables) -> Drafts:
    """Rows for everything accepted or set aside. `tables`: the package's rows by resource, all cells text.

    An accepted target or result whose indicator or unit is not known yet, and a project or mechanism without its key,
    gets an open ledger row and is named in `lacking`. What a closed ledger row of the package proves already is not
    drafted again but compared.
    """
    drafts = Drafts()
    work = _Work(stored, source_id, tables, drafts)
    ordered = sorted(figures_of(items), key=lambda i: (int(i["start"]), int(i["end"])))
    for item in ordered:
        work.recall(item)
    for item in ordered:
        if item["decision"] in ("accept", "aside"):
            work.add(item)
    work.compare()
    return drafts


class _Work:
    """Builds the rows one item after the other, so that keys and parts follow the order of the text."""

    def __init__(self, stored: str, source_id: str, tables: Tables, drafts: Drafts) -> None:
        self.stored, self.source_id, self.tables, self.drafts = stored, source_id, tables, drafts
        self.known = Known(tables, drafts.rows)
        self.keys = {r["target_id"] for r in tables["targets"]} | {r["result_id"] for r in tables["results"]}
        self.keys |= {r["id"] for r in tables.get("retired", [])}
        # The key of a row that only said there is no target is free for the target itself.
        self.silent = {
            (r["district_code"], r["year"], r["indicator_id"]): r["target_id"]
            for r in tables["targets"]
            if r["comparator"] == "not_stated"
        }
        self.facts: dict[tuple[str, ...], str] = {}
        self.ledger = {
            (r["start"], r["end"], r["part"]): r
            for r in tables["figures"]
            if r["source_id"] == source_id and not is_open(r)
        }
        self.records = {r[f"{role}_id"]: r for role in ("target", "result") for r in tables[f"{role}s"]}
        self.written: dict[str, list[tuple[Item, str]]] = defaultdict(list)
        self.kept = {(r["role_of"], r["start"], r["indicator_id"]): r["key"] for r in _kept(tables, source_id)}

    def add(self, item: Item) -> None:
        """Ledger rows of an item, and its record where it has one."""
        role = item["role"]
        if item["decision"] == "aside" or role in ("context", "furniture"):
            self._figure(item, 1, "", "")
        elif role in ("project", "initiative"):
            known = {r[f"{role}_id"] for r in self.tables[f"{role}s"]}
            if item["record_id"] not in known:
                self.drafts.lacking.append(
                    (item, f"the {role} it belongs to: add it to {role}s.csv and write its key into record_id")
                )
            self._figure(
                item,
                1,
                item["record_id"] if item["record_id"] in known else "",
                item["field"] or (_attribute(item) if role == "project" else ""),
            )
        else:
            self._observation(item)

    def recall(self, item: Item) -> None:
        """Take up what the package holds of an item; it differs where the review rejects the item or leaves it open."""
        parts = list(takewhile(lambda row: row is not None, (self._ledger_row(item, n) for n in count(1))))
        if parts and item["decision"] not in ("accept", "aside"):
            self._differ("figures", self._place(item, 1), "role", item["role"], item["decision"] or "open")
        for row, indicator in zip(parts, _indicators(item), strict=False):
            key = row[f"{item['role']}_id"] if row and item["role"] in ("target", "result") else ""
            if key in self.records and item["decision"] == "accept":
                self.facts.setdefault(self._fact(item, indicator), key)
                self.written[key].append((item, indicator))

    def compare(self) -> None:
        """Name the cells of records in the package that their items tell otherwise now."""
        for key, told in self.written.items():
            row = self.records[key]
            # Of several figures of one record, those whose phrase it has speak for the phrase.
            own = [i for i, _ in told if i["stated_start"] == row["start"]] or [told[0][0]]
            for item, indicator in told:
                observed = self._observed(item, indicator, key)
                if observed["unit_id"] == "" != item["unit_zh"]:
                    observed["unit_id"] = item["unit_zh"]
                for column in (*_FACT, *(_WORDING if item in own else ())):
                    now, before = observed.get(column, ""), row.get(column, "")
                    if not _same(now, before) and (now or column not in _MENDED):
                        self._differ(f"{item['role']}s", key, column, before, now)

    def _differ(self, resource: str, key: str, column: str, written: str, review: str) -> None:
        difference = Difference(resource, key, column, written, review)
        if difference not in self.drafts.differs:
            self.drafts.differs.append(difference)

    def _ledger_row(self, item: Item, part: int) -> Cells | None:
        return self.ledger.get((item["start"], item["end"], str(part)))

    def _place(self, item: Item, part: int) -> str:
        return f"{self.source_id}/{item['start']}/{item['end']}/{part}"

    def _observation(self, item: Item) -> None:
        indicators = _indicators(item)
        if surplus := self._ledger_row(item, len(indicators) + 1) if indicators else None:
            key = surplus["target_id"] or surplus["result_id"]
            self._differ("figures", self._place(item, len(indicators) + 1), f"{surplus['role']}_id", key, "")
        if not indicators:
            self.drafts.lacking.append(
                (
                    item,
                    "an indicator: write an indicator_id of indicators.csv, or a new one with indicator_en, measure and theme",
                )
            )
            self._figure(item, 1, "", "")
            return
        for part, indicator in enumerate(indicators, 1):
            if row := self._ledger_row(item, part):
                self._figure(item, part, row[f"{item['role']}_id"], _column(item))
                continue
            # What the person has to give comes first: a unit or indicator is only taken in for a record that is made.
            lack = (
                _unit_lack(item)
                or self._yardstick_lack(item)
                or self.known.unit_lack(item["unit_zh"])
                or self.known.indicator_lack(indicator, item)
            )
            if lack:
                self.drafts.lacking.append((item, lack))
                self._figure(item, part, "", "")
                continue
            self._figure(item, part, self._record(item, indicator), _column(item))

    def _figure(self, item: Item, part: int, record: str, column: str) -> None:
        row = dict.fromkeys(
            (
                "source_id",
                "start",
                "end",
                "part",
                "printed",
                "role",
                "target_id",
                "result_id",
                "project_id",
                "initiative_id",
                "field",
                "reason",
            ),
            "",
        )
        row.update(
            source_id=self.source_id,
            start=item["start"],
            end=item["end"],
            part=str(part),
            printed=item["printed"],
            role=item["role"],
        )
        if item["role"] in ("context", "furniture"):
            row["reason"] = item["reason"]
        elif record:
            row[f"{item['role']}_id"] = record
            row["field"] = "" if item["comparator"] in ("in_step", "keep", "relative", "qualitative") else column
        before = self._ledger_row(item, part)
        for name in (
            ("role", "target_id", "result_id", "project_id", "initiative_id", "field", "reason") if before else ()
        ):
            if before and before[name] != row[name]:
                self._differ("figures", self._place(item, part), name, before[name], row[name])
        self.drafts.rows["figures"].append(row)

    def _record(self, item: Item, indicator: str) -> str:
        """Key of the record of an item; the record is drafted unless it is there already."""
        role = item["role"]
        fact = self._fact(item, indicator)
        place = (role, item["stated_start"], indicator)
        if place in self.kept:
            return self.kept[place]
        if fact in self.facts:
            return self.facts[fact]
        slug = item["key"] or indicator
        key = base = f"{item['district_code']}-{item['year']}-{slug}"
        if role == "target":
            self.keys.discard(self.silent.pop((item["district_code"], item["year"], indicator), ""))
        number = 2
        while key in self.keys:
            key, number = f"{base}-{number}", number + 1
        self.keys.add(key)
        self.facts[fact] = key
        self.drafts.rows[f"{role}s"].append(self._observed(item, indicator, key))
        return key

    def _fact(self, item: Item, indicator: str) -> tuple[str, ...]:
        """What two figures agree in that prove one record."""
        told = ("year", "period", "comparator", "value", "value_max", "unit_zh", "scope_zh")
        return (item["role"], indicator, *(item[name] for name in told), self._yardstick(item))

    def _observed(self, item: Item, indicator: str, key: str) -> Cells:
        says = read_governing(item["stated"], item["cue"])
        cue_start, cue_end = self._cue_place(item)
        unit = self.known.units.get(item["unit_zh"], {}).get("unit_id", "")
        row = {
            f"{item['role']}_id": key,
            "district_code": item["district_code"],
            "year": item["year"],
            "period": item["period"],
            "indicator_id": indicator,
            "comparator": item["comparator"],
            "value": item["value"],
            "value_max": item["value_max"],
            "unit_id": unit,
            "value_base": "",
            "hedged": _mark(says.hedged),
            "scope_zh": item["scope_zh"] if item["scope_en"] else "",
            "scope_en": item["scope_en"],
            "relative_to": self._yardstick(item),
            "project_id": "",
            "initiative_id": "",
            "source_id": self.source_id,
            "start": item["stated_start"],
            "end": item["stated_end"],
            "stated": item["stated"],
            "cue_start": cue_start,
            "cue_end": cue_end,
            "cue": item["cue"] if cue_start else "",
            "note": item["note"],
        }
        if item["role"] == "target":
            row |= {
                "strength": item["strength"],
                "headline": item["headline"],
                "stretch": item["stretch"] or "false",
                "stretch_value": item["stretch_value"],
            }
        else:
            row |= {"estimated": item["estimated"], "cumulative": _mark(says.cumulative)}
        return row

    def _cue_place(self, item: Item) -> tuple[str, str]:
        """Stored offsets of the cue: in the phrase's sentence, the nearest one before it, else the first after it."""
        if not item["cue"]:
            return "", ""
        first, last = int(item["stated_start"]), int(item["stated_end"])
        offset = max(0, first - _WINDOW)
        window = compact(self.stored[offset : last + _WINDOW])
        begin, end = window.position(first - offset), window.position(last - offset)
        low, high = sentence_span(window.text, begin)
        place = window.text.rfind(item["cue"], low, begin)
        if place < 0:
            place = window.text.find(item["cue"], end, high)
        if place < 0:
            return "", ""
        start, stop = window.stored(place, place + len(item["cue"]))
        return str(start + offset), str(stop + offset)

    def _yardstick(self, item: Item) -> str:
        """`relative_to` of a goal that is held to something else; "" where the words do not tell it."""
        if item["comparator"] not in ("in_step", "relative", "keep"):
            return ""
        if item["relative_to"]:
            return item["relative_to"]
        words = item["cue"] + item["stated"]
        if item["comparator"] == "in_step":
            return "gdp-growth" if _ECONOMY.search(words) else ""
        place = next((name for name, pattern in _PLACES if pattern.search(words)), "")
        return place or ("gdp-growth" if item["comparator"] == "relative" and _ECONOMY.search(words) else "")

    def _yardstick_lack(self, item: Item) -> str:
        needs = item["comparator"] in ("in_step", "relative", "keep") and not self._yardstick(item)
        return "relative_to: an indicator_id, or city, province, nation" if needs else ""


def _kept(tables: Tables, source_id: str) -> list[Cells]:
    """Records of this source that the package holds already, so that adding again makes no second ones."""
    kept = []
    for role in ("target", "result"):
        for row in tables[f"{role}s"]:
            if row["source_id"] == source_id and row["start"]:
                kept.append(
                    {
                        "role_of": role,
                        "start": row["start"],
                        "indicator_id": row["indicator_id"],
                        "key": row[f"{role}_id"],
                    }
                )
    return kept


def _column(item: Item) -> str:
    """The column that the printed figure proves."""
    printed = item["printed"]
    if item["value_max"] and printed == item["value_max"].lstrip("-") and printed != item["value"]:
        return "value_max"
    if item["stretch_value"] and printed == item["stretch_value"] and printed != item["value"]:
        return "stretch_value"
    return "value"


def _attribute(item: Item) -> str:
    """The column of a project that a figure proves: money is an investment, a count a count, anything else a size."""
    if item["unit_zh"].endswith("元"):
        return "investment_value"
    return "count" if item["unit_zh"] in ("个", "项", "家", "条", "处", "座", "件") else "size_value"


def is_open(row: Cells) -> bool:
    """Whether a ledger row says neither what record the figure belongs to nor why to none."""
    return not row["reason"] and not any(row[f"{role}_id"] for role in ("target", "result", "project", "initiative"))


def _unit_lack(item: Item) -> str:
    lacks = item["value"] and not item["unit_zh"]
    return "a unit: write the printed one into unit_zh, or the one that is left out" if lacks else ""


def _indicators(item: Item) -> list[str]:
    return [i for i in item["indicator_id"].split("|") if i]


def _same(one: str, other: str) -> bool:
    return one == other or (is_number(one) and is_number(other) and Decimal(one) == Decimal(other))


def _mark(value: bool) -> str:
    return "true" if value else "false"
