"""Row layer, names and codes: each must fit its phrase, its measure, its unit or the official list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import narwhals as nw
import polars as pl

from planspec.grammar.text import compact_text
from planspec.lexicon import HAN, in_pinyin, word_cover
from planspec.rules.context import OBSERVATIONS, Context
from planspec.rules.text import phrase_pairs
from planspec.tables import LINE

MEASURE_ENDINGS = {
    "growth_rate": r"(?:率|增长|增速|增幅|变化)$",
    "share": r"(?:率|比重|占比|比例|份额|贡献度?)$",
    "gap": r"(?:幅度|差距|差|百分点)$",
    "contribution": r"(?:拉动|贡献度?|贡献率|百分点)$",
    "ratio": r"(?:之比|比率|比值|率|倍数|强度|数|量|密度)$",
    "stock_count": r"(?:数|量|数量|总数|总量)$",
    "flow_count": r"(?:数|次|量|峰值|就业|人次)$",
    "level": r"(?!.*(?:比重|占比|增长率|增速|幅度)$).*(?:[额量值积入模度款产资金价数里程力]|收入|规模|长度|里程|金|金额|天数|年数|产能|强度|存款|GDP)$",
}
"""How the Chinese name of an indicator ends, by what kind of measure it is."""

DOING = re.compile(r"^(?:新增|新建|新培育|完成|建成|引进|举办|开展|办理|培育|打造|改造|实施|招引|落地|竣工|查处|破获)")
PAST_ONLY = re.compile(
    r"Told of 202\d only|A campaign of 202\d|\bkeeps?\b|\bgoes on\b|\bgo on\b|\bcontinu|carried further|继续|持续|已"
)
ENDING = re.compile(
    r"收官|收尾|办结|完成|结束|验收|评定|已开展|(?<!\d)202[0-4]年|complet|already held|in 202[0-4]|to its end|is to pass"
)

UCUM = {
    "d": ("time", 1.0), "a": ("time", 365.25), "mo": ("time", 30.4375), "h": ("time", 1 / 24), "min": ("time", 1 / 1440),
    "m": ("length", 1.0), "km": ("length", 1000.0), "m2": ("area", 1.0), "km2": ("area", 1e6), "har": ("area", 1e4),
    "t": ("mass", 1.0), "kg": ("mass", 0.001), "1": ("fraction", 1.0), "%": ("fraction", 0.01), "[ppth]": ("fraction", 0.001),
}  # fmt: skip
"""UCUM codes of units that reports print, with their dimension and their size in the base unit of the package."""

SYMBOL_UCUM = {"天": "d", "日": "d", "年": "a", "个月": "mo", "小时": "h", "分钟": "min", "米": "m", "公里": "km", "千米": "km",
               "平方米": "m2", "平方公里": "km2", "公顷": "har", "吨": "t", "公斤": "kg", "1": "1", "%": "%", "‰": "[ppth]"}  # fmt: skip
"""Printed symbols that UCUM has a code for."""

CURRENCIES = {"元": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY", "港元": "HKD"}
SIZES = {"亩": 2000 / 3, "个季度": 365.25 / 4, "季度": 365.25 / 4, "个周": 7.0, "周": 7.0, "番": 2.0}
"""Units that are neither decimal nor in UCUM, in base units."""

POWER_WORDS = (
    ("万亿", "trillion"),
    ("亿", "hundred million"),
    ("千万", "ten million"),
    ("百万", "million"),
    ("万", "ten thousand"),
    ("千", "thousand"),
)

GBT_2260 = {
    "青岛市": "370200", "市南区": "370202", "市北区": "370203", "黄岛区": "370211", "崂山区": "370212", "李沧区": "370213",
    "城阳区": "370214", "即墨区": "370215", "胶州市": "370281", "平度市": "370283", "莱西市": "370285",
}  # fmt: skip
"""Codes of GB/T 2260 for Qingdao. Other places are not looked up."""

DOUBT = re.compile(
    r"looks? like|looks? mis|seems?|may be|might|perhaps|no .*(?:confirms|gives)|none of|is not known|unclear"
)
SURE = re.compile(r"traditional character|there is no ")
UNKNOWN = re.compile(
    r"not (?:known|given|named|told|clear|legible)|unknown|unclear|illegible|probably|no (?:other )?document|cannot be"
)
"""What a reason says of a misprint that has no reading."""


def check_stretch(context: Context) -> None:
    """R223: stretch without the words for a better result, or the words without stretch."""
    if not context.has("targets"):
        return
    frames = context.frames
    context.count("R223", frames.height("targets"))
    words = re.compile(r"更好结果|更好成绩|\d[^,;。]{0,6}[、,]?并?(?:力争|争取|奋力)(?:达到|实现|突破|完成)?\d")
    governed = [nw.col(c).str.contains("更好|力争|争取|奋力") for c in ("stated", "cue")]
    doubtful = frames.table("targets").filter(nw.any_horizontal(nw.col("stretch"), *governed, ignore_nulls=True))
    rows = frames.collect([doubtful.select(LINE, "target_id", "stretch", "stated", "cue")])[0].sort(LINE)
    for row in rows.iter_rows(named=True):
        said = f"{row['stated'] or ''}{row['cue'] or ''}"
        says = bool(words.search(said))
        if (
            row["stretch"] is not None
            and says != row["stretch"]
            and not context.collector.spoiled("targets", row[LINE])
        ):
            shown = "true" if row["stretch"] else "false"
            context.report(
                "R223",
                "targets",
                row[LINE],
                "stretch",
                row["target_id"],
                cell=shown,
                stated=row["stated"] or "",
                cue=row["cue"] or "",
            )


def status_suspects(frame: pl.DataFrame) -> pl.DataFrame:
    """Lines of a batch whose status its own words may speak against."""
    words = pl.concat_str(pl.col("summary_en", "summary_zh", "note").fill_null(""), separator=" ")
    told = frame.select(LINE, "status", "summary_zh", words.alias("words"))
    endless = [
        line
        for line, said in told.filter(pl.col("status") == "completing").select(LINE, "words").iter_rows()
        if not ENDING.search(said)
    ]
    new = (pl.col("status") == "new") & words.str.contains(PAST_ONLY.pattern)
    kept = (pl.col("status") == "continuing") & pl.col("summary_zh").str.contains(
        "^新|^准备|^筹|is set up |are to be set up"
    )
    return frame.filter(new | kept | pl.col(LINE).is_in(endless)).select(LINE)


def check_status(context: Context) -> None:
    """R248: a status that the row's own summary and note speak against."""
    if not context.has("initiatives"):
        return
    context.count("R248", context.frames.height("initiatives"))
    words_of = ("status", "summary_en", "summary_zh", "note")
    for row in context.suspects("initiatives", words_of, status_suspects).iter_rows(named=True):
        words = f"{row['summary_en']} {row['summary_zh']} {row['note']}"
        against = ""
        if row["status"] == "completing" and not ENDING.search(words):
            against = "nothing says that it ends"
        elif row["status"] == "new" and (match := PAST_ONLY.search(words)):
            against = match.group()
        elif row["status"] == "continuing" and re.search(
            r"^新(?:设|建|的|组建|出台)|^准备|^筹|is set up |are to be set up", row["summary_zh"]
        ):
            against = row["summary_zh"][:4]
        if against and not context.collector.spoiled("initiatives", row[LINE]):
            context.report(
                "R248", "initiatives", row[LINE], "status", row["initiative_id"], cell=row["status"], against=against
            )


