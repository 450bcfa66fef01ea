"""Counts that only sum up what a text lists or announces: enumerations."""

from __future__ import annotations

import re

from planspec.scan.figures import Figure
from planspec.scan.places import Place

_CL = "个|大|项|方面|类|条|件|种|张|支|家|座|处|所|批|轮|道|门|本|位|名|级|套"
ANNOUNCED = re.compile(
    rf"^(?:余|多)?(?:{_CL})?(?:重点|主要|标志性|关键|重要|核心|突出|具体|基本|不同|省级|市级|国家级|细分|优势|主导|特色|新兴|未来)*"
    r"(?:方面|领域|维度|环节|层面|层级|阶段|步骤|统筹|坚持|聚力|聚焦|导向|原则|优先|关系|抓手|着力点|体系(?!建设)|战略|目标|定位|功能|市场|中心任务|问题|特点|特征|优势|板块|方向|确保|维护|意识|自信|"
    r"转变|突破|提升年|行动|攻坚战|工程|计划|战役|任务(?!完成)|要求|能力|举措(?!落)|主题|标准(?!化)|理念|层次|梯次|梯度|需求|办法|意见|主体责任|主体|维|面|上|清单|台账|底线|红线|支柱|"
    r"先导产业|主导产业|支柱产业|优势产业|特色产业|产业链|产业集群|产业(?=[,。;、和的发加快实协提强、]|等|链|$)|集群|赛道|战略任务)"
)
FOCUS = re.compile(
    r"(?:围绕|聚焦|紧扣|瞄准|锚定|按照|坚持|突出|对照|紧盯|深耕|涵盖|覆盖|包括|分为|共|统筹|依托)[^,。;、\d]{0,10}$"
)
BIG = re.compile(r"^大(?!型|学|专|班|中|病|气|数据|棚|额|宗|道|厦|坝|桥|剧|熊猫)")
_UNDERTAKEN = re.compile(
    r"^[^,。;、\d]{0,8}(?:工程|项目|行动|计划|任务|措施|改革|平台|园区|试点|政策|活动|服务|产业链)"
)
_ABSTRACT = re.compile(
    r"^(?:大|个|项|类|条|种|级)?[^,。;、\d]{0,8}?(?:领域|产业(?!项目|园|基地)|主题|方面|市场|体系|机制|制度|方向|板块|赛道|环节|维度|主体|国家|城市|功能|品牌|文章|行动|工程|补贴|计划|战略|清单|平台|要素|关系|任务|内容|专项|措施|问题|示范|部分|标志|能力|节点|层次|园区)"
)


def enumerates(figure: Figure, place: Place, before: str, after: str) -> bool:
    """Whether a count only sums up what the text lists or announces."""
    reading = figure.reading
    if reading is None or reading.value > 30 or reading.comparator != "eq" or reading.value % 1:
        return False
    unit = reading.unit
    text = place.sentence
    tail = text[reading.tail : reading.tail + 24]
    if figure.kind == "digits" and re.match(r"^(?:个|项|件)[^,。;、]{0,6}问题", after):
        return False
    if figure.kind == "digits" and before.endswith("等") and _UNDERTAKEN.match(after):
        return False
    if unit in ("", "个", "项", "类", "条", "件", "种", "张", "支", "级", "面", "层", "道", "轮", "批", "大"):
        if BIG.match(after):
            return True
        counted = after if unit else tail
        if ANNOUNCED.match(counted) and not re.search(
            r"(?:新增|建成|完成|新建|办理|解决|破解|开展|打造|培育|建设|发布|出台|推出)[^,。;、]{0,6}$", before
        ):
            return True
        if ANNOUNCED.match(counted) and figure.kind == "numeral":
            return True
    if (
        figure.kind == "numeral"
        and reading.unit in ("个", "项", "类", "级", "方面", "大", "条", "张", "种", "面", "轮")
        and FOCUS.search(before)
    ):
        return True
    if (
        FOCUS.search(before)
        and unit in ("个", "项", "类", "条", "大")
        and re.search(r"(?:围绕|聚焦|紧扣|瞄准|锚定|按照|坚持|对照)[^,。;、\d]{0,8}$", before)
    ):
        return True
    return _sums_up(text, figure, before)


def _sums_up(text: str, figure: Figure, before: str) -> bool:
    """A、B两个…, A、B、C3个…: the count equals the items listed directly before it, and no 等 leaves the list open."""
    reading = figure.reading
    if (
        not _ABSTRACT.match(text[figure.end : figure.end + 16])
        or reading is None
        or not 2 <= reading.value <= 12
        or reading.unit not in ("个", "项", "类", "条", "大", "家", "座", "所", "县", "级", "件", "处", "种", "")
    ):
        return False
    run = re.split(r"[,。;:!?]", before)[-1]
    if run.endswith(("等", "等等")) or not re.search(r"[、和与及]", run):
        return False
    if re.search(r"\d", run):
        return False
    items = [p for p in re.split(r"[、和与及]|以及", run) if p]
    if len(items) != int(reading.value):
        return False
    last = items[-1]
    return len(last) <= 16 and not re.search(
        r"(?:新增|建成|完成|新建|实施|达到|共|分别|各|达|引进|获批|创建|打造|培育|建设|新开|推进|改造)$", last
    )
