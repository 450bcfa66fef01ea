"""What phrases say: functions over batches of rows, for polars in this process and for any engine's workers.

For every observation the ledger names the figures that prove it. A figure's place in the compact phrase follows from
its offset; where layout blanks stand inside the phrase, the ledger's order does the same. The grammar then reads that
figure and no other. Each distinct phrase is read once; where there are very many, each distinct shape (see `shapes`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import polars as pl

from planspec.grammar import Reading, Statement, read_at, read_governing, read_statements
from planspec.grammar.quantity import parse_numeral
from planspec.rules.shapes import MANY, NUMBER, with_figure_shapes, with_governing_shapes
from planspec.rules.words import name_in_phrase, scope_in_words, stage_in_words
from planspec.tables import LINE

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
WORDY = ("in_step", "keep", "relative", "qualitative")
STRENGTHS = ("binding", "ensure", "strive")

FIGURE_SCHEMA: dict[str, type[pl.DataType]] = {
    LINE: pl.Int64,
    "slot": pl.String,
    "order": pl.Int64,
    "place": pl.Int64,
    "value": pl.Float64,
    "unit": pl.String,
    "comparator": pl.String,
    "bound": pl.String,
    "hedged": pl.Boolean,
}
"""One row a figure that stands in its record's phrase: the record's line, what the grammar reads at the figure.