_QUOTES, _QUOTED = re.compile("[“”]"), re.compile("“[^“”]*”")
SETTING = frozenset(("加快", "推进", "推动", "启动", "继续", "深化", "开展", "实施", "建设", "打造", "持续"))
"""Verbs of a phrase that a name may leave out without a word."""


@lru_cache(maxsize=1 << 14)
def untold(name: str, stated: str, told: str, misprints: str = "", pairs: frozenset[str] = frozenset()) -> str:
    """The first part of a name that neither the phrase nor `told` explains; "" where all is explained.

    What is added to the phrase must be made of whole words (of the dictionary, or `pairs` of characters of other
    phrases), what is changed or left out must stand in `told` (note, cue, errata).
    """
    a, b = compact_text(stated), compact_text(name)
    if a == b:
        return ""
    if a and a in compact_text(told):
        return ""
    if moved := _moved_quotes(a, b):
        return moved
    marks = re.compile(r"[“”·、,()+\s]")
    a, b, told = (marks.sub("", compact_text(t)) for t in (stated, name, told))
    if b in a and min((len(part) for part in a.split(b, 1) if part), default=0) > 1:
        return ""
    for kind, i1, i2, j1, j2 in _edits(a, b):
        old, new = a[i1:i2], b[j1:j2]
        if kind == "equal" or (old in misprints and new in misprints and kind == "replace"):
            continue
        if (
            old
            and old not in SETTING
            and not _all_in(old, told)
            and a[max(0, i1 - 2) : i2] not in told
            and not (new and _all_in(new, told))
        ):
            return old
        if new and not _all_in(new, told) and not _in_words(b, j1, j2, pairs):
            return new
    return ""


