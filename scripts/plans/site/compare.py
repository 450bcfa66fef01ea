"""Target beside last year's result: the headline matrix and the rows of the charts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plans.matrix import answers
from plans.site.charts import Mark
from plans.site.model import Model, Record
from plans.site.quantity import aside, caveats, show, when
from plans.site.words import word


@dataclass(frozen=True)
class Cell:
    """One district and one indicator: the target (None: none is known) and last year's outcome.

    `look` is the comparator, `binding`, or `unknown` where no full report is at hand and silence says nothing.
    """

    district: str
    look: str
    short: str
    long: str
    target: Record | None
    last: Record | None
    last_short: str


def district_name(model: Model, code: str, language: str) -> str:
    """A district's name without its level: Laoshan, 崂山区."""
    row = model.districts[code]
    name = str(row[f"name_{language}"])
    return name if language == "zh" else name.removesuffix(" District").removesuffix(" City")


def last_words(
    model: Model, record: Record | None, language: str, target: Record | None = None, scope: str = "mark"
) -> str:
    """An outcome in a few words: its year or months, its value, whether it is an estimate or a running total.

    Where its scope is another than that of `target` (None: the whole), `scope` decides what stands behind it: a † with
    `mark`, the scope itself with `words`, nothing with `none`.
    """
    if record is None:
        return ""
    value = show(record.row, model.units, model.indicators, language).short
    words = f"{when(record.row, language)}{word('ui', 'colon', language)}{value}"
    marks = caveats(record.row, language)
    other = other_scope(record, target)
    if other and scope == "words":
        marks = [*marks, str(record[f"scope_{language}"] or record["scope_zh"])]
    return words + aside(marks, language) + ("†" if other and scope == "mark" else "")


def other_scope(result: Record, target: Record | None) -> bool:
    """Whether an outcome is limited to something else than the target beside it, or than the whole without a target."""
    return (result["scope_zh"] or None) != ((target["scope_zh"] if target else None) or None)


def target_words(model: Model, record: Record, language: str, *, core: bool = False) -> str:
    """A target in a few words, with the word that only strives for it; `core`: also where it is no main target."""
    marks = caveats(record.row, language) + ([word("caveat", "body", language)] if core and in_body(record) else [])
    return show(record.row, model.units, model.indicators, language).short + aside(marks, language)


def in_body(target: Record) -> bool:
    """Whether a core indicator is promised outside the main expected targets."""
    return not target["headline"] and target["comparator"] != "not_stated"


def link_words(model: Model, record: Record, language: str, year: int | None = None) -> str:
    """What a link to a record says: its indicator with all that its value must not be read without, or its name.

    `year`: the year of the page; a target of another year says so.
    """
    if record.kind not in ("target", "result"):
        return str(record[f"name_{language}"])
    indicator = str(model.indicators[record["indicator_id"]][f"name_{language}"])
    if record.kind == "result":
        return indicator + word("ui", "comma", language) + last_words(model, record, language, scope="words")
    marks = caveats(record.row, language)
    if record["scope_zh"]:
        marks.append(str(record[f"scope_{language}"] or record["scope_zh"]))
    if year not in (None, record["year"]):
        marks.append(when(record.row, language))
    shown = show(record.row, model.units, model.indicators, language).short
    return indicator + word("ui", "colon", language) + shown + aside(marks, language)


def matrix(model: Model, path: Path, language: str) -> list[tuple[dict[str, Any], list[Cell]]]:
    """The core indicators, each with a cell for every district that some document speaks for."""
    districts, core, found = answers(path, model.year)
    places = _places(model)
    lines = []
    for indicator in sorted(core, key=lambda i: (places.get(i["indicator_id"], 99.0), i["indicator_id"])):
        cells = []
        for district in districts:
            code = district["district_code"]
            row = found.get((code, indicator["indicator_id"]))
            target = model.records[("target", row["target_id"])] if row else None
            last = model.outcome(code, indicator["indicator_id"], model.year - 1)
            cells.append(_cell(model, code, target, last, language))
        lines.append((indicator, cells))
    return lines


def _places(model: Model) -> dict[str, float]:
    """Mean place of each indicator among the main expected targets: the order in which the reports state them."""
    found: dict[str, list[int]] = defaultdict(list)
    for code in model.covered:
        stated = sorted((r for r in model.of("target", code) if r["headline"]), key=lambda r: r["start"])
        for place, record in enumerate(stated):
            found[record["indicator_id"]].append(place)
    return {indicator: sum(p) / len(p) for indicator, p in found.items()}


