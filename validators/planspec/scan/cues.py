"""What governs a phrase from outside: strength, estimate, period, distribution, and words a list wrote once."""

from __future__ import annotations

import re

from planspec.scan.figures import Figure
from planspec.scan.naming import GROWTH, VERB, bare, indicator_words
from planspec.scan.phrases import MAX_PHRASE, clause_start

_GOVERN = re.compile(
    r"力争|争取|奋力|力促|确保|预计|预估|估计|累计|\d{1,2}[—\-~至]\d{1,2}月|前三季度|上半年|下半年|[一二三四]季度|(?:到|至)20\d\d年(?:底|末)?|20\d\d年底?前|分别"
)
_TAIL = re.compile(r"(?:达到|达|实现|突破|超过|超|完成|为|约|近|保持|在|同比|力争|预计|共|逾|分别|均)+$")
"""Verbs and particles between an indicator and its number."""
_STRENGTH = re.compile(r"力争|争取|奋力|力促|确保")
_ADDING = re.compile(
    r"^(?:再|全年|年内)?(?:新增|新建|新培育|新引进|新引育|新升规|新认定|新开工|新签约|培育|引进|招引|引育|获批|净增|签约|落地|认定|转化)"
)
_OTHER_TIME = re.compile(r"(?:\d{1,2}月|上半年|下半年|年底|年内|全年|力争年|到20\d\d年)")
_BETTER = re.compile(r"^[^,;。]{0,8}更[好高优大佳]")
_STRIVEN = re.compile(r"^(?:全年|年内|再|早日|尽快)?(?:实现|达到|完成|突破|新增|引进|培育|建成|创建|打造|使|让|到)")
_WINNING = re.compile(r"^(?:更多|上级|中央|国家|省级|专项|资金|政策|支持|各类|预算|超长期|列入|纳入)")
_MAIN_VERB = re.compile(
    r"(?:并|同时|大力|深入|持续|积极|加快|着力|全面|扎实|切实|有序|稳步|进一步|继续)*(?:推动|推进|实现|开展|建设|新建|打造|培育|引进|招引|实施|完成|举办|组织|推出|加强|强化|深化|优化|提升|促进|支持|落实|建立|健全|"
    r"构建|发展|做优|做强|做大|新增|新引进|新培育|争创|创建|启动|加大|加快|扩大|抓好|用好|办好|规范|推行|探索|引导|鼓励|改造|整治|治理|盘活|发放|保障|解决|建成|巩固|拓展|激发|壮大|聚焦|围绕|依托|突出|坚持|统筹|严格|全力|继续|持续|确保|力争|争取|让|使|把|对|以|为|在)"
)


def subject_before(text: str, start: int, figures: list[Figure]) -> tuple[int, int] | None:
    """Words of the indicator in an earlier clause of the sentence, for a phrase that names none; None where there are none."""
    place = start
    for _ in range(4):
        while place > 0 and text[place - 1] in ",;、:":
            place -= 1
        first = clause_start(text, place)
        if first >= place:
            return None
        clause = text[first:place]
        inside = [f for f in figures if first <= f.start < place and f.reading is not None]
        stop = inside[0].start if inside else place
        words = text[first:stop]
        match = GROWTH.search(words)
        cut = first + (match.start() if match and match.start() > 2 else len(words))
        cut = first + len(_TAIL.sub("", text[first:cut]))
        head = re.match(r"^(?:力争|确保|预计|全年|今年|年内|其中|[*—]|累计|完成|实现)*", clause)
        begin = first + (head.end() if head else 0)
        if cut - begin >= 2 and not bare(indicator_words(text, begin, cut, [])):
            return begin, min(cut, begin + MAX_PHRASE)
        place = first
    return None


def governing(text: str, start: int, *, ahead: bool) -> list[tuple[int, int]]:
    """Places of words outside the phrase that govern it: strength (for what looks ahead), estimate, period, distribution."""
    found: list[tuple[int, int]] = []
    strength = _strength_over(text, start)
    if ahead and strength:
        found.append(strength)
    clause = clause_start(text, start)
    for match in _GOVERN.finditer(text, 0, start):
        if _STRENGTH.match(match.group()):
            continue
        word = match.group()
        if word == "分别" or word.startswith("累计"):
            if match.start() >= clause:
                found.append(match.span())
        elif word.startswith("预"):
            if _reaches(text, match.end(), start) and _same_estimate(text, match.end(), start):
                found.append(match.span())
        elif _OTHER_TIME.match(text, start) and "," in text[match.end() : start]:
            continue
        elif not re.search(r"[;]", text[match.end() : start]) and (not ahead or _reaches(text, match.end(), start)):
            found.append(match.span())
    return found


