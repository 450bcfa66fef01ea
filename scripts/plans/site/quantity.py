"""Values in words: a number never stands without its comparator and its unit.

English takes amounts to a scale its readers know (600亿元 → CNY 60 billion); Chinese keeps the printed unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plans.site.words import word

Row = Mapping[str, Any]
SIGNS = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< ", "approx": "≈ ", "eq": "", "range": ""}
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_NOUNS = {
    "persons": ("person", "people"),
    "households": ("household", "households"),
    "person_times": ("visit", "person-times"),
}


@dataclass(frozen=True)
class Shown:
    """A value as a page shows it: `short` with a sign, `long` in words, `kind` for its look."""

    kind: str
    short: str
    long: str


def plain(number: float) -> str:
    """A number without trailing zeros and without an exponent: 5.5, 190000000000."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def grouped(number: float) -> str:
    """A number with thousands separators."""
    whole, _, rest = plain(number).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def _scaled(number: float) -> str:
    """English short form: 60 billion, 1.2 million, 22,000."""
    for size, name in _SCALES:
        if abs(number) >= size:
            return f"{plain(round(number / size, 6))} {name}"
    return grouped(round(number, 6))


def amount(value: float, unit: Row | None, base: Row | None, language: str) -> str:
    """A value in its unit: `22,000 people`, `CNY 60 billion`, `5.5%`; in Chinese as printed: `2.2万人`.

    `unit`, `base`: rows of units.csv, the printed unit and its base unit. A draft may lack one; the number then stands
    with a question mark where its unit belongs.
    """
    if unit is None or base is None:
        return f"{grouped(value)} ?"
    if language == "zh":
        return f"{plain(value)}{unit['symbol_zh']}"
    dimension, size = unit["dimension"], value * unit["factor"]
    if dimension == "fraction":
        return f"{plain(round(size * 100, 6))}%"
    if dimension == "percentage_points":
        return f"{plain(value)} pp"
    if dimension == "currency":
        return f"{base['iso4217']} {_scaled(size)}"
    if dimension == "count":
        return _scaled(size)
    if dimension in _NOUNS:
        one, many = _NOUNS[dimension]
        return f"{_scaled(size)} {one if size == 1 else many}"
    if dimension == "multiple":
        return f"{plain(value)}×"
    if dimension == "area":
        if unit["symbol_zh"].endswith("亩"):
            return f"{grouped(value * (1e4 if unit['symbol_zh'].startswith('万') else 1))} mu"
        return f"{_scaled(size)} m²"
    if dimension == "time":
        return f"{plain(value)} {'quarter' if unit['unit_id'] == 'quarter' else unit['unit_id']}{'' if value == 1 else 's'}"
    if dimension == "computing":
        return f"{plain(value)} PFLOP/s"
    symbol = unit["ucum"] or unit["name_en"]
    return f"{grouped(value)} {symbol}"


def base_amount(row: Row, units: Mapping[str, Row]) -> str:
    """Value in the base unit with its name, as the data hold it: `60,000,000,000 CNY`; a fraction bare: `0.055`."""
    _, base = unit_of(row["unit_id"], units)
    if row["value_base"] is None:
        return "?"
    if base is None:
        return f"{grouped_fine(row['value_base'])} ?"
    symbol = "" if base["unit_id"] == "one" else base["ucum"] or base["iso4217"] or base["unit_id"]
    return f"{grouped_fine(row['value_base'])} {symbol}".strip()


def unit_of(unit_id: str | None, units: Mapping[str, Row]) -> tuple[Row | None, Row | None]:
    """A unit and its base unit; None for what a draft does not give or units.csv does not hold."""
    unit = units.get(unit_id or "")
    return unit, units.get(unit["base_unit_id"]) if unit else None


def grouped_fine(number: float) -> str:
    """A number with thousands separators and as many decimals as it has (to twelve digits), never with an exponent."""
    if abs(number) >= 1000:
        return grouped(number)
    text = f"{number:.12g}"
    return text if "e" not in text else f"{number:.18f}".rstrip("0").rstrip(".")


_CHINESE_SCALES = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))


def bounds(low: float, high: float, base: Row | None, language: str) -> str:
    """Two bounds in a base unit, both written alike and with their unit: `CNY 30 billion – CNY 4 trillion`."""

    def end(number: float) -> str:
        if base is None:
            return grouped_fine(number)
        if language == "en":
            return amount(number, base, base, language)
        if base["dimension"] == "fraction":
            return f"{plain(round(number * 100, 6))}%"
        size, scale = next(((s, n) for s, n in _CHINESE_SCALES if abs(number) >= s), (1, ""))
        # Counts have a word for each thing counted, which the base unit does not know.
        symbol = "" if base["dimension"] == "count" else base["symbol_zh"]
        return f"{plain(round(number / size, 6))}{scale}{symbol}"

    return f"{end(low)} – {end(high)}"


_RANKS = (
    ("first", re.compile("首位|第一|最高|首列")),
    ("second", re.compile("第二")),
    ("front", re.compile("前列|前茅")),
    ("lead", re.compile("领跑|领先")),
)
"""Ranks as they are printed: 保持全市首位, 居全省前列."""

_STATES = (
    ("binding", re.compile("约束性")),
    ("full", re.compile("全覆盖|全部|应接尽接")),
    ("exceeded", re.compile("超额完成")),
    ("cleared", re.compile("清零")),
    ("done", re.compile("完成")),
)
"""What a goal in words comes to, as it is printed."""

_PLACES = (("city", "全市"), ("province", "全省"), ("nation", "全国"))


