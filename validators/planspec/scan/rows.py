"""From a figure in its place to a proposed row: ledger and record in one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from planspec.canonical import plain
from planspec.grammar import find_at, find_statements, read_governing
from planspec.scan.cues import cue_of, elided_verb, governing, subject_before
from planspec.scan.figures import Figure
from planspec.scan.naming import MODAL, bare, indicator_words, trimmed
from planspec.scan.phrases import MAX_PHRASE, bounds, clause_start, joint
from planspec.scan.vocabulary import Indicator, Vocabulary

_GROWN = re.compile(
    r"(?:增长|增速|下降|降低|提高|提升|上升|增加|减少|回落|涨幅|增幅|降幅|上涨|扩大|压降)[^,;。、]{0,8}$"
)
_GAP = re.compile(r"(?:高于|低于|快于|优于|领先|超过?|高出|好于|低)[^,;。]{1,12}$")
_CONTRIBUTION = re.compile(r"(?:拉动|贡献)[^,;。]{0,20}$")
_SHARED = re.compile(
    r"(?P<subjects>[^,;。:!?\d]{2,40}?[、和与及][^,;。:!?\d]{2,30}?)(?:占比|增速|增幅)?(?P<word>均|都|各|双双|全部)(?![^,;。]{0,3}[、])[^,;。\d]{0,10}$"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
PhraseOf = Callable[[int, int], str]
_ORDER = ("binding", "ensure", "strive")


@dataclass
class Row:
    """A proposed row; every cell is text as it is written. Offsets are code points into the stored text."""

    start: int
    end: int
    printed: str
    role: str
    reason: str = ""
    district_code: str = ""
    year: str = ""
    period: str = ""
    indicator_zh: str = ""
    indicator_id: str = ""
    comparator: str = ""
    value: str = ""
    value_max: str = ""
    stretch: str = ""
    stretch_value: str = ""
    unit_zh: str = ""
    unit_id: str = ""
    strength: str = ""
    estimated: str = ""
    headline: str = ""
    scope_zh: str = ""
    stated: str = ""
    stated_start: str = ""
    stated_end: str = ""
    cue: str = ""
    confidence: str = ""


COLUMNS = tuple(f.name for f in fields(Row))


@dataclass(frozen=True)
class SideBySide:
    """What 分别 sets side by side: the names before it, and which of the numbers behind it the figure is."""

    names: tuple[str, ...]
    number: int
    numbers: int


@dataclass(frozen=True)
class Wording:
    """Phrase and cue of a record, in the sentence (bounds) and as they are kept (text)."""

    start: int
    end: int
    stated: str
    cue_start: int
    cue_end: int
    cue: str
    subjects: tuple[str, ...]
    own_words: bool
    scope: str = ""
    side_by_side: SideBySide | None = None


def measure_of(text: str, start: int, figure: Figure) -> str:
    """Measure as far as the words tell: growth_rate, share, gap, contribution, or "" for amounts and counts."""
    reading = figure.reading
    if reading is None:
        return ""
    before = text[start : figure.start]
    if reading.unit == "个百分点":
        return "contribution" if _CONTRIBUTION.search(before) else "gap" if _GAP.search(before) else "change"
    if reading.unit in ("%", "‰"):
        return (
            "growth_rate"
            if _GROWN.search(before)
            and not re.search(r"(?:提高到|提升至|提升到|提高至|率达|占比)[^,;。、]{0,3}$", before)
            else "share"
        )
    return ""


def word_row(
    text: str,
    phrase_of: PhraseOf,
    figures: list[Figure],
    index: int,
    *,
    ahead: bool,
    given: tuple[int, int] | None = None,
) -> Wording:
    """Phrase and cue of the figure at `index`.

    `phrase_of`: bounds in the sentence → the run as `stated` keeps it; `ahead`: whether strength is looked for;
    `given`: the bounds of the phrase where they are known.
    """
    start, end = given or _proving_bounds(text, phrase_of, figures, index)
    words = indicator_words(text, start, end, figures)
    runs = governing(text, start, ahead=ahead)
    own = not bare(words)
    if not own and given is None:
        subject = subject_before(text, start, figures[:index])
        if subject:
            runs.append(subject)
    verb = elided_verb(text, start, figures)
    if verb and given is None:
        runs.append(verb)
    cue_start, cue_end = cue_of(text, start, end, runs)
    cue = phrase_of(cue_start, cue_end) if cue_end > cue_start else ""
    shared = _SHARED.search(text[start : figures[index].start])
    subjects: tuple[str, ...] = ()
    if shared and shared.group("word") != "全部":
        subjects = tuple(p for p in re.split(r"[、和与及]", shared.group("subjects")) if p)
    scope = "" if given else _share_of(text, start, figures, index)
    return Wording(
        start,
        end,
        phrase_of(start, end),
        cue_start,
        cue_end,
        cue,
        subjects,
        own,
        scope,
        _side_by_side(text, start, figures, index),
    )


def _share_of(text: str, start: int, figures: list[Figure], index: int) -> str:
    """Which of the things that 分别 sets side by side the figure is for; "" where nothing is set side by side."""
    first, last = joint(text, figures, index)
    before = text[start : figures[first].start]
    if first == last or "分别" not in before:
        return ""
    subject = re.sub(r"^.*(?:拉动|带动|实现|完成)", "", before.split("分别")[0] or before.split("分别")[1])
    if "城乡" in subject and last - first == 1:
        return ("城镇", "农村")[index - first]
    pieces = [p for p in re.split(r"[、和与及]", subject) if p]
    if len(pieces) != last - first + 1:
        return ""
    return _GROWN.sub("", trimmed(MODAL.sub("", pieces[index - first])))


def _side_by_side(text: str, start: int, figures: list[Figure], index: int) -> SideBySide | None:
    """Names and numbers that 分别 pairs in order (A、B分别增长10%、15%); None where it does not."""
    first, last = joint(text, figures, index)
    before = text[min(start, clause_start(text, figures[first].start)) : figures[first].start]
    if first == last or "分别" not in before:
        return None
    names = [trimmed(MODAL.sub("", piece)) for piece in re.split(r"[、和与及]", before.split("分别")[0])]
    # A better result and the other end of a range are no numbers of their own.
    own = [n for n in range(first, last + 1) if n == first or not _bound(figures[n])]
    at = max(place for place, n in enumerate(own) if n <= index)
    return SideBySide(tuple(filter(None, names)), at, len(own))


def _bound(figure: Figure) -> bool:
    return figure.reading is not None and figure.reading.bound != "value"


def _proving_bounds(text: str, phrase_of: PhraseOf, figures: list[Figure], index: int) -> tuple[int, int]:
    """Bounds of a phrase that alone yields what the sentence says at the figure; the shortest clause where none does."""
    start, end = bounds(text, figures, index)
    figure = figures[index]
    wider = [(start, end)]
    left, right = start, end
    while left > 0 and text[left - 1] not in ",;。:!?" and end - left < MAX_PHRASE:
        left -= 1
    while right < len(text) and text[right] not in ",;。:!?" and right - start < MAX_PHRASE:
        right += 1
    wider += (
        [(start, right), (left, end)] if right - left > MAX_PHRASE else [(start, right), (left, end), (left, right)]
    )
    for first, last in wider:
        if last - first <= MAX_PHRASE and yields(phrase_of(first, last), figure.start - first, figure):
            return first, last
    return start, end


def as_phrase_says(wording: Wording, figure: Figure) -> Figure:
    """The figure with what its phrase alone says, where that differs from the sentence; a proof needs no more than the phrase."""
    place = figure.start - wording.start
    if figure.reading is None or yields(wording.stated, place, figure):
        return figure
    reading = find_at(wording.stated, place, place + figure.end - figure.start)
    if reading is None:
        return figure
    return replace(
        figure, reading=replace(figure.reading, value=reading.value, unit=reading.unit, comparator=reading.comparator)
    )


def yields(stated: str, place: int, figure: Figure) -> bool:
    """Whether the phrase alone, read at `place`, gives the figure's value, unit and comparator."""
    reading = figure.reading
    if reading is None:
        return any(s.start < place + figure.end - figure.start and place < s.end for s in find_statements(stated))
    own = find_at(stated, place, place + figure.end - figure.start)
    return own is not None and (own.value, own.unit, own.comparator) == (
        reading.value,
        reading.unit,
        reading.comparator,
    )


