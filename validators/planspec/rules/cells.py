"""Structure layer: every cell against its Table Schema, a column at a time, on any engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import narwhals as nw
import polars as pl

from planspec.package import Field, Resource
from planspec.rules.context import Context
from planspec.tables import LINE, typed

FORMS = {
    "integer": r"\A-?(0|[1-9][0-9]*)\z",
    "year": r"\A-?(0|[1-9][0-9]*)\z",
    "number": r"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z",
    "boolean": r"\A(true|false)\z",
    "date": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z",
}
SHORTEST = r"\A(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)\.[0-9]*[1-9])\z"
"""A number as `plans format` writes it: `5.5`, not `5.50`."""
LARGEST = 1e300
"""No number of the data may be larger, or smaller than its negative."""
_SPACE = r"[\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
"""White space of Unicode, spelled out: engines disagree on what \\s holds."""
_BLANKS = rf"\A{_SPACE}|{_SPACE}\z|{_SPACE}{_SPACE}|[\t\x{{a0}}\x{{3000}}\x{{200b}}\x{{feff}}]"
_CONTROL = r"[\x00-\x08\x0a-\x1f\x7f-\x{9f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{feff}]"
_FULLWIDTH = r"[０-９Ａ-Ｚａ-ｚ％]"
_FORMULA = r"\A[=+\-@\t\r]"
_LONE_QUOTE = r"\A[^“”]*”|“[^”]*\z|“[^”]*“"
_CLEAN_PATTERN = re.compile(
    r"\^\[(?:0-9|A-Z|a-z)+\](?:\{[1-9][0-9]*\}|\+|(?![*?{]))(?:\[(?:0-9|A-Z|a-z|[/._-])+\]|[0-9A-Za-z/-]|\\\.|[()*+?]|\{[0-9,]+\})*\$"
)
"""A pattern of the schema whose matches hold letters, digits and `/._-` alone, and begin with one of the former."""
_CLEAN_WORD = re.compile(r"[0-9A-Za-z]+(?:[ /._-][0-9A-Za-z]+)*")
_QUOTED = ("stated", "cue", "printed", "labels_zh", "scope_zh")
"""Columns that hold words as printed, where a lone quotation mark may be right."""
TYPED = "_typed_"
"""Prefix of the columns that hold the cast cells beside the text."""
_BOUNDS: dict[str, Callable[[nw.Expr, float], nw.Expr]] = {
    "minimum": lambda value, bound: value < bound,
    "maximum": lambda value, bound: value > bound,
    "exclusiveMinimum": lambda value, bound: value <= bound,
    "exclusiveMaximum": lambda value, bound: value >= bound,
}


@dataclass(frozen=True, eq=False)
class CellRule:
    """A rule on the cells of one column: an expression, true where a cell is wrong; an empty cell is null."""

    rule: str
    column: str
    defect: nw.Expr
    params: dict[str, object] = field(default_factory=dict)
    pattern: str = ""
    """Where the rule only looks for a pattern: that pattern, so that several can be looked for at once."""
    settles: bool = False
    """Whether no cell that keeps this rule holds what those patterns look for."""
    clears: str = ""
    """Another rule on the column, which no cell breaks that keeps this one."""


def _looks_for(rule: str, column: str, pattern: str) -> CellRule:
    return CellRule(rule, column, nw.col(column).str.contains(pattern), pattern=pattern)


def _of_field(field_: Field) -> Iterator[CellRule]:
    name, limits = field_.name, field_.constraints
    text, value = nw.col(name), nw.col(f"{TYPED}{name}")
    if field_.required:
        yield CellRule("S111", name, text.is_null())
    if field_.type in FORMS:
        # Of truth values nothing but their form is ever cast.
        odd = value.is_null() if field_.type == "boolean" else value.is_null() | ~text.str.contains(FORMS[field_.type])
        yield CellRule("S112", name, ~text.is_null() & odd, {"type": field_.type})
    if field_.type == "number":
        yield CellRule("S123", name, ~text.is_null() & (value.is_null() | ~text.str.contains(SHORTEST)), clears="S112")
    if limits.get("pattern"):
        yield CellRule(
            "S113",
            name,
            ~text.str.contains(rf"\A(?:{limits['pattern']})\z"),
            {"pattern": limits["pattern"]},
            settles=bool(_CLEAN_PATTERN.fullmatch(limits["pattern"])),
        )
    if limits.get("enum"):
        allowed = [str(v) for v in limits["enum"]]
        yield CellRule(
            "S114",
            name,
            ~text.is_in(allowed) & ~text.is_null(),
            {"allowed": ", ".join(allowed)},
            settles=all(map(_CLEAN_WORD.fullmatch, allowed)),
        )
    if field_.type == "number":
        # Beyond it a computer's number is infinite, or soon becomes so in a product.
        params: dict[str, object] = {"bound": "number", "limit": "±1e300"}
        yield CellRule("S115", name, (value > LARGEST) | (value < -LARGEST), params)
    if field_.type in ("integer", "number", "year"):
        for bound, test in _BOUNDS.items():
            if bound in limits:
                yield CellRule("S115", name, test(value, limits[bound]), {"bound": bound, "limit": limits[bound]})
    if "maxLength" in limits:
        yield CellRule(
            "S115",
            name,
            text.str.len_chars() > limits["maxLength"],
            {"bound": "maxLength", "limit": limits["maxLength"]},
        )
    if field_.type == "string":
        yield _looks_for("S117", name, f"{_BLANKS}|{_CONTROL}|{_FULLWIDTH}")
        yield _looks_for("S118", name, _FORMULA)
        yield (
            _looks_for("S119", name, _LONE_QUOTE)
            if name not in _QUOTED
            else CellRule("S119", name, nw.lit(value=False))
        )


def cell_rules(resource: Resource) -> list[CellRule]:
    """S111 to S119 and S123 for a resource, column by column: required, type, pattern, code list, bounds, length, form."""
    return [rule for field_ in resource.fields for rule in _of_field(field_)]


def suspects(rules: list[CellRule]) -> dict[str, tuple[nw.Expr, list[CellRule]]]:
    """The rules in groups that one expression can clear together: true where some rule of the group may fail.

    The patterns of a column are one expression, which costs as much as the longest of them; none where another rule
    settles them.
    """
    groups: dict[str, tuple[nw.Expr, list[CellRule]]] = {}
    patterns: dict[str, list[CellRule]] = {}
    for rule in rules:
        if rule.pattern:
            patterns.setdefault(rule.column, []).append(rule)
    cleared = {(rule.clears, rule.column): rule for rule in rules if rule.clears}
    for n, rule in enumerate(rules):
        if not rule.pattern and rule.rule != "S119" and not rule.clears:
            settled = patterns.pop(rule.column, []) if rule.settles else []
            stricter = cleared.get((rule.rule, rule.column))
            groups[str(n)] = (stricter or rule).defect, [rule, *([stricter] if stricter else []), *settled]
    for column, looking in patterns.items():
        groups[column] = nw.col(column).str.contains("|".join(r.pattern for r in looking)), looking
    return groups


def report_cells(
    context: Context, resource: Resource, failing: dict[int, pl.DataFrame], rules: list[CellRule], rows: pl.DataFrame
) -> None:
    """Report failing cells: for each rule (by its number) the rows where it failed, with `_line`, key and the text.

    `rows`: text of at least the rows that fail. A row that is wrong as a whole is told once, by S108.
    """
    told = _whole_rows(context, resource, failing, rules, rows)
    for n in sorted(failing):
        rule = rules[n]
        for row in failing[n].iter_rows(named=True):
            if row[LINE] in told or context.collector.spoiled(resource.name, row[LINE], rule.column):
                continue
            alone = rule.rule == "S111" and list(resource.primary_key) == [rule.column]
            key = "" if alone else "/".join(row[k] or "" for k in resource.primary_key)
            context.report(
                rule.rule, resource.name, row[LINE], rule.column, key, cell=row[rule.column] or "", **rule.params
            )


SEVERAL = 3
"""Wrong cells from which on a row may be wrong as a whole."""
LOOKED_AT = 20
"""Rows of each part of a file of which it is asked at most, whether their cells stand in wrong columns."""


def _whole_rows(
    context: Context, resource: Resource, failing: dict[int, pl.DataFrame], rules: list[CellRule], rows: pl.DataFrame
) -> set[int]:
    """Lines of rows without a cell that must be filled, and of rows whose cells stand one column off; S108 for each."""
    wrong = Counter(line for frame in failing.values() for line in frame[LINE])
    several = sorted(line for line, number in wrong.items() if number >= SEVERAL)
    if not several:
        return set()
    needed = [rule.column for rule in rules if rule.rule == "S111"]
    asked = rows.filter(pl.col(LINE).is_in(several)).select(LINE, *resource.columns)
    told: dict[int, str] = {}
    lost = {row[0]: ",".join(cell or "" for cell in row[1:]) for row in asked.iter_rows()}
    for row in asked.iter_rows(named=True):
        asked_for = needed if len(needed) >= SEVERAL else resource.columns
        if all(row[column] is None for column in asked_for):
            told[row[LINE]] = "no cell that must be filled is"
    for row in asked.filter(~pl.col(LINE).is_in(list(told))).head(LOOKED_AT).iter_rows(named=True):
        if column := _shifted(resource, rules, [row[column] for column in resource.columns]):
            told[row[LINE]] = f"from {column} on the cells stand one column off"
    for line, why in told.items():
        context.report("S108", resource.name, line, why=why, _lost=lost[line])
    return set(told)


def _shifted(resource: Resource, rules: list[CellRule], cells: list[str | None]) -> str:
    """The first column from which on cells that are moved by one break no rule; "" where there is none."""
    moved = []
    for at in range(len(cells)):
        moved.append([*cells[:at], *cells[at + 1 :], None])
        if cells[-1] is None:
            moved.append([*cells[:at], None, *cells[at:-1]])
    raw = pl.DataFrame(moved, schema=dict.fromkeys(resource.columns, pl.String), orient="row")
    raw = raw.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(LINE))
    cast = typed(raw, resource)
    both = raw.hstack([cast[name].alias(f"{TYPED}{name}") for name in resource.columns])
    sound = nw.from_native(both, eager_only=True).filter(~any_cell(rules)).to_native()
    # The last of the columns that would do is where the cells part from their headings.
    changed = [
        next((n for n, (a, b) in enumerate(zip(cells, moved[row], strict=True)) if a != b), 0) for row in sound[LINE]
    ]
    return resource.columns[max(changed)] if changed else ""


class CellChecker:
    """Checks the cells of one resource, chunk by chunk of its rows."""

    def __init__(self, context: Context, resource: Resource) -> None:
        self.context, self.resource = context, resource
        self.rules = cell_rules(resource)
        self.groups = suspects(self.rules)

    def __call__(self, raw: pl.DataFrame, typed: pl.DataFrame) -> None:
        """Check some rows: `raw` as text (null: empty) with `_line`, `typed` the same cells cast."""
        for rule in self.rules:
            self.context.count(rule.rule, raw.height)
        if raw.is_empty():
            return
        both = raw.hstack([typed[name].alias(f"{TYPED}{name}") for name in self.resource.columns])
        frame = nw.from_native(both, eager_only=True)
        found = frame.select(*(expression.any().alias(name) for name, (expression, _) in self.groups.items())).row(0)
        hit = [rule for here, (_, rules) in zip(found, self.groups.values(), strict=True) if here for rule in rules]
        failing = {}
        for rule in hit:
            columns = list(dict.fromkeys((LINE, *self.resource.primary_key, rule.column)))
            rows = frame.filter(rule.defect.fill_null(value=False)).select(*columns).to_native()
            if rows.height:
                failing[self.rules.index(rule)] = rows
        report_cells(self.context, self.resource, failing, self.rules, raw)


def any_cell(rules: list[CellRule]) -> nw.Expr:
    """True where any cell of a row breaks a rule."""
    return reduce(or_, (rule.defect.fill_null(value=False) for rule in rules))
