"""What a chart is drawn with: the marks that stand for each comparator, and the words beside them, in Altair."""

from __future__ import annotations

from typing import Any

COLOURS = {"ink": "#010201", "soft": "#010202", "faint": "#010203", "accent": "#010204", "past": "#010205"}
"""Stand-ins that a page turns into the style sheet's variables and a file of its own into fixed colours."""

ROW = 42
"""Least height of a row in pixels: the target in its upper part, last year's result in its lower part."""
TARGET, PAST = ROW * 0.38, ROW * 0.72
PLOT = (92, 258)
"""Where the number line begins and at most ends, in pixels; left of it stand names, right of it the values in words."""
GAP, INDENT = 14, 20
"""From the end of the number line to the words right of it, and from its beginning to words that stand on it."""
SIZES = {"name": 12.5, "sub": 10.5, "words": 12.5, "statement": 12, "past": 11}
"""Font sizes in pixels."""
LINE = 12
"""Height of a further line of a scope."""

NUMBER = "isValid(datum.x)"
UP = "indexof(['ge','gt'], datum.shape) >= 0"
DOWN = "indexof(['le','lt'], datum.shape) >= 0"
STRICT = "indexof(['gt','lt'], datum.shape) >= 0"
SILENT = "indexof(['unknown','not_stated'], datum.shape) >= 0"
SHAPES = {
    "in_step": "M-1,-.5H1M-1,.5H1",
    "keep": "square",
    "relative": "triangle-up",
    "qualitative": "cross",
    "binding": "diamond",
}
"""Symbol of each statement without a number."""


