"""Faults of known kinds: a small change to a made-up report, and the findings that validation must report for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from plans.bench.reports import Report, Row
from planspec.canonical import base_value, plain

KEYS = {
    "targets": ("target_id",),
    "results": ("result_id",),
    "projects": ("project_id",),
    "initiatives": ("initiative_id",),
    "figures": ("source_id", "start", "end", "part"),
}
Found = tuple[str, str, Row, str]
"""A finding to expect: rule, resource, row, column."""


@dataclass
class Expected:
    """One finding that validation reports because of one fault.

    An `effect` is explained by the fault's first finding, and validation may leave it out.
    """

    fault: int
    kind: str
    rule: str
    resource: str
    row: Row
    key: str
    column: str
    effect: bool


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `change` alters the report and returns the findings it causes, or None where it does not fit."""

    name: str
    change: Callable[[Report, random.Random, set[int]], list[Found] | None]
    adds: int = 0


KINDS: list[Kind] = []


def kind(name: str, adds: int = 0) -> Callable[[Callable[[Report, random.Random, set[int]], list[Found] | None]], None]:
    """Register a kind of fault; `adds` is the number of rows it adds."""

    def register(function: Callable[[Report, random.Random, set[int]], list[Found] | None]) -> None:
        KINDS.append(Kind(name, function, adds))

    return register


def _fresh(
    rows: list[Row], rng: random.Random, used: set[int], fits: Callable[[Row], object] = lambda _: True
) -> Row | None:
    """A row that no other fault has touched."""
    pool = [row for row in rows if id(row) not in used and fits(row)]
    if not pool:
        return None
    row = rng.choice(pool)
    used.add(id(row))
    return row


def _own(report: Report, column: str, key: str) -> list[Row]:
    return [f for f in report.rows["figures"] if f.get(column) == key]


def plant(report: Report, numbers: list[int], rng: random.Random) -> list[Expected]:
    """Plant the faults numbered `numbers` in a report; the kind follows from the number."""
    used: set[int] = set()
    expected: list[Expected] = []
    for number in numbers:
        for offset in range(len(KINDS)):
            chosen = KINDS[(number + offset) % len(KINDS)]
            if offset and chosen.adds:
                continue
            found = chosen.change(report, rng, used)
            if found is not None:
                expected += [
                    Expected(number, chosen.name, rule, name, row, "", column, n > 0)
                    for n, (rule, name, row, column) in enumerate(found)
                ]
                break
    for finding in expected:
        finding.key = "/".join(finding.row.get(k, "") for k in KEYS[finding.resource])
    return expected


