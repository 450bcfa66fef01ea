"""Indicators and units of a package, and those that new records bring with them."""

from __future__ import annotations

import re
from decimal import Decimal

from planspec.canonical import plain
from planspec.grammar.lexicon import POWERS
from planspec.scan.review import Item
from planspec.scan.vocabulary import common

Cells = dict[str, str]
Tables = dict[str, list[Cells]]

_POWER = re.compile("^(万亿|千万|百万|十万|亿|万|千)(.+)$")
_POWER_ID = {"千": "1k", "万": "10k", "十万": "100k", "百万": "1m", "千万": "10m", "亿": "100m", "万亿": "1t"}
_POWER_EN = {
    "千": "thousand",
    "万": "ten thousand",
    "十万": "hundred thousand",
    "百万": "million",
    "千万": "ten million",
    "亿": "hundred million",
    "万亿": "trillion",
}


class Known:
    """What the package has, and in `rows` (by resource) what is taken into it on the way."""

    def __init__(self, tables: Tables, rows: Tables) -> None:
        self.rows = rows
        self.indicators = {r["indicator_id"]: r for r in tables["indicators"]}
        self.ready = {r["indicator_id"]: r for r in common("common_indicators")}
        self.units = {r["symbol_zh"]: r for r in tables["units"]}
        self.fresh: set[str] = set()
        """Common indicators taken in on the way."""

    def indicator_lack(self, indicator: str, item: Item) -> str:
        """Take an indicator into the package where it is new; what it lacks, or ""."""
        words = f"{item['cue']}\n{item['stated']}"
        if indicator in self.fresh:
            self._print(indicator, words)
        if indicator in self.indicators:
            labels = self.indicators[indicator]["labels_zh"]
            if any(label and label in words for label in labels.split("|")):
                return ""
            usual = self.ready.get(indicator, {}).get("labels_zh", "").split("|")
            word = next((label for label in usual if label and label in words), "the words this phrase has for it")
            return f"a label: add {word} to the labels_zh of {indicator} ({labels})"
        row = dict.fromkeys(
            (
                "indicator_id",
                "name_zh",
                "name_en",
                "labels_zh",
                "measure",
                "dimension",
                "per",
                "theme",
                "core",
                "definition",
                "definition_zh",
                "min",
                "max",
            ),
            "",
        )
        row |= {"core": "false"}
        if indicator in self.ready:
            row |= self.ready[indicator]
            printed = _printed(row["labels_zh"], words)
            if printed:
                # The labels a package has are those its documents print.
                row["labels_zh"] = printed
                self.fresh.add(indicator)
            else:
                return f"another indicator than {indicator}, or its words in the cue: it goes by {row['labels_zh']}"
        else:
            absent = [c for c in ("indicator_en", "measure", "theme") if not item[c]]
            if absent:
                return f"the new indicator {indicator} needs {', '.join(absent)}"
            if any(r["name_zh"] == item["indicator_zh"] for r in self.indicators.values()):
                return f"a Chinese name of its own for {indicator}: {item['indicator_zh']} is taken; write indicator_zh"
            label = _label(item)
            if not label:
                return f"the new indicator {indicator} needs an indicator_zh whose words stand in phrase or cue"
            dimension = self.units.get(item["unit_zh"], {}).get("dimension", "")
            row |= {
                "indicator_id": indicator,
                "name_zh": item["indicator_zh"],
                "name_en": item["indicator_en"],
                "labels_zh": label,
            }
            row |= {
                "measure": item["measure"],
                "theme": item["theme"],
                "dimension": "" if item["measure"] == "qualitative" else dimension,
            }
        self.indicators[indicator] = row
        self.rows["indicators"].append(row)
        return ""

    def _print(self, indicator: str, words: str) -> None:
        """Give an indicator that is being taken in the further labels that these words print."""
        row = self.indicators[indicator]
        more = _printed(self.ready[indicator]["labels_zh"], words).split("|")
        row["labels_zh"] = "|".join(dict.fromkeys([*row["labels_zh"].split("|"), *filter(None, more)]))

    def unit_lack(self, symbol: str) -> str:
        """Take a unit into the package where it is new and follows from one that is known; what it lacks, or ""."""
        if not symbol or symbol in self.units:
            return ""
        ready = {r["symbol_zh"]: r for r in common("common_units")}
        if symbol in ready:
            row = {"iso4217": "", **ready[symbol]}
            under = next((r["symbol_zh"] for r in ready.values() if r["unit_id"] == row["base_unit_id"]), symbol)
            if under != symbol:
                self.unit_lack(under)
        else:
            match = _POWER.match(symbol)
            if not match:
                return f"the unit {symbol}: add it to units.csv"
            lack = self.unit_lack(match.group(2))
            if lack:
                return lack
            base = self.units[match.group(2)]
            factor = Decimal(10) ** POWERS[match.group(1)] * Decimal(base["factor"])
            row = {
                "unit_id": f"{base['unit_id']}-{_POWER_ID[match.group(1)]}",
                "symbol_zh": symbol,
                "name_en": f"{_POWER_EN[match.group(1)]} {base['name_en']}",
                "dimension": base["dimension"],
                "base_unit_id": base["base_unit_id"],
                "factor": plain(factor),
                "ucum": "",
                "iso4217": base.get("iso4217", ""),
            }
        self.units[symbol] = row
        self.rows["units"].append(row)
        return ""


def _printed(labels: str, words: str) -> str:
    return "|".join(label for label in labels.split("|") if label and label in words)


def _label(item: Item) -> str:
    """The longest run of an indicator's Chinese name that is printed in phrase or cue."""
    name = item["indicator_zh"]
    words = f"{item['cue']}\n{item['stated']}"
    for length in range(len(name), 1, -1):
        for start in range(len(name) - length + 1):
            if name[start : start + length] in words:
                return name[start : start + length]
    return ""
