"""What governs a phrase: strength, period, estimate, running total, room left, distribution."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_STRIVE = re.compile(r"力争|争取|奋力|力促")
_STRETCH = re.compile(
    r"(\d[^\d、,;]{0,8}[、,;]?(?:并)?)(?:力争|争取|奋力|努力)(?=(?:实现|达到|突破|完成|增长|到)?(?:\d|更好结果))"
)
"""力争 between a target and the better result beside it governs that result, not the target."""
_ENSURE = re.compile(r"确保")
_BINDING = re.compile(r"约束性")
_ESTIMATED = re.compile(r"预计|预估|估计")
_CUMULATIVE = re.compile(r"累计")
_HEDGED = re.compile(r"(?:基本|大体|总体)(?:保持)?同步|基本实现|基本完成")
_DISTRIBUTED = re.compile(r"各(?=重点|\d|处|镇|街|园|有|自)|分别|每个|每年|均")
_MONTHS = re.compile(r"(?<!\d)(\d{1,2})(?:月)?[—\-~至](\d{1,2})月")
_BY_MONTH = re.compile(r"(?<!\d)(\d{1,2})月底?(?:前|之前)")
_LATER_YEAR = re.compile(r"(?:到|至)(20\d\d)年|(20\d\d)年底?前")


@dataclass(frozen=True)
class Governing:
    """What the governing words say; `period` is a pair of months of the record's year, a later year, or None."""

    strengths: frozenset[str]
    estimated: bool
    cumulative: bool
    hedged: bool
    distributed: bool
    months: tuple[int, int] | None
    later_year: int | None

    def period(self, year: int) -> str:
        """ISO 8601 period for a record of `year`: "" for the whole year, `2024-01/2024-11`, or a later year."""
        if self.later_year and self.later_year != year:
            return str(self.later_year)
        if self.months and self.months != (1, 12):
            first, last = self.months
            return f"{year}-{first:02d}/{year}-{last:02d}"
        return ""


_NAMED_MONTHS = (
    (re.compile(r"上半年"), (1, 6)),
    (re.compile(r"下半年"), (7, 12)),
    (re.compile(r"前三季度|[1一][—\-~至][3三]季度"), (1, 9)),
    (re.compile(r"一季度|首季"), (1, 3)),
    (re.compile(r"二季度"), (4, 6)),
)


def _months(text: str) -> tuple[int, int] | None:
    match = _MONTHS.search(text)
    if match:
        return int(match.group(1)), int(match.group(2))
    for pattern, months in _NAMED_MONTHS:
        if pattern.search(text):
            return months
    match = _BY_MONTH.search(text)
    return (1, int(match.group(1))) if match else None


@lru_cache(maxsize=1 << 16)
def read_governing(stated: str, cue: str) -> Governing:
    """Read phrase and cue together: the words may stand in either."""
    words = f"{cue}\n{stated}"
    strengths = set()
    if _STRIVE.search(_STRETCH.sub(r"\1", words)):
        strengths.add("strive")
    if _ENSURE.search(words):
        strengths.add("ensure")
    if _BINDING.search(words):
        strengths.add("binding")
    later = _LATER_YEAR.search(words)
    return Governing(
        frozenset(strengths),
        bool(_ESTIMATED.search(words)),
        bool(_CUMULATIVE.search(words)),
        bool(_HEDGED.search(words)),
        bool(_DISTRIBUTED.search(words)),
        _months(words),
        int(later.group(1) or later.group(2)) if later else None,
    )
