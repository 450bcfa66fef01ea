"""The parts of a report and its sentences: what looks back, what looks ahead, what is frame.

A report has a front, results of last year, the plan of this one, sometimes goals of later years, and notes. Headings
say so; where there are none (a newspaper's digest), the years and turns of speech that begin sentences do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from planspec.scan.layout import BREAK, Layout

FRONT, RESULTS, PLAN, LATER, NOTES, FRAME = "front", "results", "plan", "later", "notes", "frame"

_TOP = re.compile(r"^[#*]*(?:第[一二三四五六七八九十]+(?:部分|章|节)|[一二三四五六七八九十]{1,3}、)")
_SUB = re.compile(r"^[#*]*(?:\([一二三四五六七八九十]{1,3}\)|\d{1,2}[.、]|[一二三四五六七八九十]{1,3}是)")
_BRACKETED = re.compile(r"^[#*]*\([一二三四五六七八九十]{1,3}\)")
"""A heading below the numbered ones: where those say which part begins, it opens none."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|(?=[,,!。]|$))")
_BACK = re.compile(
    r"回顾|过去[一五]年|[上去]一?年[^度]|总结|主要成就|取得的成绩|感恩前行|完成情况|发展情况|成效是|主要做了"
)
_LATER = re.compile(
    r"(?:今后|未来)(?:五|5|三|几)年|新一届政府|“?十[二三四五六]五”?(?:时期|规划|期间)?.{0,14}(?:目标|要求|思路|任务|发展|蓝图)"
)
_AHEAD = re.compile(
    r"今年|工作安排|重点(?:工作|任务)|主要工作|目标(?:任务|要求)|总体要求|预期目标|主要(?:任务|目标)|工作(?:的)?(?:建议|部署|打算|思路|重点)|"
    r"自身建设|(?:满意|服务型|法治|实干|有为|廉洁).{0,6}政府|政府(?:建设|治理|效能)|民生(?:实事|项目)|为民办实事|实事(?:项目|清单)|突出抓好|重点抓好|重点做好"
)
_NOTES = re.compile(
    r"^[#*\-]*(?:附[录件]?[一二三\d]*[::]?)?(?:《?[^,。]{0,12}报告》?)?(?:中)?(?:有关|相关|部分)?(?:内容|情况)?(?:的)?(?:名词|术语|用语|词语|缩略语|概念|情况)*(?:名词|术语|用语|词语|缩略语|解释|注释|注解|说明|释义)"
)
_NOTES_SHORT = re.compile(r"^[#*\-]*(?:附[录件]?[一二三\d]*[::]?)?(?:注[释解]?|说明|名词解释)[::]?[#*\-]*$")
_ATTACHED = re.compile(r"^[#*\-]*附[录件][一二三\d]*[::]?[#*\-]*$")
_GREETING = re.compile(r"各位(?:代表|委员)|现在,?我?代表")
_FRAME = re.compile(
    r"当前位置|首页>|浏览次?[数::]|点击(?:数|量|次数)|发布(?:时间|日期)[::]|来源[::]|字体[::]|打印本页|责任编辑|责编|版权所有|主办单位|承办单位|ICP备|公网安备|网站标识码|技术支持|索引号|扫一扫|分享到|上一篇|下一篇|免责声明|免责申明|相关评论|WAP|手机版|联系电话|(?<!国)字号[::【\[]|内容摘要|网\d{0,4}$"
)
_PAGE = re.compile(r"^[—\-–·\s]*(?:第?\d{1,3}页?(?:/共?\d{1,3}页?)?)[—\-–·\s]*$")
_ENDS = "。!?"
_CLOSE = "”’」』)】"
_BEGINS_BACK = re.compile(r"^[#*]*(?:过去(?:的)?(?:一|五)年|一年来|五年来|去年|上年|刚刚过去|回顾(?:过去|20))")
_BEGINS_AHEAD = re.compile(r"^[#*]*(?:今年|新的一年|进入|接下来|下一步|下步|将|明年)")