def _reaches(text: str, first: int, last: int) -> bool:
    """Whether words between a governing word and the phrase are coordinated clauses without a main verb of their own."""
    clauses = re.split(r"[,;]", text[first:last])
    if len(clauses) > 1 and len(clauses[0]) >= 2 and not clauses[-1] and _MAIN_VERB.match(text, last):
        return False
    return all(not _MAIN_VERB.match(c) and not _OTHER_TIME.match(c) for c in clauses[1:]) and len(clauses) <= 8


def _same_estimate(text: str, first: int, start: int) -> bool:
    """Whether 预计 reaches a phrase: in its own clause, or over clauses that grow in the same way; not over a semicolon."""
    between = text[first:start]
    if "," not in between and ";" not in between:
        return True
    if ";" in between or re.search(r"[一-鿿]$", text[first - 3 : first - 2]):
        return False
    own = re.split(r"[,;。]", text[start : start + MAX_PHRASE])[0]
    return not re.search(r"完成|突破|实现|同步", own)


def _strength_over(text: str, start: int) -> tuple[int, int] | None:
    """The 力争 or 确保 that governs a phrase: in its own clause, or before it with no new main verb between.

    One that follows a subject of its own (网络零售额力争增长10%) governs that subject only, and 争取 crosses a comma only
    where a verb follows it (争取实现…), since alone it means to win something.
    """
    for match in reversed(list(_STRENGTH.finditer(text, 0, start))):
        between = text[match.end() : start]
        if re.search(r"[。!?]", between):
            return None
        if (not between and match.end() < start) or between[:1] in (",", ";", "、", ":") or _BETTER.match(between):
            continue
        crosses = bool(re.search(r"[,;]", between))
        if crosses and match.group() == "争取" and not _STRIVEN.match(between):
            continue
        if crosses and _has_subject(text, match.start()):
            return None
        if match.group() == "争取" and _WINNING.match(between) and crosses:
            continue
        clauses = [*re.split(r"[,;]", between)]
        last = clauses.pop() + text[start : start + 8] if len(clauses) > 1 else ""
        adding = bool(_ADDING.match(between))
        passed = [c for c in (*clauses[1:], last) if c and _MAIN_VERB.match(c) and not (adding and _ADDING.match(c))]
        return None if passed else match.span()
    return None


def _has_subject(text: str, place: int) -> bool:
    """Whether a clause names what it speaks of before the governing word at `place`."""
    words = text[clause_start(text, place) : place]
    words = re.sub(
        r"^(?:并|同时|其中|全年|年内|今年|通过[^,]*|到20\d\d年|[^,]{0,12}工作中|尽可能|努力|积极)+", "", words
    )
    return len(words) >= 3 and not VERB.match(words)


def elided_verb(text: str, start: int, figures: list[Figure]) -> tuple[int, int] | None:
    """The verb that a list wrote once (新培育A6家、B30家), for an item without one; None where the item has its own."""
    if start == 0 or text[start - 1] not in "、和及与":
        return None
    if VERB.match(text[start : start + 4]):
        return None
    first = clause_start(text, start - 1)
    if not any(first <= f.start < start for f in figures):
        return None
    match = VERB.search(text[first:start])
    if match and match.start() <= 6:
        return first + match.start(), first + match.end()
    return None


def cue_of(text: str, start: int, end: int, runs: list[tuple[int, int]]) -> tuple[int, int]:
    """One run that holds as many of `runs` (first ones first) as fit into 60 characters beside the phrase."""
    kept: tuple[int, int] | None = None
    for first, last in runs:
        if last > start and first < end:
            continue
        low, high = (first, last) if kept is None else (min(first, kept[0]), max(last, kept[1]))
        if high - low <= MAX_PHRASE and not (low < end and start < high) and not re.search(r"[。!?]", text[low:high]):
            kept = (low, high)
    return kept or (start, start)
