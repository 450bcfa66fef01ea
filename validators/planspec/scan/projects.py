"""Investments, sizes and counts of named undertakings and of portfolios."""

from __future__ import annotations

import re

from planspec.scan.figures import Figure
from planspec.scan.places import Place
from planspec.scan.sections import FRONT, LATER, NOTES, PLAN, RESULTS

_INVESTED = re.compile(
    r"(?:总投资|计划(?:总)?投资|投资(?:总)?额|概算(?:总)?投资|估算投资|投资规模|预计投资|拟投资|计划投入)(?:额|总额|达|达到|超|超过|约|近|为|逾|过|突破|合计|共)*$"
)
_INVESTING = re.compile(
    r"(?<!完成)(?<!固定资产)(?<!工业)(?<!民间)(?<!技改)(?<!有效)(?<!产业)(?<!实际)(?<!新增)(?<!年度)(?<!房地产)(?<!农业)(?<!政府)(?<!中央)(?<!累计)投资(?:约|近|超|超过|达|过|逾)*$"
)
_SIZED = re.compile(
    r"(?:总面积|建筑面积|规划面积|占地(?:面积)?|面积|用地|全长|总长|里程|(?<![增成])长|总库容|库容|装机(?:容量|规模)?|总装机|年产(?:能|量|值)?|产能|日处理(?:能力)?|日产|年处理|年发电|处理能力|规模|设计|总规模|总建面|体量|(?<!提)高|宽|跨度|吞吐能力|"
    r"总产能|供水能力|储能|可容纳|容纳|配建|设(?:置)?(?:床位|学位))(?:约|近|超|超过|达|达到|为|逾|共)*$"
)
_POWERFUL_UNIT = re.compile(
    r"^(?:万|亿)?(?:千瓦|兆瓦|吉瓦|千瓦时|兆瓦时|吉瓦时|吨|立方米|标箱|套|台|辆|头|只|羽|吨/年|吨/日|千升|片|支|瓶|方|平方米|米)$"
)
_OUTCOME = re.compile(r"(?:新增|达到|达|超过|突破|改造|整治|修复|供应|收购|产量|出栏|总量|推广)$")
_ATTRIBUTE = re.compile(r"^(?:以上|左右|余|多)?的(?=[^,。;]{2,})")
_CAPACITY_NOUN = re.compile(
    r"^(?:级)?[^,。;、\d]{0,14}?(?:项目|工程|电站|基地|生产线|光伏|风电|风电场|机组|电厂|园区|产业园|泊位|水库|污水处理厂|水厂|高速|铁路|隧道|储能|抽水蓄能|发电|[^,。;、]{0,6}生产(?=[,、等项])|综合体|装置|中心|广场|学校|医院)"
)
_CAPACITY_UNIT = re.compile(
    r"^(?:万|亿)?(?:千瓦|兆瓦|吉瓦|千瓦时|兆瓦时|吉瓦时|吨|立方米|标箱|件|套|台|辆|平方米|亩|公里|米|张|头|只|羽|吨/年|吨/日|千升|片|支|瓶|延长米|平方公里|瓦)$"
)
_LISTED_WORK = re.compile(
    r"^(?!以上|左右|以内)[^,;。、的]{2,24}?(?:[、及和与][^,;。]{1,60}?)?等(?:(?:重点|重大|骨干)?\d+(?:个|项)[^,;。、\d]{0,10}?)?[^,;。、\d]{0,8}(?:项目|工程)"
)
"""What a capacity stands before in a list of undertakings: 23万吨铜精深加工等140个项目."""
_NAMED_BY_POWER = re.compile(r"^(?:、[^,;。]{1,40}?)?等(?:\d+(?:个|项))?(?:重点|重大)?(?:项目|工程)")
"""岱海150万千瓦、…等项目: a power station called by its power."""
_ELEMENT = re.compile(
    r"^(?:力争|力促|确保|支持|全力|积极|加快|大力|重点|推进|推动|实施|建成|建设|启动|开工|谋划|新|\(续\)|续建|完成|抓好|做好|促进|引进|争取)*(?P<name>[^\d]*)$"
)
_BEGUN = re.compile(r"(?:建成|建设|实施|推进|推动|加快|开工|投产|引进)$")
_NEIGHBOUR = re.compile(r"^[^,;。\d]{1,14}[、和及与]$")
_PORTFOLIO = re.compile(r"(?:项目|工程|平台|园区|载体)")
_GROUP_TOTAL = re.compile(
    r"^(?:以上)?(?:[^。;,、\d]{0,12}|[,、][^。;,、\d]{2,12}\d+(?:个|项)(?:以上)?)[,、]?(?:计划|年度)?(?:总投资|计划(?:总)?投资|拟投资|投资总额)(?:额|总额|达|超|约|近|为|合计)*\d"
)
_ACQUIRED = re.compile(r"引进|引入|签约|落地|招引|落户|新增|新注册|新开工|竣工|建成|投产")