def _yardstick(row: Row, indicators: Mapping[str, Row], language: str, *, long: bool) -> str:
    """What a statement without a number is held to, by name; a rank that is only reported names its place in words."""
    phrase = str(row.get("stated") or "")
    to = row.get("relative_to") or next((name for name, printed in _PLACES if printed in phrase), "")
    if to in ("city", "province", "nation"):
        return word("yardstick", to, language)
    if not long and to == "gdp-growth":
        return word("yardstick", "gdp", language)
    name = str(indicators[to][f"name_{language}"]) if to in indicators else str(to)
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _wording(row: Row, to: str) -> str:
    """Comparator of a statement with what its phrase adds: `keep_first`, `qualitative_full`, `in_step_hedged`."""
    kind, stated = str(row["comparator"]), str(row.get("stated") or "")
    if kind == "in_step":
        return "in_step_bare" if not to else "in_step_hedged" if row.get("hedged") else kind
    if kind in ("keep", "qualitative") and to:
        rank = next((name for name, pattern in _RANKS if pattern.search(stated)), "")
        if rank:
            return f"keep_{rank}"
    if kind == "qualitative":
        state = next((name for name, pattern in _STATES if pattern.search(f"{row.get('cue') or ''}{stated}")), "")
        # A target is still to be met, a result has been.
        return f"qualitative_{'due' if state == 'done' and row.get('strength') else state}" if state else kind
    return kind


def _statement(row: Row, indicators: Mapping[str, Row], language: str, *, long: bool) -> str:
    to = _yardstick(row, indicators, language, long=long)
    return word("statement", _wording(row, to), language, to=to)


def show(row: Row, units: Mapping[str, Row], indicators: Mapping[str, Row], language: str) -> Shown:
    """The value of a target or a result, short and in words."""
    comparator = str(row["comparator"])
    if row["value"] is None:
        look = "binding" if row.get("strength") == "binding" else comparator
        return Shown(look, *(_statement(row, indicators, language, long=long) for long in (False, True)))
    unit, base = unit_of(row["unit_id"], units)
    number = amount(row["value"], unit, base, language)
    if comparator == "range" and row["value_max"] is not None:
        upper = amount(row["value_max"], unit, base, language)
        number = f"{number}–{upper}"
    if comparator not in SIGNS:
        # Only a draft holds a number beside a comparator in words.
        return Shown(comparator, number, number)
    short, long = SIGNS[comparator] + number, word("comparator_long", comparator, language, n=number)
    if row.get("stretch"):
        better = amount(row["stretch_value"], unit, base, language) if row.get("stretch_value") is not None else ""
        tail = word("statement", "stretch" if better else "stretch_bare", language, to=better)
        short, long = f"{short} · {tail}", f"{long}{word('ui', 'comma', language)}{tail}"
    return Shown(comparator, short, long)


def part(row: Row, name: str, units: Mapping[str, Row], language: str) -> str:
    """A project's investment or size with its sign, "" where it has none. `name`: `investment` or `size`."""
    if row[f"{name}_value"] is None:
        return ""
    return SIGNS.get(row[f"{name}_comparator"], "") + amount(
        row[f"{name}_value"], *unit_of(row[f"{name}_unit_id"], units), language
    )


def stage(row: Row, language: str) -> tuple[str, bool]:
    """A project's stage in words, and whether it is reported as reached: `to be completed`, or `completed`.

    A stage is reached only where `period` lies before the plan year; else the document promises it. "" without a stage.
    """
    if not row["stage"]:
        return "", False
    reached = (row.get("period") or "")[:4].isdigit() and int(row["period"][:4]) < row["year"]
    return word("stage_reached" if reached else "stage_planned", str(row["stage"]), language), reached


def when(row: Row, language: str) -> str:
    """The months or the year that a row is for: its period, else its year."""
    text = period(row, language) or str(row["year"])
    return f"{text}年" if language == "zh" and text.isdigit() else text


def caveat_names(row: Row) -> list[str]:
    """What a value must not be read without: an estimate, a running total, a goal that is only strived for or ensured."""
    names = [name for name in ("estimated", "cumulative") if row.get(name)]
    return [*names, *([str(row["strength"])] if row.get("strength") in ("strive", "ensure") else [])]


def caveats(row: Row, language: str) -> list[str]:
    """The same in words."""
    return [word("caveat", name, language) for name in caveat_names(row)]


def aside(words: list[str], language: str) -> str:
    """Words in brackets behind a value: ` (est., running total)`, `（预计、累计）`; "" without words."""
    if not words:
        return ""
    return f"（{'、'.join(words)}）" if language == "zh" else f" ({', '.join(words)})"


def period(row: Row, language: str) -> str:
    """The months or the year a figure is for, where it is not the whole of `year`: `Jan–Nov 2024`, `2024年1—11月`."""
    text = row.get("period") or ""
    if not text:
        return ""
    start, _, end = text.partition("/")
    if "-" not in start:
        return start if not end else f"{start}–{end}"
    (year, first), (last_year, last) = start.split("-"), (end or start).split("-")
    if language == "zh":
        return (
            f"{year}年{int(first)}—{int(last)}月"
            if year == last_year
            else f"{year}年{int(first)}月—{last_year}年{int(last)}月"
        )
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    head = f"{months[int(first) - 1]}–{months[int(last) - 1]}"
    return (
        f"{head} {year}"
        if year == last_year
        else f"{months[int(first) - 1]} {year} – {months[int(last) - 1]} {last_year}"
    )