def _moved_quotes(stated: str, name: str) -> str:
    """What a name puts between quotation marks where the phrase, with the same characters, quotes others: 两“新” for “两新”."""
    if _QUOTES.sub("", stated) != _QUOTES.sub("", name) or not _QUOTES.search(stated):
        return ""
    return next((m.group() for m in _QUOTED.finditer(name) if m.group() not in stated), "")


def _edits(a: str, b: str) -> Sequence[tuple[str, int, int, int, int]]:
    """What turns `a` into `b`, as `SequenceMatcher.get_opcodes` has it: where one holds the other, that is plain."""
    if a in b:
        at = b.find(a)
        ends = [("insert", 0, 0, 0, at), ("insert", len(a), len(a), at + len(a), len(b))]
        return [edit for edit in ends if edit[3] < edit[4]]
    if b in a:
        at = a.find(b)
        ends = [("delete", 0, at, 0, 0), ("delete", at + len(b), len(a), len(b), len(b))]
        return [edit for edit in ends if edit[1] < edit[2]]
    return SequenceMatcher(None, a, b, autojunk=False).get_opcodes()


def _all_in(part: str, told: str) -> bool:
    if len(part) == 1:
        return bool(re.search(rf"(?<![一-鿿]){re.escape(part)}(?![一-鿿])", told))
    return all(char in told for char in part)


def _in_words(text: str, start: int, end: int, pairs: frozenset[str]) -> bool:
    """Whether every Chinese character of `text[start:end]` belongs to a word or joins two."""
    for run in HAN.finditer(text):
        covered = word_cover(run.group())
        for i in range(max(start, run.start()), min(end, run.end())):
            known = covered[i - run.start()] or text[i : i + 2] in pairs or text[i - 1 : i + 1] in pairs
            if not known and text[i] not in "与和的号区市县镇村":
                return False
    return end - start > 1 or text[start:end] in "与和"


def name_suspects(frame: pl.DataFrame) -> pl.DataFrame:
    """Lines of a batch whose name is not its phrase."""
    return frame.filter(pl.col("name_zh") != pl.col("stated")).select(LINE)


def check_names_told(context: Context) -> None:
    """R257: a name that departs from its phrase without a word about it."""
    misprints = ""
    if context.has("errata"):
        misprints = " ".join(f"{p} {r}" for p, r in context.raw("errata").select("printed", "reading").iter_rows())
    pairs = phrase_pairs(context)
    for name in ("projects", "initiatives"):
        if not context.has(name):
            continue
        key = context.key_of(name)
        context.count("R257", context.frames.height(name))
        rows = context.suspects(name, ("name_zh", "stated"), name_suspects, cheap=True)
        said = [column for column in ("name_zh", "stated", "note", "cue") if column in rows.columns]
        distinct = rows.select(said).filter((pl.col("name_zh") != "") & (pl.col("stated") != "")).unique()
        # What needs no telling is told whatever stands beside it.
        plain = distinct.select("name_zh", "stated").unique()
        open_ = [bool(untold(name_zh, stated, "", misprints, pairs)) for name_zh, stated in plain.iter_rows()]
        asked = plain.filter(pl.Series(open_, dtype=pl.Boolean))
        distinct = distinct.join(asked, on=["name_zh", "stated"], how="semi")
        parts = [
            untold(name_zh, stated, " ".join((note, *cue)), misprints, pairs)
            for name_zh, stated, note, *cue in distinct.iter_rows()
        ]
        told = distinct.with_columns(pl.Series("part", parts, dtype=pl.String)).filter(pl.col("part") != "")
        for row in rows.join(told, on=said, how="inner").sort(LINE).iter_rows(named=True):
            params = {"cell": row["name_zh"], "stated": row["stated"], "part": row["part"]}
            context.report("R257", name, row[LINE], "name_zh", row[key], **params)


