"""The phrase grammar: judged readings, false friends, and properties that hold for any number and unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planspec.grammar import (
    classify,
    compact,
    find_unsettled,
    read_at,
    read_figures,
    read_governing,
    read_statements,
    sentence_span,
)
from planspec.grammar.lexicon import UNITS
from planspec.grammar.quantity import parse_numeral
from planspec.grammar.text import compact_text

PHRASES = Path(__file__).parent / "fixtures" / "phrases.txt"


def judged() -> list[tuple[str, list[tuple[str, ...]]]]:
    """Phrases with the readings a person gave them."""
    out = []
    for line in PHRASES.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        phrase, _, right = line.partition("|")
        figures = []
        for part in filter(None, (p.strip() for p in right.split(";"))):
            printed, _, rest = part.partition("=")
            value, unit, comparator, *bound = rest.split()
            figures.append((printed, value, unit, comparator, bound[0] if bound else "value"))
        out.append((phrase.strip(), figures))
    return out


@pytest.mark.parametrize(("phrase", "expected"), judged(), ids=lambda v: v if isinstance(v, str) else "")
def test_phrase_reads_as_judged(phrase: str, expected: list[tuple[str, ...]]) -> None:
    text = compact_text(phrase)
    found = [(text[r.start : r.end], str(r.value), r.unit, r.comparator, r.bound) for r in read_figures(text)]
    assert found == expected


POWERED = [p + u for p in ("", "万", "亿") for u in ("元", "人", "平方米", "户")]
PLAIN = ["个", "家", "处", "项", "%", "个百分点", "倍", "公里", "吨"]
numbers = st.decimals(min_value=0, max_value=99999, places=2).map(lambda d: format(d.normalize(), "f"))
units = st.sampled_from(POWERED + PLAIN)


@given(numbers, units, st.sampled_from(["以上", "以内", "左右", ""]))
def test_any_number_with_any_unit_is_read(number: str, unit: str, after: str) -> None:
    text = f"完成投资{number}{unit}{after}"
    readings = read_figures(text)
    assert [(r.value, r.unit) for r in readings] == [(Decimal(number), unit)]
    assert readings[0].comparator == {"以上": "ge", "以内": "le", "左右": "approx", "": "eq"}[after]
    assert text[readings[0].start : readings[0].end] == number


@given(
    numbers,
    units,
    st.sampled_from(
        [("突破", "gt"), ("超过", "gt"), ("不少于", "ge"), ("不超过", "le"), ("低于", "lt"), ("约", "approx")]
    ),
)
def test_a_word_before_the_number_compares(number: str, unit: str, word: tuple[str, str]) -> None:
    readings = read_figures(f"规模{word[0]}{number}{unit}")
    assert [(r.value, r.comparator) for r in readings] == [(Decimal(number), word[1])]


@given(st.lists(st.tuples(st.integers(2, 999), st.sampled_from(["以上", ""])), min_size=2, max_size=4))
def test_a_comparator_governs_its_own_number_only(items: list[tuple[int, str]]) -> None:
    text = "、".join(f"甲类企业{n}家{after}" for n, after in items)
    assert [(int(r.value), r.comparator) for r in read_figures(text)] == [(n, "ge" if a else "eq") for n, a in items]


@given(st.text(max_size=80))
def test_any_text_is_read_without_error_and_in_place(text: str) -> None:
    folded = compact(text)
    assert folded.text == compact_text(text)
    for reading in read_figures(folded.text):
        assert 0 <= reading.start < reading.end <= len(folded.text)
    for statement in read_statements(folded.text):
        assert folded.text[statement.start : statement.end]
    read_governing(folded.text, "")
    if folded.text:
        first, last = sentence_span(folded.text, 0)
        assert first == 0 <= last


@given(st.integers(1, 9999))
def test_chinese_numerals_round_trip(number: int) -> None:
    assert parse_numeral(_chinese(number)) == number


@pytest.mark.parametrize(
    "text", ["两三", "十七八", "二三十", "三五百", "三百四五十", "三四五", "一百五", "两千三", "十四五", "百千", ""]
)
def test_no_single_number_is_no_value(text: str) -> None:
    assert parse_numeral(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("二〇二五", 2025), ("一一〇", 110), ("八五二", 852), ("廿一", 21), ("零五", 5)]
)
def test_digits_one_by_one_are_a_number(text: str, value: int) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize(
    ("phrase", "printed"),
    [
        ("新建两三家", "两三"),
        ("新增三四个平台", "三四"),
        ("约十七八个", "十七八"),
        ("新增二三十个", "二三十"),
        ("培训三四百余人", "三四百"),
        ("新增三百四五十家", "三百四五十"),
        ("投资三四亿元", "三四亿"),
        ("新增三五个", "三五"),
        ("新增一二十家", "一二十"),
        ("新增十一二个", "十一二"),
    ],
)
def test_two_numbers_at_once_are_one_figure_without_a_value(phrase: str, printed: str) -> None:
    start = phrase.index(printed)
    place = (start, start + len(printed))
    assert find_unsettled(phrase) == (place,)
    assert read_figures(phrase) == ()
    assert read_at(phrase, *place) is None
    assert read_at(phrase, start, start + 1) is None


@pytest.mark.parametrize(
    "phrase",
    [
        "一二产业",
        "二三线城市",
        "三五成群",
        "十四五期间",
        "十三五期间",
        "十二五期间",
        "六七十年代",
        "七八月份",
        "第三四节",
        "一二期工程",
        "两百三十个",
        "唯一一家",
        "新增十五个",
    ],
)
def test_what_names_one_number_or_none_is_settled(phrase: str) -> None:
    assert find_unsettled(phrase) == ()


def _chinese(number: int) -> str:
    digits, out, zero = "零一二三四五六七八九", "", False
    for power, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + word
            zero = False
        else:
            zero = bool(out)
    return out


def test_every_unit_of_the_lexicon_is_read_whole() -> None:
    for unit in UNITS:
        reading = read_at(f"共3{unit}", 1, 2)
        assert reading is not None
        assert reading.unit, unit


@pytest.mark.parametrize(
    ("text", "printed", "kind"),
    [
        ("2025年", "2025", "date"),
        ("1月6日", "6", "date"),
        ("第35届", "35", "ordinal"),
        ("3号线", "3", "ordinal"),
        ("“1+6+1”体系", "6", "name"),
        ("5G基站", "5", "name"),
        ("4A级景区", "4", "grade"),
        ("5万吨级泊位", "5", "grade"),
        ("500强企业", "500", "rank"),
        ("70岁以上老人", "70", "threshold"),
        ("过30亿元项目", "30", "threshold"),
        ("完成30亿元投资", "30", ""),
        ("新增6个", "6", ""),
    ],
)
def test_false_friends_are_classified(text: str, printed: str, kind: str) -> None:
    start = text.index(printed)
    assert classify(text, start, start + len(printed)) == kind


@pytest.mark.parametrize(
    ("stated", "cue", "year", "expected"),
    [
        ("销售额90.5亿元", "1-11月", 2024, "2024-01/2024-11"),
        ("总额5亿元", "前三季度", 2024, "2024-01/2024-09"),
        ("全部开工", "上半年", 2025, "2025-01/2025-06"),
        ("到2030年达到1000亿元", "", 2025, "2030"),
        ("完成60个", "全年", 2025, ""),
    ],
)
def test_periods_come_from_the_words(stated: str, cue: str, year: int, expected: str) -> None:
    assert read_governing(stated, cue).period(year) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("力争突破700亿元", {"strive"}), ("确保完成", {"ensure"}), ("约束性指标", {"binding"}), ("完成60个", set())],
)
def test_strength_comes_from_the_words(words: str, expected: set[str]) -> None:
    assert read_governing(words, "").strengths == expected


@pytest.mark.parametrize(
    ("phrase", "comparator", "hedged"),
    [
        ("与经济增长基本同步", "in_step", True),
        ("与经济增长同步", "in_step", False),
        ("持续领跑全市", "keep", False),
        ("继续保持全市首位", "keep", False),
        ("高于全省平均水平", "relative", False),
        ("实现规上工业企业研发机构全覆盖", "qualitative", False),
        ("全面完成节能减排降碳约束性指标", "qualitative", False),
    ],
)
def test_goals_without_digits_are_read(phrase: str, comparator: str, hedged: bool) -> None:
    assert (comparator, hedged) in {(s.comparator, s.hedged) for s in read_statements(phrase)}


def test_layout_does_not_hide_a_number() -> None:
    folded = compact("规模突破18 0 0\n亿元")
    (reading,) = read_figures(folded.text)
    assert (reading.value, reading.unit, reading.comparator) == (1800, "亿元", "gt")
    start, end = folded.stored(reading.start, reading.end)
    assert "规模突破18 0 0\n亿元"[start:end] == "18 0 0"


def test_the_figure_at_its_place_is_read_and_no_other() -> None:
    phrase = "招引项目不少于2个、企业10家"
    own = read_at(phrase, phrase.index("10"), phrase.index("10") + 2)
    assert own is not None
    assert (own.value, own.unit, own.comparator) == (10, "家", "eq")
