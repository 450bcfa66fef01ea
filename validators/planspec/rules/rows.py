"""Row rules: one expression each, true where a row is wrong, over columns that polars and Spark both have.

An expression reads the columns of its resource and the joined ones (`_factor`, `_unit_dimension`, … from units and
indicators, `_read_…` and `_says_…` from the phrase grammar). It is written once, in narwhals, and runs on any frame
narwhals takes. A null anywhere means "cannot be judged" and never fails a row by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw

c = nw.col
NUMERIC = ["eq", "ge", "gt", "le", "lt", "approx", "range"]
WORDY = ["in_step", "relative", "keep", "qualitative"]
COMPARED = ["in_step", "relative", "keep"]
FRACTIONS = ["growth_rate", "share"]
POINTS = ["gap", "contribution"]
COUNTS = ["stock_count", "flow_count"]
PLACES = ["city", "province", "nation"]
OBS = ("targets", "results")
CHANGING = "增(?:[^加]|加(?:[^值]|$)|$)|[降减翻]|同步|[高低快慢]于|回落|下滑|提[升高]|缩小|扩大|持平"
"""Words with which a rate of growth is told; 增加值 is none of them."""
GROWING, SHARING = "增长|增速|增幅", "占比|比重"
"""Words with which a share, and a rate of growth, is never told."""


@dataclass(frozen=True)
class RowRule:
    """An expression with the resources it runs on and the column a finding points at."""

    rule: str
    resources: tuple[str, ...]
    column: str
    defect: Callable[[], nw.Expr]
    applies: Callable[[], nw.Expr] | None = None
    place: Callable[[dict[str, Any]], str] | None = None
    """Names the column to mend for a row that fails, where that is not always the same."""


ROW_RULES: list[RowRule] = []


def row_rule(
    rule: str,
    resources: tuple[str, ...],
    column: str,
    applies: Callable[[], nw.Expr] | None = None,
    place: Callable[[dict[str, Any]], str] | None = None,
) -> Callable[[Callable[[], nw.Expr]], Callable[[], nw.Expr]]:
    """Register an expression; `applies` says which rows it could fail (default: all), `place` where a failing row is wrong."""

    def register(function: Callable[[], nw.Expr]) -> Callable[[], nw.Expr]:
        ROW_RULES.append(RowRule(rule, resources, column, function, applies, place))
        return function

    return register


def _given(name: str) -> nw.Expr:
    return ~c(name).is_null()


def _differ(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Whether two numbers differ by more than rounding of a double."""
    return (a - b).abs() > (b.abs() * 1e-12 + 1e-15)


@row_rule("R201", OBS, "value")
def value_with_comparator() -> nw.Expr:
    return c("comparator").is_in(NUMERIC) != _given("value")


@row_rule("R202", OBS, "value_max", lambda: _given("value_max") | (c("comparator") == "range"))
def range_has_two_ends() -> nw.Expr:
    return ((c("comparator") == "range") != _given("value_max")) | (c("value_max") <= c("value")).fill_null(value=False)


@row_rule("R203", OBS, "unit_id")
def unit_with_value() -> nw.Expr:
    return _given("value") != _given("unit_id")


@row_rule("R204", OBS, "unit_id", lambda: _given("unit_id"))
def unit_of_indicator() -> nw.Expr:
    mixed = (c("_measure").is_in(FRACTIONS) & (c("_unit_dimension") == "percentage_points")) | (
        c("_measure").is_in(POINTS) & (c("_unit_dimension") == "fraction")
    )
    return (c("_unit_dimension") != c("_dimension")) & ~mixed


@row_rule("R205", OBS, "unit_id", lambda: c("_unit_dimension").is_in(["fraction", "percentage_points"]))
def percent_or_point() -> nw.Expr:
    return (c("_measure").is_in(FRACTIONS) & (c("_unit_dimension") == "percentage_points")) | (
        c("_measure").is_in(POINTS) & (c("_unit_dimension") == "fraction")
    )


@row_rule("R206", OBS, "value_base")
def base_is_value_times_factor() -> nw.Expr:
    both = _given("value") & _given("_factor")
    return (
        both & (c("value_base").is_null() | _differ(c("value_base"), c("value") * c("_factor")).fill_null(value=False))
    ) | (~_given("value") & _given("value_base"))


