"""Quantities: value, unit and comparator of each figure of a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from planspec.grammar import lexicon
from planspec.grammar.friends import classify
from planspec.grammar.lexicon import AFTER, BEFORE, DIGITS_ZH, NUMERAL_ZH, POWERS, UNIT_ALIASES, UNITS

_ARABIC = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = re.compile(f"[{NUMERAL_ZH}]+")
_DOUBLING = re.compile(r"翻(?:了)?([一两三四]?)番|翻(?:了)?(?:一)?倍")
_COUNTED = re.compile(
    "(?:[一二两三四五六七八九]?千)?(?:[零〇]?[一二两三四五六七八九]?百)?(?:[零〇]?[一二两三四五六七八九]?十)?"
    "(?:(?<![百千])[一二两三四五六七八九]|[零〇][一二两三四五六七八九])?"
)
"""A numeral with the places of its digits. Not 一百五: 150 to most, 105 to some."""
_SPELT = re.compile("[零〇一二两三四五六七八九]+")
_BETWEEN = re.compile(
    "(?:[一二两三四五六七八九]千)?(?:[一二两三四五六七八九]百)?"
    "(?:[二三四五六七八九]?十(?:一二|二三|三四|四五|五六|六七|七八|八九)"
    "|(?:一两|两三|二三|三四|三五|四五|五六|六七|七八|八九|一二(?=[十百千万亿]))[十百千]?)(?:万亿|万|亿)?"
)
"""A numeral that names two numbers at once: 两三, 十七八, 二三十, 三五百, 三百四五十. Not 一二 alone (一二期) and not a plan (十三五)."""
_POWER = re.compile("(十万|百万|千万|百亿|千亿|万亿|万|亿|百|千)")
_OF_UNIT = re.compile("万亿|万|亿")
_POWER_ALONE = re.compile("[十百千]?(万亿|万|亿)")
_NO_POWER = re.compile("百(?:强|佳|姓|货|日|科|岁)|千(?:兆|帆|企)")
"""Words that begin with 百 or 千 and make no hundreds or thousands of the digits before them."""
_UNIT = re.compile("|".join(re.escape(u) for u in UNITS))
_RANGE = re.compile(r"[—–\-~−]{1,2}|至|到")
_LIST = re.compile(r"[、,和及与]")
_STRETCH = re.compile(
    r"[、,;]?(?:并)?(?:力争|争取|奋力|努力|冲刺|跳起摸高)+(?:冲刺|实现|达到|突破|完成|增长|到)?(更好结果)?"
)
_TRIGGER = re.compile(r"(?:突破|超过|超|达到|达|近|约|过|逾|破|不少于|不低于|保持|完成|上)$")
_BROKEN_PER_MILLE = re.compile(r"%。(?=以[内下上]|左右)")
"""‰ that a conversion tore into a per cent sign and a full stop."""
_SOLID_ZH = re.compile(r"[一二两三四五六七八九十]")
_AFTER_BEGINS = frozenset(word[0] for _, words in AFTER for word in words)
_BEFORE_ENDS = frozenset(word[-1] for _, words in BEFORE for word in words)
"""Characters that words of comparison begin and end with: of most figures none is near."""
_BARE_MONEY = {"亿": "亿元", "万亿": "万亿元"}
_PEOPLE = re.compile(
    r"(?:名|多|余)?(?:[一-鿿]{0,6}?)(?:群众|人口|居民|市民|职工|村民|移民|农民|学生|儿童|老人|干部|党员|退休人员|女生|儿女|网民|大军|妇女|师生)"
)
_ASIDE = re.compile(r"\([^()\d]{1,5}\)")
"""场(次)以上: a second classifier in brackets between the unit and its comparator."""
_WITHIN = ("个工作日", "工作日", "小时", "个小时", "分钟", "天")
"""Units that 内 bounds (3个工作日内); 年内 and 月内 name a period instead."""
_VISITORS = re.compile(r"(?:游客|旅客|人数|人口)[^,;。\d]{0,8}$")
_AT_LEAST = re.compile(
    r"(?:至少|最少)(?:要|再|各)?(?:完成|建成|新增|实现|培育|新建|引进|打造|创建|建设|举办|开展|落地|有|达到)$"
)
"""至少 governs the number behind one verb: 至少完成2个."""
_SHARED = re.compile(r"[、,和及与](?:下降|减少|降低)?")
_PERIOD_BEFORE = re.compile(
    r"(?:过去|今后|未来|近|这|前|后|下|的|各位代表[,,]?|^|部署|绘制|十四五”|十三五”|历时|展望|[“])$"
)
_PERIOD_AFTER = re.compile(r"年(?:来|间|的|[,,。;!]|发展|工作|的?时间|磨|奋|征|历程|之)")
_WORD_AFTER = re.compile(
    r"盘[山水大]|台[河县山子]|道[沟岔河]|家渠|里[坪堡]|门峡|棵树|面山|条沟|轮车|座以|角|层以|线城市|本院|本大学|级联动|年代"
)
_WORD_BEFORE = re.compile(r"(?:唯一|唯|统一|单一|同一|数|几|上|成)$")


@dataclass(frozen=True)
class Reading:
    """One figure of a phrase.

    `start`, `end`: the figure's own characters in the phrase; `value` in `unit` (printed unit with its power of ten,
    "" where none is printed); `bound` says which column it proves: `value`, `value_max` or `stretch_value`;
    `tail`: position just after unit and comparator.
    """

    start: int
    end: int
    value: Decimal
    unit: str
    comparator: str
    bound: str = "value"
    tail: int = 0


def parse_numeral(text: str) -> Decimal | None:
    """Value of an Arabic or Chinese numeral without 万 and 亿 (两百三十 → 230).

    None where it is not one, or names no single number (两三, 十七八, 三四五).
    """
    if _ARABIC.fullmatch(text):
        return Decimal(text)
    text = text.replace("廿", "二十")
    if not text or _BETWEEN.fullmatch(text) or (len(text) > 1 and text in "一二三四五六七八九"):
        return None
    if _COUNTED.fullmatch(text):
        total = digit = 0
        for char in text:
            if char in DIGITS_ZH:
                digit = DIGITS_ZH[char]
            else:
                total += (digit or 1) * 10 ** POWERS[char]
                digit = 0
        return Decimal(total + digit)
    if _SPELT.fullmatch(text):
        return Decimal("".join(str(DIGITS_ZH[char]) for char in text))
    return None


def _split_chinese(run: str) -> tuple[str, str]:
    """Split a Chinese numeral into coefficient and power: 百亿 → (百, 亿), 万亿 → ("", 万亿), 两万 → (两, 万)."""
    for power in ("万亿", "亿", "万"):
        if run.endswith(power):
            return run[: -len(power)], power
    return run, ""


def _unit_at(text: str, position: int) -> tuple[str, int]:
    if _BROKEN_PER_MILLE.match(text, position):
        return "‰", position + 2
    match = _UNIT.match(text, position)
    if not match or (len(match.group()) == 1 and lexicon.NO_UNIT.match(text, position)):
        return "", position
    unit = match.group()
    return UNIT_ALIASES.get(unit, unit), match.end()


def _after(text: str, position: int) -> tuple[str, int]:
    skip = position
    while skip < len(text) and text[skip] in lexicon.CLOSE_QUOTES:
        skip += 1
    aside = _ASIDE.match(text, skip)
    if aside:
        skip = aside.end()
    if text[skip : skip + 1] not in _AFTER_BEGINS:
        return "", position
    for comparator, words in AFTER:
        for word in words:
            if text.startswith(word, skip) and not (
                word == "多" and skip == position and text[skip : skip + 2] in ("多个", "多项")
            ):
                return comparator, skip + len(word)
    return "", position


def _before(text: str, position: int) -> tuple[str, int]:
    end = position
    while end > 0 and text[end - 1] in lexicon.OPEN_QUOTES:
        end -= 1
    head = text[:end]
    for comparator, words in BEFORE if head[-1:] in _BEFORE_ENDS else ():
        for word in words:
            if head.endswith(word):
                rest = head[: -len(word)]
                if word in ("过", "近", "超", "破", "约", "达", "为") and lexicon.NOT_BEFORE.search(rest):
                    continue
                if comparator == "eq" and (least := _AT_LEAST.search(head)):
                    return "ge", least.start()
                return comparator, len(rest)
    least = _AT_LEAST.search(head) if "少" in head else None
    if least:
        return "ge", least.start()
    return "", position


def _quantity(text: str, start: int, end: int) -> Reading | None:
    """Read the numeral `text[start:end]` with its surroundings; None where it is no numeral."""
    run = text[start:end]
    if _ARABIC.fullmatch(run):
        return _measured(text, start, end, Decimal(run), "")
    coefficient, power = _split_chinese(run)
    value = parse_numeral(coefficient) if coefficient else Decimal(1)
    return None if value is None else _measured(text, start, end, value, power)


def _begins_word(text: str, position: int) -> bool:
    """Whether 百 or 千 at `position` belongs to a word or a unit (千瓦, 百分点) rather than to the number before it."""
    return bool(_NO_POWER.match(text, position) or _UNIT.match(text, position))


def _measured(text: str, start: int, end: int, value: Decimal, power: str) -> Reading:
    """The reading of a numeral of this value and power: its unit, comparator and sign stand around it."""
    position, loose = end, ""
    if text[position : position + 1] in ("余", "多", "来"):
        loose, position = "approx", position + 1
    if not power:
        match = _POWER.match(text, position)
        if match and not (match.group() in ("百", "千") and _begins_word(text, match.start())):
            power, position = match.group(), match.end()
            if text[position : position + 1] in ("余", "多"):
                loose, position = "approx", position + 1
                further = _OF_UNIT.match(text, position) if power in ("百", "千") else None
                if further:
                    power, position = power + further.group(), further.end()
    base, position = _unit_at(text, position)
    if power[:1] in ("十", "百", "千"):
        value, power = value * 10 ** POWERS[power[0]], power[1:]
    unit = power + base
    if (unit == "万" and _PEOPLE.match(text, position)) or (
        unit == "万" and text[max(0, start - 12) : start].find("人次") >= 0
    ):
        unit = "万人次" if "人次" in text[max(0, start - 12) : start] else "万人"
    if unit == "万" and _VISITORS.search(text[max(0, start - 14) : start]):
        unit = "万人"
    if unit in _BARE_MONEY:
        unit = _BARE_MONEY[unit]
    after, tail = _after(text, position)
    if not after and base in _WITHIN and text.startswith("内", position):
        after, tail = "le", position + 1
    before, _ = _before(text, start)
    comparator = loose or "eq"
    if before and before != "eq":
        comparator = before
    if after and not (after == "approx" and comparator != "eq"):
        comparator = after if not (before in ("gt", "lt") and after == "ge") else comparator
    if lexicon.FALL.search(text[max(0, start - 12) : start]) or (
        before and lexicon.FALL.search(text[max(0, start - 16) : _before(text, start)[1]])
    ):
        value = -value
        comparator = lexicon.MIRRORED.get(comparator, comparator)
    return Reading(start, end, value, unit, comparator, tail=max(tail, position))


def _shares_unit(text: str, first: Reading, second: Reading) -> bool:
    """Whether what is written behind the second number serves the first: it has the same unit, its power only, or none."""
    if first.unit in ("", second.unit):
        return True
    power, whole = _POWER_ALONE.fullmatch(text, first.end, first.tail), _OF_UNIT.match(second.unit)
    return bool(power and whole and power.group(1) == whole.group())


def _raised(text: str, first: Reading, second: Reading) -> Decimal:
    """The first number with the tens, hundreds or thousands written behind the second only: 3至5千人 is 3000 to 5000."""
    run = text[second.start : second.end]
    if first.unit or first.tail != first.end or not (run.isascii() and text[first.start : first.end].isascii()):
        return first.value
    return first.value * abs(second.value / Decimal(run)) if second.value else first.value


def _link(text: str, readings: list[Reading]) -> list[Reading]:
    """Join what several numbers share: ranges, a unit written once, a better result beside the target."""
    linked = list(readings)
    for i in range(1, len(linked)):
        first, second = linked[i - 1], linked[i]
        shared = (
            first.value < 0 < second.value
            and _shares_unit(text, first, second)
            and _SHARED.fullmatch(text[first.tail : second.start])
        )
        if shared:
            comparator = lexicon.MIRRORED.get(second.comparator, second.comparator)
            linked[i] = replace(second, value=-second.value, comparator=comparator)
    for i in range(len(linked) - 2, -1, -1):
        first, second = linked[i], linked[i + 1]
        gap = text[first.tail : second.start]
        if not second.unit or not _shares_unit(text, first, second):
            continue
        ranging = _RANGE.fullmatch(gap) and not text[: first.start].endswith(("从", "由"))
        if not ranging and not _LIST.fullmatch(gap):
            continue
        first = replace(first, value=_raised(text, first, second), unit=second.unit)
        if not ranging:
            linked[i] = first
        elif first.value < 0 < -first.value < second.value:
            linked[i] = replace(first, comparator="range", bound="value_max")
            linked[i + 1] = replace(second, value=-second.value, comparator="range")
        elif first.value < second.value:
            linked[i] = replace(first, comparator="range")
            linked[i + 1] = replace(second, comparator="range", bound="value_max")
    for i in range(1, len(linked)):
        first, second = linked[i - 1], linked[i]
        gap = text[first.tail : second.start]
        if first.bound == "value" and first.unit == second.unit and _STRETCH.fullmatch(gap):
            linked[i] = replace(second, bound="stretch_value")
    return linked


def _quantifies(text: str, start: int, end: int, reading: Reading) -> bool:
    """Whether a Chinese numeral counts or measures, rather than being part of a word."""
    run = text[start:end]
    if _WORD_AFTER.match(text, end) or _WORD_BEFORE.search(text[max(0, start - 2) : start]):
        return False
    years = (
        text[end : end + 1] == "年" and run != "一" and not text[max(0, start - 2) : start].endswith(("连续", "提前"))
    )
    if years and (_PERIOD_BEFORE.search(text[max(0, start - 6) : start]) or _PERIOD_AFTER.match(text, end)):
        return False
    place_name = run == "三" and text.startswith(("元入", "元区", "元、", "元县", "台县", "台、"), end)
    if text[start - 1 : start] == "前" or place_name:
        return False
    if text[start - 1 : start] in ("第", "十", "每", "万", "千", "百", "之", "初", "周", "星") or classify(
        text, start, end
    ):
        return False
    bare = not reading.unit or reading.unit in ("万", "亿")
    if run in ("一", "百", "千", "万", "亿", "万亿", "百亿", "千亿", "十万", "百万", "千万"):
        follows = text[reading.tail - 2 : reading.tail] in ("以上", "左右", "以内") or text[end : end + 1] in (
            "余",
            "多",
        )
        if run == "一":
            return False
        return bool((_TRIGGER.search(text[:start]) and (not bare or run.endswith("亿"))) or (follows and not bare))
    return bool(_SOLID_ZH.search(run)) and not bare


@lru_cache(maxsize=1 << 16)
def read_figures(text: str) -> tuple[Reading, ...]:
    """`find_figures`, remembered: rules ask for the same short phrases many times."""
    return find_figures(text)


def find_figures(text: str) -> tuple[Reading, ...]:
    """Every quantity of a compact phrase or sentence, in order.

    Numbers that date, order, name, rank or grade (see `classify`) are left out; a Chinese numeral is read only where
    it quantifies. A comparator governs its own number only.
    """
    found: list[Reading] = []
    for match in _ARABIC.finditer(text):
        if not classify(text, *match.span()):
            reading = _quantity(text, *match.span())
            if reading:
                found.append(reading)
    for start, end in _in_words(text):
        reading = _quantity(text, start, end)
        if reading and _quantifies(text, start, end, reading):
            found.append(reading)
    for match in _DOUBLING.finditer(text):
        times = {"": 1, "一": 1, "两": 2, "三": 3, "四": 4}[match.group(1) or ""]
        found.append(Reading(*match.span(), Decimal(2**times), "倍", "eq", tail=match.end()))
    return tuple(_link(text, sorted(found, key=lambda r: r.start)))


def _in_words(text: str) -> Iterator[tuple[int, int]]:
    """Numerals in characters, wherever they stand as such."""
    doublings = list(_DOUBLING.finditer(text))
    for match in _CHINESE.finditer(text):
        if any(d.start() < match.start() < d.end() for d in doublings):
            continue
        if match.group() in ("一一", "三三", "万一", "十四五") or (
            match.start() and (text[match.start() - 1].isdigit() or text[match.start() - 1] in "余多")
        ):
            continue
        yield match.span()


def find_unsettled(text: str) -> tuple[tuple[int, int], ...]:
    """Places of the numerals that quantify but name two numbers at once (两三家, 十七八个).

    One printed figure proves one column of a record, so no record can hold both ends; nothing is read of these.
    """
    return tuple(
        (start, end)
        for start, end in _in_words(text)
        if _BETWEEN.fullmatch(run := text[start:end])
        and _quantifies(text, start, end, _measured(text, start, end, Decimal(0), _split_chinese(run)[1]))
    )


@lru_cache(maxsize=1 << 16)
def read_at(text: str, start: int, end: int) -> Reading | None:
    """`find_at`, remembered."""
    return find_at(text, start, end)


def find_at(text: str, start: int, end: int) -> Reading | None:
    """The reading of the figure that stands at `text[start:end]` and of no other; None where none can be read.

    A numeral that `find_figures` would pass over (开展百场活动) is read here, since its place is given.
    """
    for reading in read_figures(text):
        if reading.start <= start and end <= reading.end:
            return reading
    if _DOUBLING.fullmatch(text[start:end]):
        return None
    if any(m.start() <= start and end <= m.end() and _BETWEEN.fullmatch(m.group()) for m in _CHINESE.finditer(text)):
        return None
    return _quantity(text, start, end)