def check_units(context: Context) -> None:
    """R263: name, code, currency and size of a unit must be those of its printed symbol."""
    if not context.has("units"):
        return
    rows = list(context.raw("units").iter_rows(named=True))
    iso = {r["unit_id"]: r["iso4217"] for r in rows}
    for row in rows:
        context.count("R263", 1)
        if context.collector.spoiled("units", row[LINE]):
            continue
        wrong = _unit_fault(row, iso)
        if wrong:
            context.report(
                "R263",
                "units",
                row[LINE],
                wrong[0],
                row["unit_id"],
                cell=row["ucum" if wrong[0] == "symbol_zh" else wrong[0]],
                symbol=row["symbol_zh"],
                expected=wrong[1],
            )


def _is_unit(row: dict[str, str], code: str) -> bool:
    """Whether dimension and factor of a unit are those of a UCUM code."""
    dimension, size = UCUM.get(code, ("", 0.0))
    try:
        return row["dimension"] == dimension and abs(float(row["factor"]) - size) <= 1e-9 * size
    except ValueError:
        return False


def _unit_fault(row: dict[str, str], iso: dict[str, str]) -> tuple[str, str] | None:
    symbol = row["symbol_zh"]
    power, word = next(((p, w) for p, w in POWER_WORDS if symbol.startswith(p)), ("", ""))
    bare = symbol[len(power) :]
    name = row["name_en"]
    figures = {"万": "10,000", "亿": "100 million"}
    if word and not name.startswith((word, figures.get(power, word))):
        return "name_en", f"{word} …"
    if not word and re.search(r"\b(?:thousand|million|billion|trillion)\b", name):
        return "name_en", "no power of ten"
    shown = re.search(r"\(([^)]*[一-鿿A-Z%][^)]*)\)", name)
    if shown and shown.group(1) != symbol:
        return "name_en", f"({symbol})"
    if row["ucum"] != (SYMBOL_UCUM.get(symbol, "")):
        others = [other for other, code in SYMBOL_UCUM.items() if code == row["ucum"]]
        if others and _is_unit(row, row["ucum"]) and not _is_unit(row, SYMBOL_UCUM.get(symbol, "")):
            return "symbol_zh", ", ".join(others)
        return "ucum", SYMBOL_UCUM.get(symbol, "") or "empty"
    money = next((code for name_zh, code in CURRENCIES.items() if bare == name_zh), "")
    if row["iso4217"] != money and (money, row["iso4217"]) != ("CNY", "CNH"):
        return "iso4217", money or "empty"
    if row["iso4217"] != iso.get(row["base_unit_id"], row["iso4217"]):
        return "base_unit_id", f"a unit of {row['iso4217']}"
    size = UCUM[row["ucum"]][1] if row["ucum"] else SIZES.get(symbol)
    if (
        size is None
        and not power
        and row["dimension"] in ("count", "persons", "households", "person_times", "currency")
        and bare == symbol
    ):
        size = 1.0
    try:
        factor = float(row["factor"])
    except ValueError:
        return None
    if size is not None and abs(factor - size) > 1e-9 * size + 1e-10 and not power:
        return "factor", f"{size:.13g}"
    if row["ucum"] and UCUM[row["ucum"]][0] != row["dimension"]:
        return "dimension", UCUM[row["ucum"]][0]
    return None


def _observed(context: Context, name: str) -> pl.DataFrame:
    """The least and the largest value of each indicator, of rows that no earlier finding spoils."""
    frames, value = context.frames, nw.col("value_base")
    rows = frames.table(name).filter(~nw.col("indicator_id").is_null() & ~value.is_null())
    spoiled = context.collector.spoiled_lines(name)
    if spoiled:
        rows = rows.join(frames.local(pl.DataFrame({LINE: list(spoiled)})), on=LINE, how="anti")
    ends = rows.group_by("indicator_id").agg(value.min().alias("least"), value.max().alias("most"))
    return frames.collect([ends])[0]