`slot`: `own`, `max` or `stretch`; `order`: line of the ledger; `hedged` is null for a quantity.
"""

WORDS_SCHEMA: dict[str, type[pl.DataType]] = {
    LINE: pl.Int64,
    "_other_digits": pl.Int64,
    "_says_strength": pl.String,
    "_says_estimated": pl.Boolean,
    "_says_cumulative": pl.Boolean,
    "_says_hedged": pl.Boolean,
    "_says_period": pl.String,
    "_scope_worded": pl.Boolean,
}
"""One row an observation: what phrase and cue say besides the figures."""

WORKS_SCHEMA: dict[str, type[pl.DataType]] = {
    LINE: pl.Int64,
    "_says_strength": pl.String,
    "_stage_worded": pl.Boolean,
    "_name_worded": pl.Boolean,
}
NAMES_SCHEMA: dict[str, type[pl.DataType]] = {LINE: pl.Int64, "_name_worded": pl.Boolean}
AGREE_SCHEMA: dict[str, type[pl.DataType]] = {LINE: pl.Int64, "field": pl.String, "agrees": pl.Boolean}


def once_each(
    frame: pl.DataFrame, columns: list[str], function: Callable[..., tuple], schema: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    """`frame` with the columns `schema` that `function` gives for each distinct combination of `columns`."""
    distinct = frame.select(columns).unique()
    made = [function(*row) for row in distinct.iter_rows()]
    named = pl.DataFrame(made, schema=schema, orient="row")
    return frame.join(
        pl.concat([distinct, named], how="horizontal"), on=columns, how="left", maintain_order="left", nulls_equal=True
    )


def place_in_phrase(stated: str, start: int, end: int, figure: int, printed: str, rank: int) -> int | None:
    """Position in compact `stated` (stored at `start`:`end`) of the figure stored at `figure`; None if it is not there.

    Without layout blanks the offset decides. With them, the `rank`-th occurrence of a number is the `rank`-th digit
    run; other figures are looked for where the blanks leave room.
    """
    blanks = (end - start) - len(stated)
    offset = figure - start
    if blanks == 0:
        return offset if stated[offset : offset + len(printed)] == printed else None
    if printed[:1].isdigit():
        runs = list(_DIGITS.finditer(stated))
        if rank < len(runs) and runs[rank].group() == printed:
            return runs[rank].start()
        return None
    for position in range(max(0, offset - max(blanks, 0)), offset + 1):
        if stated[position : position + len(printed)] == printed:
            return position
    return None


def read_record(stated: str, position: int, printed: str, comparator: str) -> Reading | Statement | None:
    """What the phrase says at one figure: a quantity, or a yardstick where the figure is words."""
    end = position + len(printed)
    if comparator in WORDY:
        for statement in read_statements(stated):
            if statement.start < end and position < statement.end:
                return statement
    reading = read_at(stated, position, end)
    if reading is None or (not printed[:1].isdigit() and reading.end < end):
        for statement in read_statements(stated):
            if statement.start < end and position < statement.end:
                return statement
    return reading


_READ = {
    "times": pl.Float64,
    "first": pl.Int64,
    "unit": pl.String,
    "comparator": pl.String,
    "bound": pl.String,
    "hedged": pl.Boolean,
    "read": pl.Boolean,
}


_NOTHING = (None, None, None, None, None, None, False)


def _factors(reading: Reading, stated: str) -> tuple:
    """A reading as what the number that stands in the phrase is multiplied by; 1 is where the numeral is in characters."""
    run = stated[reading.start : reading.end]
    arabic = run.isascii()
    times = reading.value / Decimal(run) if arabic and reading.value else reading.value
    return (
        float(times),
        reading.start if arabic and reading.value else None,
        reading.unit,
        reading.comparator,
        reading.bound,
        None,
        True,
    )


def _read(stated: str, position: int, printed: str, wordy: bool) -> tuple:
    reading = read_record(stated, position, printed, WORDY[0] if wordy else "")
    if isinstance(reading, Statement):
        return None, None, None, reading.comparator, None, reading.hedged, True
    return _NOTHING if reading is None else _factors(reading, stated)


def _read_quantity(stated: str, position: int, printed: str) -> tuple:
    """`_read` for a figure that is no yardstick; not read where `read_record` would look for a yardstick after all."""
    reading = read_at(stated, position, position + len(printed))
    if reading is None or (not printed[:1].isdigit() and reading.end < position + len(printed)):
        return _NOTHING
    return _factors(reading, stated)


def read_figures_of(frame: pl.DataFrame) -> pl.DataFrame:
    """`FIGURE_SCHEMA` for rows of a record (`_line`, `stated`, `room`, `wordy`) joined with a figure of it.

    `offset`: the figure's start from the phrase's; `room`: stored length of the phrase; `rank`: digit runs before it.
    """
    tight = frame.with_columns(
        pl.when(pl.col("room") == pl.col("stated").str.len_chars())
        .then(pl.col("offset"))
        .otherwise(None)
        .alias("place")
    )
    loose = tight.filter(pl.col("place").is_null())
    tight = tight.filter(
        pl.col("place").is_not_null()
        & (pl.col("stated").str.slice(pl.col("offset"), pl.col("printed").str.len_chars()) == pl.col("printed"))
    )
    places = [
        place_in_phrase(*row)
        for row in loose.select("stated", pl.lit(0), "room", "offset", "printed", "rank").iter_rows()
    ]
    loose = loose.with_columns(pl.Series("place", places, dtype=pl.Int64)).filter(pl.col("place").is_not_null())
    placed = pl.concat([tight.with_columns(pl.col("place").cast(pl.Int64)), loose])
    many = placed["stated"].n_unique() > MANY
    read = _read_by_shapes(placed) if many else once_each(placed, ["stated", "place", "printed", "wordy"], _read, _READ)
    run = pl.col("stated").str.slice(pl.col("first")).str.extract(f"^({NUMBER})").cast(pl.Float64, strict=False)
    value = pl.when(pl.col("first").is_null()).then(pl.col("times")).otherwise(pl.col("times") * run).alias("value")
    return read.filter("read").with_columns(value).select(list(FIGURE_SCHEMA))


def _read_by_shapes(placed: pl.DataFrame) -> pl.DataFrame:
    """`placed` with what is read at each figure; each shape of a phrase that may hold a quantity is read once."""
    columns = [*placed.columns, *_READ]
    shaped = once_each(
        with_figure_shapes(placed.filter(~pl.col("wordy"))), ["_stated", "_place", "_printed"], _read_quantity, _READ
    )
    here = pl.col("first") + pl.col("_dropped")
    settled = shaped.filter("read").with_columns(
        pl.when(here > pl.col("_before")).then(here + pl.col("_cut")).otherwise(here).alias("first")
    )
    words = pl.concat([placed.filter("wordy"), shaped.filter(~pl.col("read")).select(placed.columns)])
    return pl.concat(
        [
            settled.select(columns),
            once_each(words, ["stated", "place", "printed", "wordy"], _read, _READ).select(columns),
        ]
    )


def _says(stated: str, cue: str) -> tuple:
    says = read_governing(stated, cue)
    strength = next((s for s in STRENGTHS if s in says.strengths), "stated")
    months = says.months or (None, None)
    return strength, says.estimated, says.cumulative, says.hedged, *months, says.later_year, stated, cue


_SAYS = {
    "_says_strength": pl.String,
    "_says_estimated": pl.Boolean,
    "_says_cumulative": pl.Boolean,
    "_says_hedged": pl.Boolean,
    "_first": pl.Int64,
    "_last": pl.Int64,
    "_later": pl.Int64,
    "_of_stated": pl.String,
    "_of_cue": pl.String,
}


def _governed(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (`stated`, `cue` without nulls) with what governs each phrase, and a phrase and cue that say the same."""
    if frame["stated"].n_unique() <= MANY and frame.select("stated", "cue").n_unique() <= MANY:
        return once_each(frame, ["stated", "cue"], _says, _SAYS)
    return once_each(with_governing_shapes(frame), ["_stated", "_cue"], _says, _SAYS)


