"""How a row follows from its phrase: the steps that validation takes, for one record, as a page shows them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plans.site.model import Model, Record
from plans.site.quantity import base_amount, grouped_fine
from plans.site.words import word
from planspec.grammar import Reading
from planspec.rules.context import show as cell
from planspec.rules.readings import read_record


@dataclass(frozen=True)
class Step:
    """One step: what is looked at, the words it rests on, the columns it gives, the rules that check it."""

    title: str
    words: str
    gives: str
    rules: tuple[str, ...]
    holds: bool


def parts(record: Record) -> list[tuple[str, str]]:
    """The phrase in pieces: (text, look); looks are `figure`, `label` and "".

    `figure` covers the record's own number with its unit and comparator, or the words of its yardstick.
    """
    stated = record["stated"] or ""
    looks = [""] * len(stated)
    for label in sorted((record["_labels"] or "").split("|"), key=len):
        place = stated.find(label) if label else -1
        if place >= 0:
            looks[place : place + len(label)] = ["label"] * len(label)
    own = record["_own"]
    if own is not None:
        length = _printed_length(record, own)
        reading = read_record(stated, own, stated[own : own + length], record["comparator"] or "")
        end = max(own + length, reading.tail if isinstance(reading, Reading) else reading.end if reading else 0)
        start = own if isinstance(reading, Reading) or reading is None else min(own, reading.start)
        looks[start:end] = ["figure"] * (min(end, len(stated)) - start)
    pieces: list[tuple[str, str]] = []
    for char, look in zip(stated, looks, strict=True):
        if pieces and pieces[-1][1] == look:
            pieces[-1] = (pieces[-1][0] + char, look)
        else:
            pieces.append((char, look))
    return pieces


def _printed_length(record: Record, own: int) -> int:
    """Characters of the figure that stands at `own` in the phrase: its digits, or one character of words."""
    stated = record["stated"]
    end = own
    while end < len(stated) and (stated[end].isdigit() or stated[end] == "."):
        end += 1
    return max(1, end - own)


def steps(model: Model, record: Record, language: str) -> list[Step]:
    """The steps for a record, in the order in which a reader would take them."""
    if record["comparator"] == "not_stated":
        return [
            _step(
                language,
                "silence",
                cell(record["source_id"]),
                "comparator = not_stated",
                ("R243", "P331", "P332"),
                holds=True,
            )
        ]
    place = _step(language, "place", f"{record['start']}–{record['end']}", "stated", ("T403", "R240"), holds=True)
    makers: dict[str, Callable[[Model, Record, str], list[Step]]] = {
        "target": _observation,
        "result": _observation,
        "project": _project,
        "initiative": _name,
    }
    return [place, *makers[record.kind](model, record, language)]


def _step(language: str, key: str, words: str, gives: str, rules: tuple[str, ...], *, holds: bool) -> Step:
    return Step(word("proof", key, language), words, gives, rules, holds)


def _observation(model: Model, record: Record, language: str) -> list[Step]:
    made: list[Step] = []

    def add(key: str, words: str, gives: str, *rules: str, holds: bool) -> None:
        made.append(_step(language, key, words, gives, rules, holds=holds))

    figure = "".join(text for text, look in parts(record) if look == "figure")
    add(
        "figure",
        figure,
        _given(record, "comparator"),
        "R235",
        "R232",
        holds=record["_read_comparator"] == record["comparator"],
    )
    if record["value"] is not None:
        add(
            "number",
            cell(record["_read_value"]),
            _given(record, "value"),
            "R230",
            holds=record["_read_value"] == record["value"],
        )
        add(
            "unit",
            record["_read_unit"] or "",
            _given(record, "unit_id"),
            "R231",
            "R204",
            holds=(record["_read_unit"] or "") == record["_unit_symbol"],
        )
        # Without a unit, which only a draft lacks, there is no factor and the step does not hold.
        factor, in_base = record["_factor"], record["value_base"]
        known = factor is not None and in_base is not None
        words = f"{cell(record['value'])} × {grouped_fine(factor) if known else '?'} = {base_amount(record.row, model.units)}"
        add(
            "base",
            words,
            _given(record, "value_base"),
            "R206",
            holds=known and math.isclose(record["value"] * factor, in_base, rel_tol=1e-12),
        )
    if record["value_max"] is not None:
        add(
            "upper",
            cell(record["_read_max"]),
            _given(record, "value_max"),
            "R233",
            holds=record["_read_max"] == record["value_max"],
        )
    if record["stretch_value"] is not None:
        add(
            "stretch",
            cell(record["_read_stretch"]),
            _given(record, "stretch_value"),
            "R234",
            holds=record["_read_stretch"] == record["stretch_value"],
        )
    found = [
        label
        for label in (record["_labels"] or "").split("|")
        if label and label in f"{record['cue'] or ''}\n{record['stated']}"
    ]
    labels = [label for label in found if not any(label != other and label in other for other in found)]
    add("label", " ".join(labels), _given(record, "indicator_id"), "R236", holds=bool(labels))
    made += _governed(record, language)
    if record["_min"] is not None and record["value_base"] is not None:
        words = (
            f"{grouped_fine(record['_min'])} ≤ {grouped_fine(record['value_base'])} ≤ {grouped_fine(record['_max'])}"
        )
        add("bounds", words, "min, max", "R208", holds=record["_min"] <= record["value_base"] <= record["_max"])
    others = (record["_other_digits"] or 0) - sum(
        1
        for f in model.figures(record)
        if f["source_id"] == record["source_id"]
        and record["start"] <= f["start"] < record["end"]
        and f["printed"][:1].isdigit()
    )
    if others > 0:
        add(
            "others",
            word("proof", "others_words", language, n=others),
            "figures",
            "R237",
            holds=record["_other_digits"] == record["_ledger_digits"],
        )
    return made


def _governed(record: Record, language: str) -> list[Step]:
    """Strength, estimate, running total, room left and period: what phrase and cue say about the whole."""
    checks: list[tuple[str, str, str, Any]] = [
        ("strength", "R216", "_says_strength", record["strength"]),
        ("estimated", "R217", "_says_estimated", record["estimated"]),
        ("cumulative", "R218", "_says_cumulative", record["cumulative"]),
        ("hedged", "R219", "_says_hedged", record["hedged"]),
        ("period", "R215", "_says_period", record["period"] or ""),
    ]
    made = []
    for column, rule, says, value in checks:
        if value is None or (column != "strength" and not value and not record[says]):
            continue
        words = word("proof", "no_strength", language) if value == "stated" else record["cue"] or record["stated"]
        made.append(_step(language, column, words, f"{column} = {cell(value)}", (rule,), holds=record[says] == value))
    return made


def _name(_: Model, record: Record, language: str) -> list[Step]:
    return [
        _step(
            language,
            "name",
            record["stated"],
            _given(record, "name_zh"),
            ("R256",),
            holds=record["_name_worded"] is not False,
        )
    ]


def _project(model: Model, record: Record, language: str) -> list[Step]:
    made = _name(model, record, language)
    if record["stage"]:
        made.append(
            _step(
                language,
                "stage",
                record["cue"] or record["stated"],
                _given(record, "stage"),
                ("R255",),
                holds=record["_stage_worded"] is not False,
            )
        )
    words = (
        word("proof", "no_strength", language) if record["strength"] == "stated" else record["cue"] or record["stated"]
    )
    made.append(
        _step(
            language,
            "strength",
            words,
            _given(record, "strength"),
            ("R254",),
            holds=record["_says_strength"] == record["strength"],
        )
    )
    for figure in model.figures(record):
        if figure["source_id"] == record["source_id"] and figure["field"]:
            words = f"{figure['printed']} ({figure['start']}–{figure['end']})"
            made.append(_step(language, "figure", words, _given(record, figure["field"]), ("P310", "P315"), holds=True))
    return made


def _given(record: Record, column: str) -> str:
    return f"{column} = {cell(record[column])}"