def check_indicators(context: Context) -> None:
    """R274: a name that ends otherwise than its measure. R275: bounds that are not round, or far from what is observed."""
    if not context.has("indicators"):
        return
    observed: dict[str, list[float]] = {}
    for name in OBSERVATIONS:
        if context.has(name):
            for indicator, least, most in _observed(context, name).iter_rows():
                observed.setdefault(indicator, []).extend((least, most))
    for row in context.frame("indicators").iter_rows(named=True):
        if context.collector.spoiled("indicators", row[LINE]):
            continue
        context.count("R274", 1)
        fault = _measure_fault(row)
        if fault:
            context.report(
                "R274",
                "indicators",
                row[LINE],
                fault[0],
                row["indicator_id"],
                cell=row[fault[0]] or "",
                measure=row["measure"],
                expected=fault[1],
            )
        if row["min"] is None or row["max"] is None:
            continue
        context.count("R275", 1)
        for column in ("min", "max"):
            why = _bound_fault(column, row[column], observed.get(row["indicator_id"], []), row["measure"])
            if why:
                context.report(
                    "R275", "indicators", row[LINE], column, row["indicator_id"], cell=f"{row[column]:g}", why=why
                )
                break


def _measure_fault(row: dict) -> tuple[str, str] | None:
    name, measure = row["name_zh"] or "", row["measure"]
    ending = MEASURE_ENDINGS.get(measure)
    if ending and not re.search(ending, name):
        return "measure", "another measure or another ending of name_zh"
    if (measure == "growth_rate") != bool(re.search(r"(?:增长率?|增速|增幅|变化率?)$", name)):
        return "measure", "growth_rate where name_zh ends in 增长率, and only there"
    if measure == "stock_count" and DOING.search(name):
        return "measure", "flow_count, since the name says what is done"
    per = re.match(r"每[千万百十]?(?:人口?|人)", name)
    if (per is not None) != bool(row["per"]):
        return "per", per.group() if per else "empty"
    if row["per"] and not name.startswith(row["per"].replace("一", "")):
        return "per", per.group() if per else "empty"
    return None


def _bound_fault(column: str, bound: float, values: list[float], measure: str) -> str:
    digits = f"{abs(bound):.6e}".split("e", maxsplit=1)[0].replace(".", "").rstrip("0")
    if len(digits) > 2 or (len(digits) == 2 and digits[0] != "1" and digits[1] != "5"):
        return "not round: one digit counts, or a second that is 5, or two that begin with 1"
    if not values or measure in ("growth_rate", "gap", "contribution"):
        spread = max((abs(v) for v in values), default=0.0)
        return (
            "far beyond anything observed" if measure == "growth_rate" and (abs(bound) > max(1.0, 10 * spread)) else ""
        )
    if column == "max" and bound > 12 * max(values):
        return "more than twelve times the largest value"
    if column == "min" and min(values) > 0 and bound > 0 and bound * 250 < min(values):
        return "less than a 250th of the smallest value"
    return ""


def check_districts(context: Context) -> None:
    """R293: Chinese name, English name, level and code of a district must say the same."""
    if not context.has("districts"):
        return
    for row in context.raw("districts").iter_rows(named=True):
        if context.collector.spoiled("districts", row[LINE]):
            continue
        context.count("R293", 1)
        fault = _district_fault(row)
        if fault:
            context.report(
                "R293", "districts", row[LINE], fault[0], row["district_code"], cell=row[fault[0]], expected=fault[1]
            )


def _district_fault(row: dict[str, str]) -> tuple[str, str] | None:
    code, name = row["district_code"], row["name_zh"]
    ending, kind = {"区": ("District", "district"), "市": ("City", "county_city"), "县": ("County", "county_city")}.get(
        name[-1:], ("", "")
    )
    level = "prefecture" if code.endswith("00") else kind
    official = {v: k for k, v in GBT_2260.items()}.get(code)
    if official and official != name:
        return "name_zh", official
    if name in GBT_2260 and GBT_2260[name] != code:
        return "district_code", GBT_2260[name]
    if not ending or len(name) < 3:
        return "name_zh", "a name that ends in 区, 市 or 县"
    word = re.sub(rf" {ending}$", "", row["name_en"])
    if word == row["name_en"] or not in_pinyin(word, name[:-1]) or len(word) < len(name) - 1:
        return "name_en", f"the pinyin of {name[:-1]}, then {ending}"
    if row["level"] != level:
        return "level", level
    parent = "" if level == "prefecture" else f"{code[:4]}00"
    return ("parent_code", parent or "empty") if row["parent_code"] != parent else None


