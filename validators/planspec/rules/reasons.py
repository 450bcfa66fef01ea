"""What a figure must look like for each reason to leave it out of the records: a test, never a label."""

from __future__ import annotations

import re
from functools import lru_cache

from planspec.grammar import Reading, classify, find_unsettled, read_at, read_governing
from planspec.grammar.lexicon import BEFORE, DOING, FALL
from planspec.grammar.listing import ABSTRACT, ANNOUNCED, ASSIGNED, BIG, CARRIED_OUT, FOCUS, items_before
from planspec.grammar.repeats import loops
from planspec.rules.context import Text
from planspec.rules.kinds import ADDING
from planspec.rules.words import FURTHEST

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
_GROUPS = re.compile(r"^类(?=\d)|^(?:个|大)?(?:重点)?(?:方面|领域)")
"""5类23项, 8个方面32件: the first number only groups what the second counts, whoever does it."""
_PARTIES = re.compile(r"^(?:国|省|市|区|县|地|校|岸|者|方)(?!级|直|民)")
"""中日韩三国, 市校两方: a numeral that sums up who was named takes no classifier."""
_TASKS = re.compile(r"^(?:项|个)(?:重点|主要|具体)?工作(?=[上中,。:;、]|方面)")
_LEVELS = re.compile(r"[国省市县区镇乡街村]{2,}$")
_QUOTED_NAMES = re.compile(r"^(?:个|大|项)[“‘]")
_RATES = ("%", "‰", "个百分点", "倍", "番")
"""Units of what is always reported or promised: growth and shares."""
_MORE_DOING = "完善|改善|释放|开放|提供|推行|开辟|入驻|共享|开设|荣获|受理|处分|辐射|连续|总投资|其中"
"""Besides the verbs that scanning knows: what is done to what there is, and what a number is told as a part of."""
_DOING = re.compile(f"{'|'.join(sorted(DOING, key=len, reverse=True))}|{ADDING.pattern}|{_MORE_DOING}")
_DONE = re.compile(
    "|".join((ADDING.pattern, *(word.pattern for _, word in FURTHEST), "获评|入选|荣获|获批|通车|验收|揭牌"))
)
_REACHED = tuple(w for comparator, words in BEFORE if comparator != "approx" for w in words if w != "为")
_HAD = re.compile("现有|共有|拥有|下辖|辖|境内|常住|户籍|总面积|总人口|依托")
"""Words for what a place has, whose number may end the clause; any other number there is what the clause tells."""
_WHOLE = re.compile(r"全[国省市区县镇街]$")
"""全区36所学校…: how many there are in all, whatever all of them do."""
_STOP = re.compile(r"[,。;:!?#*■]")
_JOINED = re.compile(r"[、和与及]")
_ENDED = re.compile(r"$|[,。;:!?、)]")
_LARGEST_LIST = 30
"""A text lists or announces no more than so many things; larger numbers count what there is."""
_SHORTEST_LOOP = 30
"""A text that ends with so many characters of itself again, a sentence's end among them, ends with a copy."""
_PAGE = re.compile(r"(?:http|www|QQ|ICP备|浏览|评论|点击|首页|政府网|综合2|下转|上接|版权)")
_MASKED = re.compile(r"^\d{5,}$")


def _around(text: Text, start: int, end: int) -> tuple[str, int, int]:
    """A window of compact text and the figure's place in it."""
    body = text.compact.text
    first, last = text.compact.position(start), text.compact.position(end)
    low = max(0, first - 40)
    return body[low : last + 40], first - low, last - low


@lru_cache(maxsize=16)
def _repeats(body: str) -> tuple[tuple[int, int], ...]:
    """The copies that a publishing system printed over and over, and the passage that a text ends with a second time."""
    low, high = 1, max(1, len(body))
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if body.find(body[middle:]) < middle else (middle + 1, high)
    ending = body[low:]
    tail = [(low, len(body))] if len(ending) >= _SHORTEST_LOOP and "。" in ending else []
    return (*loops(body), *tail)


def _loop(text: Text, start: int, end: int) -> bool:
    """Whether a figure stands in a passage that the publishing system printed again."""
    first, last = text.compact.position(start), text.compact.position(end)
    return any(low <= first and last <= high for low, high in _repeats(text.compact.text))


