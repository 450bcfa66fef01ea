"""Scan a report: every figure as a proposed ledger row and record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from planspec.grammar.repeats import loops
from planspec.grammar.text import compact_text
from planspec.scan.confidence import confidence
from planspec.scan.figures import Figure, figures_in, words_in
from planspec.scan.goals import STRETCH, worded_goals
from planspec.scan.headline import Headline, find_headlines
from planspec.scan.layout import Layout, lay_out
from planspec.scan.naming import indicator_words
from planspec.scan.phrases import MAX_PHRASE, joint
from planspec.scan.places import Place
from planspec.scan.roles import role_of
from planspec.scan.rows import Row, as_phrase_says, fill, measure_of, word_row, year_of
from planspec.scan.sections import FRAME, FRONT, NOTES, Sentence, plan_year, read_sentences
from planspec.scan.vocabulary import Vocabulary


@dataclass(frozen=True)
class Scan:
    """Rows of a report in the order of their offsets, and the stored bounds of its main expected targets."""

    rows: list[Row]
    headlines: list[tuple[int, int]]
    year: int


def scan(stored: str, district_code: str, year: int, vocabulary: Vocabulary) -> Scan:
    """Propose a row for every figure of `stored` (newlines raw).

    `district_code`: any GB/T 2260 code; `year`: the plan year. Every run of digits stands in exactly one row; offsets
    are code points into `stored`. Nothing is remembered between calls.
    """
    layout = lay_out(stored)
    spoken = plan_year(layout.text, year)
    headlines = find_headlines(layout.text, spoken)
    reader = _Reader(layout, district_code, year, spoken, headlines, vocabulary)
    rows: list[Row] = []
    last = -1
    for sentence in read_sentences(layout, spoken, [(h.start, h.end) for h in headlines]):
        rows += reader.read(sentence, first=sentence.paragraph != last)
        last = sentence.paragraph
    copies = [layout.span(a, b) for a, b in loops(layout.text)]
    rows = [_copy(r) if any(a <= r.start < b for a, b in copies) else r for r in rows]
    rows.sort(key=lambda r: (r.start, r.end))
    return Scan(rows, [layout.span(h.start, h.end) for h in headlines if h.end > h.start], year)


def _copy(row: Row) -> Row:
    """The row of a figure inside a looping passage: context, whatever it says."""
    return Row(row.start, row.end, row.printed, "context", "loop", row.district_code, confidence="0.95")


class _Reader:
    """Reads sentence by sentence; holds what is the same for all of them."""

    def __init__(
        self,
        layout: Layout,
        district_code: str,
        year: int,
        spoken: int,
        headlines: list[Headline],
        vocabulary: Vocabulary,
    ) -> None:
        self.layout, self.district_code, self.year, self.spoken = layout, district_code, year, spoken
        self.headlines, self.vocabulary = headlines, vocabulary

    def read(self, sentence: Sentence, *, first: bool) -> list[Row]:
        """Rows of one sentence."""
        text = self.layout.text[sentence.start : sentence.end]
        headline = next((h for h in self.headlines if h.start <= sentence.start < h.end), None)
        figures = figures_in(text)
        spans: dict[int, tuple[int, int, tuple[str, ...]]] = {}
        if headline is not None:
            values = [(sentence.start + f.start, sentence.start + f.end) for f in figures if f.reading is not None]
            low, high = max(headline.start, sentence.start), min(headline.end, sentence.end)
            for goal in worded_goals(self.layout.text, low, high, values):
                at = goal.start - sentence.start
                figures.append(Figure(at, goal.end - sentence.start, "words", None, "", goal.comparator))
                spans[at] = (goal.first - sentence.start, goal.last - sentence.start, goal.subjects)
        elif sentence.part not in (FRONT, NOTES, FRAME) and not sentence.heading:
            figures += [w for w in words_in(text) if not any(f.start < w.end and w.start < f.end for f in figures)]
        figures.sort(key=lambda f: f.start)
        rows = []
        for index, figure in enumerate(figures):
            place = Place(
                text, sentence.part, sentence.heading, self.spoken, headline is not None, sentence.certain, first
            )
            role, reason = role_of(figure, place, figures)
            row = self._ledger_row(sentence, figure, role, reason)
            if role in ("target", "result"):
                self._record(row, sentence, text, figures, index, headline, spans)
            else:
                row.confidence = confidence(
                    figure,
                    role,
                    reason,
                    headline=False,
                    certain=sentence.certain,
                    own_words=True,
                    bare_unit=False,
                    long=False,
                )
                if role in ("project", "initiative"):
                    self._attribute(row, text, sentence, figures, index)
            rows.append(row)
        return rows

    def _ledger_row(self, sentence: Sentence, figure: Figure, role: str, reason: str) -> Row:
        start, end = self.layout.span(sentence.start + figure.start, sentence.start + figure.end)
        printed = compact_text(self.layout.stored[start:end])
        return Row(start, end, "*" * len(printed) if reason == "private" else printed, role, reason, self.district_code)

    def _phrase(self, sentence: Sentence) -> Callable[[int, int], str]:
        return lambda start, end: (
            self.layout.phrase(sentence.start + start, sentence.start + end) if end > start else ""
        )

    def _record(
        self,
        row: Row,
        sentence: Sentence,
        text: str,
        figures: list[Figure],
        index: int,
        headline: Headline | None,
        spans: dict[int, tuple[int, int, tuple[str, ...]]],
    ) -> None:
        figure = figures[index]
        ahead = row.role == "target"
        given: tuple[int, int] | None = None
        subjects: tuple[str, ...] = ()
        if figure.start in spans and figure.kind == "words":
            first, last, subjects = spans[figure.start]
            first = max(first, figure.end - MAX_PHRASE)
            given = (first, min(last, first + MAX_PHRASE))
        wording = word_row(text, self._phrase(sentence), figures, index, ahead=ahead, given=given)
        if given is not None:
            wording = replace(wording, subjects=subjects, own_words=True)
        figure = as_phrase_says(wording, figure)
        figures = [*figures[:index], figure, *figures[index + 1 :]]
        head = figures[joint(text, figures, index)[0]]
        measure = measure_of(text, wording.start, head if figure.reading and head.reading else figure)
        words = indicator_words(text, wording.start, wording.end, figures)
        if not wording.own_words and wording.cue_end > wording.cue_start:
            subject = indicator_words(text, wording.cue_start, wording.cue_end, figures)
            words = subject + words if not words.startswith(subject) else words
            if measure == "growth_rate" and words and not words.endswith("率"):
                words += "增长率"
        fill(
            row,
            wording,
            figure,
            _partners(figures, index),
            year_of(text, figure.start, row.role, self.spoken) - self.spoken + self.year,
            self.vocabulary,
            measure,
            words,
        )
        row.stated_start, row.stated_end = map(
            str, self.layout.span(sentence.start + wording.start, sentence.start + wording.end)
        )
        if headline is not None:
            row.headline = "true"
            if row.stretch != "true" and self._stretched(sentence.start + wording.end, headline):
                row.stretch = "true"
        long = wording.end - wording.start >= MAX_PHRASE
        row.confidence = confidence(
            figure,
            row.role,
            "",
            headline=headline is not None,
            certain=sentence.certain,
            own_words=wording.own_words,
            bare_unit=figure.kind != "words" and not row.unit_zh,
            long=long,
        )

    def _stretched(self, place: int, headline: Headline) -> bool:
        """Whether the next clause of the main expected targets strives for more (在实际工作中争取更好结果)."""
        for clause in re.split(r"[,、;。]", self.layout.text[place : min(headline.end, place + 60)])[:4]:
            if STRETCH.search(clause):
                return True
            if re.search(r"\d", clause) or len(clause) > 16:
                return False
        return False

    def _attribute(self, row: Row, text: str, sentence: Sentence, figures: list[Figure], index: int) -> None:
        """Value, unit and phrase of a project's or mechanism's number; its record is the reviewer's to make."""
        figure = figures[index]
        if figure.reading is None:
            return
        wording = word_row(text, self._phrase(sentence), figures, index, ahead=False)
        partners = _partners(figures, index)
        fill(row, wording, figure, partners, self.year, self.vocabulary, "", "")
        first, last = self.layout.span(sentence.start + wording.start, sentence.start + wording.end)
        row.stated_start, row.stated_end = str(first), str(last)
        row.stretch = row.estimated = row.headline = ""
        row.indicator_id = ""
        row.indicator_zh = indicator_words(text, wording.start, wording.end, figures)


def _partners(figures: list[Figure], index: int) -> dict[str, Decimal]:
    """Values of the record that the figure at `index` belongs to: both ends of a range, the better result beside it."""
    readings = [f.reading for f in figures]
    for low, high in ((index, index - 1), (index + 1, index)):
        if high < 0 or low >= len(readings):
            continue
        least, most = readings[low], readings[high]
        if least is None or most is None or most.value >= 0:
            continue
        if (least.comparator, least.bound, most.bound) == ("range", "value", "value_max"):
            return {"value": least.value, "value_max": most.value}
    first = index
    while first > 0:
        own = readings[first]
        if own is None or own.bound == "value" or readings[first - 1] is None:
            break
        first -= 1
    values: dict[str, Decimal] = {}
    for place, reading in enumerate(readings[first:], first):
        if reading is None or (place != first and reading.bound == "value"):
            break
        values.setdefault(reading.bound, reading.value)
    return values
