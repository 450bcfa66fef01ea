"""Counts that only sum up what a text lists or announces: enumerations."""

from __future__ import annotations

import re

from planspec.grammar.listing import ABSTRACT, ANNOUNCED, BIG, FOCUS, items_before
from planspec.scan.figures import Figure
from planspec.scan.places import Place

_UNDERTAKEN = re.compile(
    r"^[^,。;、\d]{0,8}(?:工程|项目|行动|计划|任务|措施|改革|平台|园区|试点|政策|活动|服务|产业链)"
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
        not ABSTRACT.match(text[figure.end : figure.end + 16])
        or reading is None
        or not 2 <= reading.value <= 12
        or reading.unit not in ("个", "项", "类", "条", "大", "家", "座", "所", "县", "级", "件", "处", "种", "")
    ):
        return False
    items = items_before(before)
    if len(items) != int(reading.value):
        return False
    last = items[-1]
    return len(last) <= 16 and not re.search(
        r"(?:新增|建成|完成|新建|实施|达到|共|分别|各|达|引进|获批|创建|打造|培育|建设|新开|推进|改造)$", last
    )