def words_of_observations(frame: pl.DataFrame) -> pl.DataFrame:
    """`WORDS_SCHEMA` for rows with `_line`, `stated`, `cue`, `year`, `scope_zh`, `note`, and `placed`: has it offsets?"""
    said = _governed(
        frame.filter((pl.col("stated") != "") & pl.col("placed")).with_columns(pl.col("cue").fill_null(""))
    )
    kinds = ["_first", "_last", "_later", "year"]
    samples = said.group_by(kinds).agg(pl.col("_of_stated").first(), pl.col("_of_cue").first())
    periods = [
        None if year is None else read_governing(stated, cue).period(year)
        for year, stated, cue in samples.select("year", "_of_stated", "_of_cue").iter_rows()
    ]
    samples = samples.select(*kinds, pl.Series("_says_period", periods, dtype=pl.String))
    said = said.join(samples, on=kinds, how="left", nulls_equal=True, maintain_order="left")
    said = said.with_columns(pl.col("stated").str.count_matches(r"\d+(?:\.\d+)?").cast(pl.Int64).alias("_other_digits"))
    scope = pl.col("scope_zh")
    scoped = frame.filter((scope != "") & (pl.col("stated") != "") & (pl.col("note").fill_null("") == ""))
    scoped = scoped.select(LINE, "scope_zh", "stated", "cue", "note")
    # A scope that stands in the cue as it is needs no closer look.
    plain = scope.str.contains(r"^\S{2,}$") & pl.col("cue").str.contains(scope, literal=True).fill_null(value=False)
    closer = once_each(
        scoped.filter(~plain),
        ["scope_zh", "stated", "cue", "note"],
        lambda *row: (scope_in_words(*row),),
        {"_scope_worded": pl.Boolean},
    )
    worded = [scoped.filter(plain).select(LINE, _scope_worded=pl.lit(value=True)), closer.select(LINE, "_scope_worded")]
    out = frame.select(LINE).join(
        said.drop("stated", "cue", "scope_zh", "note", "year"), on=LINE, how="left", maintain_order="left"
    )
    return out.join(pl.concat(worded), on=LINE, how="left", maintain_order="left").select(list(WORDS_SCHEMA))


