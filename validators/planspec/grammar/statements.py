"""Goals and outcomes without digits: an indicator held to a yardstick."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_KINDS = (
    ("in_step", r"(?P<hedge>基本|大体|总体)?(?:保持)?同步(?:增长|提高)?"),
    (
        "qualitative",
        r"约束性(?:指标|目标)?|全覆盖|全部(?:配备|纳入|覆盖|达标|完成)|超额完成|(?:全面|圆满)完成|动态清零|清零|只减不增|零增长|双提升|应接尽接|倍数级增长|提质增效|(?:环境质量改善|节能减排降碳)目标|目标任务|(?:降碳|减排)任务",
    ),
    (
        "keep",
        r"(?:继续|持续|均|稳定|稳)*(?:保持|位居|稳居|居|位列|跻身)?(?:在)?(?:全国|全省|全市|全区|同类)?(?:城市|区市)?(?:领跑(?:全国|全省|全市)?|首位|首列|第[一二三四五六七八九十]{1,2}(?!季|产|时|中|个|批|次|届|期|党|医|七|实|[一二三四五六七八九十])|最高|前列|前茅|领先(?:地位|水平)?|位次)",
    ),
    (
        "relative",
        r"(?P<hedge2>略)?(?:高于|快于|低于|优于|好于|领先|跑赢)(?:或等于)?(?:全国|全省|全市|全区|省|市)(?:平均)?(?:水平|增速|平均)?",
    ),
)
_WEAKER = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "relative",
            r"(?:高于|快于|低于|优于|好于|不低于|不高于|跑赢|超过|达到|领先于|领先|接近)(?:或等于)?"
            r"(?:全国|全省|全区|全市|全州|国家|省|市|自治区|省市|经济|GDP|地区生产总值|生产总值|上年|去年|国省|城镇|城乡|财政|同期|周边|平均|西部|东部|中部)[^,;。]{0,10}",
        ),
        (
            "qualitative",
            r"(?:进入|迈进|挺进|走在|处于|位列)[^,;。]{0,8}(?:第一方阵|第一梯队|中上游|上游|前列|前位|前[一二三四五六七八九十])",
        ),
        (
            "qualitative",
            r"(?:全面|全部|圆满|如期|高质量|不折不扣|超额|高标准|按时|坚决|较好)*(?:完成|达到|实现)(?=[^,;。]{0,24}(?:目标|任务|指标|要求|计划|考核|控制))",
        ),
        (
            "qualitative",
            r"保持[^,;。\d]{0,8}(?:一流|先进|较高|良好|合理|领先)(?:水平|地位|标准|状态|区间)|(?:站稳|迈上|跨上|跃上)[^,;。]{0,8}台阶|控制在[^,;。\d]{0,16}(?:以内|之内|范围内)|双提升|(?:统筹|保持|有效)?衔接|(?:促稳|稳中|稳量|扩量|稳规模|优结构|提质|提效|增效|有进){2,3}",
        ),
        (
            "qualitative",
            r"(?:保持|实现|促|稳中|稳定|持续|进一步|不断|逐步|稳步|大幅|明显|显著|全面|有所|稳|总体|合理|平稳|较快|巩固|较大)+"
            r"(?:稳定|增长|正增长|改善|提升|提高|提质|增效|改进|优化|下降|降低|向好|平稳|有进|有升|运行|好转|扩大|达标|回升|发展|增加|减少|完善|有效|进位|合理区间|区间)+",
        ),
        (
            "qualitative",
            r"稳定|同向|匹配|相适应|改善|提升|达标|提高|下降|增长|完成|实现|持平|守住|守牢|不发生|提质|提效|稳量|扩量|平衡|协调|有序|优化|发展|不反弹|可控|争先|进位|翻番|脱贫|转正|转平|"
            r"取得[^,;。]{0,6}(?:进展|突破|成效)|(?:目标|指标)?任务|(?:目标|指标)(?!根据|按|在|是|:|安排|设置)",
        ),
    )
)
"""Yardsticks that count only where a text is known to state a goal or an outcome: wishes among the main targets."""
_KEEPING = re.compile(r"保持|领跑|领先|稳|继续|持续")
"""Words that make a rank something kept; 居全市第二 alone only reports it."""
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


@dataclass(frozen=True)
class Statement:
    """A yardstick in a phrase: its characters, the comparator it stands for, and whether the wording leaves room."""

    start: int
    end: int
    comparator: str
    hedged: bool


@lru_cache(maxsize=1 << 16)
def read_statements(text: str) -> tuple[Statement, ...]:
    """`find_statements`, remembered: rules ask for the same short phrases many times."""
    return find_statements(text)


def find_statements(text: str) -> tuple[Statement, ...]:
    """Every yardstick in compact text, in order; a longer match hides the ones inside it, a plain one the weaker."""
    kept = _matches(text, _PATTERNS, [])
    for pattern in _WEAKER:
        kept = _matches(text, (pattern,), kept)
    return tuple(sorted(kept, key=lambda s: s.start))


def _matches(text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...], taken: list[Statement]) -> list[Statement]:
    found: list[Statement] = []
    for comparator, pattern in patterns:
        for match in pattern.finditer(text):
            if not match.group():
                continue
            hedged = bool(match.groupdict().get("hedge"))
            kind = "qualitative" if comparator == "keep" and not _KEEPING.search(match.group()) else comparator
            found.append(Statement(match.start(), match.end(), kind, hedged))
    found.sort(key=lambda s: (s.start, -s.end))
    kept = list(taken)
    for statement in found:
        if not any(k.start < statement.end and statement.start < k.end for k in kept):
            kept.append(statement)
    return kept