def belongs_to_project(figure: Figure, place: Place, before: str, after: str, figures: list[Figure]) -> bool:
    """Whether the number is the investment, the size or the count of a named undertaking or of a portfolio."""
    reading = figure.reading
    if reading is None:
        return bool(re.match(r"^×\d", after)) and place.part not in (NOTES, FRONT)
    text = place.sentence
    tail = text[reading.tail : reading.tail + 90]
    attributive = bool(
        _ATTRIBUTE.match(text[reading.tail - 2 : reading.tail + 40].lstrip("以上左右余多")) or tail.startswith("的")
    )
    money = reading.unit.endswith(("元", "美元"))
    if reading.unit in ("%", "‰", "个百分点", "倍"):
        return False
    if re.match(r"^×\d", after) or re.search(r"\d×$", before):
        return True
    if money and (
        re.search(r"完成(?:年度)?(?:计划)?(?:总)?投资[^,。;]{0,3}$", before)
        or re.match(r"^(?:以上)?的?(?:年度)?目标", tail)
        or tail.startswith("的目标")
    ):
        return False
    if money and _INVESTED.search(before):
        group = _group_before(figure, figures, text)
        if attributive:
            return True
        if group is None and place.part == RESULTS:
            return bool(re.search(r"(?:总投资|计划投资|概算)(?:额|达|超|约|近|为)*$", before)) and not re.search(
                r"(?:引进|签约|落地|招引|谋划|新增|储备|开工|实施|推进)[^。;]{0,40}$", before
            )
        return group is None or (place.part in (PLAN, LATER) and not _acquired(text, group))
    if money and attributive and _INVESTING.search(before):
        return True
    if (
        money
        and attributive
        and re.match(r"^的[^,。;]{0,24}(?:项目|工程|基地|园)", tail)
        and not re.search(r"(?:完成|实现|达到|突破|收入|产值|营收|贷款|增长|资金)[^,。;]{0,6}$", before)
    ):
        return True
    if (
        money
        and re.match(
            r"^[^,。;、\d的]{2,16}(?:项目|工程)(?:开工|建设|落地|签约|建成|投产|落户|竣工|加快|推进|,|。|;|、)", tail
        )
        and re.search(r"投资$", before)
    ):
        return True
    if not money and _SIZED.search(before) and (attributive or _CAPACITY_NOUN.match(tail)):
        return True
    if not money and _lists_work(figure, text, before, tail, figures):
        return True
    if not money and re.search(
        r"(?:年产|日处理|日产|年处理|装机|总库容|年加工|年生产)(?:能力|规模|容量)?(?:约|近|超|达)?$", before
    ):
        return bool(re.match(r"^[^,。;]{0,20}(?:项目|工程|基地|生产线|电站|厂|线)", tail)) or attributive
    if not money and _CAPACITY_UNIT.match(reading.unit) and reading.unit != "件":
        named = _CAPACITY_NOUN.match(tail) and reading.comparator in ("eq", "ge", "approx")
        verb = re.search(
            r"(?:新增|完成|新建|改造|建成|实现|达到|改建|整治|新改建|修复|治理|提升|恢复|突破|新改扩建|铺设|打通|流转|建设|发展|种植|推广)[^,。;、\d]{0,8}$",
            before,
        )
        power = reading.unit.endswith(("千瓦", "瓦", "瓦时", "吨", "标箱", "吨/年", "吨/日", "千升"))
        if named and (power or attributive) and not (verb and not power):
            return True
        if attributive and re.match(
            r"^的[“《]?[^,。;、]{2,24}(?:项目|工程|高速|公路|铁路|大桥|隧道|园|基地|电站|线|中心|路|水库|管网|片区|街区)",
            tail,
        ):
            return True
    if (
        not money
        and reading.unit in ("个", "家", "座", "项", "条", "处")
        and _heads_portfolio(figure, text, before, tail, figures)
    ):
        return True
    if (
        place.part in (PLAN, LATER)
        and reading.unit in ("个", "项")
        and _PORTFOLIO.search(text[max(0, figure.start - 16) : reading.tail + 12])
        and _GROUP_TOTAL.match(tail)
    ):
        return not _acquired(text, figure)
    return False


