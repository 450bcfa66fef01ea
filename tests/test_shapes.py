"""Phrases read by shape say what they say read one by one, and the grammar looks no other way than shapes know of."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planspec.grammar import find_figures
from planspec.grammar.lexicon import NUMERAL_ZH
from planspec.rules import readings, shapes
from planspec.rules.literals import FIRST_HAN, GOVERNING, QUANTITIES, alphabet, literals
from planspec.rules.sight import SEARCHED, patterns_of, sight, sre, sre_parser

RUNS = re.compile(rf"[0-9]+(?:\.[0-9]+)?|[{NUMERAL_ZH}]+|翻")
_NUMBERS = [
    "5",
    "12",
    "3.5",
    "1",
    "100",
    "277",
    "2025",
    "0",
    "6.0",
    "1.07",
    "2085.6",
    "12.2025",
    "一",
    "零",
    "三",
    "十",
    "两百",
    "百",
    "万亿",
    "两三",
    "5千",
    "8万",
    "翻番",
    "翻一番",
]
_USUAL = [
    "以上",
    "元",
    "亿元",
    "万",
    "人",
    "以上的",
    "项目",
    "达到",
    "约",
    "余",
    "、",
    "亩",
    "企业",
    "平方米",
    "级",
    "大型",
    "%",
    "力争",
    "人次",
    "左右",
    "突破",
    "不少于",
]


def _words(names: tuple[str, ...]) -> list[str]:
    return sorted(text for text in literals(names) if 0 < len(text) < 8 and text.isprintable())


def _phrases(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Words of the grammar, numbers, and characters that it does not know, in any order."""
    known = alphabet(names).known
    unknown = [chr(n) for n in range(FIRST_HAN, FIRST_HAN + 3000) if chr(n) not in known]
    far = sorted(sight(QUANTITIES).behind | sight(QUANTITIES).ahead)
    part = st.one_of(
        st.text(st.sampled_from(unknown), min_size=1, max_size=5),
        st.sampled_from(_words(names)),
        st.sampled_from(far),
        st.sampled_from(_USUAL),
        st.sampled_from(_NUMBERS),
        st.sampled_from(_NUMBERS),
    )
    return st.lists(part, min_size=2, max_size=8).map("".join)


def _figures(phrases: list[str]) -> pl.DataFrame:
    """Every run of numerals of some phrases as a figure of the ledger."""
    rows = [(text, len(text), m.start(), m.group()) for text in phrases for m in RUNS.finditer(text)]
    frame = pl.DataFrame(
        rows,
        schema={"stated": pl.String, "room": pl.Int64, "offset": pl.Int64, "printed": pl.String},
        orient="row",
    )
    return frame.with_row_index("_line").with_columns(
        pl.col("_line").cast(pl.Int64),
        pl.lit("own").alias("slot"),
        pl.col("_line").cast(pl.Int64).alias("order"),
        pl.lit(0, dtype=pl.Int64).alias("rank"),
        pl.lit(value=False).alias("wordy"),
    )


