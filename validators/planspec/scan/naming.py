"""The words of an indicator: what a phrase measures, and what it left to the clause before."""

from __future__ import annotations

import re

from planspec.scan.figures import Figure

VERBS = [
    "新增",
    "新建",
    "新改建",
    "改扩建",
    "新改扩建",
    "改建",
    "建成",
    "建设",
    "打造",
    "培育",
    "新培育",
    "引进",
    "新引进",
    "招引",
    "新招引",
    "实施",
    "完成",
    "开展",
    "举办",
    "组织",
    "推出",
    "实现",
    "新认定",
    "认定",
    "新开工",
    "开工",
    "竣工",
    "投产",
    "改造",
    "提升",
    "更新",
    "整治",
    "治理",
    "修复",
    "创建",
    "争创",
    "申报",
    "获批",
    "获评",
    "推进",
    "推动",
    "加快",
    "落地",
    "签约",
    "发放",
    "解决",
    "办理",
    "办结",
    "化解",
    "处置",
    "盘活",
    "新开",
    "开通",
    "开行",
    "启动",
    "启用",
    "打通",
    "拓宽",
    "铺设",
    "新签约",
    "发展",
    "种植",
    "新植",
    "造林",
    "栽植",
    "压减",
    "淘汰",
    "关停",
    "清理",
    "拆除",
    "新入库",
    "入库",
    "培训",
    "帮扶",
    "救助",
    "资助",
    "吸引",
    "招募",
    "引育",
    "增加",
    "扩大",
    "布局",
    "设立",
    "组建",
    "成立",
    "认证",
    "研发",
    "发布",
    "出台",
    "制定",
    "修订",
    "落实",
    "兑现",
    "减免",
    "争取",
    "筹集",
    "筹建",
    "投入",
    "投放",
    "布设",
    "安装",
    "加装",
    "购置",
    "配备",
    "配置",
    "新辟",
    "优化",
    "调整",
    "储备",
    "谋划",
    "策划",
    "接待",
    "服务",
    "惠及",
    "覆盖",
    "带动",
    "拉动",
    "促进",
    "转移",
    "消化",
    "安置",
    "回迁",
    "交付",
    "建立",
    "深化",
    "支持",
    "扶持",
    "转化",
    "新登记",
    "净增",
    "力争",
    "确保",
    "达到",
    "突破",
    "保持",
    "稳定",
    "控制",
    "提高",
    "增长",
    "下降",
    "降低",
    "查处",
    "立案",
    "侦破",
    "破获",
    "打掉",
    "受理",
    "审结",
    "化解",
    "调解",
    "举行",
    "承办",
    "参与",
    "评选",
    "选派",
    "派出",
    "招聘",
    "选聘",
    "录用",
    "招录",
    "落户",
    "集聚",
    "汇聚",
    "聚集",
    "形成",
    "构建",
    "用好",
    "抓好",
    "办好",
    "做好",
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
