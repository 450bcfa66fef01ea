"""Every figure of a sentence: runs of digits, numerals that quantify, goals without digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planspec.grammar import Reading, classify, find_figures, find_unsettled

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_WORDS = re.compile(
    r"(?P<in_step>(?:与|和|同|跟)[^,;。:]{2,16}?(?:基本|大体|总体)?(?:保持)?(?:基本)?(?P<in_step_word>同步)(?!推进|实施|建设|开展|规划|发力|部署|抓))"
    r"|(?P<keep>(?:全国|全省|全市|全区|全州|全球|世界|西部|中部|东部|东北|西北|同类[^,;。]{0,4}|副省级[^,;。]{0,4}|[一-鿿]{1,3}省|[一-鿿]{2,3}市)(?:[^,;。、\d]{0,4})?"
    r"(?P<keep_word>第[一二三四五六七八九十]{1,2}|首位|榜首|前列|领先|最高|领跑)(?=[,。;、)名位]|$))"
    r"|(?P<keep2>(?:持续|继续|保持)(?P<keep2_word>领跑|领先)(?=全国|全省|全市|全区))"
    r"|(?P<beat>(?P<beat_word>跑赢(?:全[国省市区]|大势|大盘)))"
    r"|(?P<over>(?P<over_word>超额完成)(?=[^,;。]{0,12}(?:任务|目标|计划)))"
    r"|(?P<binding>(?P<binding_word>约束性指标))"
    r"|(?P<cover>(?<![“健])(?P<cover_word>全覆盖|动态清零|应接尽接)(?=[,。;、)]|$))"
)
_COMPARATORS = {
    "in_step": "in_step",
    "keep": "keep",
    "keep2": "keep",
    "beat": "relative",
    "over": "qualitative",
    "binding": "qualitative",
    "cover": "qualitative",
}


@dataclass(frozen=True)
class Figure:
    """One figure; positions in the sentence it was found in.

    `kind`: `digits`, `numeral` or `words`; `reading` is None where the number is no quantity, `reason` then says what
    it is (see `planspec.grammar.classify`; `standing figure` where it names two numbers at once), or is "" where nothing
    could be told; `comparator` is set for `words`.
    """

    start: int
    end: int
    kind: str
    reading: Reading | None
    reason: str = ""
    comparator: str = ""


def figures_in(sentence: str) -> list[Figure]:
    """Figures of a sentence in order; every run of digits is among them exactly once."""
    readings = {r.start: r for r in find_figures(sentence)}
    found: list[Figure] = []
    covered: list[tuple[int, int]] = []
    for match in _DIGITS.finditer(sentence):
        start, end = match.span()
        reading = readings.pop(start, None)
        found.append(Figure(start, end, "digits", reading, "" if reading else classify(sentence, start, end)))
        covered.append((start, end))
    for start, reading in readings.items():
        if any(a < reading.end and start < b for a, b in covered):
            continue
        found.append(Figure(start, reading.end, "numeral", reading))
    found += [Figure(*place, "numeral", None, "standing figure") for place in find_unsettled(sentence)]
    found += _class_numerals(sentence, found)
    found.sort(key=lambda f: f.start)
    return found


_CLASS = re.compile(
    r"[一二两三四五六七八九]?[十百千]?(?:[十百千万]?亿|[十百千]万)(?=元?(?:以上|级|的)?[一-鿿]{0,6}(?:项目|企业|产业|园区|集群|楼宇|镇|村|平台|级))|(?<![一二三四五六七八九第双])百(?=强)|(?<![一二两三四五六七八九数几多])[百千万](?=(?:亩|人|头|吨|平方米)(?:及)?以上)"
)


_LISTED = re.compile(
    r"(?<![一二三四五六七八九十百千万第“\"双])(?:[二两三四五六七八九]|十[一二三四]?)(?=大(?!以来|和|精神|报告|召开|胜利|型|学|专|班|中|病|气|数据|棚|额|宗|道|厦|坝|桥|连|峡|沟|街|同|庆|理|洼|王|山|河|湖|岭|寨|庄|屯)[一-鿿“]|国(?=政府|领导|关系|元首|人民|共|[,。;、])|级(?:平台|联动|书记|体系|网络|梯队|干部|河长|林长|医院|政府|联创|便民))"
)


def _class_numerals(sentence: str, found: list[Figure]) -> list[Figure]:
    """Numerals that bound a class (过亿元项目, 百亿级产业, 百强企业): printed figures, though no quantities."""
    more = []
    for match in _CLASS.finditer(sentence):
        start, end = match.span()
        if (
            any(f.start < end and start < f.end for f in found)
            or sentence[start - 1 : start].isdigit()
            or sentence[start - 1 : start] in "多余几数"
        ):
            continue
        reason = classify(sentence, start, end)
        if reason in ("threshold", "grade", "rank"):
            more.append(Figure(start, end, "numeral", None, reason))
    for match in _LISTED.finditer(sentence):
        start, end = match.span()
        if not any(f.start < end and start < f.end for f in found) and classify(sentence, start, end) == "":
            more.append(Figure(start, end, "numeral", None, "enumeration"))
    return more


def words_in(sentence: str) -> list[Figure]:
    """Yardsticks without digits outside the main expected targets: in step, a rank kept, full coverage."""
    found = []
    for match in _WORDS.finditer(sentence):
        name = next(n for n in _COMPARATORS if match.group(n))
        start, end = match.span(f"{name}_word")
        found.append(Figure(start, end, "words", None, "", _COMPARATORS[name]))
    return found
