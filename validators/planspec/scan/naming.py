"""The words of an indicator: what a phrase measures, and what it left to the clause before."""

from __future__ import annotations

import re

from planspec.grammar.lexicon import DOING
from planspec.scan.figures import Figure

VERBS = [
    *DOING,
    "力争",
    "确保",
    "支持",
    "服务",
    "深化",
    "推动",
    "促进",
    "发展",
    "落实",
    "兑现",
    "稳定",
    "控制",
    "参与",
    "用好",
    "抓好",
    "做好",
    "构建",
    "形成",
    "保持",
    "覆盖",
    "调整",
]
VERB = re.compile("|".join(sorted(VERBS, key=lambda v: -len(v))))
GROWTH = re.compile(
    r"(?:同比|比上年|较上年|年均|平均|同口径|可比|名义|实际|累计|分别|均|预计|按|力争|确保|再|又)*"
    r"(?:(?<!自然)增长(?!点|极)|增速|下降|提高|提升(?!工程|行动)|上升|增加(?!值)|减少|降低|回落|涨幅|增幅|降幅|上涨|扩大|压降|缩小|削减)(?:率|幅度)?"
)
MODAL = re.compile(
    r"力争|争取|确保|预计|全年|今年|年内|同比|比上年|较上年|累计|分别|达到|实现|突破|超过|保持在|保持|控制在|稳定在|维持在|完成|不低于|不少于|不超过|继续|持续|总计|合计|进一步|其中|提高到|提升到|提升至|"
    r"提高至|增加到|增至|降至|降到|下降到|扩大到|达成|同口径"
)
_LOOSE = "达超约近共均为在过到至将要再已逾仅就也又还并且和与的了各都按以"
_GROWN = re.compile(r"(?:增长|增速|涨幅|增幅|下降|降低|减少|提高|提升|上升|削减|上涨)[^一-鿿]*$")


def indicator_words(text: str, start: int, end: int, figures: list[Figure]) -> str:
    """What is measured, from the phrase: its words without number, unit, comparator and modal verbs."""
    words = list(text[start:end])
    for figure in figures:
        if figure.start >= start and figure.end <= end and figure.reading is not None:
            for place in range(figure.start - start, min(figure.reading.tail, end) - start):
                words[place] = " "
    joined = "".join(words)
    growth = bool(_GROWN.search(re.sub(r"[\s、和与及]", "", joined)))
    pieces = [trimmed(piece) for piece in re.split(r"\s+", MODAL.sub(" ", GROWTH.sub(" ", joined)))]
    name = "".join(p for p in pieces if p)
    if name.count("“") != name.count("”") or name.count("(") != name.count(")"):
        name = re.sub(r"[“”‘’()]", "", name)
    return name + "增长率" if growth and name and not name.endswith("率") else name


def trimmed(piece: str) -> str:
    """A run of words without the particles and marks at its ends."""
    return piece.strip(",、;:“”‘’《》()*—-" + _LOOSE)


def bare(words: str) -> bool:
    """Whether a phrase names no indicator of its own (同比增长, 达到, 总量)."""
    rest = re.sub(r"增长率$", "", words)
    rest = re.sub(
        r"(?:高于|低于|快于|优于|领先|超过|高出)(?:全国|全省|全市|全区|全州|省|市|国家|上年|去年|预期)*(?:平均)?(?:水平|增速|目标)?",
        "",
        rest,
    )
    rest = VERB.sub("", rest)
    return len(re.sub(r"[^一-鿿A-Za-z]", "", rest)) < 2 or rest in (
        "总量",
        "总额",
        "规模",
        "总数",
        "增速",
        "数量",
        "产值",
        "营收",
        "增加值",
        "销售额",
        "投入强度",
        "销量",
        "产量",
        "总产值",
        "交易额",
        "占比",
        "比重",
        "占全",
        "总规模",
        "同口径",
        "人均",
        "年度",
        "面积",
    )
