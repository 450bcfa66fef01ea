"""The phrase that carries a figure: the clause from the words it measures to its comparator."""

from __future__ import annotations

import re

from planspec.scan.figures import Figure
from planspec.scan.naming import MODAL, VERB

MAX_PHRASE = 60
_LEADING = "、和及与 ”’*—-#·" + "".join(map(chr, range(0x2460, 0x2474)))
_STOPS = ",;:。!?()\n"
_NUMBER = re.compile(r"\d")
_JOINT = re.compile(r"^(?:以上|以下|以内|左右|余|多)?[、,和及与或](?:和|与)?(?:下降|减少|降低|增长|提高|提升)?$")
_COUNTED = re.compile(
    r"^(?:个|家|项|件|条|处|所|座|栋|幢|套|间|张|辆|台|部|架|艘|只|支|批|场|次|节|门|份|例|宗|起|种|类|对|组|片|块|株|名|位|人|户|村|镇|岁|公里|万?平方米|万?亩|万?千瓦|班|列|期|款)$"
)


def clause_start(text: str, place: int) -> int:
    """Start of the clause that ends at `place`; a short bracket without a number is part of it (市(区)5个)."""
    while place > 0:
        char = text[place - 1]
        if char == ")":
            opened = text.rfind("(", max(0, place - 18), place)
            if opened < 0 or _NUMBER.search(text, opened, place):
                return place
            place = opened
        elif char in _STOPS:
            return place
        else:
            place -= 1
    return place


def _joint_with(text: str, figures: list[Figure], index: int) -> int:
    """Index of the first figure of the joint list (9.16、1.25个百分点; 8%和10%) that the figure at `index` belongs to."""
    while index > 0:
        first, second = figures[index - 1], figures[index]
        if first.reading is None or second.reading is None:
            break
        gap = text[first.end : second.start]
        rest = text[first.reading.tail : second.start] if first.reading.tail <= second.start else gap
        linked = second.reading.bound in ("value_max", "stretch_value")
        if not linked and not (
            _JOINT.match(rest) and first.reading.unit == second.reading.unit and not re.search(r"[,]", rest)
        ):
            break
        index -= 1
    return index


def _joint_until(text: str, figures: list[Figure], index: int) -> int:
    """Index of the last figure of the joint list, where the unit is written once or a bound follows."""
    while index + 1 < len(figures):
        if _joint_with(text, figures[: index + 2], index + 1) > index:
            break
        index += 1
    return index


def joint(text: str, figures: list[Figure], index: int) -> tuple[int, int]:
    """Indexes of the first and the last figure of the joint list that the figure at `index` belongs to."""
    return _joint_with(text, figures, index), _joint_until(text, figures, index)


def bounds(text: str, figures: list[Figure], index: int) -> tuple[int, int]:
    """Bounds of the phrase of the figure at `index`: its clause from the words it measures to its comparator."""
    figure = figures[index]
    head, last = joint(text, figures, index)
    shared = head != index or last != index
    start = clause_start(text, figures[head].start)
    own = figures[head]
    for other in figures[:head]:
        if other.start >= start and other.reading is not None:
            comma = _list_break(text, max(other.reading.tail, other.end), own.start)
            if comma is not None:
                start = comma
    while start < own.start and text[start] in _LEADING:
        start += 1
    reading = figures[last].reading if shared else figure.reading
    end = max(figure.end, reading.tail if reading else figure.end)
    if not shared or last == index:
        end = _with_noun(text, figures, last, end, start)
    if end - start > MAX_PHRASE:
        start = _shorten(text, start, own.start, end)
    if end - start > MAX_PHRASE:
        start, end = figure.start, min(end, figure.start + MAX_PHRASE)
    return start, end


def _list_break(text: str, first: int, last: int) -> int | None:
    """Where the item of a list begins after an earlier figure: behind the last 、 or right after a unit that closes it."""
    between = text[first:last]
    mark = max(between.find("、"), -1)
    if mark >= 0:
        return first + mark + 1
    match = re.match(r"^(?:以上|以下|以内|左右|余|多)?(?:和|与|及|以及|的)?", between)
    return first + (match.end() if match else 0)


def _with_noun(text: str, figures: list[Figure], index: int, end: int, start: int) -> int:
    """End of the phrase where the counted noun follows its number (60个项目竣工)."""
    figure = figures[index]
    if figure.reading is None or not _COUNTED.match(figure.reading.unit):
        return end
    stop = end
    limit = figures[index + 1].start if index + 1 < len(figures) else len(text)
    while stop < limit and text[stop] not in _STOPS and text[stop] != "、":
        stop += 1
    noun = text[end:stop]
    if not noun or re.match(r"^[”’)]*$", noun):
        return end
    before = text[start : figure.start]
    if stop == limit and limit < len(text) and stop - end > 12:
        return end
    if len(noun) + end - start > MAX_PHRASE:
        noun = noun[: MAX_PHRASE - (end - start)]
        stop = end + len(noun)
    rest = MODAL.sub("", VERB.sub("", before))
    return stop if len(rest) < 3 or not re.match(r"^(?:、|和|以上)", noun) else end


def _shorten(text: str, start: int, figure: int, end: int) -> int:
    """A later start of a phrase that is too long, at a word boundary that keeps the words next to the number."""
    lowest = end - MAX_PHRASE
    for match in re.finditer(r"、|等|的|”|以及|和|与", text[lowest:figure]):
        place = lowest + match.end()
        if figure - place >= 4:
            return place
    return max(lowest, start)
