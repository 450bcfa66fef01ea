"""Word tests of rules that read Chinese outside a quantity: stages, names, scopes."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from planspec.grammar.text import compact_text

STAGE_WORDS = {
    "plan": re.compile(r"规划|谋划|前期|论证|设计|研究|启动.*选址|编制|拟|筹"),
    "prepare": re.compile(
        r"招拍挂|手续|拆除|征收|供地|筹备|前期|招标|审批|洽谈|争取|准备|签约|环评|引进|招引|搬迁|迁址|批筹"
    ),
    "start": re.compile(r"开工|启动|动工|奠基|新开|落地|新建|新启|揭牌|成立|设立|实施|组建|投建"),
    "accelerate": re.compile(r"加快|加速|加力|全力|提速|尽快|大力"),
    "continue": re.compile(
        r"推进|推动|建设|打造|支持|依托|实施|服务|持续|深化|发挥|做|完善|抓好|促进|地上|拓展|布局|优化|建|统筹|发展|培育|开展|构建|搭建|引进|利用|争|丰富|攻关|施工|增产|扩能"
    ),
    "top_out": re.compile(r"封顶|主体完工|主体完成|主体验收|建成主体|完成.*主体|主体"),
    "complete": re.compile(r"竣工|建成|完工|完成|交付|落成|建设完|通车|贯通|验收|建好|回迁"),
    "operate": re.compile(
        r"投用|开业|投产|运营|开放|启用|运行|使用|交付|入驻|投运|达产|接待|营收|落地|亮相|通车|营业|获评|入选|稳产|满产|并网|揭牌|正式|开园|接入|客流|用好|新增|建立|拓展|设立|运用"
    ),
    "renovate": re.compile(
        r"改造|更新|修缮|提升|改建|扩容|升级|修复|整治|大中修|养护|焕|改线|改扩建|迭代|改|优化|调整"
    ),
}
"""For each stage, the words of a document that may stand for it."""

FURTHEST = (
    ({"operate", "renovate"}, re.compile(r"投用|开业|投产|运营|开放|启用|交付|投运|并网|营业")),
    ({"complete", "operate", "renovate"}, re.compile(r"竣工|建成(?!主体)|(?<!主体)完工|建好|落成")),
    ({"top_out", "complete", "operate", "renovate"}, re.compile(r"封顶|建成主体")),
    ({"start", "renovate", "top_out", "complete", "operate"}, re.compile(r"开工|动工|奠基")),
    (
        {"plan", "prepare", "accelerate", "start", "renovate", "top_out", "complete", "operate"},
        re.compile(r"加快|加速|提速|加力|尽快"),
    ),
)
"""Words that leave little doubt, from the furthest stage to the nearest, each with the stages that it allows: those at
least as far. A step before the works may be sped up too (加快引进), and a renovation may end in any (升级开放)."""
_GOVERNING_ONLY = re.compile(r"^(?:力争|争取|确保)$")


def stage_in_words(stage: str | None, stated: str | None, cue: str | None) -> bool | None:
    """Whether phrase or cue holds a word that stands for the stage, and the cue none for a stage that is further.

    False too where there is no stage although the cue holds a word for one. Null where neither speaks of one, or where the cue holds only what governs the clause (争取, 确保): the stage word then
    stands on the other side of the name, and one cue cannot hold both.
    """
    if not cue or _GOVERNING_ONLY.match(cue):
        return None
    if not stage:
        return False if any(pattern.search(cue) for pattern in STAGE_WORDS.values()) else None
    pattern = STAGE_WORDS.get(stage)
    if pattern is None:
        return None
    if any(stage not in reached and word.search(cue) for reached, word in FURTHEST):
        return False
    return bool(pattern.search(f"{cue}{stated or ''}"))


def scope_in_words(scope: str | None, stated: str | None, cue: str | None, note: str | None) -> bool | None:
    """Whether a scope rests on the words of its record: a run of two characters of it stands in phrase or cue.

    Null where there is no scope, and where a note says what it rests on: a place named in the sentence before cannot
    be in the cue.
    """
    if not scope or not stated or note:
        return None
    words = compact_text((cue or "") + (stated or ""))
    plain = compact_text(scope)
    return any(plain[i : i + 2] in words for i in range(len(plain) - 1))


def name_in_phrase(name: str, stated: str) -> bool:
    """Whether a name and its printed form are the same words: most of the shorter one runs through the longer in order.

    A completed elision (中韩 → 中韩安置区) and a corrected misprint pass; another project's name does not.
    """
    a, b = compact_text(name), compact_text(stated)
    if not a or not b:
        return False
    if a in b or b in a:
        return True
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks)
    longest = max(block.size for block in blocks)
    return common >= 0.7 * min(len(a), len(b)) and longest >= 0.5 * min(len(a), len(b))
