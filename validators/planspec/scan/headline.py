"""The main expected targets (主要预期目标): where they stand and which goals without digits they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planspec.grammar import Statement, find_statements
from planspec.scan.layout import BREAK
from planspec.scan.sections import sentence_bounds, torn

_ANCHOR = re.compile(
    r"(?:主要)?预期(?:性)?(?:发展)?(?:目标|指标)(?:任务|指标|安排|建议)?(?:是|为|:|如下|安排)?(?=[是为:,]|[^,。;!?]{0,16}(?:生产总值|GDP|增长))"
    r"|(?:主要|发展|工作|奋斗|总体|具体|经济)(?:发展)?(?:目标|指标)(?:任务|安排)?(?:初步)?(?:建议)?(?:安排)?(?:是|为|:)"
    r"|(?:目标|指标)(?:任务|体系)?(?:初步)?(?:建议|安排|如下|具体|,)*(?:是|为|:)|预期(?=(?:全[区市县省州])?(?:地区)?生产总值)"
)
_LATER = re.compile(r"(?:今后|未来)[五三5几]年|十[二三四五六]五”?(?:时期|期间|末|规划)|到20\d\d年|远景目标")
_LATER_HEAD = re.compile(
    r"(?:今后|未来)[五三5几]年|十[一二三四五六]五(?!.{0,8}(?:开局|开好|起步|收官|圆满|新篇))|新一届政府|20\d\d年远景"
)
_LATER_AHEAD = re.compile(r"年均|到20\d\d年|末")
MACRO = re.compile(
    r"生产总值|GDP|增加值|固定资产投资|固投|工业投资|民间投资|社会消费品|社消|零售总?额|公共(?:财政)?预算|财政(?:总)?收入|预算(?:总)?收入|税收|可支配收入|居民收入|纯收入|农民收入|"
    r"就业|失业率|消费价格|CPI|物价|价格(?:总)?水平|粮食|能耗|节能|减排|降碳|碳排放|二氧化碳|污染|排放|降耗|进出口|出口|外贸|外资|到位资金|省外资金|研发|R&D|城镇化率|"
    r"自然增长率|出生率|生态环境|环境质量|空气质量|优良|PM2\.5|PM10|约束性|总产值|营业收入|市场主体|经营主体|高新技术|用水|水耗|森林覆盖|经济指标|主要指标|城乡居民|旅游|投资|"
    r"全要素|劳动生产率|经济增长|招商|脱贫|地表水|碳达峰|安全生产|环保|耕地|金融|贷款|存款|用电|人口|收入|化学需氧量|氨氮"
)
_STOP = re.compile(
    r"^[*#]*(?:实现|围绕|上述|以上|这些|这一|设定|确定|提出|安排|综合|做好|做到|落实|完成上述|达到上述|达成|为(?:了|实现|完成|确保)|加强|统筹|强化|深化|着力|深入|大力|今年(?:要|的|,)|我们|各位|重点|认真|突出|必须|要|全[市区县省州]上下|"
    r"新的一年|当前|经济增长\d|GDP增长\d|工作中|具体|总的|主要(?:考虑|基于|从)|如期|上列|在(?:具体|统筹|做好|工作|确保)|\(一\)|一、|一是|坚持|坚决|之所以|同时要|展望|做实|把)"
)
STRETCH = re.compile(
    r"(?:力争|争取|努力|尽可能|奋力|力求|尽力|并|实际工作中|实际执行中|工作中)[^,。;]{0,14}(?:更好|更高|更优|更大|更佳)(?:的)?(?:结果|成效|成果|水平|成绩|目标|增速|效果|发展|预期|突破)|跳起摸高|好于预期|力争(?:实现|达到)?两位数"
)
"""The better result strived for beside a target, without a number."""

_SPLIT = re.compile(r"[,;!?]|。(?!以[内下上])")
_NUMBERED = re.compile(r"\d")
_NOT_A_VALUE = re.compile(r"(?:20|19)\d\d年?|十[二三四五六]五|PM2\.5|PM10|R&D|\[\d+\]|“[^”]{1,8}”")

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
_TOPIC = re.compile(r"^[^,]{0,24}方面$")
"""What a group of goals is about (资源节约方面): no goal itself."""

_TOLD = re.compile(r"[^,。]{0,16}(?:指标|目标)(?:方面|是|为|:)")
"""What opens a further group of goals in so many words."""

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


@dataclass(frozen=True)
class Headline:
    """Bounds of one statement of main expected targets in `Layout.text`, and the positions of clauses that strive for more."""

    start: int
    end: int
    stretches: tuple[int, ...]


def find_headlines(text: str, year: int) -> list[Headline]:
    """Every statement of main expected targets of the plan year, in order, without overlaps."""
    found: list[Headline] = []
    for match in _ANCHOR.finditer(text):
        start = match.end()
        while start < len(text) and text[start] in "是为:：**,\n建议确定":
            start += 1
        if found and start < found[-1].end:
            continue
        stop = _sentence_end(text, start)
        if not _announces(text, match.start(), start, stop, year):
            continue
        end = _continue(text, stop)
        clauses = tuple(m.start() for m in STRETCH.finditer(text, start, end))
        found.append(Headline(start, end, clauses))
    return found


def _sentence_end(text: str, start: int) -> int:
    """End of the sentence that begins at `start`, its mark left out."""
    place = start
    while (
        place < len(text)
        and (text[place] not in "。!?" or torn(text, place))
        and not (text[place] == BREAK and text[place - 1] not in ";,:、")
    ):
        place += 1
    return place


def _announces(text: str, anchor: int, start: int, stop: int, year: int) -> bool:
    """Whether what follows an anchor is the list of this year's main targets, and not a wish or a five-year goal."""
    body = text[start:stop]
    head = body[:90]
    if len(body) < 8 or not MACRO.search(head):
        return False
    before = text[max(0, anchor - 40) : anchor].rsplit("。", maxsplit=1)[-1].rsplit(BREAK, maxsplit=1)[-1]
    named = [int(y) for y in re.findall(r"(20\d\d)年", before)]
    if _LATER.search(before) and year not in named:
        return False
    if named and max(named) < year:
        return False
    if re.search(r"未能|没有|未达|较好(?:地)?完成|完成(?:了)?[^,。]{0,12}$|实现(?:了)?$", before) and not re.search(
        r"生产总值|GDP", head[:30]
    ):
        return False
    later = re.search(r"到(20\d\d)年", head)
    if later and int(later.group(1)) > year and not re.search(r"今年|全年|\d%", before + head[: later.start()]):
        return False
    if _LATER_AHEAD.search(head[:40]) and not re.search(r"今年|全年", before):
        return False
    if not re.search(r"今年|全年|本年", before) and year not in named and _under_later(text, anchor, year):
        return False
    numbers = len(re.findall(r"\d(?:%|‰|万|个百分点)", text[start : start + 260]))
    return bool(re.search(r"生产总值|GDP|经济增长|预算收入|财政收入", body[:120])) and (
        numbers >= 2 or len(MACRO.findall(body)) >= 4
    )