def _lists_work(figure: Figure, text: str, before: str, tail: str, figures: list[Figure]) -> bool:
    """A capacity inside a list of named works: after a name (汇盛铜业23万吨…), or beside another capacity of the list."""
    reading = figure.reading
    if reading is None or not _POWERFUL_UNIT.match(reading.unit):
        return False
    if not _LISTED_WORK.match(tail) and not (reading.unit.endswith("瓦") and _NAMED_BY_POWER.match(tail)):
        return False
    element = _ELEMENT.match(re.split(r"[,;。:、]", before)[-1])
    if _BEGUN.search(before) or (
        element and len(element.group("name")) >= 2 and not _OUTCOME.search(element.group("name"))
    ):
        return True
    index = figures.index(figure)
    first = figures[index - 1].reading if index else None
    if first is None or not _NEIGHBOUR.match(text[first.tail : figure.start]):
        return False
    previous = figures[index - 1]
    head = text[max(0, previous.start - 60) : previous.start]
    return _lists_work(previous, text, head, text[first.tail : first.tail + 90], figures)


def _acquired(text: str, figure: Figure) -> bool:
    """Whether a counted group is brought in (签约, 引进): its number and its total are then goals of their own."""
    clause = re.split(r"[,;。]", text[: figure.start])[-1]
    return bool(_ACQUIRED.search(clause))


def _group_before(figure: Figure, figures: list[Figure], text: str) -> Figure | None:
    """The count of the group that a total belongs to: …项目145个、总投资475.3亿元."""
    index = figures.index(figure)
    for other in reversed(figures[:index]):
        between = text[other.end : figure.start]
        if re.search(r"[。;]", between) or len(between) > 30:
            return None
        if other.reading is not None and other.reading.unit in ("个", "项", "家", "宗", "件"):
            return other
    return None


def _heads_portfolio(figure: Figure, text: str, before: str, tail: str, figures: list[Figure]) -> bool:
    """总投资45亿元的12个重点项目: the count after an attributive investment or size."""
    if not re.search(r"的$", before) or not re.match(r"^[^,。;、]{0,14}(?:项目|工程|园|基地|载体|平台|楼宇)", tail):
        return False
    index = figures.index(figure)
    if index == 0:
        return False
    previous = figures[index - 1]
    between = text[previous.end : figure.start]
    if len(between) > 14 or previous.reading is None:
        return False
    head = text[max(0, previous.start - 16) : previous.start]
    return bool(re.search(r"投资(?:约|近|超|达|过)?$", head) or _INVESTED.search(head) or _SIZED.search(head))