class Layers:
    """Makes the layers of one chart specification; `alt` is the Altair module, the data set is called `marks`."""

    def __init__(self, alt: Any) -> None:
        self.alt = alt
        self.base = alt.Chart(alt.NamedData("marks"))
        self.row = alt.Y(
            "row:Q",
            axis=None,
            scale=alt.Scale(domain=[0, alt.ExprRef("rows")], range=[0, alt.ExprRef("rows * tall")]),
        )

    @property
    def beyond(self) -> Any:
        """Where words begin right of the number line."""
        return self.alt.ExprRef(f"right + {GAP}")

    def all(self) -> list[Any]:
        """Every layer, in the order in which they lie on each other."""
        return [*self.targets(), *self.statements(), *self.past(), *self.names()]

    def across(self, field: str) -> Any:
        """A place on the number line."""
        alt = self.alt
        axis = alt.Axis(
            title=None,
            tickCount=4,
            labelColor=COLOURS["soft"],
            labelFontSize=11,
            labelOverlap=False,
            labelFlush=False,
            labelPadding=4,
            labelExpr="numbered ? datum.label + suffix : ''",
            gridColor=COLOURS["faint"],
            gridOpacity=alt.ExprRef("numbered ? 0.7 : 0"),
            grid=True,
            domain=False,
            ticks=False,
            orient="bottom",
        )
        scale = alt.Scale(
            domain=[alt.ExprRef("low"), alt.ExprRef("high")],
            range=[PLOT[0], alt.ExprRef("right")],
            nice=False,
            zero=False,
        )
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    def layer(self, mark: Any, condition: str, url: str = "url", tip: str = "words", **channels: Any) -> Any:
        """One layer: the rows that meet `condition`, linked to the page of their record."""
        link, words = self.alt.Href(f"{url}:N"), self.alt.Tooltip(f"{tip}:N")
        return mark.transform_filter(condition).encode(y=self.row, href=link, tooltip=words, **channels)

    def text(self, field: str, condition: str, x: Any, y: float, colour: str, size: float, **look: Any) -> Any:
        """Words at a fixed place of the row."""
        mark = self.base.mark_text(
            align="left", baseline="middle", fontSize=size, color=COLOURS[colour], yOffset=y, x=x, **look
        )
        past = {"url": "last_url", "tip": "last_words"} if field == "last_words" else {}
        return self.layer(mark, condition, text=f"{field}:N", **past)

    def targets(self) -> list[Any]:
        """Numbers on the line: what lies beyond a bound, a halo for about, a bar for a range, a ring for more than."""
        colour = {"color": COLOURS["accent"], "yOffset": TARGET}
        dot = {**colour, "size": 78, "filled": True, "opacity": 1}
        found = []
        for condition, end in ((UP, "high"), (DOWN, "low")):
            for width, opacity in ((9, 0.16), (1.5, 1)):
                rule = self.base.mark_rule(strokeWidth=width, opacity=opacity, **colour)
                found.append(self.layer(rule, f"{NUMBER} && {condition}", x=self.across("x"), x2=f"{end}:Q"))
            arrow = self.base.mark_point(
                **{**dot, "size": 42}, shape=f"triangle-{'right' if end == 'high' else 'left'}"
            )
            found.append(self.layer(arrow, f"{NUMBER} && {condition}", x=self.across(end)))
        span = self.base.mark_rule(strokeWidth=3, **colour)
        ring = self.base.mark_point(**colour, size=70, filled=False, strokeWidth=2, opacity=1)
        halo = self.base.mark_circle(**colour, size=420, opacity=0.2)
        return [
            *found,
            self.layer(span, "isValid(datum.x_max)", x=self.across("x"), x2="x_max:Q"),
            self.layer(self.base.mark_point(**dot), "isValid(datum.x_max)", x=self.across("x_max")),
            self.layer(halo, f"{NUMBER} && datum.shape == 'approx'", x=self.across("x")),
            self.layer(self.base.mark_point(**dot), f"{NUMBER} && !({STRICT})", x=self.across("x")),
            self.layer(ring, f"{NUMBER} && {STRICT}", x=self.across("x")),
            self.text("words", NUMBER, self.beyond, TARGET, "ink", SIZES["words"], fontWeight=600),
        ]

    def statements(self) -> list[Any]:
        """Targets without a number: a symbol and words; a dash for not stated, dots for unknown."""
        line = {"color": COLOURS["soft"], "yOffset": TARGET, "x": PLOT[0], "x2": PLOT[0] + 14}
        scale = self.alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
        symbol = self.base.mark_point(
            filled=False, size=64, strokeWidth=1.6, opacity=1, color=COLOURS["accent"], yOffset=TARGET, x=PLOT[0] + 6
        )
        wordy = f"!{NUMBER} && !({SILENT}) && datum.shape != 'none'"
        return [
            self.layer(symbol, wordy, shape=self.alt.Shape("shape:N", legend=None, scale=scale)),
            self.layer(self.base.mark_rule(strokeDash=[1, 4], **line), "datum.shape == 'unknown'"),
            self.layer(self.base.mark_rule(strokeWidth=2, **line), "datum.shape == 'not_stated'"),
            self.text("words", wordy, PLOT[0] + INDENT, TARGET, "ink", SIZES["statement"]),
            self.text("words", SILENT, PLOT[0] + INDENT, TARGET, "soft", SIZES["statement"], fontStyle="italic"),
        ]

    def past(self) -> list[Any]:
        """Last year's results: a tick, open to the right where the result is a lower bound."""
        colour = {"color": COLOURS["past"], "yOffset": PAST}
        open_end = "isValid(datum.last) && indexof(['ge','gt'], datum.last_shape) >= 0"
        own = {"url": "last_url", "tip": "last_words"}
        return [
            self.layer(
                self.base.mark_rule(strokeWidth=1.5, opacity=0.75, strokeDash=[2, 2], **colour),
                open_end,
                x=self.across("last"),
                x2="high:Q",
                **own,
            ),
            self.layer(
                self.base.mark_tick(orient="vertical", size=11, thickness=2.5, **colour),
                "isValid(datum.last)",
                x=self.across("last"),
                **own,
            ),
            self.text("last_words", "isValid(datum.last)", self.beyond, PAST, "past", SIZES["past"]),
            self.text(
                "last_words", "!isValid(datum.last) && datum.last_words", PLOT[0] + INDENT, PAST, "past", SIZES["past"]
            ),
        ]

    def names(self) -> list[Any]:
        """The district, and below it what the figure is limited to."""
        return [
            self.text("name", "true", 0, TARGET, "ink", SIZES["name"]),
            self.text("lines", "datum.lines", 0, PAST, "soft", SIZES["sub"], lineBreak="\n", lineHeight=LINE),
        ]