@row_rule("R207", OBS, "value", lambda: c("_measure") == "share")
def share_within_whole() -> nw.Expr:
    return (c("_measure") == "share") & ((c("value_base") < 0) | (c("value_base") > 1))


@row_rule("R208", OBS, "value", lambda: _given("_min") | _given("_max"))
def within_bounds() -> nw.Expr:
    return (c("value_base") < c("_min")).fill_null(value=False) | (c("value_base") > c("_max")).fill_null(value=False)


@row_rule("R209", OBS, "value", lambda: c("_measure").is_in(COUNTS))
def counts_are_whole() -> nw.Expr:
    return c("_measure").is_in(COUNTS) & ((c("value_base") < 0) | _differ(c("value_base"), c("value_base").round(0)))


@row_rule("R210", ("targets", "results", "projects", "initiatives"), "year")
def year_of_key() -> nw.Expr:
    return c("_key_year") != c("year")


@row_rule("R211", ("targets", "results", "projects", "initiatives"), "district_code")
def district_of_key() -> nw.Expr:
    return c("_key_district") != c("district_code")


@row_rule("R212", ("targets", "results", "projects"), "period", lambda: _given("period"))
def period_is_one() -> nw.Expr:
    ordered = c("_period_end") >= c("_period_start")
    months = c("_period_first_month").is_between(1, 12) & c("_period_last_month").is_between(1, 12)
    whole = (c("_period_start") == c("year") * 100 + 1) & (c("_period_end") == c("year") * 100 + 12)
    return _given("period") & (~ordered | ~months | whole)


@row_rule("R213", ("targets",), "period", lambda: _given("period"))
def target_period_not_past() -> nw.Expr:
    return (c("_period_end") < c("year") * 100 + 1) | (c("_period_start") > (c("year") + 30) * 100)


@row_rule("R214", ("results",), "period", lambda: _given("period"))
def result_period_of_year() -> nw.Expr:
    return (c("_period_end") > c("year") * 100 + 12) | (c("_period_end") < c("year") * 100 + 1)


@row_rule("R215", OBS, "period", lambda: _given("_says_period"))
def period_as_worded() -> nw.Expr:
    return _given("stated") & (c("_says_period") != c("period").fill_null(""))


@row_rule("R216", ("targets",), "strength", lambda: _given("stated"))
def strength_as_worded() -> nw.Expr:
    return _given("stated") & (c("_says_strength") != c("strength").fill_null(""))


@row_rule("R217", ("results",), "estimated")
def estimate_as_worded() -> nw.Expr:
    return c("_says_estimated") != c("estimated")


@row_rule("R218", ("results",), "cumulative")
def total_as_worded() -> nw.Expr:
    return c("_says_cumulative") != c("cumulative")


@row_rule("R219", OBS, "hedged", lambda: _given("stated"))
def hedge_as_worded() -> nw.Expr:
    return _given("stated") & (c("_says_hedged") != c("hedged"))


@row_rule("R220", OBS, "relative_to", lambda: _given("relative_to") | c("comparator").is_in(COMPARED))
def yardstick_named() -> nw.Expr:
    return (c("comparator").is_in(COMPARED) != _given("relative_to")) | (
        c("relative_to") == c("indicator_id")
    ).fill_null(value=False)


@row_rule("R221", OBS, "relative_to", lambda: c("relative_to").is_in(PLACES))
def yardstick_as_worded() -> nw.Expr:
    # Few rows have a yardstick: only their words are put together.
    told = [nw.when(c("relative_to").is_in(PLACES)).then(c(column)).fill_null("") for column in ("cue", "stated")]
    words = nw.concat_str(told, separator=" ")
    return (
        ((c("relative_to") == "nation") & ~words.str.contains("全国|国内"))
        | ((c("relative_to") == "province") & ~words.str.contains("全省|省内"))
        | ((c("relative_to") == "city") & ~words.str.contains("全市|市内|高于市"))
    )


@row_rule("R222", ("targets",), "stretch_value", lambda: _given("stretch_value"))
def stretch_beyond_value() -> nw.Expr:
    upward = c("comparator").is_in(["eq", "ge", "gt", "approx"])
    short = (upward & (c("stretch_value") <= c("value"))) | (~upward & (c("stretch_value") >= c("value")))
    return _given("stretch_value") & (~c("stretch") | c("value").is_null() | short.fill_null(value=False))


