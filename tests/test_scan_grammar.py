"""What the grammar reads in real phrases must not change when it learns to read other reports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from planspec.grammar import classify, compact, find_at, find_figures, read_figures
from planspec.package import open_package
from planspec.rules.readings import place_in_phrase
from planspec.tables import read_tables


@pytest.fixture(scope="module")
def tables(root: Path) -> dict[str, pl.DataFrame]:
    """Frames of the package."""
    found, _ = read_tables(open_package(root))
    return {name: table.frame for name, table in found.items()}


def figures_inside(record: dict[str, Any], figures: pl.DataFrame) -> list[dict[str, Any]]:
    """Ledger rows inside a record's phrase, in the order of the text."""
    inside = (
        (pl.col("source_id") == record["source_id"])
        & (pl.col("start") >= record["start"])
        & (pl.col("end") <= record["end"])
    )
    return figures.filter(inside).unique("start").sort("start").to_dicts()


@pytest.mark.parametrize(("name", "key"), [("targets", "target_id"), ("results", "result_id")])
def test_every_record_is_read_as_it_is_recorded(tables: dict[str, pl.DataFrame], name: str, key: str) -> None:
    """At a record's own figure its phrase gives the record's value, unit and comparator."""
    symbols = dict(tables["units"].select("unit_id", "symbol_zh").iter_rows())
    differing, read = [], 0
    for record in tables[name].filter(pl.col("value").is_not_null() & pl.col("stated").is_not_null()).to_dicts():
        recorded = (record["value"], symbols[record["unit_id"]], record["comparator"])
        stated, places = record["stated"], []
        digits = 0
        for figure in figures_inside(record, tables["figures"]):
            place = place_in_phrase(stated, record["start"], record["end"], figure["start"], figure["printed"], digits)
            digits += figure["printed"][0].isdigit()
            if figure[key] == record[key] and figure["field"] in (None, "value") and place is not None:
                places.append((place, place + len(figure["printed"])))
        readings = [r for r in (find_at(stated, *place) for place in places) if r]
        read += bool(readings)
        if readings and recorded not in [(float(r.value), r.unit, r.comparator) for r in readings]:
            differing.append((record[key], stated, recorded, readings))
    assert read > 200
    assert not differing


def test_every_quantity_of_the_texts_is_in_the_ledger(tables: dict[str, pl.DataFrame], sources: Path) -> None:
    """A numeral that the grammar takes for a quantity was taken for one by the people who read the text."""
    missed = []
    for source in tables["sources"].iter_rows(named=True):
        path = next(sources.glob(f"{source['source_id']}_*.txt"), None)
        if path is None:
            pytest.skip(f"the text of source {source['source_id']} is not at hand")
        text = compact(path.read_bytes().decode("utf-8"))
        known = {
            place
            for start, end in tables["figures"]
            .filter(pl.col("source_id") == source["source_id"])
            .select("start", "end")
            .iter_rows()
            for place in range(start, end)
        }
        for reading in read_figures(text.text):
            start, end = text.stored(reading.start, reading.end)
            if not known & set(range(start, end)):
                missed.append((source["source_id"], start, text.text[reading.start - 6 : reading.end + 6]))
    assert not missed


FRIENDS = [
    ("断面三类以上水质比例达85.7%", "三", "grade"),
    ("水质优良(达到或好于3类)比例90%", "3", "grade"),
    ("建成国道109段", "109", "name"),
    ("系统升级到2.0版", "2.0", "name"),
    ("新建110千伏变电站", "110", "grade"),
    ("经济总量居全省第2位", "2", "rank"),
    ("注释[3]见后", "3", "name"),
    ("形成80亩以上连片用地12块", "80", "threshold"),
    ("淘汰20万千瓦以下燃煤机组", "20", "threshold"),
    ("600人以上大型企业食堂全部达标", "600", "threshold"),
    ("引进超2亿元外资项目7个", "2", "threshold"),
    ("构建城区15分钟、乡村30分钟医疗服务圈", "15", "name"),
    ("争取240小时过境免签试点", "240", "name"),
]


@pytest.mark.parametrize(("phrase", "number", "kind"), FRIENDS, ids=lambda v: v)
def test_false_friends_of_other_reports(phrase: str, number: str, kind: str) -> None:
    place = phrase.index(number)
    assert classify(phrase, place, place + len(number)) == kind
    assert all(r.start != place for r in find_figures(phrase))


def test_range_of_a_fall_runs_from_the_larger_fall() -> None:
    """下降3%—5% is −5 to −3: the number printed first proves the upper end."""
    first, second = find_figures("单位能耗下降3%—5%")
    assert (first.value, first.bound, first.comparator) == (-3, "value_max", "range")
    assert (second.value, second.bound, second.comparator) == (-5, "value", "range")


READINGS = [
    ("人口自然增长率控制在7.2‰以内", "7.2", ("7.2", "‰", "le")),
    ("人口自然增长率控制在7%。以内", "7", ("7", "‰", "le")),
    ("能耗、水耗分别下降4%和3%左右", "3", ("-3", "%", "approx")),
    ("新增绿地5㎢", "5", ("5", "平方公里", "eq")),
    ("省实验室全市占4席", "4", ("4", "席", "eq")),
    ("粮食产量保持在1.3万亿斤以上", "1.3", ("1.3", "万亿斤", "ge")),
    ("二氧化硫削减5%", "5", ("-5", "%", "eq")),
    ("单位能耗下降3%以上", "3", ("-3", "%", "le")),
    ("投诉量下降超过3%", "3", ("-3", "%", "lt")),
    ("耕地减少不超过200亩", "200", ("-200", "亩", "ge")),
    ("水耗、能耗分别下降6%和4%以上", "4", ("-4", "%", "le")),
    ("接种疫苗3万剂次", "3", ("3", "万剂次", "eq")),
    ("每个县至少建成3所托育机构", "3", ("3", "所", "ge")),
    ("提供房源2万套(间)以上", "2", ("2", "万套", "ge")),
    ("农民收入跨越3万元大关", "3", ("3", "万元", "gt")),
    ("连续5届获评先进市", "5", ("5", "届", "eq")),
    ("审批时限压缩到4个工作日内", "4", ("4", "个工作日", "le")),
    ("城区人口突破300万", "300", ("300", "万人", "gt")),
    ("装机达到20MW", "20", ("20", "兆瓦", "eq")),
    ("培训村民1000人以上带动就业500户", "1000", ("1000", "人", "ge")),
    ("累计培训学员5千,带动就业", "5", ("5000", "", "eq")),
    ("开通12345百姓热线电话", "12345", ("12345", "", "eq")),
    ("装机容量5千瓦", "5", ("5", "千瓦", "eq")),
    ("占比提高5百分点", "5", ("5", "个百分点", "eq")),
]


@pytest.mark.parametrize(("phrase", "number", "expected"), READINGS, ids=lambda v: v if isinstance(v, str) else "")
def test_readings_of_other_reports(phrase: str, number: str, expected: tuple[str, str, str]) -> None:
    text = compact(phrase).text
    match = re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text)
    assert match
    reading = find_at(text, *match.span())
    assert reading is not None
    assert (str(reading.value), reading.unit, reading.comparator) == expected