def check_errata(context: Context) -> None:
    """R295: a confidence that the reason given speaks against, or a reading that is no reading of what is printed."""
    if not context.has("errata"):
        return
    for row in context.raw("errata").iter_rows(named=True):
        if context.collector.spoiled("errata", row[LINE]):
            continue
        context.count("R295", 1)
        key = f"{row['source_id']}/{row['start']}"
        doubt, sure = DOUBT.search(row["why"]), SURE.search(row["why"])
        if row["confidence"] == "high" and doubt:
            context.report("R295", "errata", row[LINE], "confidence", key, cell="high", why=doubt.group())
        elif row["confidence"] == "low" and sure:
            context.report("R295", "errata", row[LINE], "confidence", key, cell="low", why=sure.group())
        elif not row["reading"] and not UNKNOWN.search(row["why"]):
            context.report(
                "R295", "errata", row[LINE], "reading", key, cell="", why="the reason does not say that it is unknown"
            )
        elif row["reading"] and SequenceMatcher(None, row["printed"], row["reading"], autojunk=False).ratio() < 0.3:
            context.report("R295", "errata", row[LINE], "reading", key, cell=row["reading"], why=row["printed"])


RECORD_KEY = re.compile(r"(\d{6})-(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*")
PUBLISHER = re.compile(r"(?:报|新闻|网|社|台|站|政府|局|委|办|院|厅|中心|公众号|客户端|发布|出版社)$")


def check_forms(context: Context) -> None:
    """R294: a retired key or a publisher that has not the form of one. R296: a version that withdrew no key."""
    districts = set(context.raw("districts")["district_code"]) if context.has("districts") else set()
    for row in context.raw("retired").iter_rows(named=True) if context.has("retired") else ():
        context.count("R294", 1)
        record = row["resource"] in ("targets", "results", "projects", "initiatives")
        _check_version(context, row)
        match = RECORD_KEY.fullmatch(row["id"])
        sound = match and (not districts or match.group(1) in districts) and 1990 <= int(match.group(2)) <= 2060
        if record and not sound and not context.collector.spoiled("retired", row[LINE]):
            context.report(
                "R294", "retired", row[LINE], "id", row["id"], cell=row["id"], expected="district, year and slug"
            )
    for row in context.raw("sources").iter_rows(named=True) if context.has("sources") else ():
        context.count("R294", 1)
        lost = next((p for p in row["publisher"].split("/") if p and not PUBLISHER.search(p)), "")
        if lost and not context.collector.spoiled("sources", row[LINE]):
            context.report(
                "R294",
                "sources",
                row[LINE],
                "publisher",
                row["source_id"],
                cell=lost,
                expected="the name of a paper, site or office",
            )


def _check_version(context: Context, row: dict[str, Any]) -> None:
    """R296. A key goes with a step of the first number; the version of a release that is past is not looked up."""
    context.count("R296", 1)
    now, then = _numbers(context.package.version), _numbers(row["version"])
    if not now or not then or context.collector.spoiled("retired", row[LINE], "version"):
        return
    following = (now[0] + 1, 0, 0)
    # Before the first number is 1, the second one steps in its place.
    stepped = then[2] == 0 and (then[1] == 0 or then[0] == 0)
    if not stepped or (then > now and then != following):
        context.report(
            "R296",
            "retired",
            row[LINE],
            "version",
            row["id"],
            cell=row["version"],
            version=context.package.version,
            next=".".join(map(str, following)),
        )


def _numbers(version: str) -> tuple[int, ...]:
    """The three numbers of a version; none where it is no version."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+\.\d+", version) else ()


def check_names(context: Context) -> None:
    """Run the rules on names and codes."""
    check_stretch(context)
    check_status(context)
    check_names_told(context)
    check_units(context)
    check_indicators(context)
    check_districts(context)
    check_errata(context)
    check_forms(context)