@row_rule("R230", OBS, "value", lambda: _given("value"))
def value_as_read() -> nw.Expr:
    """The value at the row's own figure, not just any number of the phrase."""
    return (
        _given("_own")
        & _given("value")
        & (c("_read_value").is_null() | _differ(c("value"), c("_read_value")).fill_null(value=False))
    )


@row_rule("R231", OBS, "unit_id", lambda: _given("unit_id"))
def unit_as_read() -> nw.Expr:
    return _given("_own") & _given("_unit_symbol") & (c("_read_unit").fill_null("") != c("_unit_symbol"))


@row_rule("R232", OBS, "comparator", lambda: _given("stated"))
def comparator_as_read() -> nw.Expr:
    return _given("_own") & (c("_read_comparator").fill_null("") != c("comparator"))


@row_rule("R233", OBS, "value_max", lambda: _given("value_max"))
def upper_end_as_read() -> nw.Expr:
    return _given("value_max") & (
        c("_read_max").is_null() | _differ(c("value_max"), c("_read_max")).fill_null(value=False)
    )


@row_rule("R234", ("targets",), "stretch_value", lambda: _given("stretch_value"))
def stretch_as_read() -> nw.Expr:
    return _given("stretch_value") & (
        c("_read_stretch").is_null() | _differ(c("stretch_value"), c("_read_stretch")).fill_null(value=False)
    )


@row_rule("R235", OBS, "stated", lambda: _given("stated"))
def own_figure_in_phrase() -> nw.Expr:
    return _given("stated") & c("_own").is_null()


@row_rule("R236", OBS, "indicator_id", lambda: _given("stated"))
def label_in_words() -> nw.Expr:
    return _given("stated") & _given("_labelled") & ~c("_labelled")


@row_rule("R239", OBS, "indicator_id", lambda: c("_measure").is_in(FRACTIONS) & _given("stated"))
def measure_in_words() -> nw.Expr:
    words = nw.concat_str([c("cue").fill_null(""), c("stated")], separator="\n")
    steady = (c("_measure") == "growth_rate") & (~words.str.contains(CHANGING) | words.str.contains(SHARING))
    growing = (c("_measure") == "share") & words.str.contains(GROWING)
    return (_given("stated") & (steady | growing)).fill_null(value=False)


@row_rule("R237", OBS, "stated", lambda: _given("stated"))
def all_numbers_in_ledger() -> nw.Expr:
    return _given("stated") & (c("_other_digits") != c("_ledger_digits"))


@row_rule("R240", ("targets", "results", "projects", "initiatives"), "end", lambda: _given("stated"))
def phrase_fits_offsets() -> nw.Expr:
    length = c("stated").str.len_chars().cast(nw.Int64)
    room = c("end") - c("start")
    return _given("stated") & ((room < length) | (room > length + 40)).fill_null(value=True)


def _place_of_cue(row: dict[str, Any]) -> str:
    """The one cell that differs from the other two in being empty or not; where cue or offsets lack, the first empty one."""
    empty = [name for name in ("cue", "cue_start", "cue_end") if row[name] is None]
    if len(empty) == 2 and row["cue"] is None:
        return "cue_start" if row["cue_start"] is not None else "cue_end"
    return empty[0] if empty else "cue_end"


@row_rule("R241", ("targets", "results", "projects"), "cue_end", place=_place_of_cue)
def cue_fits_offsets() -> nw.Expr:
    length = c("cue").str.len_chars().cast(nw.Int64)
    room = c("cue_end") - c("cue_start")
    given = (_given("cue") == _given("cue_start")) & (_given("cue") == _given("cue_end"))
    return ~given | ((room < length) | (room > length + 40)).fill_null(value=False)


@row_rule("R242", ("targets", "results", "projects"), "cue_start", lambda: _given("cue"))
def cue_outside_phrase() -> nw.Expr:
    return (c("cue_start") < c("end")) & (c("start") < c("cue_end"))


@row_rule("R243", ("targets",), "comparator")
def not_stated_is_empty() -> nw.Expr:
    silent = c("comparator") == "not_stated"
    words = [_given("stated"), _given("start"), _given("end")]
    return (
        (silent & (words[0] | words[1] | words[2]))
        | (~silent & ~(words[0] & words[1] & words[2]))
        | (silent & (_given("strength") | _given("cue") | c("headline") | ~c("_core")))
    )


