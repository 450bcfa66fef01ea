"""Goals without digits inside the main expected targets: which words carry them, and for which indicators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from planspec.grammar import Statement, find_statements

STRETCH = re.compile(
    r"(?:力争|争取|努力|尽可能|奋力|力求|尽力|并|实际工作中|实际执行中|工作中)[^,。;]{0,14}(?:更好|更高|更优|更大|更佳)(?:的)?(?:结果|成效|成果|水平|成绩|目标|增速|效果|发展|预期|突破)|跳起摸高|好于预期|力争(?:实现|达到)?两位数"
)
"""The better result strived for beside a target, without a number."""

NOT_A_VALUE = re.compile(r"(?:20|19)\d\d年?|十[二三四五六]五|PM2\.5|PM10|R&D|\[\d+\]|“[^”]{1,8}”")

_ORDER = ("in_step", "relative", "keep", "qualitative")
_CORE = re.compile(
    r"同步|首位|首列|第一方阵|第一梯队|第[一二三四五六七八九十]{1,2}|最高|前列|前茅|领先|领跑|位次|中上游|上游|前位|约束性(?:指标|目标|任务)?"
)
"""The word that stands for a yardstick in the ledger, where a longer run was matched."""

_NOUN = re.compile(
    r"能耗|节能|减排|降碳|排放|污染|环境|环保|安全生产|面积|产量|收入|投资|进出口|出口|外资|消费|就业|总额|增加值|物价|生态|降耗|用水|生产总值|强度|碳|增速|比重|水质|空气"
)
_OWN_YARDSTICK = re.compile(r"(?P<word>[^,;。、和与及]{2,20}?(?:目标|指标|任务)+)")
_INTENT = re.compile(r"^(?:锚定|坚持|围绕|按照|聚焦|对标|立足|紧扣)")
_ASIDE = re.compile(r"^[^,]*(?:基础上|前提下|实际工作中|的同时)$")
TOPIC = re.compile(r"^[^,]{0,24}方面$")
"""What a group of goals is about (资源节约方面): no goal itself."""

_JOIN = re.compile(r"[、和与及]")


@dataclass(frozen=True)
class Goal:
    """A goal without digits inside the main expected targets; positions in `Layout.text`.

    `start`:`end` are the words that carry the yardstick; `first`:`last` the phrase; `subjects` the coordinated
    indicators (empty where there is one).
    """

    start: int
    end: int
    comparator: str
    first: int
    last: int
    subjects: tuple[str, ...]


def predicate(clause: str) -> tuple[str, int, int] | None:
    """Comparator and place of the words that make a clause a goal; None where nothing does."""
    found = find_statements(clause)
    if not found:
        return None
    binding = [s for s in found if clause.startswith("约束性", s.start)]
    best = min(
        binding or found,
        key=lambda s: (_ORDER.index(s.comparator), _rank(clause, s), s.start if _rank(clause, s) == 0 else -s.start),
    )
    core = _CORE.search(clause, best.start, best.end) if best.comparator != "relative" else None
    return (best.comparator, *(core.span() if core else (best.start, best.end)))


def _rank(clause: str, statement: Statement) -> int:
    """Among qualitative words: 完成 and the like first, the last wish after them."""
    return 0 if re.search(r"完成|控制在|达到|约束性", clause[statement.start : statement.end]) else 1


def worded_goals(text: str, first: int, last: int, numbers: list[tuple[int, int]]) -> list[Goal]:
    """The goals without digits in the part `first`:`last` of a statement of main expected targets.

    `numbers`: bounds of the figures that are values; a clause that holds one is no goal of this kind. Coordinated
    indicators that share one yardstick are one goal with all of them in `subjects`; each yardstick of its own
    (约束性指标和环境质量改善目标) is a goal of its own.
    """
    goals: list[Goal] = []
    place = first
    for piece in re.split(r"([,;!?\n]|。(?!以[内下上]))", text[first:last]):
        start, end = place, place + len(piece)
        place = end
        if (
            len(piece) < 4
            or _INTENT.match(piece)
            or any(start <= a < end for a, _ in numbers)
            or STRETCH.search(piece)
            or _ASIDE.match(piece)
            or TOPIC.search(piece)
        ):
            continue
        if re.search(r"\d", NOT_A_VALUE.sub("", piece)):
            continue
        begin = start + (len(piece) - len(piece.lstrip("*—●◆■-# ")))
        goals += _goals_of(text, begin, start + len(piece.rstrip("*")))
    return goals


def _goals_of(text: str, start: int, end: int) -> list[Goal]:
    clause = text[start:end]
    read = predicate(clause)
    if read is None:
        return []
    pieces = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^、]+", clause)]
    if len(pieces) > 1 and all(_stands_alone(text[a:b], last=b == end) for a, b in pieces):
        return [goal for a, b in pieces for goal in _goals_of(text, a, b)]
    comparator, first, last = read
    subjects = _coordinated(clause, comparator, first)
    own = [m for m in _OWN_YARDSTICK.finditer(clause) if m.end() > first]
    joined = all(_JOIN.fullmatch(clause[a.end() : b.start()]) for a, b in pairwise(own))
    if comparator == "qualitative" and len(own) >= 2 and joined:
        return [
            Goal(
                start + (m.start() if n else first),
                start + (m.end() if n else last),
                comparator,
                start if not n else start + m.start(),
                start + m.end(),
                (),
            )
            for n, m in enumerate(own)
        ]
    return [Goal(start + first, start + last, comparator, start, end, tuple(subjects))]


def _stands_alone(piece: str, *, last: bool) -> bool:
    """Whether a piece of a clause names an indicator and holds it to a yardstick of its own (收入增速保持全省领先)."""
    read = predicate(piece)
    return read is not None and bool(_NOUN.search(piece)) and (last or read[0] != "qualitative")


def _coordinated(clause: str, comparator: str, first: int) -> list[str]:
    """Indicators that share one yardstick (A、B与经济增长同步): each of them; empty where there is one."""
    subject = clause[:first]
    if comparator == "in_step":
        subject = re.sub(r"(?:与|和|同|跟|及)[^与和同跟及]*$", "", subject)
    if comparator == "qualitative" and not _NOUN.search(subject):
        subject = re.sub(r"^.*?(?:完成|达到|实现)", "", clause)
        subject = re.sub(r"(?:等)?约束性(?:指标|目标|任务).*$", "", subject)
        subject = re.sub(r"^.*?(?:下达|确定|规定|分解|要求|上级)的?", "", subject)
    subject = re.sub(r"^(?:确保|力争|努力|同时|并|继续|保持)", "", subject)
    pieces = [p for p in _JOIN.split(subject) if p]
    if len(pieces) < 2 or not all(_NOUN.search(p) for p in pieces):
        return []
    return pieces
