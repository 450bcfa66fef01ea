"""Slips of the hand: each function corrupts one cell as a tired person does, or returns None where it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from planspec.package import Field, Resource

Rows = list[dict[str, str]]

OFFSETS = frozenset(("start", "end", "cue_start", "cue_end", "headline_start", "headline_end"))
PHRASES = frozenset(("stated", "cue", "printed"))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HAN = re.compile(r"[一-鿿]")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass
class Place:
    """A cell: where it stands and what else is at hand."""

    resource: Resource
    column: Field
    rows: Rows
    index: int
    tables: dict[str, Rows] = field(repr=False, default_factory=dict)

    @property
    def row(self) -> dict[str, str]:
        return self.rows[self.index]

    @property
    def cell(self) -> str:
        return self.row[self.column.name]


Slip = Callable[[Place, Random], "str | None"]


def digit_changed(place: Place, rng: Random) -> str | None:
    """One digit typed wrong."""
    spots = [i for i, c in enumerate(place.cell) if c.isascii() and c.isdigit()]
    if not spots:
        return None
    i = rng.choice(spots)
    other = rng.choice([d for d in "0123456789" if d != place.cell[i]])
    return place.cell[:i] + other + place.cell[i + 1 :]


def digits_transposed(place: Place, rng: Random) -> str | None:
    """Two neighbouring digits the wrong way round."""
    cell = place.cell
    spots = [i for i in range(len(cell) - 1) if cell[i : i + 2].isdigit() and cell[i] != cell[i + 1]]
    if not spots:
        return None
    i = rng.choice(spots)
    return cell[:i] + cell[i + 1] + cell[i] + cell[i + 2 :]


def decimal_moved(place: Place, rng: Random) -> str | None:
    """The decimal point one place off."""
    from decimal import Decimal

    from planspec.canonical import plain

    if not _NUMBER.fullmatch(place.cell.lstrip("-")) or Decimal(place.cell) == 0:
        return None
    moved = plain(Decimal(place.cell) * (Decimal(10) if rng.random() < 0.5 else Decimal("0.1")))
    return None if "." in moved and place.column.type in ("integer", "year") else moved


def other_figure(place: Place, rng: Random) -> str | None:
    """Another number of the same phrase."""
    words = place.row.get("stated", "") + " " + place.row.get("cue", "")
    others = sorted(set(_NUMBER.findall(words)) - {place.cell.lstrip("-"), place.cell})
    return rng.choice(others) if others else None


def offset_moved(place: Place, rng: Random) -> str | None:
    """An offset a few characters off."""
    if not place.cell.isdigit():
        return None
    moved = int(place.cell) + rng.choice((-3, -2, -1, 1, 2, 3))
    return str(moved) if moved >= 0 else None


def year_off(place: Place, rng: Random) -> str | None:
    """A year too early or too late."""
    return str(int(place.cell) + rng.choice((-1, 1))) if place.cell.isdigit() else None


def date_off(place: Place, rng: Random) -> str | None:
    """A day, a month or a year off, in a date or a period."""
    parts = [(m.start(), m.group()) for m in re.finditer(r"\d{4}|\d{2}", place.cell)]
    if not parts:
        return None
    start, part = rng.choice(parts)
    moved = int(part) + rng.choice((-1, 1))
    return place.cell[:start] + f"{moved:0{len(part)}d}" + place.cell[start + len(part) :] if moved > 0 else None


def other_member(place: Place, rng: Random) -> str | None:
    """Another entry of the code list."""
    members = [str(m) for m in place.column.constraints.get("enum", ()) if str(m) != place.cell]
    return rng.choice(members) if members and place.cell else None


def flipped(place: Place, rng: Random) -> str | None:
    """true for false."""
    return {"true": "false", "false": "true"}.get(place.cell)


def other_key(place: Place, rng: Random) -> str | None:
    """Another key that exists; of the same district where the key names one."""
    reference = next((r for r in place.resource.references if r.field == place.column.name), None)
    if reference is None or not place.cell:
        return None
    keys = [r[reference.target] for r in place.tables.get(reference.resource, ()) if r[reference.target] != place.cell]
    near = [k for k in keys if k[:6] == place.cell[:6]] if len(place.cell) > 6 else keys
    return rng.choice(near or keys) if keys else None


def character_dropped(place: Place, rng: Random) -> str | None:
    """One character left out."""
    if len(place.cell) < 2:
        return None
    i = rng.randrange(len(place.cell))
    return place.cell[:i] + place.cell[i + 1 :]


@lru_cache(maxsize=1)
def _homophones() -> dict[str, str]:
    """Characters of the GB 2312 first level by toneless reading: what an input method offers beside the right one."""
    from pypinyin import lazy_pinyin

    level = [
        bytes((high, low)).decode("gb2312", errors="ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
    ]
    by_reading: dict[str, str] = {}
    for char in filter(None, level):
        reading = lazy_pinyin(char)[0]
        by_reading[reading] = by_reading.get(reading, "") + char
    return by_reading


def _neighbour(char: str, rng: Random) -> str:
    """What a finger or an input method puts in place of a character."""
    if _HAN.match(char):
        from pypinyin import lazy_pinyin

        choices = _homophones().get(lazy_pinyin(char)[0], "").replace(char, "")
        return rng.choice(choices or "的一是在不了有和人这")
    lower = char.lower()
    for row in _KEYBOARD:
        if lower in row:
            i = row.index(lower)
            near = rng.choice((row[max(i - 1, 0) : i] + row[i + 1 : i + 2]) or row[:1])
            return near.upper() if char.isupper() else near
    if char.isascii() and char.isdigit():
        return rng.choice([d for d in "0123456789" if d != char])
    return rng.choice([c for c in ",.;-" if c != char])


def character_replaced(place: Place, rng: Random) -> str | None:
    """One character typed wrong: the next key, or another character of the same sound."""
    if not place.cell:
        return None
    i = rng.randrange(len(place.cell))
    return place.cell[:i] + _neighbour(place.cell[i], rng) + place.cell[i + 1 :]


def characters_transposed(place: Place, rng: Random) -> str | None:
    """Two neighbouring characters the wrong way round."""
    cell = place.cell
    spots = [i for i in range(len(cell) - 1) if cell[i] != cell[i + 1]]
    if not spots:
        return None
    i = rng.choice(spots)
    return cell[:i] + cell[i + 1] + cell[i] + cell[i + 2 :]


def blank_added(place: Place, rng: Random) -> str | None:
    """A blank too many: before, inside or after."""
    if not place.cell:
        return None
    i = rng.randrange(len(place.cell) + 1)
    return place.cell[:i] + " " + place.cell[i:]


def phrase_shortened(place: Place, rng: Random) -> str | None:
    """The phrase copied one character short."""
    if len(place.cell) < 2:
        return None
    return place.cell[1:] if rng.random() < 0.5 else place.cell[:-1]


def phrase_lengthened(place: Place, rng: Random) -> str | None:
    """The phrase copied one character too long."""
    if not place.cell:
        return None
    extra = rng.choice(",。、的和了等")
    return extra + place.cell if rng.random() < 0.5 else place.cell + extra


def emptied(place: Place, rng: Random) -> str | None:
    """The cell cleared."""
    return "" if place.cell else None


def filled(place: Place, rng: Random) -> str | None:
    """A cell that should be empty, filled with what the column might hold."""
    if place.cell:
        return None
    column = place.column
    if column.constraints.get("enum"):
        return rng.choice([str(m) for m in column.constraints["enum"]])
    if column.name == "period":
        return f"{place.row.get('year', '2025')}-01/{place.row.get('year', '2025')}-06"
    if column.type in ("integer", "number", "year"):
        return place.row.get("value") or place.row.get("start") or str(rng.randrange(1, 90))
    others = [r[column.name] for r in place.rows if r[column.name]]
    reference = next((r for r in place.resource.references if r.field == column.name), None)
    if not others and reference:
        others = [r[reference.target] for r in place.tables.get(reference.resource, ())]
    return rng.choice(others) if others else None


def kind_of_column(place: Place) -> str:
    """What kind of column this is, which decides how hands slip on it."""
    name, column = place.column.name, place.column
    if name in PHRASES:
        return "phrase"
    if name in OFFSETS:
        return "offset"
    if column.constraints.get("enum"):
        return "enum"
    if column.type == "boolean":
        return "boolean"
    if column.type == "year" or name == "year":
        return "year"
    if column.type == "date" or name == "period":
        return "date"
    if column.type in ("integer", "number"):
        return "number"
    if any(r.field == name for r in place.resource.references):
        return "reference"
    if name in place.resource.primary_key or column.constraints.get("pattern"):
        return "key"
    return "text"


TEXT: dict[str, Slip] = {
    "character dropped": character_dropped,
    "character replaced": character_replaced,
    "characters transposed": characters_transposed,
    "digit changed": digit_changed,
    "blank added": blank_added,
    "cell emptied": emptied,
}
KEY: dict[str, Slip] = {
    "key mistyped": character_dropped,
    "key misspelt": character_replaced,
    "digit changed": digit_changed,
    "cell emptied": emptied,
}
SLIPS: dict[str, dict[str, Slip]] = {
    "phrase": {
        "phrase shortened": phrase_shortened,
        "phrase lengthened": phrase_lengthened,
        "character replaced": character_replaced,
        "digit changed": digit_changed,
        "blank added": blank_added,
        "cell emptied": emptied,
    },
    "offset": {
        "offset moved": offset_moved,
        "digits transposed": digits_transposed,
        "digit changed": digit_changed,
        "cell emptied": emptied,
    },
    "enum": {"another member": other_member, "cell emptied": emptied},
    "boolean": {"flipped": flipped, "cell emptied": emptied},
    "year": {"year off": year_off, "digit changed": digit_changed, "cell emptied": emptied},
    "date": {
        "date off": date_off,
        "digits transposed": digits_transposed,
        "cell emptied": emptied,
        "cell filled": filled,
    },
    "number": {
        "digit changed": digit_changed,
        "digits transposed": digits_transposed,
        "decimal point moved": decimal_moved,
        "another figure of the phrase": other_figure,
        "cell emptied": emptied,
    },
    "reference": {
        "another key": other_key,
        "key mistyped": character_dropped,
        "digit changed": digit_changed,
        "cell emptied": emptied,
    },
    "key": KEY,
    "text": TEXT,
}
"""Slips by kind of column; `cell in the wrong column` applies to every column and `cell filled` to those that may be empty."""
