"""One made-up report: its records and its ledger, laid out as if it had been read from a text."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from plans.bench import words
from plans.bench.words import Indicator
from planspec.canonical import base_value, plain

Row = dict[str, str]
TARGETS, RESULTS, PROJECTS, INITIATIVES = 49, 36, 44, 51
"""Records of a report: what the first edition holds a district."""
HEADLINE = 6
COMPARATORS = (
    ("eq", "{}"),
    ("eq", "{}"),
    ("eq", "{}"),
    ("ge", "{}以上"),
    ("ge", "不少于{}"),
    ("gt", "突破{}"),
    ("approx", "{}左右"),
    ("gt", "超过{}"),
    ("le", "{}以内"),
)
CORE_COMPARATORS = (("eq", "{}"), ("ge", "{}以上"), ("approx", "{}左右"))
PUBLISHED = ("01", "15")
"""Month and day on which every made-up report was published."""
LAYOUT_BREAKS = 0.03
"""Share of phrases that layout has broken by blanks."""
LAYOUT = "Broken by layout."
"""What the note of such a phrase says."""
YARDSTICK = "经济增长 is taken as GDP growth."
NUMERALS = {2: "两", 3: "三", 5: "五", 6: "六", 8: "八", 10: "十", 20: "二十", 30: "三十"}


@dataclass
class Report:
    """Rows of one report, a list a resource, each row by column."""

    source: str
    district: str
    year: int
    full: bool
    rows: dict[str, list[Row]] = field(
        default_factory=lambda: {n: [] for n in ("targets", "results", "projects", "initiatives", "figures")}
    )
    headline: tuple[int, int] = (0, 0)
    characters: int = 0


class Writer:
    """Lays a report out from left to right and keeps the ledger as it goes."""

    def __init__(
        self, source: str, district: str, year: int, full: bool, rng: random.Random, factors: dict[str, str]
    ) -> None:
        self.report = Report(source, district, year, full)
        self.rng = rng
        self.factors = factors
        self.at = 40

    def key(self, year: int, slug: str) -> str:
        return f"{self.report.district}-{year}-{slug}"

    def head(self, published: tuple[str, str]) -> None:
        """The title with its year, and the date below it."""
        year, (month, day) = str(self.report.year), published
        for start, printed in ((0, year), (20, year), (25, month), (28, day)):
            self.figure(start, printed, "furniture", reason="date")

    def gap(self, low: int = 12, high: int = 60) -> None:
        """Text that holds no figure."""
        self.at += self.rng.randint(low, high)

    def figure(
        self, start: int, printed: str, role: str, record: str = "", column: str = "", reason: str = "", width: int = 0
    ) -> Row:
        """Add a ledger row; `width` is the stored length where blanks stand inside the number."""
        row = {
            "source_id": self.report.source,
            "start": str(start),
            "end": str(start + (width or len(printed))),
            "part": "1",
            "printed": printed,
            "role": role,
            "field": column,
            "reason": reason,
        }
        if record:
            row[f"{role}_id"] = record
        self.report.rows["figures"].append(row)
        return row

    def cue(self, words_: str) -> Row:
        """Lay a cue before a phrase."""
        if not words_:
            return {}
        start = self.at
        self.at += len(words_) + self.rng.randint(0, 6)
        return {"cue_start": str(start), "cue_end": str(start + len(words_)), "cue": words_}

    def phrase(self, text: str, numbers: list[tuple[int, str, str, str, str]]) -> Row:
        """Lay a phrase with its figures: position in the phrase, printed, role, record, column proved."""
        blanks = (
            sorted(self.rng.randrange(1, len(text)) for _ in range(self.rng.randint(1, 2)))
            if self.rng.random() < LAYOUT_BREAKS
            else []
        )
        start = self.at

        def stored(position: int) -> int:
            return start + position + sum(b <= position for b in blanks)

        for position, printed, role, record, column in numbers:
            first, last = stored(position), stored(position + len(printed) - 1) + 1
            self.figure(first, printed, role, record, column, "" if record else "date", last - first)
        end = stored(len(text) - 1) + 1
        self.at = end
        place = {"source_id": self.report.source, "start": str(start), "end": str(end), "stated": text}
        return place | ({"note": LAYOUT} if blanks else {})

    def context(self) -> None:
        """A number that is no record: a date, an ordinal, a name."""
        printed, reason = self.rng.choice(
            [
                (str(self.report.year), "date"),
                (str(self.rng.randint(1, 12)), "date"),
                ("三", "ordinal"),
                ("5", "name"),
                (str(self.rng.choice((100, 500))), "rank"),
                (str(self.rng.randint(2, 40)), "standing figure"),
            ]
        )
        self.gap(14, 50)
        self.figure(self.at, printed, "context", reason=reason)
        self.at += len(printed)

    def dated(self) -> None:
        """A month of a year: two numbers close together."""
        self.gap(14, 50)
        self.figure(self.at, str(self.report.year - 1), "context", reason="date")
        self.figure(self.at + 5, str(self.rng.randint(1, 12)), "context", reason="date")
        self.at += 7


def _value(rng: random.Random, indicator: Indicator) -> str:
    """A value as printed, in the indicator's unit: around what is usual."""
    usual = indicator.usual
    if indicator.measure == "share":
        return plain(Decimal(rng.randint(500, 999)) / 10)
    if indicator.measure == "growth_rate":
        return plain(Decimal(rng.randint(30, 120)) / 10)
    if indicator.dimension == "currency":
        number = rng.randint(int(usual) * 5, int(usual) * 20)
        return str(number) if rng.random() < 0.6 else plain(number + Decimal(rng.randint(1, 9)) / 10)
    if indicator.dimension == "persons":
        return plain(Decimal(rng.randint(100, 400)) / 100)
    return str(rng.randint(max(2, int(usual / 2)), int(usual * 2)))