def _names(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `_name_worded`; a name that is the phrase, or holds it, or stands in it, needs no closer look."""
    name, stated = pl.col("name_zh"), pl.col("stated")
    plain = (name == stated) | name.str.contains(stated, literal=True) | stated.str.contains(name, literal=True)
    told = frame.with_columns(pl.when((name != "") & (stated != "")).then(plain).otherwise(None).alias("_plain"))
    odd = once_each(
        told.filter(~pl.col("_plain")),
        ["name_zh", "stated"],
        lambda *row: (name_in_phrase(*row),),
        {"_name_worded": pl.Boolean},
    )
    joined = told.join(odd.select(LINE, "_name_worded"), on=LINE, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_name_worded", "_plain"))


def words_of_names(frame: pl.DataFrame) -> pl.DataFrame:
    """`NAMES_SCHEMA` for rows with `_line`, `name_zh`, `stated`."""
    return _names(frame).select(list(NAMES_SCHEMA))


def words_of_works(frame: pl.DataFrame) -> pl.DataFrame:
    """`WORKS_SCHEMA` for rows of projects with `_line`, `name_zh`, `stated`, `cue`, `stage`.

    Words that stand in the cue settle the stage; the phrase is looked at only where they do not.
    """
    named = _names(frame)
    said = _governed(named.with_columns(pl.col("stated", "cue").fill_null(""))).select(LINE, "_says_strength")
    staged = once_each(
        named.select(LINE, "stage", "cue", "stated"),
        ["stage", "cue"],
        lambda stage, cue: (stage_in_words(stage, "", cue),),
        {"_stage_worded": pl.Boolean},
    )
    unsettled = staged.filter(~pl.col("_stage_worded")).drop("_stage_worded")
    closer = once_each(
        unsettled, ["stage", "stated", "cue"], lambda *row: (stage_in_words(*row),), {"_closer": pl.Boolean}
    )
    staged = staged.join(closer.select(LINE, "_closer"), on=LINE, how="left", maintain_order="left")
    staged = staged.select(LINE, pl.coalesce("_closer", "_stage_worded").alias("_stage_worded"))
    out = named.select(LINE, "_name_worded").join(said, on=LINE, how="left", maintain_order="left")
    return out.join(staged, on=LINE, how="left", maintain_order="left").select(list(WORKS_SCHEMA))


def _is_printed(printed: str, value: float) -> bool:
    """Whether a printed number by itself is a value, whatever its sign."""
    try:
        return abs(float(printed)) == abs(value)
    except ValueError:
        numeral = parse_numeral(printed)
        return numeral is not None and float(numeral) == abs(value)


def _is_read(printed: str, value: float, stated: str) -> bool:
    """Whether a numeral of words is a value as the grammar reads it in its phrase, with the power that its unit carries."""
    place = max(stated.find(printed), 0)
    reading = read_at(stated, place, place + len(printed)) if printed in stated else read_at(printed, 0, len(printed))
    return reading is not None and abs(float(reading.value)) == abs(value)


def words_of_numerals(frame: pl.DataFrame) -> pl.DataFrame:
    """`AGREE_SCHEMA` for figures (`_line`, `field`, `printed`, `proved`, `stated`): is the numeral the record's value?

    Only where the numeral alone is not is its phrase read.
    """
    texts = frame.with_columns(pl.col("printed", "stated").fill_null(""))
    alone = once_each(texts, ["printed", "proved"], lambda *row: (_is_printed(*row),), {"agrees": pl.Boolean})
    closer = once_each(
        alone.filter(~pl.col("agrees")).drop("agrees"),
        ["printed", "proved", "stated"],
        lambda *row: (_is_read(*row),),
        {"agrees": pl.Boolean},
    )
    return pl.concat([part.select(list(AGREE_SCHEMA)) for part in (alone.filter("agrees"), closer)])