def fits(reason: str, text: Text, start: int, end: int) -> bool:
    """Whether the figure stored at `start`:`end` satisfies the predicate of `reason`.

    Each predicate looks at the words around the figure, so that a quantity cannot be filed as a date, an ordinal or a
    name. `enumeration` and `standing figure` must be quantities that the grammar reads and that no other reason names,
    the first beside what is listed or announced, the second where no word of doing, reaching or growing governs the
    number; `standing figure` may also be a numeral that names two numbers at once, of which no record could tell. Inside a
    loop a number is a copy, whatever it was at its first place.
    """
    window, first, last = _around(text, start, end)
    run, before, after = window[first:last], window[:first], window[last:]
    kind = classify(window, first, last)
    copied = _loop(text, start, end)
    if copied or reason == "loop":
        return copied and reason == "loop"
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
        told = _also(reason, before, after) or (reason == "name" and _bare(window, first, last))
        return kind == reason or (kind != "date" and told)
    if kind == "grade" and not run.isascii():
        return reason == "enumeration" and after.startswith("级") and _levels(read_at(window, first, last), before)
    reading = read_at(window, first, last)
    if reading is None:
        return reason == "standing figure" and (first, last) in find_unsettled(window)
    if kind:
        return False
    if _enumerates(reading, run, before, after):
        return reason == "enumeration"
    if reason == "enumeration":
        return _may_enumerate(reading, before, after)
    return _stands(reading, before, after, window[reading.tail :])


def _adds_up(reading: Reading | None, before: str) -> bool:
    """Whether a number equals how many items are listed right before it."""
    return reading is not None and reading.value == len(items_before(before))


def _levels(reading: Reading | None, before: str) -> bool:
    """Whether a number of levels sums up those named before it: 国家、省、市、区四级, 市县两级."""
    named = _LEVELS.search(before)
    return _adds_up(reading, before) or (
        reading is not None and named is not None and reading.value == len(named.group())
    )


def _small(reading: Reading) -> bool:
    """Whether a number is one that a text can list: whole, plain and not large."""
    return (
        reading.comparator == "eq"
        and not reading.value % 1
        and reading.value <= _LARGEST_LIST
        and reading.unit not in _RATES
    )


def _enumerates(reading: Reading, run: str, before: str, after: str) -> bool:
    """Whether a number counts what the text lists (A、B两个产业) or announces (8个方面, 聚焦六大领域).

    A numeral in characters announces also behind a verb (实施三项行动); in digits it then counts what is done.
    """
    if not _small(reading):
        return False
    if _GROUPS.match(after):
        return True
    if _adds_up(reading, before) and ABSTRACT.match(after) and not _done(_JOINED.split(after)[0]):
        return True
    worded = not run.isascii()
    if worded and (_PARTIES.match(after) or _TASKS.match(after) or _QUOTED_NAMES.match(after)):
        return True
    announced = bool(ANNOUNCED.match(after) or ASSIGNED.search(before))
    return announced and (worded or not _governed(before))


def _may_enumerate(reading: Reading, before: str, after: str) -> bool:
    """Whether a number may sum up or stand as well: 四大园区, 依托2个园区."""
    return _small(reading) and bool(BIG.match(after) or (FOCUS.search(before) and not _governed(before)))


def _stands(reading: Reading, before: str, after: str, behind: str) -> bool:
    """Whether a number says how many there are, and nothing that is done, reached or grown (全区119所学校).

    `behind` is what follows unit and comparator: a number with which its clause ends is what the clause tells.
    """
    counted = bool(reading.unit or BIG.match(after))
    if reading.comparator not in ("eq", "approx") or not counted or reading.unit in _RATES:
        return False
    near = read_governing(before[-2:], "")
    if before.endswith(_REACHED) or near.strengths or near.estimated or FALL.search(before) or _governed(before):
        return False
    if _done(after) and not _WHOLE.search(before):
        return False
    articles = reading.unit in ("条", "项") and CARRIED_OUT.search(before)
    return bool(not _ENDED.match(behind) or articles or _HAD.search(_STOP.split(before)[-1]))


def _governed(before: str) -> bool:
    """Whether a verb of doing, reaching or growing stands before the number in its clause."""
    return bool(_DOING.search(_STOP.split(before)[-1]))


def _done(after: str) -> bool:
    """Whether what is counted is started, finished, opened or honoured, unless the verb goes with a number of its own."""
    clause = _STOP.split(after)[0]
    verb = _DONE.search(clause)
    return verb is not None and not re.search(r"\d", clause[verb.end() :])


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
