"""Scanning: an invented report whose every figure is judged, properties that hold for any text, and quality on known ones."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans import scan_eval, scan_invariants
from planspec.grammar.repeats import loops
from planspec.grammar.text import compact_text
from planspec.scan import COLUMNS, Row, Vocabulary, read_vocabulary, render, scan
from planspec.scan.headline import find_headlines
from planspec.scan.layout import lay_out

FIXTURES = Path(__file__).parent / "fixtures" / "scan"
REPORT = FIXTURES / "invented-report.txt"
GOLD = FIXTURES / "main-targets.csv"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


@pytest.fixture(scope="module")
def stored() -> str:
    return REPORT.read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def rows(root: Path, stored: str) -> list[Row]:
    return scan(stored, "350400", 2025, read_vocabulary(root)).rows


def one(rows: list[Row], printed: str, words: str) -> Row:
    """The row of a figure whose phrase, or printed form where it has none, goes with `words`."""
    found = [r for r in rows if r.printed == printed and words in r.stated]
    assert found, f"no row for {printed} in {words}"
    return found[0]


JUDGED = [
    # printed, words of the phrase, role, comparator, value, unit
    ("5.2", "地区生产总值", "result", "approx", "5.2", "%"),
    ("3000", "总量突破", "result", "gt", "3000", "亿元"),
    ("7", "规上工业增加值增长7", "result", "eq", "7", "%"),
    ("120", "一般公共预算收入完成", "result", "eq", "120", "亿元"),
    ("3.5", "下降", "result", "eq", "-3.5", "%"),
    ("120", "专精特新", "result", "approx", "120", "家"),
    ("80", "高新技术企业", "result", "approx", "80", "家"),
    ("3.2", "人口自然增长率", "result", "eq", "3.2", "‰"),
    ("45", "亿元以上项目", "result", "eq", "45", "个"),
    ("300", "总投资", "result", "eq", "300", "亿元"),
    ("5000", "力争全市经济总量", "target", "gt", "5000", "亿元"),
    ("4.5", "规上工业增加值", "target", "range", "4.5", "%"),
    ("5.5", "固定资产投资", "target", "range", "5", "%"),
    ("5", "城镇调查失业率", "target", "le", "5", "%"),
    ("20", "粮食产量", "target", "ge", "20", "亿斤"),
    ("2.5", "单位GDP能耗", "target", "le", "-2.5", "%"),
    ("5", "分别增长", "target", "eq", "5", "%"),
    ("7", "分别增长", "target", "approx", "7", "%"),
    ("100", "实施亿元以上项目", "target", "eq", "100", "个"),
    ("1000", "5G基站", "target", "eq", "1000", "座"),
    ("2", "4A级景区", "target", "eq", "2", "家"),
    ("5", "70岁以上老人体检", "target", "eq", "5", "万人次"),
    ("2", "医院", "target", "eq", "2", "家"),
    ("98", "均达到", "target", "eq", "98", "%"),
    ("百亿", "营收", "target", "gt", "100", "亿元"),
    ("翻一番", "旅游收入", "target", "eq", "2", "倍"),
    ("两", "企业上市", "target", "eq", "2", "家"),
    ("120", "总投资120亿元", "project", "eq", "120", "亿元"),
    ("15", "重点项目", "project", "eq", "15", "个"),
]


@pytest.mark.parametrize(("printed", "words", "role", "comparator", "value", "unit"), JUDGED)
def test_figure_of_the_invented_report(
    rows: list[Row], printed: str, words: str, role: str, comparator: str, value: str, unit: str
) -> None:
    found = [r for r in rows if r.printed == printed and words in r.stated]
    assert (role, comparator, value, unit) in [(r.role, r.comparator, r.value, r.unit_zh) for r in found]


@pytest.mark.parametrize(
    ("before", "printed", "reason"),
    [
        ("——", "2025", "date"),
        ("市第", "十", ""),
        ("台阶[", "1", "name"),
        ("建设“", "1", "name"),
        ("新建", "5", "name"),
        ("争创", "4", "grade"),
        ("聚焦", "六", "enumeration"),
        ("开通", "12345", "name"),
        ("为", "70", "threshold"),
        ("实施", "亿", "threshold"),
        ("加快", "107", "name"),
    ],
)
def test_false_friends_are_context(rows: list[Row], stored: str, before: str, printed: str, reason: str) -> None:
    found = [r for r in rows if r.printed == printed and compact_text(stored[: r.start]).endswith(before)]
    assert [r.reason for r in found if r.role == "context"] == ([reason] if reason else [])
    assert len(found) == (1 if reason else 0)


def test_periods_name_half_years_months_and_later_years(rows: list[Row]) -> None:
    assert one(rows, "120", "一般公共预算收入完成").period == "2024-01/2024-11"
    assert one(rows, "200", "土地出让").period == "2025-01/2025-06"
    assert one(rows, "3", "停车场").period == "2025-01/2025-06"
    assert one(rows, "30", "示范村").period == "2027"
    assert one(rows, "5000", "力争全市经济总量").period == "2030"


def test_year_of_a_result_is_the_year_before(rows: list[Row]) -> None:
    assert {r.year for r in rows if r.role == "result"} == {"2024"}
    assert {r.year for r in rows if r.role == "target"} == {"2025"}


def test_strength_reaches_parallel_clauses_and_stops_at_a_new_verb(rows: list[Row]) -> None:
    assert one(rows, "1000", "规上工业企业").strength == "strive"
    assert one(rows, "100", "净增").strength == "strive"
    assert one(rows, "10", "技改投资").strength == "stated"
    assert one(rows, "约束性指标", "约束性").strength == "binding"


def test_estimate_governs_its_coordinated_clauses(rows: list[Row]) -> None:
    assert one(rows, "7", "规上工业增加值增长7").estimated == "true"
    assert one(rows, "120", "一般公共预算收入完成").estimated == "false"


def test_main_targets_run_over_two_sentences_and_end_before_later_goals(rows: list[Row]) -> None:
    main = [r for r in rows if r.headline == "true"]
    assert [r.printed for r in main] == [
        *("5.5", "6", "4.5", "5", "5", "5.5", "高于全省平均水平", "同步", "5", "20", "2.5", "5", "7", "约束性指标")
    ]
    assert all(r.role == "target" for r in main)


def test_better_result_belongs_to_the_target_beside_it(rows: list[Row]) -> None:
    main = [r for r in rows if r.headline == "true"]
    assert (main[0].value, main[0].stretch, main[0].stretch_value, main[0].strength) == ("5.5", "true", "6", "stated")
    assert (main[1].value, main[1].stretch_value) == ("5.5", "6")


def test_both_ends_of_a_range_carry_the_range(rows: list[Row]) -> None:
    for printed in ("4.5", "5"):
        row = next(r for r in rows if r.headline == "true" and r.printed == printed)
        assert (row.comparator, row.value, row.value_max) == ("range", "4.5", "5")


def test_what_stands_side_by_side_is_told_apart_by_scope(rows: list[Row]) -> None:
    pair = [r for r in rows if "分别增长" in r.stated]
    assert [r.scope_zh for r in pair] == ["城镇", "农村居民人均可支配收入"]


def test_indicators_that_share_a_number_are_all_named(rows: list[Row]) -> None:
    assert one(rows, "98", "均达到").indicator_zh == "办结率、满意率"


def test_notes_describe_mechanisms(rows: list[Row]) -> None:
    assert one(rows, "3", "辅警").role == "initiative"


def test_known_indicators_carry_their_id(rows: list[Row]) -> None:
    main = {r.printed: r.indicator_id for r in rows if r.headline == "true" and r.comparator != "range"}
    assert main["5.5"] == "gdp-growth"
    assert main["同步"] == "resident-income-growth"


def test_broken_numbers_and_lines_are_one_figure() -> None:
    text = "二、20 2 5年工作安排\n今年将完成投资18 0 0亿\n元以上，新增就业 3.5万人。\n1\n2025年1月"
    found = {r.printed: r for r in scan(text, "350400", 2025, Vocabulary()).rows}
    assert (found["1800"].value, found["1800"].unit_zh, found["1800"].comparator) == ("1800", "亿元", "ge")
    assert found["2025"].reason == "date"
    assert "12025" not in found


def test_torn_per_mille_is_read() -> None:
    text = "一、2007年工作回顾\n过去一年。\n二、2008年工作安排\n今年主要预期目标是：生产总值增长8%，人口自然增长率控制在6.5%。以下，财政收入增长9%。"
    found = [r for r in scan(text, "410000", 2008, Vocabulary()).rows if r.headline == "true"]
    assert [(r.value, r.unit_zh, r.comparator) for r in found] == [
        ("8", "%", "eq"),
        ("6.5", "‰", "le"),
        ("9", "%", "eq"),
    ]


def test_a_passage_that_loops_is_context() -> None:
    passage = "新增停车位300个，培育企业20家，引进项目10个，建成学校2所，改造道路15条，整治河道8公里。" * 3
    text = "今年，" + passage * 5
    found = scan(text, "350400", 2025, Vocabulary()).rows
    assert loops(lay_out(text).text)
    assert {r.reason for r in found[-6:]} == {"loop"}
    assert found[0].role == "target"


def test_web_frame_and_private_numbers_are_furniture(root: Path) -> None:
    text = "当前位置：首页 > 政务公开\n各位代表：\n现在报告工作。\n二、2025年工作安排\n新增学位300个。\n版权所有 QQ:1234567890 浏览次数：35"
    found = {r.printed: r for r in scan(text, "350400", 2025, read_vocabulary(root)).rows}
    assert found["**********"].reason == "private"
    assert found["35"].role == "furniture"
    assert found["300"].role == "target"


def test_a_year_more_than_the_one_given_is_noticed_in_the_headings() -> None:
    text = "一、2007年工作回顾\n实现生产总值100亿元。\n二、2008年工作安排\n新增就业3万人。\n"
    found = {r.printed: r for r in scan(text, "510000", 2007, Vocabulary()).rows}
    assert found["100"].role == "result"
    assert found["3"].role == "target"


def test_five_year_goals_are_not_main_targets_of_the_year() -> None:
    text = (
        "一、过去五年工作回顾\n实现生产总值100亿元。\n二、今后五年的主要目标\n今后五年的主要目标是：生产总值年均增长7%，财政收入年均增长6%。\n"
        "三、2023年工作安排\n今年主要预期目标是：生产总值增长6%，财政收入增长5%，新增就业3万人。"
    )
    main = [r.value for r in scan(text, "350400", 2023, Vocabulary()).rows if r.headline == "true"]
    assert main == ["6", "5", "3"]
    assert len(find_headlines(lay_out(text).text, 2023)) == 1


def test_formats_hold_the_same_rows(rows: list[Row]) -> None:
    table = list(csv.DictReader(io.StringIO(render(rows, "csv"))))
    data = json.loads(render(rows, "json"))
    assert list(table[0]) == list(COLUMNS) == list(data[0])
    assert len(table) == len(data) == len(rows)
    assert [int(t["start"]) for t in table] == [d["start"] for d in data] == sorted(r.start for r in rows)
    assert f"{len(rows)} figures" in render(rows, "text")


def test_columns_are_the_contract() -> None:
    assert ",".join(COLUMNS) == (
        "start,end,printed,role,reason,district_code,year,period,indicator_zh,indicator_id,comparator,value,value_max,stretch,"
        "stretch_value,unit_zh,unit_id,strength,estimated,headline,scope_zh,stated,stated_start,stated_end,cue,confidence"
    )


def test_invariants_hold_on_the_invented_report(rows: list[Row], stored: str) -> None:
    assert list(scan_invariants.faults(stored, rows)) == []


def test_invariants_see_what_is_wrong(rows: list[Row], stored: str) -> None:
    from dataclasses import replace

    target = next(r for r in rows if r.headline == "true")
    broken = {
        "each figure once": [*rows, target],
        "no figure lost": rows[1:],
        "printed as in the text": [replace(target, printed="9.9")],
        "phrase at its offsets": [replace(target, stated_start=str(int(target.stated_start) + 1))],
        "phrase yields the row": [replace(target, comparator="le")],
    }
    for name, wrong in broken.items():
        assert name in {fault for fault, _ in scan_invariants.faults(stored, wrong)}, name
    date = next(r for r in rows if r.reason == "date")
    assert any(
        "false friend" in fault
        for fault, _ in scan_invariants.faults(stored, [replace(date, role="target", value="2025")])
    )


ALPHABET = "0123456789.５²①½㎡%％‰亿万千百十两三家元年月项目标是增长以上左右突破力争主要预期生产总值同步完成、，。；：\n\r ()【】[]*“”—-~+×/第前后在与和　aPM"
PIECES = st.one_of(
    st.text(ALPHABET, max_size=12),
    st.sampled_from(
        [
            "主要预期目标是：",
            "地区生产总值增长",
            "5.5%",
            "以上",
            "分别增长",
            "6%、7%",
            "一、2022年工作回顾\n",
            "二、2023年工作安排\n",
            "各位代表：\n",
            "总投资",
            "亿元的3个重点项目",
            "20 2 5年",
            "[12]",
            "翻番",
            "%。以内",
            "名词解释\n",
            "，力争",
            "更好结果",
            "居全省第一",
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_keeps_every_figure_once(text: str) -> None:
    rows = scan(text, "350400", 2023, Vocabulary()).rows
    covered: set[int] = set()
    for row in rows:
        span = set(range(row.start, row.end))
        assert 0 <= row.start < row.end <= len(text)
        assert not span & covered
        covered |= span
        assert row.reason == "private" or compact_text(text[row.start : row.end]) == row.printed
        if row.stated:
            first, last = int(row.stated_start), int(row.stated_end)
            assert compact_text(text[first:last]) == row.stated
            assert first <= row.start < row.end <= last
            assert len(row.stated) <= 60
    for match in re.finditer(r"\d+(?:\.\d+)?", text):
        assert covered.issuperset(range(*match.span()))
    assert scan(text, "350400", 2023, Vocabulary()).rows == rows


def test_known_documents_score_as_promised(root: Path, sources: Path) -> None:
    score = scan_eval.score_documents(root, sources)
    assert score.role_share >= 95
    assert score.target_share >= 97
    assert sum(score.missed.values()) <= 0.02 * score.figures
    text = scan_eval.render(score)
    assert "role right" in text
    assert "confidence" in text


def test_unknown_indicators_of_a_document_are_left_out(root: Path) -> None:
    known = scan_eval.read_known(root)
    assert known.only["003"]
    indicator = sorted(known.only["003"])[0]
    vocabulary = read_vocabulary(root, known.only["003"])
    left = {i.indicator_id for labels in vocabulary.labels.values() for found in labels.values() for i in found}
    assert indicator not in left


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the labelled reports are not at hand")
def test_main_targets_of_labelled_reports(root: Path) -> None:
    asked, exact, surplus, differ = scan_eval.score_gold(GOLD, CORPUS, root)
    assert asked >= 180
    assert exact >= 0.97 * asked, differ
    assert surplus <= 0.03 * asked


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the reports are not at hand")
def test_invariants_on_real_reports(root: Path, tmp_path: Path) -> None:
    for path in sorted(CORPUS.glob("*.txt"))[::8]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    texts, figures, _, count, places = scan_invariants.check_folder(tmp_path, read_vocabulary(root))
    assert texts >= 8
    assert figures > 1000
    assert not count, places[:5]


def test_tools_say_when_they_cannot_tell(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan_invariants.main([str(tmp_path), "--package", str(root)]) == 2
    assert scan_eval.main(["--package", str(tmp_path)]) == 2
    assert scan_eval.main(["--package", str(root), "--gold", str(GOLD)]) == 2
    assert "to mend" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (
            "力争海洋生产总值、数字经济核心产业增加值分别增长10%、15%左右",
            ["gross-ocean-product-growth", "digital-core-value-added-growth"],
        ),
        (
            "社会消费品零售总额和固定资产投资分别增长5%和6%以上",
            ["retail-sales-growth", "fixed-asset-investment-growth"],
        ),
        ("社会消费品零售总额、网络快递总额分别增长5%、6%", ["retail-sales-growth", ""]),
        ("宇航生产总值、社会消费品零售总额分别增长5%、6%", ["", "retail-sales-growth"]),
        ("社会消费品零售总额、限上、固定资产投资分别增长5%、6%", ["", ""]),
        ("东片、西片固定资产投资分别增长5%、6%", ["", ""]),
        ("固定资产投资东部、西部分别增长5%、6%", ["", ""]),
    ],
)
def test_names_and_numbers_side_by_side_are_paired_in_order(root: Path, words: str, read: list[str]) -> None:
    found = scan(f"今年将{words}。", "350400", 2025, read_vocabulary(root)).rows
    assert [r.indicator_id for r in found] == read