@row_rule("R244", OBS, "scope_en", lambda: _given("scope_zh") | _given("scope_en"))
def scope_in_two_languages() -> nw.Expr:
    return _given("scope_zh") != _given("scope_en")


@row_rule("R245", OBS, "scope_zh", lambda: _given("stated"))
def scope_as_worded() -> nw.Expr:
    return _given("scope_zh") & _given("_scope_worded") & ~c("_scope_worded")


@row_rule("R246", OBS, "value", lambda: c("_measure") == "qualitative")
def qualitative_has_no_number() -> nw.Expr:
    return (c("_measure") == "qualitative") & _given("value")


EDGES = r"^[，。、；：！？·…,.;:!?]|[，。、；：,.;:]$"
"""A mark that no phrase begins or ends with: the shortest run of words stops before it."""


@row_rule("R249", ("targets", "results", "projects", "initiatives"), "stated", lambda: _given("stated"))
def phrase_without_edge() -> nw.Expr:
    return c("stated").str.contains(EDGES)


@row_rule("R259", ("targets", "results", "projects"), "cue", lambda: _given("cue"))
def cue_without_edge() -> nw.Expr:
    return c("cue").str.contains(EDGES)


@row_rule("R258", ("projects",), "period")
def project_period_as_worded() -> nw.Expr:
    """A part of a year must be told in phrase, cue or note."""
    words = nw.concat_str([c("stated").fill_null(""), c("cue").fill_null(""), c("note").fill_null("")], separator=" ")
    told = words.str.contains("月|季度|半年|[Hh]alf|[Qq]uarter|[Mm]onth|January|June|September|November")
    return c("period").str.contains("-") & ~told


@row_rule("R250", ("projects",), "kind")
def kind_and_count() -> nw.Expr:
    single = c("kind") == "single"
    bare = (
        ~_given("count")
        & ~_given("investment_value")
        & ~_given("size_value")
        & ~c("_has_members").fill_null(value=False)
    )
    grouped = c("stated").str.contains("^总(?:面积|投资|规模)").fill_null(value=False)
    return (single & (_given("count") | grouped)) | (~single & bare) | (~single & _given("portfolio_id"))


@row_rule(
    "R251",
    ("projects",),
    "investment_value",
    lambda: _given("investment_value") | _given("investment_unit_id") | _given("investment_comparator"),
)
def investment_whole() -> nw.Expr:
    given = _given("investment_value")
    return (
        (given != _given("investment_comparator"))
        | (given != _given("investment_unit_id"))
        | (c("_investment_dimension") != "currency").fill_null(value=False)
    )


@row_rule("R252", ("projects",), "investment_base", lambda: _given("investment_value") | _given("investment_base"))
def investment_base_is_product() -> nw.Expr:
    both = _given("investment_value") & _given("_investment_factor")
    return (
        both
        & (
            c("investment_base").is_null()
            | _differ(c("investment_base"), c("investment_value") * c("_investment_factor")).fill_null(value=False)
        )
    ) | (~_given("investment_value") & _given("investment_base"))


@row_rule(
    "R253",
    ("projects",),
    "size_value",
    lambda: _given("size_value") | _given("size_unit_id") | _given("size_comparator"),
)
def size_whole() -> nw.Expr:
    given = _given("size_value")
    return (
        (given != _given("size_comparator"))
        | (given != _given("size_unit_id"))
        | (c("_size_dimension") == "currency").fill_null(value=False)
    )


@row_rule("R254", ("projects",), "strength")
def project_strength_as_worded() -> nw.Expr:
    return c("_says_strength") != c("strength")


@row_rule("R255", ("projects",), "stage", lambda: _given("_stage_worded"))
def stage_as_worded() -> nw.Expr:
    return _given("_stage_worded") & ~c("_stage_worded")


@row_rule("R265", ("projects",), "stage", lambda: _given("stage") | _given("cue"))
def stage_with_cue() -> nw.Expr:
    return _given("stage") != _given("cue")


@row_rule("R256", ("projects", "initiatives"), "name_zh")
def name_matches_phrase() -> nw.Expr:
    return _given("_name_worded") & ~c("_name_worded")


@row_rule("R260", ("units",), "factor")
def factor_of_symbol() -> nw.Expr:
    return _differ(c("factor"), c("_symbol_factor")).fill_null(value=False) | (
        (c("unit_id") == c("base_unit_id")) & (c("factor") != 1)
    )


