"""What a figure must look like for each reason to leave it out of the records: a test, never a label."""

from __future__ import annotations

import re

from planspec.grammar import classify, find_unsettled, read_at
from planspec.rules.context import Text

_DATE = re.compile(
    r"^(?:年|月(?!均)|日(?!均)|[—\-~至](?:\d{1,2}|[一二三四五六七八九十]+)(?:月|日)|[./:\-]\d{1,2}[./:\-]\d{1,2}\D)"
)
_SPAN_OF_YEARS = re.compile(r"^[—–\-~至到－]\d{1,2}年")
"""The first number of 未来5至10年."""
_BARE_AFTER = re.compile(r"^[、,;。)*]")
"""What a number without a unit stands before where it is a mark or a code (国道341、108)."""
_TIME = re.compile(r"\d{4}[年/.\-](?:\d{1,2}[月/.\-])?$|\d{1,2}月$")
_HEADING_BEFORE = re.compile(r"[(第]$|^$|[。:;!”]$")
_HEADING_AFTER = re.compile(r"^(?:[、.)]|综合|版)")
_CLASSIFIER = re.compile(
    r"^(?:余|多)?(?:个|大|项|家|条|方面|类|件|处|张|种|支|所|座|级|域|者|地|区|部|国|行|项目|领域|先导|重点|赛道|细分|标志|位|名|市|本|基|届|面|形|层|期|体|道)"
)
_PAGE = re.compile(r"(?:http|www|QQ|ICP备|浏览|评论|点击|首页|政府网|综合2|下转|上接|版权)")
_MASKED = re.compile(r"^\d{5,}$")


def _around(text: Text, start: int, end: int) -> tuple[str, int, int]:
    """A window of compact text and the figure's place in it."""
    body = text.compact.text
    first, last = text.compact.position(start), text.compact.position(end)
    low = max(0, first - 40)
    return body[low : last + 40], first - low, last - low


def _loop(text: Text, start: int, end: int) -> bool:
    """Whether the passage around a figure stands earlier in the document too: the figure is in a repeat."""
    body = text.compact.text
    first, last = text.compact.position(start), text.compact.position(end)
    passage = body[max(0, first - 12) : last + 8]
    return 0 <= body.find(passage) < max(0, first - 12)


def fits(reason: str, text: Text, start: int, end: int) -> bool:
    """Whether the figure stored at `start`:`end` satisfies the predicate of `reason`.

    Each predicate looks at the words around the figure, so that a quantity cannot be filed as a date, an ordinal or a
    name. `enumeration` and `standing figure` must be quantities that the grammar reads and that no other reason names;
    `standing figure` may be a numeral that names two numbers at once, of which no record could tell.
    """
    window, first, last = _around(text, start, end)
    run, before, after = window[first:last], window[:first], window[last:]
    kind = classify(window, first, last)
    if reason == "loop":
        return _loop(text, start, end)
    if reason == "private":
        return bool(_MASKED.match(run)) and bool(re.search(r"QQ|电话|手机|微信", before[-12:]))
    if reason == "date":
        return (
            kind == "date"
            or (bool(_TIME.search(before)) and len(run) <= 2)
            or bool(_DATE.match(after) or _SPAN_OF_YEARS.match(after))
        )
    if reason == "heading":
        return bool(_HEADING_AFTER.match(after)) or (bool(_HEADING_BEFORE.search(before)) and after[:1] in "、.)综")
    if reason == "page":
        return bool(_PAGE.search(before[-30:] + after[:12]))
    if reason in ("ordinal", "rank", "grade", "threshold", "name"):
        return kind == reason or _also(reason, before, after) or (reason == "name" and _bare(window, first, last))
    if reason == "enumeration" and kind == "grade" and not run.isascii():
        return after.startswith("级")
    reading = read_at(window, first, last)
    if reading is None:
        return reason == "standing figure" and (first, last) in find_unsettled(window)
    if kind:
        return False
    counted = bool(_CLASSIFIER.match(after))
    return counted if reason == "enumeration" else reason == "standing figure" and (counted or bool(reading.unit))


def _bare(window: str, first: int, last: int) -> bool:
    """Whether a number has no unit and nothing to count behind it: a mark, a code, one of several."""
    reading = read_at(window, first, last)
    return bool(_BARE_AFTER.match(window[last:])) and (reading is None or not reading.unit)


def _also(reason: str, before: str, after: str) -> bool:
    """Readings that `classify` leaves to judgement: several reasons can be true of one number."""
    if reason == "rank":
        listed = bool(
            re.match(r"^(?:强|佳|优|甲)", after) or re.match(r"^大[^，。、]{0,12}(?:榜|品牌|人物|案例|名单)", after)
        )
        return listed or before.endswith(("第", "前", "排名", "位列", "位居"))
    if reason == "grade":
        return bool(re.match(r"^(?:[A-Z]+级?|万?吨级|(?:万)?平?米?级|级|星|亿?级|甲)", after))
    if reason == "ordinal":
        return before.endswith(("第", "届")) or bool(re.match(r"^(?:号|期|届|次|批|区)", after))
    if reason == "threshold":
        return bool(
            re.match(r"^(?:余|多)?(?:万|亿)?(?:元|岁|平方米|人|级)?(?:及)?(?:以上|以下|级|的|企业|项目|元)", after)
        ) or before.endswith(("过", "超", "超过"))
    if reason == "name":
        quoted = bool(re.search(r"[“‘][^”’]*$", before)) and bool(re.match(r"^[^“‘]*[”’]", after))
        sign = bool(re.match(r"^(?:[+·\-—]|号|路|[A-Za-z]|街|分钟|中学|中|世纪|三对三|对)", after)) or before[
            -1:
        ] in tuple("+·-/GSABKUV")
        return quoted or sign or bool(re.match(r"[a-zA-Z]", before[-1:])) or bool(re.match(r"^[一-鿿]{1,6}园", after))
    return False