def _worded(rng: random.Random, indicator: Indicator, quantity: str, fall: bool) -> str:
    """The phrase around a quantity (with its comparator words)."""
    if indicator.measure == "growth_rate":
        return f"{indicator.label}{'下降' if fall else '增长'}{quantity}"
    modifier, verb = words.wording(indicator, rng)
    if indicator.measure in ("level", "share"):
        return (
            f"{modifier}{indicator.label}{'' if quantity.startswith(('突破', '超过', '不少于')) else '达到'}{quantity}"
        )
    if rng.random() < 0.3 and not quantity.startswith(("突破", "超过")):
        return f"{verb}{quantity}{modifier}{indicator.label}"
    return f"{verb}{modifier}{indicator.label}{quantity}"


def _observation(writer: Writer, kind: str, indicator: Indicator, year: int) -> Row:
    """A target or a result with its phrase, its cue and its figures."""
    rng = writer.rng
    target = kind == "target"
    key = writer.key(year, indicator.id)
    row: Row = {
        f"{kind}_id": key,
        "district_code": writer.report.district,
        "year": str(year),
        "indicator_id": indicator.id,
        "hedged": "false",
    }
    row |= (
        {"strength": "stated", "headline": "false", "stretch": "false"}
        if target
        else {"estimated": "false", "cumulative": "false"}
    )
    cue = _govern(rng, row, target, year)
    if indicator.id == "resident-income-growth" and rng.random() < 0.5:
        hedge = rng.choice(("", "基本"))
        text = f"{indicator.label}与经济增长{hedge}同步"
        row |= {"comparator": "in_step", "relative_to": "gdp-growth", "hedged": "true" if hedge else "false"}
        row |= writer.cue(cue)
        row |= writer.phrase(text, [(text.index(f"{hedge}同步"), f"{hedge}同步", kind, key, "")])
        return row | {"note": f"{row.get('note', '')} {YARDSTICK}".strip()}
    value = _value(rng, indicator)
    fall = not target and indicator.measure == "growth_rate" and rng.random() < 0.15
    comparator, frame = rng.choice(CORE_COMPARATORS if indicator.measure in ("growth_rate", "share") else COMPARATORS)
    printed = value
    fitting = [n for n in NUMERALS if indicator.usual / 2 <= n <= indicator.usual * 2]
    if indicator.measure == "flow_count" and indicator.unit != "person-10k" and fitting and rng.random() < 0.15:
        number = rng.choice(fitting)
        value, printed = str(number), NUMERALS[number]
        comparator, frame = rng.choice((("eq", "{}"), ("ge", "{}以上")))
    # A fall of 3% or more is a growth of -3% or less.
    row |= {"comparator": "le" if fall and comparator == "ge" else comparator, "unit_id": indicator.unit}
    upper = stretch = ""
    if target and indicator.measure == "growth_rate" and rng.random() < 0.1:
        upper = plain(Decimal(value) + Decimal(rng.randint(5, 30)) / 10)
        row |= {"comparator": "range", "value_max": upper}
        quantity, frame = f"{value}%—{upper}%", "{}"
    elif (
        target
        and indicator.measure == "growth_rate"
        and comparator == "eq"
        and row["strength"] == "stated"
        and rng.random() < 0.08
    ):
        stretch = plain(Decimal(value) + Decimal(rng.randint(5, 20)) / 10)
        row |= {"stretch": "true", "stretch_value": stretch}
        quantity, frame = f"{value}%、力争{stretch}%", "{}"
    else:
        quantity = printed + indicator.symbol
    text = _worded(rng, indicator, frame.format(quantity), fall)
    place = text.index(printed)
    numbers = [(place, printed, kind, key, "value")]
    if upper or stretch:
        numbers.append(
            (text.rindex(upper or stretch), upper or stretch, kind, key, "value_max" if upper else "stretch_value")
        )
    row["value"] = f"-{value}" if fall else value
    row["value_base"] = base_value(row["value"], writer.factors[indicator.unit])
    row |= writer.cue(cue)
    return row | writer.phrase(text, numbers)