@dataclass(frozen=True)
class Sentence:
    """A sentence in `Layout.text`: bounds, the part it stands in, the paragraph it belongs to, and whether headings say so."""

    start: int
    end: int
    part: str
    paragraph: int
    certain: bool
    heading: bool


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of `Layout.text` (without its break)."""

    start: int
    end: int


def paragraphs(text: str) -> list[Paragraph]:
    """Paragraphs in order; empty ones are left out."""
    found = []
    start = 0
    for piece in text.split(BREAK):
        if piece:
            found.append(Paragraph(start, start + len(piece)))
        start += len(piece) + 1
    return found


def torn(text: str, place: int) -> bool:
    """Whether the full stop at `place` is a piece of a torn ‰ (8.8%。以内) and ends nothing."""
    return (
        text[place] == "。"
        and text[place - 1 : place] == "%"
        and text.startswith(("以内", "以下", "以上", "左右"), place + 1)
    )


def sentence_bounds(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of a paragraph; a closing quote or bracket belongs to the sentence it ends."""
    bounds = []
    first = start
    place = start
    while place < end:
        if text[place] in _ENDS and not torn(text, place):
            place += 1
            while place < end and text[place] in _CLOSE:
                place += 1
            bounds.append((first, place))
            first = place
        else:
            place += 1
    if first < end:
        bounds.append((first, end))
    return bounds


def plan_year(text: str, year: int) -> int:
    """The plan year that the text itself speaks of: `year`, unless headings and greeting plainly name the next one."""
    heads = []
    for paragraph in paragraphs(text):
        line = text[paragraph.start : min(paragraph.end, paragraph.start + 40)]
        if (
            (_TOP.match(line) or paragraph.end - paragraph.start <= 30)
            and _AHEAD.search(line)
            and not _BACK.search(line)
        ):
            heads += [int(y) for y in _YEAR.findall(line)]
    if heads and year not in heads and year + 1 in heads:
        return year + 1
    return year


def _heading(line: str, year: int, whole: bool) -> str:
    """The part a heading opens; "" where it does not say."""
    if whole and (_NOTES_SHORT.match(line) or (len(line) <= 30 and _NOTES.match(line))):
        return NOTES
    years = [int(y) for y in _YEAR.findall(line)]
    if _BACK.search(line) or (years and max(years) < year):
        return RESULTS
    if year in years:
        return LATER if _LATER.search(line) and not _AHEAD.search(line) else PLAN
    if _LATER.search(line):
        return LATER
    return PLAN if _AHEAD.search(line) else ""


def _turn(line: str, year: int) -> str:
    """What the beginning of a sentence says about time, in texts without headings; "" where it says nothing."""
    head = line[:14]
    named = re.search(
        r"(?:^|[,:。#*—])(?:回顾|进入|展望|在)?(?:[一-鿿]{2,4}[区市县])?((?:19|20)\d\d)年(?:[,来]|[一-鿿]{2,4}[区市县]|的?工作|是|全[年区市])",
        line[:60],
    )
    if named:
        return RESULTS if int(named.group(1)) < year else PLAN
    if _BEGINS_BACK.match(head):
        return RESULTS
    if _BEGINS_AHEAD.match(head) or re.search(r"预期目标|(?:区|市|县)将", line[:40]):
        return PLAN
    return ""


def read_sentences(layout: Layout, year: int, headlines: list[tuple[int, int]]) -> list[Sentence]:
    """All sentences in order with the part each stands in.

    `headlines`: bounds of the main expected targets of the plan year; what follows them is plan, and in a report with
    headings what precedes the first of them and no heading claims is results.
    """
    text = layout.text
    blocks = paragraphs(text)
    known = _known_parts(text, blocks, year)
    headed = sum(1 for k in known if k in (RESULTS, PLAN)) >= 2 or (RESULTS in known)
    found: list[Sentence] = []
    listed = ""
    part = FRONT if any(_GREETING.search(text[b.start : b.end]) for b in blocks[:12]) else ""
    for index, block in enumerate(blocks):
        line = text[block.start : block.end]
        if known[index]:
            part = known[index]
        elif part == FRONT and _GREETING.search(line):
            part = RESULTS if headed else ""
        if part == NOTES or listed:
            listed = _listed_deeds(line, year, listed) if (not known[index] or part == NOTES) else ""
        if _framed(text, block, index, len(blocks)):
            found.append(Sentence(block.start, block.end, FRAME, index, certain=True, heading=False))
            continue
        short = bool(known[index]) or _TOP.match(line) or _SUB.match(line) or line.startswith("#")
        cuts = sorted({c for pair in headlines for c in pair if block.start < c < block.end})
        for start, end in _cut(sentence_bounds(text, block.start, block.end), cuts):
            if any(first <= start < last for first, last in headlines):
                part = PLAN
            elif not headed and part not in (FRONT, NOTES):
                part = _turn(text[start:end], year) or (part if part else PLAN)
            heading = bool(short) and start == block.start and end == block.end and end - start <= 60
            found.append(Sentence(start, end, listed or part or PLAN, index, certain=headed, heading=heading))
    return found


