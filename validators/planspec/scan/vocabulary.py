"""Indicators and units already known: which of them a phrase names."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from planspec.errors import CannotTell
from planspec.package import Package, open_package

_OTHER_BEFORE = re.compile(r"(?:单位|万元|人均|每|占|占全[市区县省]|相当于|相当于全[市区县省]|与|亿元)(?:国内|地区)?$")
_OTHER_AFTER = re.compile(
    r"(?:能耗|二氧化碳|用水|电耗|的?比[重例]|占比|占(?:GDP|地区生产总值|生产总值)|碳排放|综合能耗|同步)"
)
_ADDED = re.compile(r"新增|净增|新认定|新培育|新引进|新入库|新获批|新设")
_STANDING = re.compile(r"达到?|总数|总量|增至|存量|累计")
"""What is added is no stock, unless the phrase names the stock it comes to."""
_AROUND = re.compile(
    r"(?:全[区市县省州国]|全社会|国家|[区市县]级|本级|地方|区域|我[区市县省]|新增|新建|完成|实现|其中|年末?|\d)*\|(?:总?[额量数值]|规模|个数|水平)?(?:年均)?"
)
"""What may stand around a label without making it another's: where, that it is done, how it is measured."""
_POWER = re.compile("[十百千]?[万亿]|[十百千]")
RATES = ("growth_rate", "share")
POINTS = ("gap", "contribution")


@dataclass(frozen=True)
class Indicator:
    """A row of indicators.csv as far as scanning needs it."""

    indicator_id: str
    name_zh: str
    measure: str
    dimension: str


@dataclass
class Vocabulary:
    """Labels to indicators, unit symbols to unit ids and dimensions. An empty one knows nothing and still scans."""

    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    labels: dict[str, dict[str, list[Indicator]]] = field(default_factory=dict)

    def unit_id(self, symbol: str) -> str:
        """Id of a printed unit, "" where units.csv has none yet."""
        return self.units.get(symbol, ("", ""))[0]

    def dimension(self, symbol: str) -> str:
        """Dimension of a printed unit, or of the unit that it is a power of (亿斤); "" where neither is known."""
        while symbol and symbol not in self.units and (power := _POWER.match(symbol)):
            symbol = symbol[power.end() :]
        return self.units.get(symbol, ("", ""))[1]

    def find(self, words: str, measure: str, unit: str) -> Indicator | None:
        """The indicator with the longest label among `words` whose measure and dimension fit; None where none does.

        `measure`: "" where the phrase does not tell it; `unit`: the printed unit, "" for goals without digits.
        """
        best = self._best(words, measure, unit)
        return best[1] if best else None

    def named(self, words: str, measure: str, unit: str) -> Indicator | None:
        """The indicator that `words` are the name of: around its label stands only where and how much (全市…总额)."""
        best = self._best(words, measure, unit)
        return best[1] if best and _AROUND.fullmatch(words.replace(best[0], "|", 1)) else None

    def _best(self, words: str, measure: str, unit: str) -> tuple[str, Indicator] | None:
        dimension = self.dimension(unit)
        added = bool(_ADDED.search(words)) and not _STANDING.search(words)
        best: tuple[int, int, int, str, Indicator] | None = None
        for place in range(len(words) - 1):
            for label, indicators in self.labels.get(words[place : place + 2], {}).items():
                if not words.startswith(label, place) or _compound(words, place, place + len(label)):
                    continue
                for indicator in indicators:
                    if not _fits(indicator, measure, dimension, unit) or (added and indicator.measure == "stock_count"):
                        continue
                    likely = indicator.measure == ("flow_count" if added else "stock_count")
                    if best is None or (len(label), -place, likely) > best[:3]:
                        best = (len(label), -place, likely, label, indicator)
        return best[3:] if best else None


def _compound(words: str, start: int, end: int) -> bool:
    """Whether a label is a piece of another indicator's name (单位生产总值能耗, 人均生产总值, 占GDP比重)."""
    return bool(_OTHER_BEFORE.search(words[max(0, start - 6) : start]) or _OTHER_AFTER.match(words, end))


def _fits(indicator: Indicator, measure: str, dimension: str, unit: str) -> bool:
    if not unit:
        return indicator.measure in ("growth_rate", "qualitative") if measure == "" else indicator.measure == measure
    if measure in (*RATES, *POINTS) or indicator.measure in (*RATES, *POINTS):
        return indicator.measure == measure
    return bool(dimension) and indicator.dimension == dimension


def _rows(package: Package, name: str) -> Iterable[dict[str, str]]:
    resource = package.resources.get(name)
    if resource is None or not package.store.exists(resource.path):
        raise CannotTell(f"the package holds no {name}", "give a package that plans validate can read")
    text = package.store.read(resource.path).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))


def common(name: str) -> list[dict[str, str]]:
    """Rows of `common_indicators` or `common_units`: what nearly every report has, ready to be taken into a package."""
    text = files("planspec.scan").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_vocabulary(path: Path, without: Collection[str] = ()) -> Vocabulary:
    """Vocabulary of the package at `path` and the common indicators beside it.

    `without`: indicator ids to leave out. Raises `CannotTell` where the package cannot be read.
    """
    package = open_package(path)
    units = {r["symbol_zh"]: (r["unit_id"], r["dimension"]) for r in _rows(package, "units")}
    labels: dict[str, dict[str, list[Indicator]]] = defaultdict(lambda: defaultdict(list))
    for row in common("common_units"):
        units.setdefault(row["symbol_zh"], ("", row["dimension"]))
    own = list(_rows(package, "indicators"))
    measures = {row["indicator_id"]: (row["measure"], row["dimension"]) for row in own}
    for row in [*own, *common("common_indicators")]:
        kind = (row["measure"], row["dimension"])
        if row["indicator_id"] in without or measures.get(row["indicator_id"], kind) != kind:
            continue
        indicator = Indicator(row["indicator_id"], row["name_zh"], *kind)
        for label in row["labels_zh"].split("|"):
            if len(label) >= 2:
                labels[label[:2]][label].append(indicator)
    return Vocabulary(units, {k: dict(v) for k, v in labels.items()})