def _govern(rng: random.Random, row: Row, target: bool, year: int) -> str:
    """Choose governing words and set the columns they speak for."""
    if target:
        choice = rng.choice(("", "", "", "", "力争", "确保", "上半年", "全年", "各镇街", "到2030年"))
        row["strength"] = {"力争": "strive", "确保": "ensure"}.get(choice, "stated")
        if choice == "各镇街":
            row |= {"scope_zh": choice, "scope_en": "each town and subdistrict"}
        row["period"] = {"上半年": f"{year}-01/{year}-06", "到2030年": "2030" if year < 2030 else ""}.get(choice, "")
        return "" if choice == "到2030年" and not row["period"] else choice
    choice = rng.choice(("", "", "", "", "预计", "累计", "前三季度", f"{year}年1—11月", "全年"))
    row["estimated"] = "true" if choice == "预计" else "false"
    row["cumulative"] = "true" if choice == "累计" else "false"
    row["period"] = f"{year}-01/{year}-09" if choice == "前三季度" else f"{year}-01/{year}-11" if "月" in choice else ""
    return choice


def _project(writer: Writer, n: int, name: tuple[str, str, str, str], portfolio: Row | None) -> Row:
    zh, en, category, _ = name
    rng = writer.rng
    key = writer.key(writer.report.year, f"works-{n:03d}")
    stage, word = rng.choice(words.STAGES)
    strive = rng.random() < 0.1
    row: Row = {
        "project_id": key,
        "district_code": writer.report.district,
        "year": str(writer.report.year),
        "name_en": en,
        "kind": "single",
        "category": category,
        "stage": stage,
        "strength": "strive" if strive else "stated",
    }
    row |= writer.cue(("力争" if strive else "") + word)
    elided = rng.random() < 0.1
    row["name_zh"] = f"{zh}项目" if elided else zh
    row |= writer.phrase(zh, [])
    if rng.random() < 0.3:
        invested = str(rng.randint(1, 60))
        writer.gap(4, 20)
        writer.figure(writer.at, invested, "project", key, "investment_value")
        writer.at += len(invested)
        row |= {
            "investment_comparator": "eq",
            "investment_value": invested,
            "investment_unit_id": "cny-100m",
            "investment_base": base_value(invested, writer.factors["cny-100m"]),
        }
    if portfolio:
        row["portfolio_id"] = portfolio["project_id"]
        row["note"] = f"{row.get('note', '')} Member of {portfolio['stated']}, which another sentence names.".strip()
    return row


