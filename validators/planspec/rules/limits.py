"""Package layer, limits: words that limit a figure, of which its row has no scope."""

from __future__ import annotations

import re

import narwhals as nw
import polars as pl

from planspec.grammar.lexicon import DOING
from planspec.rules.context import OBSERVATIONS, Context
from planspec.rules.kinds import ADDING
from planspec.rules.readings import once_each
from planspec.rules.suspects import LINES
from planspec.tables import LINE

c = nw.col
_GOVERNING = (
    r"力争|争取|确保|预计|累计|分别|全年|今年|年内|年底|上半年|下半年|前三季度|[一二三四]季度|[0-9]+[-—~至][0-9]+月|"
    r"[到至]?20[0-9]{2}年[底前]*|各|均|同比|为|的|等|和|与|、|将|再|新|全区|全市|持续|推动|支持|年度|同步|约束性指标|主要|"
    r"目标|其中|保持|系列|工作|项目|活动|全面|面向社会|走访|服务"
)
"""Words that govern a figure or fill a clause, and limit nothing."""
_VERBS = f"{'|'.join(sorted(DOING, key=len, reverse=True))}|{ADDING.pattern}"
_OPENS = re.compile(f"^.{{0,2}}(?:{_VERBS}|开放|释放|提供)")
_FILLING = re.compile(f"{_VERBS}|{_GOVERNING}")
_ENDS = re.compile("(?:进行|提供)$")
"""A cue that is a clause of its own (为孕妇进行, 开放共享停车场) holds the verb that the phrase left out, not a limit."""
_RANK = re.compile(r"(?:国家|省|市)级及?以上")
_ABROAD = re.compile(r"(?:面向|对)[^,;。\d]{2,20}?(?=进出口)")
_RUN = re.compile(r"[一-鿿A-Z]+")


def limit_of(stated: str, cue: str | None, names: str) -> str:
    """Words of phrase and cue that limit the figure and stand in no name of its indicator; "" where there are none."""
    for match in (*_RANK.finditer(f"{stated}\n{cue or ''}"), *_ABROAD.finditer(stated)):
        if match.group() not in names:
            return match.group()
    if not cue or _OPENS.search(cue) or _ENDS.search(cue):
        return ""
    known = f"{names}\n{stated}"
    for run in _RUN.findall(_FILLING.sub(" ", cue)):
        told = {place for i in range(len(run) - 1) if run[i : i + 2] in known for place in (i, i + 1)}
        left = "".join(" " if place in told else char for place, char in enumerate(run)).split()
        limit = next((words for words in left if len(words) > 1), "")
        if limit:
            return limit
    return ""


def _may_limit(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows whose cue holds more than verbs and governing words, or whose words name a rank or another country."""
    cues = frame.select("cue").drop_nulls().unique()
    rest = pl.col("cue").str.replace_all(f"{_VERBS}|{_GOVERNING}", " ").str.contains("[一-鿿A-Z]{2}")
    limiting = frame.join(cues.filter(rest), on="cue", how="semi").select(LINE)
    named = [pl.col(text).str.contains("级及?以上|进出口").fill_null(value=False) for text in ("stated", "cue")]
    ranked = frame.filter(pl.any_horizontal(*named)).select(LINE)
    return pl.concat([limiting, ranked]).unique()


def check_limits(context: Context) -> None:
    """P351. A row that belongs to a project or an initiative has its limit from there; a note may say why there is none."""
    if not context.has("indicators"):
        return
    frames = context.frames
    names = pl.concat_str("name_zh", "labels_zh", separator="|", ignore_nulls=True).alias("names")
    indicators = context.frame("indicators").select("indicator_id", names)
    for name, key in OBSERVATIONS.items():
        if not context.has(name):
            continue
        table = frames.table(name)
        free = [(c(column) == "").fill_null(value=True) for column in ("scope_zh", "project_id", "initiative_id")]
        loose = table.filter(nw.all_horizontal(*free, ignore_nulls=True), c("stated") != "")
        loose = loose.select(LINE, key, "stated", "cue", "indicator_id", "note")
        context.count("P351", frames.height(name))
        picked = frames.through(loose.select(LINE, "stated", "cue"), _may_limit, LINES)
        rows = frames.collect([loose.join(picked, on=LINE, how="semi")])[0].join(indicators, on="indicator_id")
        read = once_each(rows, ["stated", "cue", "names"], lambda *row: (limit_of(*row),), {"limit": pl.String})
        for row in read.filter(pl.col("limit") != "").sort(LINE).iter_rows(named=True):
            told = row["limit"] in (row["note"] or "")
            if not told and not context.collector.spoiled(name, row[LINE], "scope_zh"):
                context.report("P351", name, row[LINE], "scope_zh", row[key], limit=row["limit"], stated=row["stated"])
