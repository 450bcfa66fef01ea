"""Rows that a rule on texts may refuse, found column by column; the rule itself then looks at those rows only.

Each function takes a batch of rows with `_line` and gives the lines that may fail: too many cost time, none may be
missing. What a rule calls wrong is said by the rule alone; here stands only what any such row must have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from planspec.lexicon import in_pinyin, is_chinese_word, spelt, torn
from planspec.tables import LINE

FEW = 5000
"""Tables of up to so many rows are looked at row by row: there is nothing to gain."""
Suspicious = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives the lines of a batch that a rule has to look at."""
BESIDE = {"name_en": "name_zh", "scope_en": "scope_zh", "definition": "definition_zh", "why": "why_zh"}
"""English columns and the Chinese ones that say the same; a number of the one stands in the other."""
LINES: dict[str, type[pl.DataType]] = {LINE: pl.Int64}
_FORM = "|".join(
    (
        r" [,.;:)”’]|[(“‘] | -\w",
        r"[A-Za-z][,;:!?][A-Za-z“]|[A-Za-z]{2}\.[A-Za-z]",
        r"[,.;:]{2}|[,;:]\z|\A[,.;:)]",
        r"[A-Za-z][(“]|[)”][A-Za-z]",
        r"[0-9]+[a-z]{3,}|[a-z]{3,}[0-9]",
    )
)
_FORM_ZH = "|".join(
    (
        r"[一-鿿，。、；：“”] | [一-鿿，。、；：“”]",
        r"[，。、；：,.;]{2}|\A[，。、；：,.;]|[，、；：,;]\z",
        r"[的了和与及在是]{3}|的的|了了|和和|与与|及及|在在|是是",
        r"[按以对由从把被将及或之于向][，。、；：]|[，。、；：][的们者]",
    )
)


def once_a_text(suspicious: Suspicious, looked: tuple[str, ...], frame: pl.DataFrame) -> pl.DataFrame:
    """What `suspicious` picks of a batch, looking once at rows that say the same in all columns `looked` at."""
    distinct = frame.unique(looked)
    if 2 * distinct.height > frame.height:
        return suspicious(frame)
    picked = distinct.join(suspicious(distinct), on=LINE, how="semi")
    return frame.join(picked, on=looked, how="semi", nulls_equal=True).select(LINE)


