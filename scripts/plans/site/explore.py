"""The records as data for the table: one script that sets one global, so that it loads from a folder too."""

from __future__ import annotations

import json
from typing import Any

from plans.site.compare import district_name
from plans.site.model import KINDS, Model, Record
from plans.site.quantity import caveats, part, show, stage, unit_of, when
from plans.site.words import words

COLUMNS = (
    "kind",
    "key",
    "district",
    "theme",
    "indicator",
    "comparator",
    "unit",
    "strength",
    "base",
    "rank",
    "value_en",
    "value_zh",
    "name_en",
    "name_zh",
    "scope_en",
    "scope_zh",
    "stated",
    "cue",
    "period",
    "source",
    "value",
    "value_max",
    "extra",
    "year",
    "estimated",
    "cumulative",
    "hedged",
    "headline",
    "relative_to",
    "mark_en",
    "mark_zh",
)
"""Columns of a row of the script, in order. `rank` is the place among all values, by dimension, then by size in the
base unit: values of two dimensions cannot be compared, so they never mix. `extra` is text that search reads too. `mark_en` and
`mark_zh` are what a value must not be read without: its time, an estimate, a running total, a goal only strived for, and a
project's stage."""


def as_script(name: str, value: object) -> bytes:
    """JSON as a script that sets `window.name`; safe inside a page and the same bytes each time."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"window.{name}={text};\n".encode()


def as_inline(value: object) -> str:
    """JSON for a script element of a page: no character that could end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _base(record: Record) -> float | None:
    return record["investment_base"] if record.kind == "project" else record["value_base"]


def _ranks(model: Model) -> dict[tuple[str, str], int]:
    """Place of each value among all, smallest first; equal values of one dimension share a place."""
    sized = []
    for place, record in model.records.items():
        base = _base(record)
        if base is not None:
            unit, _ = unit_of(record["investment_unit_id" if record.kind == "project" else "unit_id"], model.units)
            sized.append((unit["dimension"] if unit else "", unit["base_unit_id"] if unit else "", base, place))
    sized.sort(key=lambda s: (s[0], s[1], s[2]))
    ranks: dict[tuple[str, str], int] = {}
    rank, last = 0, None
    for dimension, base_unit, base, place in sized:
        if (dimension, base_unit, base) != last:
            rank, last = rank + 1, (dimension, base_unit, base)
        ranks[place] = rank
    return ranks


def _mark(model: Model, record: Record, language: str) -> str:
    """What a value must not be read without, in one line."""
    words, _ = stage(record.row, language) if record.kind == "project" else ("", False)
    told = record.kind == "result" or words or record.kind in model.mixed
    parts = [words, when(record.row, language) if told else "", *caveats(record.row, language)]
    return ("、" if language == "zh" else ", ").join(p for p in parts if p)


def _row(model: Model, record: Record, rank: int | None) -> list[Any]:
    row, indicator = record.row, model.indicators.get(record["indicator_id"], {})
    observation = record.kind in ("target", "result")
    shown = {
        lang: show(row, model.units, model.indicators, lang).short
        if observation
        else part(row, "investment", model.units, lang)
        if record.kind == "project"
        else ""
        for lang in ("en", "zh")
    }
    value, unit = (
        (record["value"], record["unit_id"])
        if observation
        else (record["investment_value"], record["investment_unit_id"])
    )
    extra = (
        indicator.get("labels_zh", "").replace("|", " ")
        if observation
        else f"{record['summary_en']} {record['summary_zh']}"
        if record.kind == "initiative"
        else f"{part(row, 'size', model.units, 'en')} {part(row, 'size', model.units, 'zh')}".strip()
    )
    return [
        KINDS.index(record.kind),
        record.key,
        record.district,
        model.theme(record) or record["category"] or "",
        record["indicator_id"] or "",
        record["comparator"] or record["investment_comparator"] or "",
        unit or "",
        record["strength"] or "",
        _base(record),
        rank,
        shown["en"],
        shown["zh"],
        indicator.get("name_en") or record["name_en"],
        indicator.get("name_zh") or record["name_zh"],
        record["scope_en"] or "",
        record["scope_zh"] or "",
        record["stated"] or "",
        record["cue"] or "",
        record["period"] or "",
        record["source_id"],
        value,
        record["value_max"],
        extra,
        record["year"],
        record["estimated"],
        record["cumulative"],
        record["hedged"],
        record["headline"],
        record["relative_to"],
        _mark(model, record, "en"),
        _mark(model, record, "zh"),
    ]


def records_script(model: Model) -> bytes:
    """`records.js`: every record with the names that search reads, in both languages."""
    ranks = _ranks(model)
    # Main expected targets first: whatever is searched for, what most people mean stands on top.
    ordered = sorted(model.records.items(), key=lambda item: not item[1]["headline"])
    rows = [_row(model, record, ranks.get(place)) for place, record in ordered]
    return as_script(
        "PLANS_RECORDS",
        {
            "columns": COLUMNS,
            "kinds": KINDS,
            "year": model.year,
            "districts": {
                c: [district_name(model, c, "en"), d["name_zh"], d["name_en"]] for c, d in model.districts.items()
            },
            "units": {k: u["symbol_zh"] for k, u in model.units.items()},
            "bases": {k: u["base_unit_id"] for k, u in model.units.items()},
            "rows": rows,
        },
    )


def fields(model: Model, language: str) -> list[dict[str, Any]]:
    """The filters: name, label and the values that occur, in groups (a group without a name has no heading)."""
    texts = words()

    def named(group: str, values: list[str]) -> list[tuple[str, str]]:
        return [(v, texts[group][v][language]) for v in values]

    records = list(model.records.values())
    used = {
        name: {r[name] for r in records}
        for name in ("comparator", "unit_id", "strength", "indicator_id", "investment_unit_id")
    }
    themes = [t for t in texts["theme"] if t in {model.theme(r) for r in records}]
    categories = [c for c in texts["category"] if c in {r["category"] for r in records}]
    by_theme = [
        (
            texts["theme"][t][language],
            [
                (i["indicator_id"], i[f"name_{language}"])
                for i in model.indicators.values()
                if i["theme"] == t and i["indicator_id"] in used["indicator_id"]
            ],
        )
        for t in themes
    ]
    units = [
        (u["unit_id"], f"{u['symbol_zh']} · {u['name_en']}" if language == "en" else u["symbol_zh"])
        for u in model.units.values()
        if u["unit_id"] in used["unit_id"] | used["investment_unit_id"]
    ]
    groups: list[tuple[str, str, list[tuple[str, list[tuple[str, str]]]]]] = [
        ("kind", "kind", [("", named("kinds", list(KINDS)))]),
        ("district", "district", [("", [(c, district_name(model, c, language)) for c in model.covered])]),
        (
            "theme",
            "theme",
            [
                ("", named("theme", themes)),
                (texts["page"]["category"][language], [(f"c:{v}", t) for v, t in named("category", categories)]),
            ],
        ),
        ("indicator", "indicator", by_theme),
        (
            "comparator",
            "comparator",
            [("", named("comparator", [c for c in texts["comparator"] if c in used["comparator"]]))],
        ),
        ("unit", "unit", [("", units)]),
        ("strength", "strength", [("", named("strength", [s for s in texts["strength"] if s in used["strength"]]))]),
    ]
    return [
        {"name": name, "label": texts["page"][label][language], "groups": groups_of}
        for name, label, groups_of in groups
    ]
