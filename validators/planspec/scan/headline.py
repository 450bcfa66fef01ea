"""The main expected targets (主要预期目标): where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planspec.scan.goals import NOT_A_VALUE, STRETCH, TOPIC, predicate
from planspec.scan.layout import BREAK
from planspec.scan.sections import torn

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
_SPLIT = re.compile(r"[,;!?]|。(?!以[内下上])")
_TOLD = re.compile(r"[^,。]{0,16}(?:指标|目标)(?:方面|是|为|:)")
"""What opens a further group of goals in so many words."""


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
    return found or _unannounced(text, year)


def _unannounced(text: str, year: int) -> list[Headline]:
    """The one sentence under a heading of this year's plan that lists goals from the gross product on, where no words announce it."""
    for match in re.finditer(r"生产总值|GDP", text):
        begin = max(text.rfind(mark, 0, match.start()) for mark in "。!?" + BREAK) + 1
        lead = text[begin : match.start()]
        if len(lead) > 60 or re.search(r"\d{1,2}(?:%|万|亿)|预计|完成|实现", lead):
            continue
        if not re.search(rf"今年|全年|{year}年", lead) or not _under_plan(text, begin, year):
            continue
        start = max(begin, *(text.rfind(mark, begin, match.start()) + 1 for mark in ",:"))
        stop = _sentence_end(text, start)
        body = text[start:stop]
        if len(re.findall(r"\d(?:%|‰|万|亿)", body)) < 4 or len(MACRO.findall(body)) < 4 or not _is_goal_list(body):
            continue
        end = _continue(text, stop)
        return [Headline(start, end, tuple(m.start() for m in STRETCH.finditer(text, start, end)))]
    return []


def _under_plan(text: str, place: int, year: int) -> bool:
    """Whether the last numbered main heading before a place opens the plan of the year."""
    for line in reversed(text[:place].split(BREAK)):
        if re.match(r"^[#*]*[一二三四五六七八九十]{1,3}、", line) and len(line) <= 50:
            named = [int(y) for y in re.findall(r"20\d\d", line)]
            ahead = year in named or ("今年" in line and not named)
            return ahead and not re.search(r"回顾|总结|过去|成就", line) and not _LATER_HEAD.search(line)
    return False


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
    clauses = [c for c in _SPLIT.split(body) if c and not TOPIC.search(c)]
    if not clauses or len(body) > 300 or any(len(c) > 60 and len(re.findall(r"\d(?:%|万|亿)", c)) < 2 for c in clauses):
        return False
    told = bool(_TOLD.match(body))
    goals = sum(
        1 for c in clauses if (told or MACRO.search(c)) and (re.search(r"\d", NOT_A_VALUE.sub("", c)) or predicate(c))
    )
    return goals >= max(1, 0.6 * len(clauses)) and bool(told or MACRO.search(clauses[0]))