def _portfolio(writer: Writer, members: int) -> Row:
    rng = writer.rng
    key = writer.key(writer.report.year, "works-000")
    count, invested = str(members + rng.randint(0, 40)), str(rng.randint(600, 4000))
    row: Row = {
        "project_id": key,
        "district_code": writer.report.district,
        "year": str(writer.report.year),
        "name_zh": "年度重点项目",
        "name_en": "Key projects of the year",
        "kind": "portfolio",
        "category": "mixed",
        "stage": "accelerate",
        "strength": "stated",
    }
    row |= {
        "count": count,
        "investment_comparator": "eq",
        "investment_value": invested,
        "investment_unit_id": "cny-100m",
        "investment_base": base_value(invested, writer.factors["cny-100m"]),
    }
    row |= writer.cue("加快推进")
    row |= writer.phrase("重点项目", [])
    for printed, column in ((count, "count"), (invested, "investment_value")):
        writer.gap(4, 12)
        writer.figure(writer.at, printed, "project", key, column)
        writer.at += len(printed)
    return row


STATUSES = {
    "new": ("It is launched this year by the lead department.", "今年由牵头部门启动。"),
    "continuing": ("The lead department carries it forward with yearly tasks.", "由牵头部门按年度任务推进。"),
    "completing": ("Its tasks are to be completed by the end of the year.", "各项任务年底前完成。"),
}


def _initiative(writer: Writer, n: int, name: tuple[str, str, str]) -> Row:
    zh, en, theme = name
    rng = writer.rng
    key = writer.key(writer.report.year, f"campaign-{n:03d}")
    status = rng.choice(list(STATUSES))
    told_en, told_zh = STATUSES[status]
    row: Row = {
        "initiative_id": key,
        "district_code": writer.report.district,
        "year": str(writer.report.year),
        "name_zh": zh,
        "name_en": en,
        "theme": theme,
        "status": status,
        "summary_en": f"The district runs the {en}. {told_en}",
        "summary_zh": f"全区开展{zh}，{told_zh}",
    }
    row |= writer.phrase(zh, [])
    if rng.random() < 0.08:
        writer.gap(4, 20)
        writer.figure(writer.at, str(rng.randint(2, 90)), "initiative", key)
        writer.at += 3
    return row


def _names(rng: random.Random, count: int, home: tuple[str, str]) -> list[tuple[str, str, str, str]]:
    """Distinct names of undertakings: Chinese, English, category, theme. The first bears the district's own name."""
    known, kinds = words.places(), len(words.WORKS)
    chosen = []
    for n, code in enumerate(rng.sample(range(345 * kinds), count)):
        place, kind = divmod(code, kinds)
        last_zh, last_en, category, theme = words.WORKS[kind]
        zh, en = home if n == 0 or known[place] == home else known[place]
        named = f"{zh}{last_zh}", f"{en} {last_en}", category, theme
        if named not in chosen:
            chosen.append(named)
    return chosen


def _campaign_names(rng: random.Random, count: int) -> list[tuple[str, str, str]]:
    """Distinct names of campaigns: Chinese, English, theme of the subject."""
    subjects, kinds = list(words.FOR_CAMPAIGNS.items()), len(words.CAMPAIGNS)
    modifiers = list(words.IN_ENGLISH.items())
    chosen = []
    for code in rng.sample(range(len(subjects) * kinds * len(modifiers)), count):
        rest, kind = divmod(code, kinds)
        modifier, subject = divmod(rest, len(subjects))
        zh, en = words.CAMPAIGNS[kind]
        chosen.append(
            (
                f"“{modifiers[modifier][0]}{subjects[subject][0]}”{zh}",
                f"{modifiers[modifier][1]} {subjects[subject][1]} {en}",
                words.THEMES[subjects[subject][0]],
            )
        )
    return chosen