def _listed_deeds(line: str, year: int, before: str) -> str:
    """Among the notes, a list of the year's projects for the people (民生实事) is plan or results; "" elsewhere."""
    match = re.match(r"^(?:\d{1,2}[.、．])?(?:\d{1,2}\.)?(20\d\d)年[^,。:]{0,12}实事", line)
    if match:
        return RESULTS if int(match.group(1)) < year or "完成" in line[:30] else PLAN
    if before and re.match(r"^(?:[①-⑳]|\(\d{1,2}\))", line):
        return before
    return ""


def _cut(bounds: list[tuple[int, int]], cuts: list[int]) -> list[tuple[int, int]]:
    """Bounds split at the given places, so that no sentence lies half inside the main expected targets."""
    pieces = []
    for start, end in bounds:
        places = [start, *(c for c in cuts if start < c < end), end]
        pieces += list(pairwise(places))
    return pieces


def _known_parts(text: str, blocks: list[Paragraph], year: int) -> list[str]:
    """For each paragraph the part it opens, by its heading; "" where it opens none."""
    known = []
    inside_notes = False
    seen_plan = False
    opened = {
        _heading(re.sub(r"[*#]", "", text[b.start : b.end])[:44], year, whole=False)
        for b in blocks
        if _TOP.match(text[b.start : b.end])
    }
    numbered = {RESULTS, PLAN} <= opened
    for index, block in enumerate(blocks):
        whole = text[block.start : block.end]
        line = re.sub(r"[*#]", "", whole)[:44]
        short = len(whole) <= 46 and not whole.rstrip("*").endswith(("。", ";"))
        kind = ""
        if _TOP.match(whole) or short:
            kind = _heading(line, year, short)
        if _ATTACHED.match(whole):
            kind = NOTES
            following = [text[b.start : b.end] for b in blocks[index + 1 : index + 3]]
            if following and not _NOTES.match(following[0]) and _AHEAD.search(following[0]):
                kind = PLAN
        if kind in (RESULTS, PLAN, LATER) and numbered and _BRACKETED.match(whole):
            kind = ""
        if kind and not _TOP.match(whole) and kind not in (NOTES,) and not _plain_heading(whole):
            kind = kind if kind == RESULTS and re.search(r"回顾", whole) and not seen_plan else ""
        if inside_notes and kind in (RESULTS, LATER):
            kind = ""
        if kind == PLAN and inside_notes and not re.search(r"实事|清单", whole):
            kind = ""
        inside_notes = kind == NOTES or (inside_notes and kind in ("", NOTES))
        seen_plan = seen_plan or kind == PLAN
        known.append(kind)
    return known


def _plain_heading(line: str) -> bool:
    """A heading without a number (2022年工作回顾): short, no comma, no verb of its own."""
    body = line.strip("*#-")
    return (
        len(body) <= 26
        and not re.search(r"[,。;:!]", body[:-1])
        and bool(re.search(r"回顾|安排|目标|任务|建议|重点|工作|建设|政府|实事|清单|\d{4}$", body))
    )


def _framed(text: str, block: Paragraph, index: int, count: int) -> bool:
    """Whether a paragraph is web page or printed page, not report."""
    line = text[block.start : block.end]
    if _PAGE.match(line):
        return True
    near_edge = index < 12 or index > count - 12
    return near_edge and len(line) <= 400 and bool(_FRAME.search(line))
