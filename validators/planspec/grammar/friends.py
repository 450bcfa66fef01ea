"""False friends: numbers that date, order, name, rank, grade or bound a class instead of measuring."""

from __future__ import annotations

import re

from planspec.grammar.lexicon import NUMERAL_ZH, UNITS

_YEAR_AFTER = re.compile(r"(?:年|[—\-~至]\d{4}年?|[/\-.]\d{1,2}[/\-.]\d{1,2})")
_YEAR = re.compile(r"(?:19|20)[0-4]\d")
_MEASURED = re.compile("[余多万亿]|" + "|".join(re.escape(u) for u in UNITS))
_DATE_AFTER = re.compile(r"(?:月(?!均)|日(?!均)|[—\-~至](?:\d{1,2}|[一二三四五六七八九十]+)月|号前)")
_MONTH_BEFORE = re.compile(r"\d{4}[/\-.](?:\d{1,2}[/\-.])?$")
_ORDINAL_BEFORE = re.compile(r"(?:第|届|前(?=\d))$")
_ORDINAL_AFTER = re.compile(r"(?:号(?!召)|届|期(?!间|货|盼)|周年|#|路)")
_GRADE_AFTER = re.compile(r"(?:[AaＡ]+级|[AaＡ](?![A-Za-z])|(?:万|亿|千)?(?:元|吨|平米|平方米|千瓦|级|米|方)?级|星级?)")
_RANK_AFTER = re.compile(r"(?:强|佳|优(?!秀|质|势|化)|位(?!数|居民|于|列)|甲)")
_LETTERS = re.compile(r"[A-Za-z]")
_LETTER_UNITS = re.compile(r"(?:P(?![A-Za-z])|TEU|EFLOPS|PFLOPS|km|m2|t(?![A-Za-z])|kW|MW|GW)")
_AGE = re.compile(r"(?:周)?岁")
_CLASS_NOUN = (
    "项目|企业|产业|楼宇|园区|集群|工程|平台|商场|镇街?|村|街道|总部|基地|单位|主体|大县|强县|文旅项目|重点项目|工业|招商|"
    "板块|赛道|能级|规模的|级"
)
_THRESHOLD_AFTER = re.compile(rf"(?:余|多)?(?:万|亿|千万|百万|万亿)?(?:元|美元|吨|平方米|亩|人|户)?(?:及)?(?:以上|以下|级)?的?(?:{_CLASS_NOUN})")
_NAMED_AFTER = re.compile(r"(?:年(?:行动|计划|攻坚|规划|专项|一贯制)|对[一二三四五]|篇大?文章|首经济|件事(?!项))")
_QUOTED = re.compile(r"[“‘「『\"][^“”‘’「」『』\"。;]{0,24}$")
_QUOTE_END = re.compile(r"^[^“”‘’「」『』\"。;]{0,24}[”’」』\"]")


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether the number stands inside a short quotation, which makes it part of a slogan or a name."""
    return bool(_QUOTED.search(text[max(0, start - 25) : start]) and _QUOTE_END.match(text[end : end + 25]))


def classify(text: str, start: int, end: int) -> str:
    """What the number `text[start:end]` is when it is not a quantity, else "".

    Returns one of `date`, `ordinal`, `name`, `rank`, `grade`, `threshold`. Works on compact text; what follows and
    what precedes decide, never the number alone.
    """
    run, before, after = text[start:end], text[:start], text[end:]
    head, tail = before[-1:], after[:1]
    arabic = run.isascii()
    if arabic and _YEAR.fullmatch(run) and (_YEAR_AFTER.match(after) or not _MEASURED.match(after)):
        return "date"
    if arabic and "." not in run and (_DATE_AFTER.match(after) or (_MONTH_BEFORE.search(before) and not after.startswith("%"))):
        if not (head == "个" or after.startswith("月活")):
            return "date"
    if not arabic and (after.startswith(("月", "季度", "五")) and head not in ("个", "满")):
        return "date"
    if _NAMED_AFTER.match(after):
        return "name"
    if _ORDINAL_BEFORE.search(before) or _ORDINAL_AFTER.match(after):
        return "rank" if _RANK_AFTER.match(after) else "ordinal"
    if tail == "+" or head == "+" or tail == "·" or head in ("·", "-") and not after.startswith("%") and arabic and _LETTERS.search(before[-6:]):
        return "name"
    if arabic and _GRADE_AFTER.match(after):
        return "grade"
    if arabic and (_LETTERS.match(tail) and not _LETTER_UNITS.match(after)) or (head and _LETTERS.match(head)):
        return "name"
    if _RANK_AFTER.match(after) and (arabic or run in ("百", "十", "五百", "千")):
        return "rank"
    if not arabic and _GRADE_AFTER.match(after) and after[:1] not in ("元",):
        return "grade"
    if _AGE.match(after):
        return "threshold"
    if _threshold(text, start, end):
        return "threshold"
    if _quoted(text, start, end) and not re.match(r"[”’\"]?(?:以上|余)", after):
        return "name"
    return ""


def _threshold(text: str, start: int, end: int) -> bool:
    """A size class that qualifies a noun: 过亿元项目, 30亿元以上企业. The noun's own count stands elsewhere."""
    after = text[end:]
    match = _THRESHOLD_AFTER.match(after)
    if not match:
        return False
    run = text[start:end]
    bounded = bool(re.search(r"以上|以下|级", match.group())) or text[:start].endswith(("过", "超", "超过"))
    money = "元" in match.group() or "亿" in match.group() or run[-1:] in NUMERAL_ZH[-2:]
    return bounded and money