def _cell(model: Model, code: str, target: Record | None, last: Record | None, language: str) -> Cell:
    after = last_words(model, last, language, target)
    if target is None:
        return Cell(
            code,
            "unknown",
            word("compare", "unknown", language),
            unknown_long(model, code, language),
            None,
            last,
            after,
        )
    shown = show(target.row, model.units, model.indicators, language)
    return Cell(code, shown.kind, target_words(model, target, language, core=True), shown.long, target, last, after)


def unknown_long(model: Model, code: str, language: str) -> str:
    """Why nothing is known: no full report at hand, or none of the year shown."""
    if model.plan_year(code) == model.year:
        return word("compare", "unknown_long", language)
    return word("compare", "unknown_year", language, year=model.year)


_SHORTER = (
    (" trillion", " tn"),
    (" billion", " bn"),
    (" million", " m"),
    (" people", ""),
    (" person-times", ""),
    (" households", ""),
)


def _tight(text: str) -> str:
    for long, short in _SHORTER:
        text = text.replace(long, short)
    return text


def axis(dimension: str, largest: float, language: str) -> tuple[float, str]:
    """Factor from base units to the number line, and the unit behind its labels."""
    chinese = language == "zh"
    if dimension == "fraction":
        return 100, "%"
    if dimension == "currency":
        if chinese:
            return (1e-8, "亿") if largest >= 1e8 else (1e-4, "万")
        return (1e-9, " bn") if largest >= 1e9 else (1e-6, " m")
    if chinese and largest >= 1e4:
        return 1e-4, "万"
    if not chinese and largest >= 1e4:
        return (1e-6, " m") if largest >= 1e6 else (1e-3, "k")
    return 1, {"percentage_points": " pp", "multiple": "×"}.get(dimension, "") if not chinese else {
        "multiple": "倍"
    }.get(dimension, "")


def core_marks(model: Model, indicator: dict[str, Any], cells: list[Cell], language: str) -> tuple[list[Mark], str]:
    """Rows of a core indicator's chart, one a district, and the unit of the number line."""
    return _marks(model, indicator, [(c.district, c.target, c.last) for c in cells], language, "")


def comparable_marks(model: Model, indicator: dict[str, Any], language: str, root: str = "") -> tuple[list[Mark], str]:
    """Rows of any indicator's chart: a row a target, and one for each outcome without a target."""
    key = indicator["indicator_id"]
    entries: list[tuple[str, Record | None, Record | None]] = []
    used: set[str] = set()
    for target in model.of("target", indicator=key):
        last = model.last_year(target)
        used.add(last.key if last else "")
        entries.append((target.district, target, last))
    entries += [(r.district, None, r) for r in model.of("result", indicator=key) if r.key not in used]
    order = list(model.districts)
    entries.sort(key=lambda e: (order.index(e[0]), e[1] is None, -e[1]["year"] if e[1] else 0))
    return _marks(model, indicator, entries, language, root)


def _marks(
    model: Model,
    indicator: dict[str, Any],
    entries: list[tuple[str, Record | None, Record | None]],
    language: str,
    root: str,
) -> tuple[list[Mark], str]:
    core = bool(indicator["core"])
    many = len({target["year"] for _, target, _ in entries if target}) > 1
    records = [r for _, *pair in entries for r in pair if r is not None]
    largest = max((abs(r["value_base"]) for r in records if r["value_base"] is not None), default=1.0)
    factor, suffix = axis(indicator["dimension"] or "", largest, language)
    marks = []
    for code, target, last in entries:
        shown = show(target.row, model.units, model.indicators, language) if target else None
        shape = shown.kind if shown else "unknown" if core or last is None else "none"
        words = unknown_long(model, code, language) if shape == "unknown" else ""
        if target:
            year = when({"year": target["year"]}, language) + word("ui", "colon", language) if many else ""
            words = year + _tight(target_words(model, target, language))
        subject = target or last
        marks.append(
            Mark(
                district_name(model, code, language),
                _below(core, target, subject, language),
                shape,
                words,
                root + target.path if target else root + last.path if last and shape == "none" else "",
                _line(target, "value", factor),
                _line(target, "value_max", factor),
                _line(last, "value", factor),
                str(last["comparator"]) if last else "",
                _tight(last_words(model, last, language, subject)),
                root + last.path if last else "",
            )
        )
    return marks, suffix


def _below(core: bool, target: Record | None, subject: Record | None, language: str) -> str:
    """What stands below the district in a chart: the scope, and where a core indicator is no main target."""
    scope = str(subject[f"scope_{language}"] or "") if subject else ""
    body = word("caveat", "body", language) if core and target and in_body(target) else ""
    return word("ui", "comma", language).join(part for part in (scope, body) if part)


def _line(record: Record | None, column: str, factor: float) -> float | None:
    """A value's place on the number line: base units times `factor`."""
    if record is None or record[column] is None or record["_factor"] is None:
        return None
    return round(record[column] * record["_factor"] * factor, 9)
