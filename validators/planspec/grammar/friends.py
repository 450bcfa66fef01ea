"""False friends: numbers that date, order, name, rank, grade or bound a class instead of measuring."""

from __future__ import annotations

import re

from planspec.grammar.lexicon import NUMERAL_ZH, UNITS

_YEAR_AFTER = re.compile(r"(?:年|[—\-~至]\d{4}年?|[/\-.]\d{1,2}[/\-.]\d{1,2})")
_YEAR = re.compile(r"(?:19|20)[0-4]\d|19[5-9]\d(?=年|$)")
_NUMBERED_YEAR = re.compile(r"\d{1,2}\.20\d\d")
_MEASURED = re.compile("[余多万亿]|" + "|".join(re.escape(u) for u in UNITS))
_DATE_AFTER = re.compile(
    r"(?:月(?!均)|日(?![均产处供])|[—\-~至]\d{1,2}日|[—\-~至](?:\d{1,2}|[一二三四五六七八九十]+)月|号前)"
)
_MONTH_BEFORE = re.compile(r"\d{4}[/\-.](?:\d{1,2}[/\-.])?$")
_ORDINAL_BEFORE = re.compile(r"(?:第|届|前(?=\d))$")
_ORDINAL_AFTER = re.compile(r"(?:号(?!召)|届|期(?!间|货|盼)|周年|#|路)")
_GRADE_AFTER = re.compile(
    r"(?:[AaＡ]+级|[AaＡ](?![A-Za-z])|(?:万|亿|千)?(?:元|吨|平米|平方米|千瓦|级|米|方)?级|星级?|千伏|[kK][vV](?![A-Za-z])|英寸|蒸吨|纳米(?!级))"
)
_WATER_AFTER = re.compile(r"类(?:及其?)?(?:以上|标准)?(?:的)?(?:水|断面|海域|海水|标准|比例)")
_WATER_BEFORE = re.compile(r"(?:水质|水体|断面|水源|海域)[^,;。]{0,8}$")
_RANK_AFTER = re.compile(r"(?:强|佳|优(?!秀|质|势|化)|甲)")
_PLACE_AFTER = re.compile(r"(?:位(?!数|居民|于|列)|名(?=[,。;、]))")
_PLACE_BEFORE = re.compile(r"(?:第|居|列|排名|位次)$")
_LETTERS = re.compile(r"[A-Za-z]")
_LETTER_UNITS = re.compile(r"(?:P(?![A-Za-z])|TEU|EFLOPS|PFLOPS|km|m2|t(?![A-Za-z])|kW|MW|GW)")
_AGE = re.compile(r"(?:周)?岁")
_AGE_REACHED = re.compile(r"(?:寿命|年龄)[^,。;]{0,10}$")
_CLASS_NOUN = (
    "项目|乡镇|企业|产业|楼宇|园区|集群|工程|平台|商场|镇街?|村|街道|总部|基地|单位|主体|大县|强县|文旅项目|重点项目|工业|招商|"
    "板块|赛道|能级|规模的|级"
)
_THRESHOLD_AFTER = re.compile(
    rf"(?:余|多)?(?:万|亿|千万|百万|万亿)?(?:元|美元|吨|平方米|亩|人|户)?(?:及)?(?:以上|以下|级)?的?(?:{_CLASS_NOUN})"
)
_CLASS_AFTER = re.compile(
    r"(?:余|多)?(?:万|亿|千万|百万|万亿)?(?:元|美元)(?:及)?以上(?:的)?(?!,)[一-鿿]{1,8}?(?:项目|企业|园区|楼宇|村|集群|商圈|工程|产品|品牌|平台|镇|公司|客户)"
)
_QUALIFYING = re.compile(
    r"(?:余|多)?(?:万)?(?:亩|平方米|人|户|吨|张|千瓦|公里|米|头|蒸吨)(?:及)?以上的[一-鿿]{2,12}?(?:园区|企业|基地|村|主体|场|大户|项目|达到|占|覆盖|\d)"
)
_QUALIFYING_SIZE = re.compile(
    r"(?:万)?(?:亩|平方米|人|户|吨|张|千瓦|公里|米|头|蒸吨|座|栋|间)(?:及)?(?:以上|以下)(?:的)?"
    r"(?:(?![一-鿿]{0,9}(?:带动|惠及|新增|完成|建成|培育|引进|解决|实现|覆盖|达))[一-鿿]{2,10}?\d+(?:\.\d+)?(?:万)?(?:块|个|家|处|座|台|条|户|所|栋|宗|片|项)|(?:大型|规模|集中|连片)[一-鿿]{2}|[一-鿿]{0,6}(?:机组|锅炉))"
)
"""N 亩以上 of a noun that is counted itself, or N 人以上大型…: the size of what is counted."""
_COUNTED_CLASS = re.compile(r"(?:万|亿)?元(?:以上)?(?:企业|项目)?\d+(?:户|家|个)")
_BOUNDED = re.compile(r"(?:过|超|超过|达|上|以上)$")
_HELD_NOUN = re.compile(r"(?:亿|万)?元(?:以上)?(?:的)?(?:[一-鿿]{0,6})(?:企业|村|楼宇|园区)")
_BOUNDED_CLASS = re.compile(
    r"(?:万|亿|千万|百万)?元(?:的)?[一-鿿]{0,6}?(?:项目|企业|工程|合同|订单)(?=\d|[一-鿿]{0,2}不少于|,|、|。|;|$)"
)
"""过亿元内资项目: what is brought in, named between the bound and the noun."""
_BARE_CLASS = re.compile(r"(?:元)?(?:的)?(?:项目|乡镇|企业|园区|集群|产业(?!基地|园|链)|强镇|强村|龙头|街区|楼宇|商圈)")
_HELD_CLASS = re.compile(r"(?:营收|产值|税收|纳税|收入|主营收入|营业收入|投资|单体投资)(?:额)?(?:超过|超|过|达|上)?$")
_NAMED_AFTER = re.compile(
    r"(?:年(?:恢复|整治|建设|治理|改革|培育|创建|实施|滚动|工作|大变|见成|任务|方案|行动|计划|攻坚|规划|专项|一贯制|倍增|禁渔|禁捕|提升|综改|游击|发展|补短)|对[一二三四五]|篇大?文章|首经济|件事(?!项)|"
    r"(?:政务)?(?:服务)?(?:便民)?(?:服务)?热线|国道|省道|县道|高速|项规定|次产业|次供水|次会议|次全会|次党代会|次代表大会|位一体|位数|字诀|字方针|(?:分钟|小时|公里)(?:、[一-鿿]{1,4}\d+(?:分钟|小时|公里)){0,3}[“\"]?(?:\d{2,4}[”\"])?[一-鿿]{0,8}圈|小时过境免签|升级版)"
)
_ROAD_BEFORE = re.compile(r"(?:国道|省道|县道|国省道|热线|编号)$")
_EDITION_AFTER = re.compile(r"(?:版|升级版|时代|产业新空间|模式|示范|建设(?!用地)|系统|工程|攻坚|行动|计划|改革)")
_NOTE = re.compile(r"\[{1,2}$")
_NOTE_END = re.compile(r"^\]{1,2}")
_COUNTED = re.compile(r"(?:万)?(?:个|家|处|座|所|条|公里|户|套|人|名|场|件|台|亩|平方米)(?:以上)?[”’」』\"]")
_REACH = 80
"""How far from the number a deciding word can stand, in characters."""
_QUOTED = re.compile(r"[“‘「『\"][^“”‘’「」『』\"。;]{0,24}$")
_QUOTE_END = re.compile(r"^[^“”‘’「」『』\"。;]{0,24}[”’」』\"]")


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether the number stands inside a short quotation, which makes it part of a slogan or a name."""
    return bool(_QUOTED.search(text[max(0, start - 25) : start]) and _QUOTE_END.match(text[end : end + 25]))


def _quantity_quoted(before: str, after: str) -> bool:
    """Whether a quotation holds a counted thing of its own (“新增停车位1000个”), rather than a slogan with a number."""
    inside = re.split(r"[“‘「『\"]", before)[-1]
    return len(inside) >= 4 and bool(_COUNTED.match(after))


def classify(text: str, start: int, end: int) -> str:
    """What the number `text[start:end]` is when it is not a quantity, else "".

    Returns one of `date`, `ordinal`, `name`, `rank`, `grade`, `threshold`. Works on compact text; what follows and
    what precedes decide, never the number alone.
    """
    run, before, after = text[start:end], text[max(0, start - _REACH) : start], text[end : end + _REACH]
    head, tail = before[-1:], after[:1]
    arabic = run.isascii()
    if _NOTE.search(before) and _NOTE_END.match(after):
        return "name"
    if arabic and _NUMBERED_YEAR.fullmatch(run) and tail == "年":
        return "date"
    if (
        arabic
        and _YEAR.match(run + tail)
        and len(run) == 4
        and (_YEAR_AFTER.match(after) or not _MEASURED.match(after))
    ):
        return "date"
    if (
        arabic
        and "." not in run
        and (_DATE_AFTER.match(after) or (_MONTH_BEFORE.search(before) and not after.startswith("%")))
        and not (head == "个" or after.startswith("月活"))
    ):
        return "date"
    if not arabic and (after.startswith(("月", "季度", "五")) and head not in ("个", "满")):
        return "date"
    if _NAMED_AFTER.match(after) or (arabic and _ROAD_BEFORE.search(before)):
        return "name"
    if arabic and re.fullmatch(r"\d\.0", run) and _EDITION_AFTER.match(after):
        return "name"
    if not before.endswith("连续") and (_ORDINAL_BEFORE.search(before) or _ORDINAL_AFTER.match(after)):
        return "rank" if _RANK_AFTER.match(after) or _PLACE_AFTER.match(after) else "ordinal"
    if (
        tail == "+"
        or head == "+"
        or tail == "·"
        or (head in ("·", "-") and not after.startswith("%") and arabic and _LETTERS.search(before[-6:]))
    ):
        return "name"
    if (arabic and _GRADE_AFTER.match(after)) or _WATER_AFTER.match(after):
        return "grade"
    if after.startswith("类") and _WATER_BEFORE.search(before):
        return "grade"
    if (arabic and (_LETTERS.match(tail) and not _LETTER_UNITS.match(after))) or (head and _LETTERS.match(head)):
        return "name"
    if arabic and _PLACE_AFTER.match(after) and _PLACE_BEFORE.search(before):
        return "rank"
    if _RANK_AFTER.match(after) and (arabic or run in ("百", "十", "五百", "千")):
        return "rank"
    if not arabic and _GRADE_AFTER.match(after) and after[:1] not in ("元",):
        return "grade"
    if _AGE.match(after) and not _AGE_REACHED.search(before):
        return "threshold"
    if _threshold(text, start, end):
        return "threshold"
    if _quoted(text, start, end) and not re.match(r"[”’\"]?(?:以上|余)", after) and not _quantity_quoted(before, after):
        return "name"
    return ""


def _threshold(text: str, start: int, end: int) -> bool:
    """A size class that qualifies a noun: 过亿元项目, 30亿元以上企业. The noun's own count stands elsewhere."""
    after = text[end : end + _REACH]
    if _CLASS_AFTER.match(after):
        return True
    run = text[start:end]
    if _QUALIFYING.match(after) or _QUALIFYING_SIZE.match(after):
        return True
    if not run.isascii() and run[-1:] in "万亿" and _BARE_CLASS.match(after):
        return True
    if _BOUNDED.search(text[max(0, start - 2) : start]) and _BOUNDED_CLASS.match(after):
        return True
    if _COUNTED_CLASS.match(after) and (
        _BOUNDED.search(text[max(0, start - 2) : start]) or re.match(r".{0,2}元以上", after)
    ):
        return True
    if (
        after.startswith(("元", "亿元", "万元"))
        and _HELD_CLASS.search(text[max(0, start - 8) : start])
        and _HELD_NOUN.match(after)
    ):
        return True
    match = _THRESHOLD_AFTER.match(after)
    if not match:
        return False
    bounded = bool(re.search(r"以上|以下|级", match.group())) or text[:start].endswith(("过", "超", "超过"))
    money = "元" in match.group() or "亿" in match.group() or run[-1:] in NUMERAL_ZH[-2:]
    return bounded and money
