"""Phrases by shape: what the grammar cannot tell apart is read once.

A shape keeps every match of the grammar where it is. It differs from its phrase in four ways:

- A Han character that is part of no literal of the grammar where it stands (see `literals`) gives way to one that the
  grammar does not know: no literal matches either, and every class of all Han characters matches both.
- Of a run of such characters at the beginning or the end so many are left as a wildcard of the grammar must have.
- What lies beyond such a character, seen from the first or the last figure, is taken for more of them, unless it holds
  a word that counts there (see `sight`) or anything but Han characters.
- Numbers give way to `1` or `1.1`, and where there are two to numbers in the same order: the grammar asks whether there
  is a number and which of two is more. It looks at the digits themselves in months, years, dates, editions (2.0版) and
  numbers joined to letters (m2); phrases with any of these (`_DIGITS_MATTER`), with more numbers, with zeros or with
  numerals in characters beside digits keep their numbers.
- Where the grammar has a pattern that cuts the Han characters in two ([一-三]), no character gives way to another.

Tests hold the grammar to this: they look at how it looks, and read many phrases both ways. Phrases are read by shape only
where there are very many; a package of ordinary size is read phrase by phrase.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from planspec.grammar.lexicon import CLOSE_QUOTES, DIGITS_ZH, NUMERAL_ZH
from planspec.rules.literals import FIRST_HAN, GOVERNING, LAST_HAN, QUANTITIES, alphabet
from planspec.rules.sight import needed, sight

MANY = 5000
"""Distinct phrases from which on reading goes by shape."""
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_NUMERAL = "[零〇一二两三四五六七八九十百千万亿廿翻]"
_COUNTING = "[二两三四五六七八九十百千万亿廿翻]|[零〇一]{2}"
"""What every numeral of several words has: 一 and 零 alone (一般, 零售) are never read as figures unless asked for."""
_DIGITS_MATTER = "|".join(
    (
        "[月季]",  # months and quarters
        r"(?:19|20)[0-9][0-9](?:[^0-9.]|\.[^0-9]|\.?$)",  # years
        "[0-9][/-][0-9]",  # dates
        r"[0-9]\.0(?:[^0-9]|$)",  # editions
        "[A-Za-z][0-9]",  # units and names with a digit
        r"(?:^|[^0-9.])[0.]+(?:[^0-9.]|$)",  # nothing has no sign
    )
)


FIGURE = f"[0-9翻{NUMERAL_ZH}{''.join(DIGITS_ZH)}]"
"""What every figure that the grammar finds by itself begins with, and nearly all are made of."""
_HAN = f"[\\x{{{FIRST_HAN:x}}}-\\x{{{LAST_HAN:x}}}]"


@lru_cache(maxsize=8)
def _unknown(names: tuple[str, ...]) -> str:
    """A regular expression for one Han character that these modules of the grammar do not know."""
    han = f"\\x{{{FIRST_HAN:x}}}-\\x{{{LAST_HAN:x}}}"
    return f"[[{han}]--[{''.join(sorted(alphabet(names).known)) or alphabet(names).neutral}]]"


def _alike(text: pl.Expr, names: tuple[str, ...]) -> pl.Expr:
    """Phrases with the characters made alike that some modules of the grammar do not know."""
    return text.str.replace_all(_unknown(names), alphabet(names).neutral) if alphabet(names).usable else text


def _length(text: pl.Expr) -> pl.Expr:
    return text.str.len_chars().cast(pl.Int64).fill_null(0)


def with_plain_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (`stated`, `printed`, `place`) with numbers made alike where they do not matter.

    `_plain`, `_printed`, `_place`: the phrase, the figure and its place in the phrase; `_cut`: how much shorter the
    phrase became after its first `_before` characters.
    """
    # Column by column: polars computes a part of an expression again wherever it stands.
    parts = pl.col("stated").str.extract_groups(rf"^([^0-9]*)({NUMBER})([^0-9]*)(?:({NUMBER})([^0-9]*))?$")
    cut = frame.with_columns(
        parts.struct.rename_fields(["_pre", "_one", "_mid", "_two", "_post"]).alias("_parts")
    ).unnest("_parts")
    pre, one, mid, two, post = (pl.col(name) for name in ("_pre", "_one", "_mid", "_two", "_post"))
    printed, place, before = pl.col("printed"), pl.col("place"), pl.col("_before")
    cut = cut.with_columns(
        pl.concat_str(
            pre, mid.str.replace("^[万亿]+", ""), post.str.replace("^[万亿]+", "").fill_null(""), separator="|"
        ).alias("_rest"),
        _length(pre).alias("_before"),
        _length(one).alias("_long"),
        printed.str.contains("[0-9]").alias("_digits"),
    )
    cut = cut.with_columns(
        ((place == before) & (printed == one)).alias("_at_one"),
        ((place == before + pl.col("_long") + _length(mid)) & (printed == two)).fill_null(value=False).alias("_at_two"),
        pl.col("_rest").str.contains(_COUNTING).alias("_counting"),
    )
    at_one, at_two = pl.col("_at_one"), pl.col("_at_two")
    # A shorter number brings what stands before it nearer to what stands behind it.
    measured = pl.col("stated").str.contains_any(sorted({*sight(QUANTITIES).behind, *CLOSE_QUOTES}))
    words = ~pl.col("_digits") & ~measured & ~pl.col("_rest").str.contains(_NUMERAL)
    numbers = pl.when(two.is_null()).then(at_one | words).otherwise((at_one | at_two) & ~measured)
    free = ~pl.col("stated").str.contains(_DIGITS_MATTER) & ~pl.col("_counting") & numbers
    first, second = one.cast(pl.Float64, strict=False), two.cast(pl.Float64, strict=False)
    order = pl.when(first < second).then(pl.lit("1")).when(first > second).then(pl.lit("3")).otherwise(pl.lit("2"))
    cut = cut.with_columns(free.fill_null(value=False).alias("_free"), order.alias("_order"))

    def like(number: pl.Expr, digit: pl.Expr) -> pl.Expr:
        return (
            pl.when(number.str.contains(".", literal=True))
            .then(pl.concat_str(digit, pl.lit("."), digit))
            .when(number.is_not_null())
            .then(digit)
        )

    cut = cut.with_columns(like(one, pl.col("_order")).alias("_like_one"), like(two, pl.lit("2")).alias("_like_two"))
    plain = pl.concat_str(pre, "_like_one", mid, pl.col("_like_two").fill_null(""), post.fill_null(""))
    shorter = pl.when("_free").then(pl.col("_long") - _length(pl.col("_like_one"))).otherwise(0)
    made = cut.with_columns(
        pl.when("_free").then(plain).otherwise(pl.col("stated")).alias("_plain"),
        pl.when(pl.col("_free") & at_one)
        .then("_like_one")
        .when(pl.col("_free") & at_two)
        .then("_like_two")
        .otherwise(printed)
        .alias("_printed"),
        shorter.alias("_cut"),
    )
    moved = (place - pl.when(place > before).then("_cut").otherwise(0)).alias("_place")
    return made.select(*frame.columns, moved, "_plain", "_printed", "_cut", "_before")