def _both_ways(monkeypatch: pytest.MonkeyPatch, figures: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    read = []
    for many in (0, 1 << 60):
        monkeypatch.setattr(readings, "MANY", many)
        read.append(readings.read_figures_of(figures).sort("_line"))
    return read[0], read[1]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(phrases=st.lists(_phrases(QUANTITIES), min_size=40, max_size=120))
def test_made_up_phrases_are_read_alike(monkeypatch: pytest.MonkeyPatch, phrases: list[str]) -> None:
    by_shape, one_by_one = _both_ways(monkeypatch, _figures(phrases))
    assert by_shape.equals(one_by_one)


@pytest.mark.parametrize(
    "phrase",
    [
        "5山20万亿",  # a numeral in characters behind a second number
        "人次丟堘项目唓夘呲嗌100万",  # a word just out of reach of 万
        "20吨以上大型设备",  # two more characters make 20 a class
        "30亿元以上某某某某产业项目",
        "优质水体某某达到3类",
        "“某某某某3某某”",
        "社会消费品零售总额增长8.9%、力争10%",
        "某某翻一番",
        "1至翻番",  # a figure of words that is more than the number before it
        "一般某某收入增长12%—14.7%",
        "零售额增长9%、力争10.5%",
        "一一5至三",
        "12.2025年",
        "到2025.",
        "版本5.0.",
        "优化3.02版",
        "某某增加50000万至8万人",
        "某某增加5万至80000万亿元",
        "培训30至5千人",
        "某某3千余万元某某",
        "5千某某百姓",
        "新建十七八个某某5处",
    ],
)
def test_phrases_that_ask_for_care_are_read_alike(monkeypatch: pytest.MonkeyPatch, phrase: str) -> None:
    by_shape, one_by_one = _both_ways(monkeypatch, _figures([phrase]))
    assert by_shape.equals(one_by_one)


def test_phrases_of_the_package_are_read_alike(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    stated = [
        text
        for name in ("targets", "results", "projects", "initiatives")
        for text in pl.read_csv(root / f"data/{name}.csv", infer_schema=False)["stated"].drop_nulls()
    ]
    by_shape, one_by_one = _both_ways(monkeypatch, _figures(stated))
    assert by_shape.height > 500
    assert by_shape.equals(one_by_one)


def test_shapes_are_fewer_than_phrases() -> None:
    """Names of places, and numbers, make phrases many and shapes few."""
    figures = _figures([f"新建{a}{b}公园{n}处以上" for a in "滨泓沁汐" for b in "岚汀渚峪" for n in range(3, 9)])
    shaped = shapes.with_figure_shapes(figures.with_columns(pl.col("offset").alias("place")))
    assert shaped["_stated"].n_unique() == 1


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pairs=st.lists(st.tuples(_phrases(GOVERNING), _phrases(GOVERNING)), min_size=40, max_size=120))
@example(
    pairs=[("力争5伏唼", "3.5儺咗咪丏偽伶勀仈"), ("匥力争5", "3.5"), ("力争5", "3、儺"), ("增长5、力争6", "1-11月")]
)
def test_what_governs_is_read_alike(monkeypatch: pytest.MonkeyPatch, pairs: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(pairs, schema={"stated": pl.String, "cue": pl.String}, orient="row")
    frame = frame.with_row_index("_line").with_columns(
        pl.col("_line").cast(pl.Int64),
        pl.lit(2025, dtype=pl.Int64).alias("year"),
        pl.lit(None, dtype=pl.String).alias("scope_zh"),
        pl.lit(None, dtype=pl.String).alias("note"),
        pl.lit(value=True).alias("placed"),
    )
    said = []
    for many in (0, 1 << 60):
        monkeypatch.setattr(readings, "MANY", many)
        said.append(readings.words_of_observations(frame))
    assert said[0].equals(said[1])


@given(text=st.text(st.sampled_from(sorted(alphabet(QUANTITIES).known - set(NUMERAL_ZH) - {"廿", "翻"})), max_size=12))
def test_no_figure_is_found_where_no_numeral_stands(text: str) -> None:
    assert find_figures(text) == ()
    assert not re.search(shapes.FIGURE, text)


@settings(max_examples=200, deadline=None)
@given(phrases=st.lists(_phrases(QUANTITIES), min_size=10, max_size=40))
def test_one_and_nothing_alone_are_no_figures_unless_asked_for(phrases: list[str]) -> None:
    for text in phrases:
        for reading in find_figures(text):
            assert text[reading.start : reading.end] not in ("一", "零", "〇"), text


def test_numbers_beside_one_and_nothing_make_no_shapes() -> None:
    """一般公共预算收入 and 零售额 are in every report, each year with other numbers."""
    figures = _figures([f"{a}增长{n}.5%以上" for a in ("一般预算收入", "零售额") for n in range(2, 9)])
    figures = figures.filter(pl.col("printed").str.contains("[0-9]")).with_columns(pl.col("offset").alias("place"))
    assert shapes.with_figure_shapes(figures)["_stated"].n_unique() == 2


def test_what_lies_behind_matters_only_where_it_may_be_found() -> None:
    """企业 counts behind 元 or 亩以上的, wherever in the phrase they stand."""
    behind = ["某某企业", "某某基地", "某某某场"]
    for start, shapes_ in (("新建5处", 1), ("新建5元", 2), ("新建5亩以上的", 3)):
        figures = _figures([start + text for text in behind])
        shaped = shapes.with_figure_shapes(figures.with_columns(pl.col("offset").alias("place")))
        assert shaped["_stated"].n_unique() == shapes_, start


def test_decimals_that_hold_a_year_or_an_edition_make_no_shapes() -> None:
    figures = _figures([f"存款余额突破{n}亿元" for n in ("2085.6", "1931.9", "1.07", "3.04", "12.5")])
    figures = figures.with_columns(pl.col("offset").alias("place"))
    assert shapes.with_figure_shapes(figures)["_stated"].n_unique() == 1


def _calls(name: str) -> list[tuple[str, ast.Call]]:
    """Calls of methods in a module of the grammar, by the method's name."""
    tree = ast.parse(Path(import_module(f"planspec.grammar.{name}").__file__ or "").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [(call.func.attr, call) for call in calls if isinstance(call.func, ast.Attribute)]


NEARBY = {
    "_LETTERS.search(before[-6:])": "letters are no Han characters, and only those give way",
    "re.search('以上|以下|级', match.group())": "what a pattern has matched already",
    "_SOLID_ZH.search(run)": "the figure itself",
    "_ARABIC.finditer(text)": "figures themselves",
    "_CHINESE.finditer(text)": "figures themselves",
    "_DOUBLING.finditer(text)": "figures themselves",
}
"""Searches of the grammar that neither end at a figure nor begin at it, and why they see nothing far away."""


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_grammar_looks_from_figures_only(name: str) -> None:
    """Everything else must be known to shapes: `sight` reads patterns, not what the code does with them."""
    module = import_module(f"planspec.grammar.{name}")
    for method, call in _calls(name):
        assert isinstance(call.func, ast.Attribute)
        if method in ("find", "index", "count", "rfind") and name != "text":
            assert isinstance(call.args[0], ast.Constant)
            assert call.args[0].value in SEARCHED
        if method in ("search", "finditer", "findall"):
            pattern = getattr(module, ast.unparse(call.func.value).removeprefix("lexicon."), None) or getattr(
                import_module("planspec.grammar.lexicon"), ast.unparse(call.func.value).removeprefix("lexicon."), None
            )
            ends = isinstance(pattern, re.Pattern) and list(sre_parser.parse(pattern.pattern))[-1] == (
                sre.AT,
                sre.AT_END,
            )
            assert ends or ast.unparse(call) in NEARBY, ast.unparse(call)


def test_words_at_a_distance_are_known() -> None:
    seen = sight(QUANTITIES)
    assert {"水质", "游客", "人次", "寿命"} <= seen.behind
    assert {"项目", "企业", "群众", "元以上"} <= seen.ahead
    assert "个" not in seen.ahead
    [needs] = [sets for words, sets in seen.together if "大户" in words]
    assert any("以上的" in one for one in needs)
    assert any("亩" in one and "项目" not in one for one in needs)
    assert all(not sets or all(sets) for _, sets in seen.together)
    assert len(list(patterns_of(QUANTITIES))) > 40
