"""What a report's own structure tells scan: which part a figure stands in, and where the main targets begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from planspec.scan import Row, Vocabulary, read_vocabulary, scan

FRAME = """云桥市政府工作报告

各位代表：

一、2024年工作回顾

（一）稳增长。全市生产总值增长6%，新增企业120家。

（二）加强政府自身建设

全年办理代表建议210件，办结率100%。

二、2025年工作安排

{plan}

（一）扩大有效投资。完成投资300亿元以上，新建道路40公里。
"""


@pytest.fixture(scope="module")
def vocabulary(root: Path) -> Vocabulary:
    """What the package knows."""
    return read_vocabulary(root)


def read(vocabulary: Vocabulary, plan: str) -> dict[str, Row]:
    """Rows of the invented report with one paragraph of its plan replaced, by what is printed (the last of each)."""
    return {r.printed: r for r in scan(FRAME.format(plan=plan), "000000", 2025, vocabulary).rows}


def test_heading_below_the_numbered_ones_opens_no_part(vocabulary: Vocabulary) -> None:
    rows = read(vocabulary, "今年工作总的要求是稳中求进。")
    assert (rows["210"].role, rows["100"].role, rows["300"].role) == ("result", "result", "target")


def test_list_of_goals_that_no_words_announce(vocabulary: Vocabulary) -> None:
    """Where nothing is called 预期目标, the sentence that lists goals from the gross product on is the statement."""
    plan = "综合各方面因素，今年全市地区生产总值增长8.5%，固定资产投资增长11%，社会消费品零售总额增长9%，一般公共预算收入增长5%以上。各项约束性指标完成省定任务。"
    rows = scan(FRAME.format(plan=plan), "000000", 2025, vocabulary).rows
    marked = [(r.printed, r.comparator) for r in rows if r.headline == "true"]
    assert marked[:4] == [("8.5", "eq"), ("11", "eq"), ("9", "eq"), ("5", "ge")]
    assert [c for _, c in marked[4:]] == ["qualitative"]


def test_results_that_begin_alike_are_no_list_of_goals(vocabulary: Vocabulary) -> None:
    plan = "今年开局良好，预计全年地区生产总值增长8%，固定资产投资增长11%，零售总额增长9%，一般公共预算收入增长5%。"
    rows = scan(FRAME.format(plan=plan), "000000", 2025, vocabulary).rows
    assert not [r for r in rows if r.headline == "true"]


@pytest.mark.parametrize(
    ("sentence", "printed", "role", "reason"),
    [
        ("推动丰和铜业23万吨铜材加工等14个项目投产。", "23", "project", ""),
        ("推动丰和铜业23万吨铜材加工等14个项目投产。", "14", "target", ""),
        ("推进方圆化工13万吨醋酸和2.2万吨抗氧剂等项目建设。", "2.2", "project", ""),
        ("加快速达年产12万套电池、锐意商用车等项目建设。", "12", "project", ""),
        ("建成30万头生猪深加工等产业项目6个。", "30", "project", ""),
        ("新增供水30万吨。", "30", "target", ""),
        ("推动东岭25万千瓦、屋顶光伏等项目开工。", "25", "project", ""),
        ("做好土地承包到期后再延长30年试点。", "30", "context", "standing figure"),
        ("研究制定未来5至9年友城规划。", "9", "context", "date"),
        ("全面落实人才新政52条。", "52", "context", "standing figure"),
        ("制定人才新政52条。", "52", "target", ""),
        ("力争综合考核在全省17个城市中位列第一。", "17", "context", "standing figure"),
        ("引进龙头企业两三家。", "两三", "context", "standing figure"),
        ("新增三五百个车位。", "三五百", "context", "standing figure"),
    ],
)
def test_role_by_structure(vocabulary: Vocabulary, sentence: str, printed: str, role: str, reason: str) -> None:
    row = read(vocabulary, sentence)[printed]
    assert (row.role, row.reason) == (role, reason)


def test_yardsticks_side_by_side_are_goals_of_their_own(vocabulary: Vocabulary) -> None:
    plan = "今年主要预期目标是：地区生产总值增长6%，固定资产投资增长9%，居民收入增速保持全省领先、农民收入增速快于城镇居民，用水、能耗完成省定任务。"
    rows = scan(FRAME.format(plan=plan), "000000", 2025, vocabulary).rows
    marked = [r.comparator for r in rows if r.headline == "true"]
    assert marked == ["eq", "eq", "keep", "relative", "qualitative"]


def test_one_goal_whose_subject_is_called_an_indicator(vocabulary: Vocabulary) -> None:
    """约束性指标 is the subject and 任务 the yardstick of one goal, not two goals."""
    plan = "今年主要预期目标是：地区生产总值增长6%，固定资产投资增长9%，约束性指标完成省下达任务。"
    rows = scan(FRAME.format(plan=plan), "000000", 2025, vocabulary).rows
    assert [r.comparator for r in rows if r.headline == "true"] == ["eq", "eq", "qualitative"]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("新增高新技术企业30家", "high-tech-enterprises-added"),
        ("高新技术企业达到300家", "high-tech-enterprises"),
        ("新增高新技术企业30家、总量达到300家", "high-tech-enterprises"),
    ],
)
def test_what_is_added_is_no_stock(vocabulary: Vocabulary, words: str, known: str) -> None:
    found = vocabulary.find(words, "", "家")
    assert found is not None
    assert found.indicator_id == known