def year_of(text: str, place: int, role: str, year: int) -> int:
    """The year a record speaks of: the plan year, or for a result the year named before it, else the year before."""
    if role == "target":
        return year
    named = [m for m in _YEAR.finditer(text, 0, place) if int(m.group(1)) < year]
    for match in reversed(named):
        if not re.search(r"[较比同以自从]$", text[: match.start()]) and not text.startswith(
            ("以来", "的", "底"), match.end()
        ):
            return int(match.group(1))
    return year - 1


def _yardstick(wording: Wording, figure: Figure) -> str:
    """Comparator of a goal without digits, as the phrase alone says it."""
    place = figure.start - wording.start
    for statement in find_statements(wording.stated):
        if statement.start < place + figure.end - figure.start and place < statement.end:
            return statement.comparator
    return figure.comparator


def _paired(
    listed: SideBySide, whole: Indicator | None, vocabulary: Vocabulary, measure: str, unit: str
) -> Indicator | None:
    """The indicator of one of several numbers that 分别 pairs with as many names; `whole`: the one of all the words.

    None where a name that is not the figure's own is an indicator's, or may be: the words then tell another number.
    """
    named = [vocabulary.named(name, measure, unit) for name in listed.names]
    if len(named) == listed.numbers and named[listed.number]:
        return named[listed.number]
    shared = len(named) < 2 or not any(vocabulary.find(name, measure, unit) for name in listed.names)
    return whole if shared else None


def fill(
    row: Row,
    wording: Wording,
    figure: Figure,
    partners: dict[str, Decimal],
    year: int,
    vocabulary: Vocabulary,
    measure: str,
    indicator: str,
) -> None:
    """Fill the cells of a target or result. `partners`: `value`, `value_max`, `stretch_value` as far as there are."""
    says = read_governing(wording.stated, wording.cue)
    row.year = str(year)
    row.period = says.period(year)
    row.stated, row.cue = wording.stated, wording.cue
    reading = figure.reading
    row.comparator = reading.comparator if reading else _yardstick(wording, figure)
    for name in ("value", "value_max", "stretch_value"):
        if name in partners:
            setattr(row, name, plain(partners[name]))
    unit = reading.unit if reading else ""
    row.unit_zh, row.unit_id = unit, vocabulary.unit_id(unit)
    row.stretch = "true" if "stretch_value" in partners else "false"
    if row.role == "target":
        row.strength = next((s for s in _ORDER if s in says.strengths), "stated")
    row.estimated = "true" if row.role == "result" and says.estimated else "false"
    row.headline = "false"
    row.scope_zh = wording.scope
    known = vocabulary.find(wording.stated, measure, unit) or (
        vocabulary.find(wording.cue, measure, unit) if not wording.own_words else None
    )
    if wording.side_by_side:
        known = _paired(wording.side_by_side, known, vocabulary, measure, unit)
    row.indicator_id = known.indicator_id if known else ""
    row.indicator_zh = known.name_zh if known else indicator
    if wording.subjects:
        row.indicator_zh = "、".join(wording.subjects)