def _cell(
    name: str,
    resource: str,
    rule: str,
    column: str,
    value: Callable[[Row], str],
    fits: Callable[[Row], object] = lambda _: True,
) -> None:
    """A fault in one cell that causes one finding at that cell."""

    def change(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
        row = _fresh(report.rows[resource], rng, used, fits)
        if row is None:
            return None
        row[column] = value(row)
        return [(rule, resource, row, column)]

    KINDS.append(Kind(name, change))


def _apart(figures: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Neighbouring ledger rows."""
    yield from pairwise(figures)


_cell("empty cell that must be filled", "initiatives", "S111", "summary_en", lambda _: "")
_cell("words in a column of whole numbers", "initiatives", "S112", "start", lambda row: f"{row['start']}.5")
_cell("key of another form", "projects", "S113", "period", lambda row: f"{row['year']}/6")
_cell("word outside the code list", "initiatives", "S114", "status", lambda _: "someday")
_cell("number below its bound", "initiatives", "S115", "end", lambda _: "0")
_cell("blank before a text", "initiatives", "S117", "name_en", lambda row: f" {row['name_en']}")
_cell(
    "strength that the words do not say",
    "targets",
    "R216",
    "strength",
    lambda row: "ensure" if row["strength"] != "ensure" else "strive",
    lambda row: row["comparator"] != "not_stated",
)
_cell(
    "estimate that the words do not say",
    "results",
    "R217",
    "estimated",
    lambda row: "false" if row["estimated"] == "true" else "true",
)
_cell(
    "running total that the words do not say",
    "results",
    "R218",
    "cumulative",
    lambda row: "false" if row["cumulative"] == "true" else "true",
)
_cell(
    "hedge that the words do not say",
    "targets",
    "R219",
    "hedged",
    lambda _: "true",
    lambda row: row["hedged"] == "false" and row["comparator"] == "eq",
)
_cell(
    "base value that is no product",
    "results",
    "R206",
    "value_base",
    lambda row: plain(Decimal(row["value_base"]) * 10),
    lambda row: row.get("unit_id") == "cny-100m",
)
_cell(
    "comparator of another number",
    "targets",
    "R232",
    "comparator",
    lambda row: "ge" if row["comparator"] == "eq" else "eq",
    lambda row: row["comparator"] in ("eq", "gt", "ge", "le", "approx"),
)
_cell(
    "cue longer than its offsets",
    "projects",
    "R241",
    "cue_end",
    lambda row: str(int(row["cue_start"]) + 1),
    lambda row: len(row.get("cue", "")) > 1,
)
_cell("scope in one language", "targets", "R244", "scope_en", lambda _: "", lambda row: row.get("scope_en"))
_cell(
    "stage that the words do not say",
    "projects",
    "R255",
    "stage",
    lambda _: "renovate",
    lambda row: row["kind"] == "single" and "改造" not in row["stated"],
)
_cell(
    "name of something else",
    "projects",
    "R256",
    "name_zh",
    lambda _: "另一处完全无关的事物",
    lambda row: row["kind"] == "single",
)
_cell(
    "reference to nothing",
    "results",
    "P301",
    "initiative_id",
    lambda row: f"{row['result_id']}-nothing",
    lambda row: not row.get("initiative_id"),
)
_cell(
    "yardstick that is no indicator",
    "targets",
    "P304",
    "relative_to",
    lambda _: "no-such-indicator",
    lambda row: row["comparator"] == "in_step",
)


@kind("value that the words do not say")
def _value(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    row = _fresh(
        report.rows["results"],
        rng,
        used,
        lambda r: r.get("unit_id") == "percent" and r["comparator"] == "eq" and id(r) not in used,
    )
    if row is None:
        return None
    row["value"] = plain(Decimal(row["value"]) + Decimal("0.5"))
    row["value_base"] = base_value(row["value"], "0.01")
    figures = _own(report, "result_id", row["result_id"])
    return [("R230", "results", row, "value"), *(("P315", "figures", f, "printed") for f in figures)]


@kind("repeated figure that disagrees")
def _repeated(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    phrases = {t["target_id"]: t for t in report.rows["targets"] if t.get("end")}
    outside = [
        f
        for f in report.rows["figures"]
        if f.get("target_id") in phrases
        and int(f["start"]) > int(phrases[f["target_id"]]["end"])
        and id(phrases[f["target_id"]]) not in used
    ]
    figure = _fresh(outside, rng, used)
    if figure is None:
        return None
    figure["printed"] = figure["printed"][:-1] + str((int(figure["printed"][-1]) + 1) % 10)
    return [("P315", "figures", figure, "printed")]


@kind("record of a role that names none")
def _open(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    figure = _fresh([f for f in report.rows["figures"] if f["role"] == "initiative"], rng, used)
    if figure is None:
        return None
    figure["initiative_id"] = ""
    return [("P311", "figures", figure, "initiative_id")]


@kind("part that does not begin with 1")
def _part(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    figure = _fresh([f for f in report.rows["figures"] if f["role"] == "context"], rng, used)
    if figure is None:
        return None
    figure["part"] = "2"
    return [("P312", "figures", figure, "part")]


@kind("figures that overlap")
def _overlap(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    close = [
        (a, b)
        for a, b in _apart(report.rows["figures"])
        if a["role"] == b["role"] == "context"
        and int(b["start"]) - int(a["end"]) == 1
        and id(a) not in used
        and id(b) not in used
    ]
    if not close:
        return None
    first, second = rng.choice(close)
    used |= {id(first), id(second)}
    first["end"] = str(int(second["start"]) + 1)
    return [("P313", "figures", second, "start"), ("P342", "figures", first, "printed")]


@kind("headline target that is not marked")
def _headline(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    row = _fresh(report.rows["targets"], rng, used, lambda r: r["headline"] == "true")
    if row is None:
        return None
    row["headline"] = "false"
    return [("P330", "targets", row, "headline")]


@kind("one name for two campaigns")
def _namesake(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    rows = report.rows["initiatives"]
    at = rng.randrange(1, len(rows)) if len(rows) > 1 else 0
    if not at or id(rows[at]) in used or id(rows[at - 1]) in used:
        return None
    used |= {id(rows[at]), id(rows[at - 1])}
    rows[at]["name_en"] = rows[at - 1]["name_en"]
    return [("P308", "initiatives", rows[at], "name_en")]


@kind("one fact under two keys", adds=1)
def _same_fact(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    rows = report.rows["targets"]
    row = _fresh(rows, rng, used, lambda r: r["comparator"] in ("eq", "ge") and not r.get("scope_zh"))
    if row is None:
        return None
    again = row | {"target_id": f"{row['target_id']}-again"}
    used.add(id(again))
    rows.append(again)
    rows.sort(key=lambda r: r["target_id"])
    return [
        ("P307", "targets", again, "target_id"),
        ("P310", "targets", again, "target_id"),
        ("R235", "targets", again, "stated"),
    ]


@kind("key used twice", adds=1)
def _twice(report: Report, rng: random.Random, used: set[int]) -> list[Found] | None:
    rows = report.rows["initiatives"]
    row = _fresh(rows, rng, used)
    if row is None:
        return None
    again = dict(row)
    used.add(id(again))
    rows.insert(rows.index(row) + 1, again)
    return [("S116", "initiatives", again, "initiative_id")]
