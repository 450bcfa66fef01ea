"""What the rules on wording call a slip, word by word; the rules themselves are held to their fixtures."""

from __future__ import annotations

import pytest

from planspec.lexicon import torn
from planspec.rules.named import forms_of, is_name, names_as_own, told
from planspec.rules.slips import slip_of
from planspec.rules.text import cut_by_mark
from planspec.rules.told import unread
from planspec.rules.words import stage_in_words


@pytest.mark.parametrize(
    ("text", "beside", "slip"),
    [
        ("苔赫兹、深海开发", "太赫兹、深海开发等行业", ("苔赫兹", "太赫兹")),
        ("引领性项目", "引进领引性项目数", ("引领性项目", "领引性项目")),
        ("四大专业化园区", "四大专业园区分别", ("四大专业化园区", "四大专业园区")),
        ("省市级", "省市技术创新项目", None),  # alike by chance: 市级 is a word
        ("四个专业园区各", "四个专业园区分别", None),
        ("全市", "全区", None),
    ],
)
def test_a_slip_is_one_character_off(text: str, beside: str, slip: tuple[str, str] | None) -> None:
    assert slip_of(text, beside) == slip


def test_a_label_may_shorten_its_name() -> None:
    assert slip_of("科技服务业营收", "科技服务业营业收入", same=True) is None


@pytest.mark.parametrize(
    ("name", "text", "others", "own"),
    [
        ("城市“微更新”", "实施52个城市“微更新”项目", set(), True),
        ("青岛马拉松", "引入全球三对三足球冠军赛、青岛马拉松等10余项赛事", set(), False),
        ("海誓山盟婚博会", "举办海誓山盟婚博会等主题活动", set(), False),
        ("奥帆中心", "推出奥帆中心大型实景音乐剧", {"奥帆中心大型实景音乐剧"}, False),
        ("奇瑞", "奇瑞", set(), True),
        ("奇瑞", "推动奇瑞满产", set(), False),  # too short to be found inside other words
    ],
)
def test_a_name_counts_where_it_stands_for_itself(name: str, text: str, others: set[str], own: bool) -> None:
    (form,) = forms_of(name, None, None)
    assert names_as_own(form, [text.replace("“", "").replace("”", "")], others) is own


def test_forms_of_a_name_come_from_its_note_too() -> None:
    forms = forms_of("“跨域通办”政务服务", "“跨域通办”政务服务", "Covers “跨省通办” and “全省通办”.")
    assert forms == {"跨域通办政务服务", "跨省通办", "全省通办"}


def test_words_of_any_report_are_no_name() -> None:
    assert not is_name("重点项目")
    assert is_name("促消费活动")


def test_a_note_says_what_a_row_belongs_to() -> None:
    assert told("Belongs to 上合技术转移中心, named in the same sentence.") == "上合技术转移中心"
    assert told("Member of the 263 重点项目, read from the sentence.") == "重点项目"
    assert told("Not part of 云桥灯会, whatever its name.") == ""


@pytest.mark.parametrize(
    ("printed", "reading", "why", "part"),
    [
        ("数字智能化", "数智化", "document 003 prints 数智化 in the same sentence", ""),
        ("数字智能化", "数化", "document 003 prints 数智化 in the same sentence", "数化"),
        ("传统外贸,专精特新企业", "传统外贸、专精特新企业", "the comma splits them", ""),
        ("传统外贸,专精特新企业", "传统歪贸、专精特新企业", "the comma splits them", "统歪贸"),
        ("康友大学青岛中心医院", "康复大学青岛中心医院", "there is no 康友大学; it belongs to 康复大学", ""),
        ("区域性管辖区金融机构", "区域性管辖金融机构", "区 seems doubled", ""),
    ],
)
def test_a_reading_is_borne_out_by_its_reason(printed: str, reading: str, why: str, part: str) -> None:
    assert unread(printed, reading, why) == part


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [("comp", "any", True), ("any", "company", False), ("in", "to", False), ("of", "ten", False), ("new", "ly", False)],
)
def test_a_word_torn_apart(first: str, second: str, apart: bool) -> None:
    """`ly` is no word: another rule says so; `into` and `often` are rarer than their parts."""
    assert torn(first, second) is apart


def test_a_mark_inside_a_word_shows_where_the_word_stands_again() -> None:
    assert cut_by_mark("拥有的托位数，包括社区；是托位，数不是入托数。") == "托位，数"
    assert cut_by_mark("拥有的托位数，包括社区；是托位数，不是入托数。") == ""


@pytest.mark.parametrize(
    ("stage", "cue", "holds"),
    [
        ("operate", "建成投用", True),
        ("complete", "建成投用", False),
        ("top_out", "主体完工", True),
        ("continue", "加快建设", False),
        ("accelerate", "加快建设", True),
        ("prepare", "加快引进", True),
        ("renovate", "升级开放", True),
    ],
)
def test_the_stage_is_the_furthest_that_the_cue_names(stage: str, cue: str, holds: bool) -> None:
    assert stage_in_words(stage, "", cue) is holds