def make_report(
    source: str,
    district: str,
    year: int,
    full: bool,
    seed: int,
    factors: dict[str, str],
    indicators: tuple[Indicator, ...],
    home: tuple[str, str],
    size: float = 1.0,
) -> Report:
    """The report of one district and year; the same arguments always give the same report.

    `home`: the name of the district without its kind, in Chinese and as it is read. `size` below 1 makes a shorter report with the same kinds of rows.
    """
    rng = random.Random(f"{seed}/{source}/{district}/{year}")
    writer = Writer(source, district, year, full, rng, factors)
    writer.head(PUBLISHED)
    counts = [max(1, round(n * size)) for n in (TARGETS, RESULTS, PROJECTS, INITIATIVES)]
    core = [i for i in indicators if i.core]
    others = [i for i in indicators if not i.core]
    wanted = core[: counts[0]] + rng.sample(others, max(0, min(len(others), counts[0] - len(core))))
    silent = core[-1].id if full and rng.random() < 0.3 and len(wanted) > len(core) else ""
    rows = writer.report.rows
    for indicator in rng.sample(indicators, min(len(indicators), counts[1])):
        writer.gap()
        rows["results"].append(_observation(writer, "result", indicator, year - 1))
        if rng.random() < 0.4:
            writer.context()
    writer.gap()
    begin = 0
    for n, indicator in enumerate(wanted):
        if indicator.id == silent:
            rows["targets"].append(_silence(writer, indicator))
            continue
        writer.gap(2, 5) if n < HEADLINE else writer.gap()
        row = _observation(writer, "target", indicator, year)
        if n < HEADLINE:
            row["headline"] = "true"
            begin = begin or int(row["start"])
            writer.report.headline = (begin, writer.at)
        rows["targets"].append(row)
        if n >= HEADLINE and rng.random() < 0.4:
            writer.dated() if rng.random() < 0.2 else writer.context()
    portfolio = _portfolio(writer, 4)
    rows["projects"].append(portfolio)
    for n, name in enumerate(_names(rng, counts[2] - 1, home), 1):
        writer.gap()
        rows["projects"].append(_project(writer, n, name, portfolio if n <= 4 else None))
    for n, campaign in enumerate(_campaign_names(rng, counts[3]), 1):
        writer.gap()
        rows["initiatives"].append(_initiative(writer, n, campaign))
    _link(writer)
    _repeat(writer)
    writer.gap()
    writer.report.characters = writer.at
    for resource, column in (
        ("targets", "target_id"),
        ("results", "result_id"),
        ("projects", "project_id"),
        ("initiatives", "initiative_id"),
    ):
        rows[resource].sort(key=itemgetter(column))
    return writer.report


def _silence(writer: Writer, indicator: Indicator) -> Row:
    year = writer.report.year
    return {
        "target_id": writer.key(year, indicator.id),
        "district_code": writer.report.district,
        "year": str(year),
        "indicator_id": indicator.id,
        "comparator": "not_stated",
        "hedged": "false",
        "headline": "false",
        "stretch": "false",
        "source_id": writer.report.source,
        "note": "The report gives no target for it.",
    }


def _link(writer: Writer) -> None:
    """Some observations belong to an undertaking or a campaign of the same report."""
    rows, rng = writer.report.rows, writer.rng
    for name in ("targets", "results"):
        for row in rows[name]:
            if row["comparator"] != "not_stated" and rng.random() < 0.1:
                owner, column = rng.choice((("projects", "project_id"), ("initiatives", "initiative_id")))
                owned = rng.choice(rows[owner])
                row[column] = owned[column]
                row["note"] = (
                    f"{row.get('note', '')} Belongs to {owned['stated']}, which another sentence names.".strip()
                )


def _repeat(writer: Writer) -> None:
    """The closing paragraph repeats figures of the body, as titles and notes do."""
    for row in writer.rng.sample(writer.report.rows["targets"], min(6, len(writer.report.rows["targets"]))):
        if row.get("value") and row["comparator"] != "range":
            writer.gap()
            printed = row["value"].lstrip("-")
            writer.figure(writer.at, printed, "target", row["target_id"], "value")
            writer.at += len(printed)
