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
        r"(?:继续|持续|均|稳定|稳)*(?:保持|位居|稳居|居|位列|跻身)?(?:在)?(?:全国|全省|全市|全区|同类)?(?:城市|区市)?(?:领跑(?:全国|全省|全市)?|首位|首列|第[一二三](?!季|产|时|中|个|批|次|届|期|党|医|七|实)|最高|前列|前茅|领先(?:地位|水平)?|位次)",
    ),
    (
        "relative",
        r"(?P<hedge2>略)?(?:高于|快于|低于|优于|好于|领先|跑赢)(?:或等于)?(?:全国|全省|全市|全区|省|市)(?:平均)?(?:水平|增速|平均)?",
    ),
)
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
    """Every yardstick in compact text, in order; a longer match hides the ones inside it."""
    found: list[Statement] = []
    for comparator, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not match.group():
                continue
            hedged = bool(match.groupdict().get("hedge"))
            kind = "qualitative" if comparator == "keep" and not _KEEPING.search(match.group()) else comparator
            found.append(Statement(match.start(), match.end(), kind, hedged))
    found.sort(key=lambda s: (s.start, -s.end))
    kept: list[Statement] = []
    for statement in found:
        if not kept or statement.start >= kept[-1].end:
            kept.append(statement)
    return tuple(kept)