@lru_cache(maxsize=8)
def _weak(names: tuple[str, ...]) -> re.Pattern[str]:
    """A character that matters only beside another."""
    weak = "".join(sorted(alphabet(names).known - alphabet(names).alone))
    return re.compile(f"[{weak}]" if weak else "(?!)")


def closer(text: str, names: tuple[str, ...]) -> tuple[str, int]:
    """A phrase with every Han character made alike that is part of no literal where it stands.

    And how many of them were dropped before it.
    """
    known = alphabet(names)
    if not known.usable:
        return text, 0
    pairs, neutral, out = known.pairs, known.neutral, list(text)
    for match in _weak(names).finditer(text):
        at = match.start()
        if text[at - 1 : at + 1] not in pairs and text[at : at + 2] not in pairs:
            out[at] = neutral
    made, least = "".join(out), sight(names).least
    body = made.lstrip(neutral)
    dropped = max(0, len(made) - len(body) - least)
    end = body.rstrip(neutral)
    return neutral * (len(made) - len(body) - dropped) + end + neutral * min(least, len(body) - len(end)), dropped


def _reaching(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.Series:
    """The phrases (`text`) with a word `behind` an unknown character that some pattern looks for and may find."""
    text, behind, seen = pl.col("text"), pl.col("behind"), sight(names)
    some, found = frame.filter(behind.str.contains_any(sorted(seen.ahead))), [frame["text"].clear()]
    for words, sets in seen.together:
        rows = some.filter(behind.str.contains_any(sorted(words)))
        for needed_ in sets:
            rows = rows.filter(text.str.contains_any(sorted(needed_)))
        found.append(rows["text"])
    return pl.concat(found).unique()


def _near(texts: pl.Series, names: tuple[str, ...]) -> pl.DataFrame:
    """Phrases (`text`, characters made alike) without what no figure of theirs sees: `near`, `fewer` characters in front."""
    frame, text = texts.alias("text").to_frame(), pl.col("text")
    if not alphabet(names).usable:
        return frame.with_columns(text.alias("near"), pl.lit(0, dtype=pl.Int64).alias("fewer"))
    seen, neutral = sight(names), alphabet(names).neutral
    # Column by column: polars computes a part of an expression again wherever it stands.
    frame = frame.with_columns(
        text.str.replace(f"{FIGURE}.*$", "").alias("left"), text.str.replace(f"^.*{FIGURE}", "").alias("right")
    ).with_columns(
        (_length(pl.col("left")) - _length(pl.col("left").str.replace(f"^.*{neutral}", ""))).alias("front"),
        (_length(pl.col("right")) - _length(pl.col("right").str.replace(f"{neutral}.*$", ""))).alias("back"),
    )
    before = pl.col("left").str.slice(0, pl.col("front"))
    behind = pl.col("right").str.slice(_length(pl.col("right")) - pl.col("back"))
    frame = frame.with_columns(behind.alias("behind"))
    reaching = _reaching(frame, names)

    def plain(part: pl.Expr) -> pl.Expr:
        return ~part.str.contains(f"[^{_HAN[1:-1]}]")

    def neutrals(length: str) -> pl.Expr:
        return pl.lit(neutral * seen.least).str.slice(0, pl.col(length))

    figured = text.str.contains(FIGURE)
    frame = frame.with_columns(
        pl.when(figured & plain(before) & ~before.str.contains_any(sorted(seen.behind)))
        .then("front")
        .otherwise(0)
        .alias("front"),
        pl.when(figured & plain(pl.col("behind")) & ~text.is_in(reaching.implode()))
        .then("back")
        .otherwise(0)
        .alias("back"),
    )
    inside = text.str.slice(pl.col("front"), _length(text) - pl.col("front") - pl.col("back"))
    return frame.select(
        "text",
        pl.concat_str(neutrals("front"), inside, neutrals("back")).alias("near"),
        (pl.col("front") - pl.min_horizontal("front", pl.lit(seen.least))).alias("fewer"),
    )


def with_figure_shapes(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (`stated`, `printed`, `place`) with shape and place of each figure as the grammar of quantities sees them.

    `_stated`, `_printed`, `_place`; `_dropped` characters stood before the shape; `_before`, `_cut` as above.
    """
    # A figure of other words may stand where the cut would take it away.
    plain = with_plain_numbers(frame).with_columns(
        (~pl.col("printed").str.contains(rf"^(?:{FIGURE}|\.)+$")).alias("_whole")
    )
    distinct = plain.select("_plain", "_whole").unique()
    distinct = pl.concat(
        [distinct, _near(distinct.select(_alike(pl.col("_plain"), QUANTITIES)).to_series(), QUANTITIES)],
        how="horizontal",
    )
    distinct = distinct.with_columns(
        pl.when("_whole").then("text").otherwise("near").alias("near"),
        pl.when("_whole").then(0).otherwise("fewer").alias("fewer"),
    ).drop("text")
    near = distinct["near"].unique()
    closer_ = [closer(text, QUANTITIES) for text in near]
    shapes = pl.DataFrame(closer_, schema={"_closer": pl.String, "_dropped": pl.Int64}, orient="row")
    # Characters that matter only beside others gave way: more may be out of sight now.
    shapes = pl.concat(
        [
            shapes.with_columns(near),
            _near(shapes["_closer"], QUANTITIES).select(pl.col("near").alias("_near"), pl.col("fewer").alias("_fewer")),
        ],
        how="horizontal",
    )
    shapes = distinct.join(shapes, on="near", how="left").select(
        "_plain",
        "_whole",
        pl.when("_whole").then("_closer").otherwise("_near").alias("_stated"),
        (pl.col("fewer") + pl.col("_dropped") + pl.when("_whole").then(0).otherwise("_fewer")).alias("_dropped"),
    )
    return (
        plain.join(shapes, on=["_plain", "_whole"], how="left", maintain_order="left")
        .with_columns(pl.col("_place") - pl.col("_dropped"))
        .drop("_whole")
    )


def _governing(texts: pl.Series) -> pl.DataFrame:
    """Texts (`text`) as the grammar of what governs sees them: `whole`, and `short`, without what it does not count.

    A whole number is as good as a digit there.
    """
    frame, text, neutral = texts.alias("text").to_frame(), pl.col("text"), alphabet(GOVERNING).neutral
    if not alphabet(GOVERNING).usable:
        return frame.with_columns(text.alias("whole"), text.alias("short"))
    alike = _alike(text, GOVERNING)
    made = pl.when(text.str.contains(_DIGITS_MATTER)).then(alike).otherwise(alike.str.replace_all(NUMBER, "1"))
    frame = frame.with_columns(made.alias("whole"))
    short = pl.col("whole").str.replace(f"^{neutral}+", neutral).str.replace(f"{neutral}+$", neutral)
    return frame.with_columns(short.alias("short"))


def with_governing_shapes(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (`stated`, `cue`) with `_stated` and `_cue`: phrase and cue by what may govern in them.

    Most phrases hold no word that any pattern needs: these are all alike. A number in a cue and 力争 in its phrase
    belong together within some characters: there both keep their length.
    """
    words = sorted(needed(GOVERNING))
    numbered = pl.col("cue").str.contains("[0-9]")
    rows = frame.with_columns(numbered.alias("_numbered")).with_row_index("_row")
    for column in ("stated", "cue"):
        telling = pl.col("text").str.contains_any(words) if words else pl.lit(value=True)
        if column == "cue":
            telling |= pl.col("_numbered")
        asked = rows.select("_row", "_numbered", pl.col(column).alias("text")).filter(telling)
        shapes = asked.join(_governing(asked["text"].unique()), on="text", how="left")
        shape = pl.when("_numbered").then("whole").otherwise("short").alias(f"_{column}")
        rows = rows.join(shapes.select("_row", shape), on="_row", how="left", maintain_order="left")
    return rows.with_columns(pl.col("_stated", "_cue").fill_null("")).drop("_numbered", "_row")
