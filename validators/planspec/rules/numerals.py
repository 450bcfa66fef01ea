"""Numbers in running text, English and Chinese, as values that can be compared."""

from __future__ import annotations

import re
from functools import lru_cache

from planspec.grammar.quantity import parse_numeral

_ARABIC = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?(?: (hundred|thousand|million|billion|trillion))?")
_POWERS_EN = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_MIXED = re.compile(r"(\d+(?:\.\d+)?)([十百千万亿]*)")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千]+")
_POWER = re.compile(r"[百千]?[万亿]+")
_POWERS_ZH = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}


def english_numbers(text: str) -> set[float]:
    """Numbers written in digits: `30,000-Tonne` → 30000, `CNY 3 billion` → 3e9; a digit inside a word is no number."""
    found = set()
    for match in _ARABIC.finditer(text):
        if not re.search(r"[A-Za-z]$", text[: match.start()]):
            found.add(float(match.group(1).replace(",", "")) * _POWERS_EN.get(match.group(2) or "", 1.0))
    return found


def _power(text: str) -> float:
    value = 1.0
    for char in text:
        value *= _POWERS_ZH[char]
    return value


@lru_cache(maxsize=1 << 14)
def chinese_numbers(text: str) -> frozenset[float]:
    """Every reading of the numbers in Chinese text: 3万 → 3 and 30000, 十四五 → 14, 5, …, 亿元 → 1e8."""
    found: set[float] = set()
    for match in _MIXED.finditer(text):
        found |= {float(match.group(1)), float(match.group(1)) * _power(match.group(2))}
    for run in _CHINESE.findall(text):
        for i in range(len(run)):
            for j in range(i + 1, len(run) + 1):
                value = parse_numeral(run[i:j])
                if value is not None:
                    found.add(float(value))
    powers = {_power(p) for p in _POWER.findall(text)}
    return frozenset(found) | powers | {n * p for n in list(found) for p in powers}