def texts_of(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """`_line`, `column`, `text` for every cell of some columns that is not empty."""
    parts = [frame.select(LINE, pl.lit(column).alias("column"), pl.col(column).alias("text")) for column in columns]
    return pl.concat(parts).filter(pl.col("text") != "")


def _ends(text: pl.Expr, *marks: str) -> pl.Expr:
    return pl.any_horizontal(*(text.str.ends_with(mark) for mark in marks))


def _count(text: pl.Expr, mark: str) -> pl.Expr:
    return text.str.count_matches(mark, literal=True)


def english(
    frame: pl.DataFrame, columns: tuple[str, ...], sentences: tuple[str, ...], known: frozenset[str]
) -> pl.DataFrame:
    """Rows with an English word that is not `known` nor on a list, with marks out of form, or with a number."""
    texts = texts_of(frame, columns)
    text, column = pl.col("text"), pl.col("column")
    # Many rows say the same: each text is looked at once.
    distinct = texts.select("text").unique().with_row_index("_text")
    formless = distinct.filter(
        text.str.contains(_FORM)
        | (_count(text, "(") != _count(text, ")"))
        | (_count(text, "“") != _count(text, "”"))
        | (_count(text, '"') % 2 != 0)
    )
    words, vocabulary = _words(distinct)
    unknown = pl.Series([not _is_known(word, known) for word in vocabulary], dtype=pl.Boolean)
    odd = pl.concat(
        [
            formless.select("text"),
            distinct.join(_torn_or_twice(words, vocabulary), on="_text", how="semi").select("text"),
        ]
    )
    unread = words.filter(unknown.gather(words["_word"])).unique()
    unread = unread.with_columns(pl.Series(vocabulary, dtype=pl.String).gather(unread["_word"]).alias("word"))
    unread = texts.join(unread.join(distinct, on="_text"), on="text").select(LINE, "column", "word")
    formed = (
        (column.is_in(sentences) & ~_ends(text, ".", ".)", ".”"))
        | (column.is_in(["name_en", *sentences]) & ~text.str.contains(r'\A[A-Z0-9“"]'))
        | (column.is_in(list(BESIDE)) & text.str.contains("[0-9]"))
    )
    found = texts.filter(formed), texts.join(odd, on="text", how="semi"), _unread(unread, frame)
    return pl.concat([lines.select(LINE) for lines in found]).unique()


def _words(texts: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The English words of some texts in their order, as `_text` and `_word`, two numbers; and the words by number."""
    bare = pl.col("text").str.replace_all("R&D", "", literal=True)
    words = texts.select("_text", bare.str.extract_all(r"[A-Za-z]+(?:[’'][A-Za-z]+)*").alias("_word")).explode("_word")
    words = words.drop_nulls("_word")
    vocabulary = words["_word"].unique().to_list()
    return words.with_columns(pl.col("_word").cast(pl.Enum(vocabulary)).to_physical().cast(pl.UInt32)), vocabulary


def _torn_or_twice(words: pl.DataFrame, vocabulary: list[str]) -> pl.DataFrame:
    """The texts (`_text`) with a word twice, or with two that may be one torn apart."""
    after = pl.when(pl.col("_text") == pl.col("_text").shift(-1)).then(pl.col("_word").shift(-1)).alias("_next")
    pairs = words.with_columns(after).drop_nulls("_next")
    distinct = pairs.select("_word", "_next").unique()
    said = ((vocabulary[one], vocabulary[two]) for one, two in distinct.iter_rows())
    odd = [one.lower() == two.lower() or torn(one, two) for one, two in said]
    wrong = distinct.filter(pl.Series(odd, dtype=pl.Boolean))
    return pairs.join(wrong, on=["_word", "_next"], how="semi").select("_text").unique()


def _unread(words: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Words of a column that do not spell the Chinese of the column beside it."""
    parts = [words.filter(~pl.col("column").is_in([c for c in BESIDE if BESIDE[c] in frame.columns]))]
    for column, beside in BESIDE.items():
        if beside in frame.columns and column in frame.columns:
            own = words.filter(pl.col("column") == column).join(frame.select(LINE, beside), on=LINE, how="left")
            pairs = own.select("word", beside).unique()
            spells = [
                bool(chinese) and word[:1].isupper() and word[1:].islower() and in_pinyin(word, chinese)
                for word, chinese in pairs.iter_rows()
            ]
            loose = pairs.filter(~pl.Series(spells, dtype=pl.Boolean))
            parts.append(own.join(loose, on=["word", beside], how="semi", nulls_equal=True).select(words.columns))
    return pl.concat(parts)


def _is_known(word: str, known: frozenset[str]) -> bool:
    bare = word.removesuffix("’s").removesuffix("'s")
    return bare in known or spelt(bare)


def bigrams(texts: pl.Series) -> pl.DataFrame:
    """Every pair of Chinese characters that stand side by side: `pair`, and `run`, the run of characters they are in."""
    runs = texts.unique().str.extract_all("[一-鿿]+").explode().drop_nulls().unique().alias("run").to_frame()
    chars = runs.with_row_index("_run").with_columns(pl.col("run").str.split("").alias("char")).explode("char")
    after = pl.col("char").shift(-1)
    same = pl.col("_run") == pl.col("_run").shift(-1)
    return chars.select("run", "char", pl.when(same).then(pl.col("char") + after).alias("pair"))


def chinese(
    frame: pl.DataFrame, columns: tuple[str, ...], alone: frozenset[str], pairs: frozenset[str]
) -> pl.DataFrame:
    """Rows with Chinese out of form, or with a character that is no word `alone` and forms none with its neighbours."""
    texts = texts_of(frame, columns)
    text = pl.col("text")
    formless = (
        text.str.contains(_FORM_ZH)
        | ~text.str.contains("[一-鿿]")
        | (pl.col("column").is_in(["summary_zh", "definition_zh", "why_zh"]) & ~text.str.ends_with("。"))
        | pl.col("column").is_in(["definition_zh", "why_zh"])
        | ((pl.col("column") == "summary_zh") & text.str.contains(r"[,.;:](?:[^0-9]|\z)"))
        | ((pl.col("column") == "labels_zh") & text.str.contains(r"\A.?\||\|.?\||\|.?\z|\A.\z"))
    )
    chars = bigrams(texts["text"])
    distinct = chars["pair"].drop_nulls().unique().to_list()
    words = [p for p in distinct if p in pairs or is_chinese_word(p)]
    joined = pl.col("pair").is_in(words).fill_null(value=False)
    # The pair before a character is that of the character above; a run's first character has none above it.
    before = joined.shift(1, fill_value=False) & (pl.col("run") == pl.col("run").shift(1))
    bare = chars.filter(~joined & ~before.fill_null(value=False) & ~pl.col("char").is_in(list(alone)))["run"].unique()
    runs = texts.select(LINE, text.str.extract_all("[一-鿿]+").alias("run")).explode("run")
    odd = runs.join(bare.to_frame(), on="run", how="semi")
    return pl.concat([texts.filter(formless).select(LINE), odd.select(LINE)]).unique()