def _under_later(text: str, anchor: int, year: int) -> bool:
    """Whether the last main heading before a place speaks of later years only."""
    for line in reversed(text[:anchor].split(BREAK)[-60:]):
        if re.match(r"^[#*]*[一二三四五六七八九十]{1,3}、", line) or (
            len(line) <= 40 and re.search(r"目标|工作|任务|安排", line)
        ):
            head = line[:50]
            if _LATER_HEAD.search(head) and str(year) not in head and "今年" not in head:
                return True
            if re.match(r"^[#*]*[一二三四五六七八九十]{1,3}、", line) or re.search(r"20\d\d年", head):
                return False
    return False


def _continue(text: str, stop: int) -> int:
    """End of the list: it can run over several sentences, as long as each goes on naming indicators and goals."""
    end = stop
    while end < len(text):
        first = end
        while first < len(text) and text[first] in "。!?\n":
            first += 1
        crossed = BREAK in text[end:first]
        last = _sentence_end(text, first)
        body = text[first:last].lstrip("*")
        if not body or _STOP.match(body) or not _is_goal_list(body):
            break
        if crossed and not re.match(r"^(?:——|—|[\d①-⑳●◆■]|[^,。]{2,16}(?:增长|控制在))", body):
            break
        end = last
    return end


def _is_goal_list(body: str) -> bool:
    """Whether a sentence is made of goals only: short clauses, each with an indicator and a value or a yardstick."""
    clauses = [c for c in _SPLIT.split(body) if c and not _TOPIC.search(c)]
    if not clauses or len(body) > 300 or any(len(c) > 60 and len(re.findall(r"\d(?:%|万|亿)", c)) < 2 for c in clauses):
        return False
    told = bool(_TOLD.match(body))
    goals = sum(
        1 for c in clauses if (told or MACRO.search(c)) and (re.search(r"\d", _NOT_A_VALUE.sub("", c)) or _predicate(c))
    )
    return goals >= max(1, 0.6 * len(clauses)) and bool(told or MACRO.search(clauses[0]))


def _predicate(clause: str) -> tuple[str, int, int] | None:
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


def worded_goals(text: str, headline: Headline, numbers: list[tuple[int, int]]) -> list[Goal]:
    """The goals without digits of a statement of main expected targets.

    `numbers`: bounds of the figures that are values; a clause that holds one is no goal of this kind. Coordinated
    indicators that share one yardstick are one goal with all of them in `subjects`; each yardstick of its own
    (约束性指标和环境质量改善目标) is a goal of its own.
    """
    goals: list[Goal] = []
    place = headline.start
    for piece in re.split(r"([,;!?\n]|。(?!以[内下上]))", text[headline.start : headline.end]):
        start, end = place, place + len(piece)
        place = end
        if (
            len(piece) < 4
            or _INTENT.match(piece)
            or any(start <= a < end for a, _ in numbers)
            or STRETCH.search(piece)
            or _ASIDE.match(piece)
            or _TOPIC.search(piece)
        ):
            continue
        if re.search(r"\d", _NOT_A_VALUE.sub("", piece)):
            continue
        begin = start + (len(piece) - len(piece.lstrip("*—●◆■-# ")))
        goals += _goals_of(text, begin, start + len(piece.rstrip("*")))
    return goals


def _goals_of(text: str, start: int, end: int) -> list[Goal]:
    clause = text[start:end]
    read = _predicate(clause)
    if read is None:
        return []
    comparator, first, last = read
    subjects = _coordinated(clause, comparator, first)
    own = [m for m in _OWN_YARDSTICK.finditer(clause) if m.end() > first]
    if comparator == "qualitative" and len(own) >= 2:
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


def sentence_count(text: str, headline: Headline) -> int:
    """How many sentences a statement runs over."""
    return len(sentence_bounds(text, headline.start, headline.end))
