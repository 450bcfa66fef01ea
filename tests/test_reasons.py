"""What each reason for context takes: sentences made for the purpose, one number of each asked about."""

from __future__ import annotations

import re

import pytest

from planspec.rules.context import Text
from planspec.rules.reasons import fits

_MARKED = re.compile("【(.+?)】")


def reasons_of(marked: str) -> set[str]:
    """Which of three reasons the number in 【】 may have."""
    match = _MARKED.search(marked)
    assert match
    text = Text("900", _MARKED.sub(r"\1", marked), "")
    place = match.start(), match.start() + len(match.group(1))
    return {r for r in ("enumeration", "standing figure", "loop") if fits(r, text, *place)}


@pytest.mark.parametrize(
    "marked",
    [
        "全区【119】所学校门口设岗。",
        "支持【两】个创新中心发展。",
        "【5】处已开放故居接待游客16万人次。",
        "街区沿线【9】家商场实现营收35亿元。",
        "【四】个园区分别招引项目30个以上。",
        "全区现有学校【119】所，在校生多。",
        "全区常住人口【105】万人。",
        "全面落实人才新政【52】条。",
        "做好土地承包到期后再延长【30】年试点。",
        "综合考核在全省【17】个城市中位列第一。",
    ],
)
def test_what_there_is_is_a_standing_figure(marked: str) -> None:
    assert reasons_of(marked) == {"standing figure"}


@pytest.mark.parametrize(
    "marked",
    [
        "重点在【7】个方面发力。",
        "办好【8】个方面32件实事。",
        "完成【5】类23项实事。",
        "发展新材料、人工智能【2】个先导产业。",
        "集中力量打造汽车和能源【两】个千亿级产业。",
        "深化与邻国在科技、人文等【5】大领域的合作。",
        "制定任务、计划、项目【三】张清单。",
        "落实全会提出的【七】个“聚力”。",
        "建设国家、省、市、区【四】级平台。",
        "实施【八】项行动。",
        "推动市县【两】级联动。",
        "与中日韩【三】国客商往来。",
    ],
)
def test_what_a_text_lists_or_announces_is_an_enumeration(marked: str) -> None:
    assert reasons_of(marked) == {"enumeration"}


@pytest.mark.parametrize(
    "marked",
    [
        "涉海企业数量达到【85】家。",
        "全区算力规模突破【2600】P。",
        "新增独角兽企业1家、瞪羚企业【6】家。",
        "力争生产总值增长【6】%。",
        "收入增长5%、力争【8】万元以上。",
        "预计【30】个项目，年底前都有眉目。",
        "推动科苑路等【7】条道路通车。",
        "建成【10】个停车场。",
        "培育【8】个“护航”工作室。",
        "实现销售额【40】亿元以上。",
        "零售总额【536.5】亿元，居全市首位。",
        "推动甲村、乙村、丙村【3】个安置区主体封顶。",
        "党纪政务处分【27】人。",
    ],
)
def test_what_is_done_reached_or_grown_is_neither(marked: str) -> None:
    assert reasons_of(marked) == set()


def test_who_announces_many_parks_may_mean_either() -> None:
    assert reasons_of("【四】大园区分别招引项目30个以上。") == {"enumeration", "standing figure"}


def test_a_copy_is_a_copy_and_nothing_else() -> None:
    passage = "全区119所学校门口设岗，办好8个方面32件实事，其余照旧；" * 4 + "各位代表请审议本报告，并提出意见。"
    marked = passage * 2 + passage.replace("119", "【119】", 1)
    assert reasons_of(marked) == {"loop"}
    assert reasons_of(passage.replace("119", "【119】", 1)) == {"standing figure"}


def test_a_passage_printed_twice_on_other_pages_is_no_loop() -> None:
    passage = "全区{}所学校门口设岗，办好8个方面32件实事，其余照旧，请予审议并提出意见。"
    text = passage.format(119) + "另有一段。" + passage.format("【119】") + "最后一段不再重复。"
    assert reasons_of(text) == {"standing figure"}