@row_rule("R261", ("units",), "dimension")
def dimension_of_base() -> nw.Expr:
    return (c("dimension") != c("_base_dimension")).fill_null(value=False) | (
        c("_base_of_base") != c("base_unit_id")
    ).fill_null(value=False)


@row_rule("R262", ("units",), "iso4217")
def currency_code_for_money() -> nw.Expr:
    money = c("dimension") == "currency"
    return money != _given("iso4217")


@row_rule("R270", ("indicators",), "dimension")
def dimension_of_measure() -> nw.Expr:
    words = c("measure") == "qualitative"
    return (
        (words == _given("dimension"))
        | (c("measure").is_in(FRACTIONS) & (c("dimension") != "fraction") & (c("dimension") != "multiple"))
        | (c("measure").is_in(POINTS) & (c("dimension") != "percentage_points"))
        | ((c("measure") != "gap") & (c("measure") != "contribution") & (c("dimension") == "percentage_points"))
    ).fill_null(value=False) | (~words & ~_given("dimension"))


@row_rule("R271", ("indicators",), "max", lambda: _given("min") | _given("max"))
def bounds_in_order() -> nw.Expr:
    return (c("min") >= c("max")).fill_null(value=False) | (_given("min") != _given("max"))


@row_rule("R272", ("indicators",), "definition")
def definition_where_needed() -> nw.Expr:
    needed = c("core") | (c("_records").fill_null(0) >= 2)
    numeric = needed & (c("measure") != "qualitative") & (c("_values").fill_null(0) > 0)
    return (needed & ~_given("definition")) | (numeric & ~_given("min"))


@row_rule("R276", ("indicators",), "definition_zh", lambda: _given("definition") | _given("definition_zh"))
def definition_in_both_languages() -> nw.Expr:
    return _given("definition") != _given("definition_zh")


@row_rule("R273", ("indicators",), "per", lambda: _given("per"))
def per_only_for_ratios() -> nw.Expr:
    return _given("per") & (c("measure") != "ratio")


@row_rule("R280", ("figures",), "role")
def reference_of_role() -> nw.Expr:
    parts = [(c("role") != role) & _given(f"{role}_id") for role in ("target", "result", "project", "initiative")]
    wrong = parts[0] | parts[1] | parts[2] | parts[3]
    frame = c("role").is_in(["context", "furniture"])
    return wrong | (frame != _given("reason"))


@row_rule("R281", ("figures",), "field")
def field_of_role() -> nw.Expr:
    observation = ["value", "value_max", "stretch_value"]
    attribute = ["count", "investment_value", "size_value"]
    return (
        (_given("field") & ~c("role").is_in(["target", "result", "project"]))
        | (c("role").is_in(["target", "result"]) & c("field").is_in(attribute))
        | ((c("role") == "project") & c("field").is_in(observation))
        | ((c("role") == "result") & (c("field") == "stretch_value"))
        | ((c("role") == "project") & ~_given("field"))
    ).fill_null(value=False)


@row_rule("R282", ("figures",), "printed")
def printed_fits_offsets() -> nw.Expr:
    length = c("printed").str.len_chars().cast(nw.Int64)
    room = c("end") - c("start")
    masked = c("printed").str.contains(r"^\*+$")
    return (room < length) | (room > length + 8) | (masked != (c("reason") == "private").fill_null(value=False))


@row_rule("R290", ("coverage",), "headline_end", lambda: _given("headline_start") | _given("headline_end"))
def headline_span_whole() -> nw.Expr:
    return (_given("headline_start") != _given("headline_end")) | (c("headline_end") <= c("headline_start")).fill_null(
        value=False
    )


def _place_of_misprint(row: dict[str, Any]) -> str:
    return "reading" if row["printed"] == row["reading"] else "start"


@row_rule("R291", ("errata",), "reading", place=_place_of_misprint)
def reading_differs() -> nw.Expr:
    length = c("printed").str.len_chars().cast(nw.Int64)
    room = c("end") - c("start")
    return (c("printed") == c("reading")).fill_null(value=False) | (room < length) | (room > length + 40)


@row_rule("R292", ("districts",), "parent_code")
def code_under_parent() -> nw.Expr:
    prefix = c("district_code").str.slice(0, 4)
    return ((c("level") == "prefecture") == _given("parent_code")) | (
        prefix != c("parent_code").str.slice(0, 4)
    ).fill_null(value=False)
